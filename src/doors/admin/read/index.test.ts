import { appendFileSync, closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { fillLedger } from '../../../../bench/console/filled-ledger.ts'
import { ledgerEntries } from '../../../gate/export-exchanges.ts'
import { Ledger } from '../../../store/embedded/ledger/ledger.ts'
import { listSegments } from '../../../store/embedded/ledger/segments.ts'
import { PUBLIC_FILE, readPublicKey } from '../../../store/embedded/ledger/signing.ts'
import { Accounts } from './accounts.ts'
import { Acts } from './acts.ts'
import { Entries } from './entries.ts'
import { Intake } from './intake.ts'
import { Names } from './names.ts'
import { countsOf } from './overviews.ts'
import { proofOf, readEntry } from './proofs.ts'
import { Sessions } from './sessions.ts'
import { openIndex } from './tables.ts'

const ACTS = 3_000
const store = mkdtempSync(join(tmpdir(), 'index-'))
const ledger = join(store, 'ledger')
fillLedger(store, ACTS, 200)
const database = openIndex(store, 'key')
const intake = new Intake(database, ledger)
let slices = 0
while (intake.step(5).hasMore) slices++
const names = new Names(database)
const acts = new Acts(database, names)
const accounts = new Accounts(database, names)
const entries = new Entries(database, acts)
const written = [...ledgerEntries(ledger)]
const page = { limit: 50, cursor: undefined }
afterAll(() => rmSync(store, { recursive: true, force: true }))

function all<Item>(
  list: (cursor: string | undefined) => {
    readonly items: readonly Item[]
    readonly next?: string | undefined
  },
): Item[] {
  const found: Item[] = []
  let cursor: string | undefined
  do {
    const { items, next } = list(cursor)
    found.push(...items)
    cursor = next
  } while (cursor !== undefined)
  return found
}

const writtenActs = written.filter(({ entry }) =>
  ['exchange', 'agent-act', 'refusal'].includes(String(entry.kind)),
)

test('every act of the ledger is in the index once, whatever the slices', () => {
  expect(slices).toBeGreaterThan(0)
  const listed = all((cursor) => acts.list({ limit: 997, cursor }))
  expect(listed.map(({ seq }) => seq)).toEqual(writtenActs.map(({ seq }) => seq).reverse())
  expect(acts.list(page).total).toBe(ACTS)
})

test('each filter gives what the ledger has, and pages join without gap or repeat', () => {
  const of = (wanted: (entry: Readonly<Record<string, unknown>>) => boolean): number[] =>
    writtenActs
      .filter(({ entry }) => wanted(entry))
      .map(({ seq }) => seq)
      .reverse()
  const seqs = (filter: object): number[] =>
    all((cursor) => acts.list({ limit: 7, cursor, ...filter })).map(({ seq }) => seq)
  expect(seqs({ account: 'acct-3' })).toEqual(of(({ account }) => account === 'acct-3'))
  expect(seqs({ side: 'refusal' })).toEqual(of(({ kind }) => kind === 'refusal'))
  expect(seqs({ side: 'agent', action: 'deny' })).toEqual(
    of(({ kind, decision }) => kind === 'agent-act' && (decision as { action: string }).action === 'deny'),
  )
  const [from, to] = [Number(writtenActs[900]?.entry.ts), Number(writtenActs[1_200]?.entry.ts)]
  const within = seqs({ from, to })
  expect(within.length).toBeGreaterThan(250)
  expect(within).toEqual(of(({ ts }) => Number(ts) >= from && Number(ts) < to))
  expect(seqs({ account: 'nobody' })).toEqual([])
})

test('a text finds ids, accounts, models and rules', () => {
  const some = writtenActs[77]
  expect(acts.list({ ...page, q: String(some?.entry.id) }).items.map(({ seq }) => seq)).toEqual([some?.seq])
  expect(acts.list({ ...page, q: 'acct-3' }).items.every(({ account }) => account.startsWith('acct-3'))).toBe(
    true,
  )
  expect(acts.list({ ...page, q: 'untrusted' }).items[0]?.rule).toBe('untrusted-recipients')
})

test('sums of accounts are those of their acts', () => {
  const sums = new Map<string, { acts: number; output: number }>()
  const of = new Map(writtenActs.map(({ ref, entry }) => [ref, String(entry.account ?? entry.agent ?? '')]))
  for (const { ref, entry } of written) {
    const account = of.get(ref) ?? ''
    const sum = sums.get(account) ?? { acts: 0, output: 0 }
    if (entry.kind === 'exchange') sum.acts++
    if (entry.kind === 'completion') sum.output += Number(entry.output_tokens ?? 0)
    sums.set(account, sum)
  }
  const listed = all((cursor) => accounts.list({ limit: 33, cursor, sort: 'acts' }))
  expect(new Set(listed.map(({ account }) => account)).size).toBe(listed.length)
  for (const { account, acts: made, outputTokens } of listed.filter((each) =>
    each.account.startsWith('acct-'),
  ))
    expect({ made, outputTokens }).toEqual({
      made: sums.get(account)?.acts,
      outputTokens: sums.get(account)?.output,
    })
  const busiest = listed.map(({ acts: made }) => made)
  expect(busiest).toEqual([...busiest].sort((a, b) => b - a))
})

test('counts a minute add up to all acts', () => {
  const { model, agent } = countsOf(database, 0)
  expect(model.acts + agent.acts).toBe(ACTS)
  const denied = writtenActs.filter(
    ({ entry }) => entry.kind === 'refusal' || (entry.decision as { action: string }).action === 'deny',
  )
  expect(model.denied + agent.denied).toBe(denied.length)
})

test('sessions of agents are counted by their own acts', () => {
  const sessions = new Sessions(database, names)
  const listed = all((cursor) => sessions.list({ limit: 3, cursor }))
  expect(listed.reduce((sum, { acts: made }) => sum + made, 0)).toBe(
    writtenActs.filter(({ entry }) => entry.kind === 'agent-act').length,
  )
})

test('an entry is proved up to a signed checkpoint, and not after a byte of its block has changed', () => {
  const row = acts.find(String(writtenActs[10]?.seq), undefined)
  if (row === undefined) throw new Error('no act')
  const key = readPublicKey(join(ledger, PUBLIC_FILE))
  expect(readEntry(ledger, row)).toEqual(writtenActs[10]?.entry)
  const proof = proofOf(ledger, key, row)
  expect(proof).toMatchObject({ holds: true, checkpoint: { holds: true } })
  const other = mkdtempSync(join(tmpdir(), 'other-'))
  fillLedger(other, 10, 5)
  expect(proofOf(ledger, readPublicKey(join(other, 'ledger', PUBLIC_FILE)), row)?.holds).toBe(false)
  rmSync(other, { recursive: true, force: true })
})

test('the list of entries joins acts and notes by number', () => {
  const listed = all((cursor) => entries.list({ limit: 500, cursor }))
  const seqs = listed.map(({ seq }) => seq)
  expect(seqs).toEqual([...seqs].sort((a, b) => b - a))
  expect(seqs.length).toBe(ACTS)
})

test('an index that is damaged, or of another ledger, is made again', () => {
  const path = join(store, 'index', 'acts.db')
  const again = openIndex(store, 'another key')
  expect(new Intake(again, ledger).seq).toBe(0)
  again.close()
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(4_096, 0xff), 0, 4_096, 0)
  closeSync(file)
  const mended = openIndex(store, 'another key')
  const filling = new Intake(mended, ledger)
  while (filling.step(50).hasMore);
  expect(filling.seq).toBe(written.at(-1)?.seq)
  mended.close()
})

