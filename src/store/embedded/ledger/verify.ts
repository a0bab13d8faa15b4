import type { KeyObject } from 'node:crypto'
import { HASH_BYTES, hashBlock } from './block.ts'
import { type LedgerRecord, recordsOf } from './records.ts'
import { type Block, blocksOf, listSegments } from './segments.ts'
import { type Checkpoint, checkpointHolds, keyId, parseCheckpoint } from './signing.ts'

export type LedgerProblem = {
  readonly kind: 'damaged' | 'hash-wrong' | 'chain-broken' | 'sequence-broken' | 'signature-wrong' | 'cut'
  readonly segment: string
  readonly offset: number
  readonly summary: string
}

export type Verification = {
  readonly holds: boolean
  readonly segments: number
  readonly blocks: number
  readonly records: number
  readonly checkpoints: number
  readonly bytes: number
  /** The first sequence number still kept; above 1 when older segments were retired. */
  readonly firstSeq: number
  readonly lastSeq: number
  /** Records after the last signed checkpoint: chained, not yet signed. */
  readonly unsignedRecords: number
  readonly head: string
  readonly lastCheckpoint: Checkpoint | undefined
  /** Intents without a completion or interruption. A running gate has some. */
  readonly open: number
  readonly problems: readonly LedgerProblem[]
}

const PROBLEMS_MAX = 100

/**
 * Reads the whole ledger and checks every CRC, hash, link, sequence number and signature. `anchor` is a checkpoint
 * kept elsewhere: a ledger that was cut or rewritten before it no longer contains it.
 */
export function verifyLedger(directory: string, key: KeyObject, anchor?: Checkpoint): Verification {
  const check = new ChainCheck(key, anchor)
  const segments = listSegments(directory)
  for (const { path, name } of segments) {
    const blocks = blocksOf(path)
    let step = blocks.next()
    for (; !step.done; step = blocks.next()) check.block(name, step.value)
    const end = step.value
    if (end.kind === 'damaged')
      check.report('damaged', name, end.offset, `${end.bytes - end.offset} bytes are no block`)
  }
  return check.finish(segments.length)
}

class ChainCheck {
  readonly #key: KeyObject
  readonly #keyId: string
  readonly #anchor: Checkpoint | undefined
  readonly #problems: LedgerProblem[] = []
  readonly #open = new Set<number>()
  #hasAnchor: boolean
  #previous: Buffer | undefined
  #firstSeq = 0
  #nextSeq = 1
  #blocks = 0
  #records = 0
  #checkpoints = 0
  #bytes = 0
  #unsigned = 0
  #lastCheckpoint: Checkpoint | undefined

  constructor(key: KeyObject, anchor: Checkpoint | undefined) {
    this.#key = key
    this.#keyId = keyId(key)
    this.#anchor = anchor
    this.#hasAnchor = anchor === undefined
  }

  report(kind: LedgerProblem['kind'], segment: string, offset: number, summary: string): void {
    if (this.#problems.length < PROBLEMS_MAX) this.#problems.push({ kind, segment, offset, summary })
  }

  block(segment: string, { header, bytes, payload, offset }: Block): void {
    this.#link(segment, header.firstSeq, header.previous, offset)
    if (!hashBlock(bytes, payload).equals(header.hash))
      this.report('hash-wrong', segment, offset, 'the hash is not that of the block')
    let records = 0
    for (const record of recordsOf(payload)) {
      records++
      this.#unsigned++
      if (record.kind === 'intent') this.#open.add(record.ref)
      else if (record.kind === 'completion' || record.kind === 'interrupted') this.#open.delete(record.ref)
      else if (record.kind === 'checkpoint') this.#checkpoint(segment, offset, header.previous, record)
    }
    if (records !== header.records)
      this.report('damaged', segment, offset, `${header.records} records announced, ${records} found`)
    this.#blocks++
    this.#records += records
    this.#bytes += bytes.length
    this.#previous = header.hash
    this.#nextSeq = header.firstSeq + header.records
  }

  #link(segment: string, firstSeq: number, previous: Buffer, offset: number): void {
    if (this.#previous === undefined) {
      this.#firstSeq = firstSeq
      if (firstSeq === 1 && !previous.equals(Buffer.alloc(HASH_BYTES)))
        this.report('chain-broken', segment, offset, 'the first block does not begin a chain')
      return
    }
    if (!previous.equals(this.#previous))
      this.report('chain-broken', segment, offset, 'the block does not follow the one before it')
    if (firstSeq !== this.#nextSeq)
      this.report('sequence-broken', segment, offset, `entry ${this.#nextSeq - 1} is followed by ${firstSeq}`)
  }

  #checkpoint(segment: string, offset: number, previous: Buffer, { payload }: LedgerRecord): void {
    this.#checkpoints++
    const checkpoint = parseCheckpoint(payload.toString('utf8'))
    if (!checkpoint || checkpoint.head !== previous.toString('hex'))
      this.report('signature-wrong', segment, offset, 'the checkpoint does not name the chain it stands in')
    else if (checkpoint.key !== this.#keyId || !checkpointHolds(checkpoint, this.#key))
      this.report('signature-wrong', segment, offset, 'the signature is not by this key')
    else {
      this.#lastCheckpoint = checkpoint
      this.#unsigned = 0
      if (checkpoint.seq === this.#anchor?.seq && checkpoint.head === this.#anchor.head)
        this.#hasAnchor = true
    }
  }

  finish(segments: number): Verification {
    if (!this.#hasAnchor) this.report('cut', '', 0, 'the checkpoint given is not in this ledger')
    return {
      holds: this.#problems.length === 0,
      segments,
      blocks: this.#blocks,
      records: this.#records,
      checkpoints: this.#checkpoints,
      bytes: this.#bytes,
      firstSeq: this.#firstSeq,
      lastSeq: this.#nextSeq - 1,
      unsignedRecords: this.#unsigned,
      head: (this.#previous ?? Buffer.alloc(HASH_BYTES)).toString('hex'),
      lastCheckpoint: this.#lastCheckpoint,
      open: this.#open.size,
      problems: this.#problems,
    }
  }
}
