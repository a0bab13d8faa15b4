// A ledger as a busy gate leaves it, written by the ledger's own writer: exchanges of many accounts, agents' acts,
// refusals, measures. The same seed gives the same ledger.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { BlockWriter } from '../../src/store/embedded/ledger/block-writer.ts'
import { Chain } from '../../src/store/embedded/ledger/chain.ts'
import {
  RECORD_HEADER_BYTES,
  type RecordKind,
  recordBytes,
  writeRecordHeader,
} from '../../src/store/embedded/ledger/records.ts'
import { openSigningKey } from '../../src/store/embedded/ledger/signing.ts'

const HASH_BYTES = 32
const BLOCK_RECORDS = 400
const BLOCKS_A_CHECKPOINT = 100
const SEGMENT_BYTES = 128 * 1024 * 1024
const AGENT_SHARE = 0.1
const REFUSED_SHARE = 0.002
const DENIED_SHARE = 0.03
const START = Date.UTC(2026, 4, 4)
const STEP_MS = 600

/** Fills STORE/ledger with so many acts by so many accounts. Returns how many entries that makes. */
export function fillLedger(store: string, acts: number, accounts: number): number {
  const directory = join(store, 'ledger')
  mkdirSync(directory, { recursive: true })
  const key = openSigningKey(directory)
  let ts = START
  const writer = BlockWriter.open({
    directory,
    key,
    chain: Chain.create({ nextSeq: 1, hash: Buffer.alloc(HASH_BYTES) }),
    segmentBytes: SEGMENT_BYTES,
    retainMs: 0,
    retainBytes: 0,
    now: () => ts,
  })
  const random = randomOf(7)
  let [bytes, records, blocks, entries] = [0, 0, 0, 0]
  const put = (kind: RecordKind, ref: number, entry: object): void => {
    const payload = Buffer.from(JSON.stringify(entry))
    const size = recordBytes(payload.length)
    writer.space.fill(0, bytes, bytes + size)
    writeRecordHeader(writer.space, bytes, kind, ref, payload.length)
    payload.copy(writer.space, bytes + RECORD_HEADER_BYTES)
    bytes += size
    records++
    entries++
    if (records < BLOCK_RECORDS) return
    writer.append(bytes, records)
    bytes = 0
    records = 0
    if (++blocks % BLOCKS_A_CHECKPOINT === 0) writer.checkpoint()
  }
  for (let ref = 1; ref <= acts; ref++) {
    ts += Math.floor(random() * STEP_MS)
    const die = random()
    if (die < REFUSED_SHARE) put('note', 0, refusal(ref, ts, random))
    else if (die < REFUSED_SHARE + AGENT_SHARE) agentAct(ref, ts, random, put)
    else exchange(ref, ts, Math.floor(random() ** 2 * accounts), random, put)
  }
  if (records > 0) writer.append(bytes, records)
  writer[Symbol.dispose]()
  return entries
}

type Put = (kind: RecordKind, ref: number, entry: object) => void

function exchange(ref: number, ts: number, account: number, random: () => number, put: Put): void {
  const id = `d_${ref.toString(36).padStart(16, '0')}`
  const isDenied = random() < DENIED_SHARE
  put('intent', ref, {
    kind: 'exchange',
    id,
    ts,
    tenant: account % 3 === 0 ? 'acme' : 'default',
    account: `acct-${account}`,
    key: `k_${account}`,
    ip: `198.51.${account % 250}.${Math.floor(random() * 4)}`,
    ua: account % 2 === 0 ? 'openai-python/2.1' : 'axios/1.13.2',
    protocol: 'openai',
    endpoint: 'chat.completions',
    model: `model-${account % 12}`,
    max_tokens: 4096,
    decision: isDenied ? { action: 'deny', rule: 'standing.quarantined', status: 403 } : { action: 'allow' },
  })
  const outcome = isDenied ? 'refused' : 'answered'
  const [input_tokens, output_tokens] = [Math.floor(random() * 900), Math.floor(random() * 2000)]
  const ms = random() * 9000
  put('completion', ref, {
    kind: 'completion',
    id,
    ts: ts + ms,
    status: isDenied ? 403 : 200,
    outcome,
    ms,
    bytes: 5000,
    ...(isDenied ? {} : { input_tokens, output_tokens }),
  })
}

function agentAct(ref: number, ts: number, random: () => number, put: Put): void {
  const id = `d_${ref.toString(36).padStart(16, '0')}`
  const isDenied = random() < DENIED_SHARE
  const agent = `agent-${ref % 50}`
  put(isDenied ? 'note' : 'intent', isDenied ? 0 : ref, {
    kind: 'agent-act',
    id,
    ts,
    tenant: 'default',
    agent,
    session: `s-${Math.floor(ref / 500)}`,
    act: 'call',
    tool: `tool.${ref % 9}`,
    digest: 'ab'.repeat(32),
    bytes: 200,
    facts: isDenied ? [{ detector: 'flow', fact: 'flow.untrusted-recipient', severity: 'high' }] : [],
    decision: isDenied ? { action: 'deny', rule: 'untrusted-recipients' } : { action: 'allow' },
    policy: 'balanced',
    version: '0123456789abcdef',
  })
  if (!isDenied) put('completion', ref, { kind: 'agent-outcome', id, ts: ts + 80, outcome: 'done', ms: 80 })
}

function refusal(ref: number, ts: number, random: () => number): object {
  const id = `d_${ref.toString(36).padStart(16, '0')}`
  return {
    kind: 'refusal',
    id,
    ts,
    ip: `203.0.113.${Math.floor(random() * 250)}`,
    status: 401,
    rule: 'key-unknown',
  }
}

/** Mulberry32: small, seeded, good enough to spread accounts. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