test('a block that is half written is left until it is whole', () => {
  const other = mkdtempSync(join(tmpdir(), 'torn-'))
  const directory = join(other, 'ledger')
  fillLedger(other, 1_000, 20)
  const path = listSegments(directory)[0]?.path ?? ''
  const fresh = openIndex(other, 'key')
  const following = new Intake(fresh, directory)
  while (following.step(50).hasMore);
  const before = following.seq
  appendFileSync(path, 'PCL1 the beginning of a block that is still being written')
  expect(following.step(50).hasMore).toBe(false)
  expect(following.seq).toBe(before)
  fresh.close()
  rmSync(other, { recursive: true, force: true })
})

test('an index that has no room says so, and goes on where it was once there is some', () => {
  const other = mkdtempSync(join(tmpdir(), 'full-'))
  const directory = join(other, 'ledger')
  fillLedger(other, 5_000, 20)
  const small = openIndex(other, 'key')
  // As SQLite does by itself when a disk is full: the transaction is gone before the failure is told.
  small.exec(
    "CREATE TEMP TRIGGER full BEFORE INSERT ON act BEGIN SELECT RAISE(ROLLBACK, 'the disk is full'); END",
  )
  const following = new Intake(small, directory)
  const takeAll = () => {
    while (following.step(50).hasMore);
  }
  for (let times = 0; times < 3; times++) expect(takeAll).toThrow(/full/)
  small.exec('DROP TRIGGER full')
  takeAll()
  expect(new Acts(small, new Names(small)).list(page).total).toBe(5_000)
  small.close()
  rmSync(other, { recursive: true, force: true })
})

test('an act that ends in a later slice than it began has its end all the same', async () => {
  const other = mkdtempSync(join(tmpdir(), 'slices-'))
  const directory = join(other, 'ledger')
  const filled = await Ledger.open({
    ...{ directory, ringBytes: 1, segmentBytes: 1_000_000, retainMs: 0, retainBytes: 0 },
    ...{ checkpointMs: 60_000, syncMs: 60_000 },
  })
  const entry = { kind: 'exchange', ts: 1, account: 'a', model: 'm', endpoint: 'messages', ip: '::1' }
  const begin = (id: string) => {
    const begun = filled.begin(JSON.stringify({ ...entry, id, decision: { action: 'allow' } }))
    if (begun === undefined) throw new Error('no room')
    return begun
  }
  const end = async (ref: number): Promise<void> => {
    const completion = {
      kind: 'completion',
      ts: 2,
      outcome: 'answered',
      status: 200,
      output_tokens: 5,
      ms: 7,
    }
    const position = filled.append('completion', ref, JSON.stringify(completion))
    if (position !== undefined) await filled.reached('written', position, 60_000)
  }
  const fresh = openIndex(other, 'key')
  const following = new Intake(fresh, directory)
  const late = begin('late')
  await end(begin('soon').ref)
  while (following.step(50).hasMore);
  const list = () =>
    new Acts(fresh, new Names(fresh)).list(page).items.map(({ id, outcome, status }) => [id, outcome, status])
  expect(list()).toEqual([
    ['soon', 'answered', 200],
    ['late', undefined, undefined],
  ])
  await end(late.ref)
  while (following.step(50).hasMore);
  expect(list()).toEqual([
    ['soon', 'answered', 200],
    ['late', 'answered', 200],
  ])
  expect(fresh.prepare('SELECT acts, output FROM account').get()).toEqual({ acts: 2, output: 10 })
  fresh.close()
  await filled[Symbol.asyncDispose]()
  rmSync(other, { recursive: true, force: true })
})
