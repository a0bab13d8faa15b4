import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, expect, test } from 'vitest'
import { exchange, SEED } from '../exchanges.fixture.ts'
import { Reading, type ReadingOptions } from './reading.ts'
import { field } from './record.ts'

const folder = mkdtempSync(join(tmpdir(), 'portcullis-reading-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Enough for several blocks of a megabyte. */
const LINES = 6_000
const PADDING = 'a question about nothing in particular '.repeat(20)

function text(account: string): string {
  return Array.from(
    { length: LINES },
    (_, at) => `${JSON.stringify(recordOf(`${account}${at % 7}`, at))}\n`,
  ).join('')
}

function recordOf(account: string, at: number): object {
  const { ts, key, model, status } = exchange({ account })
  return { ts, id: `${at}`, account, key, model, status, prompt: PADDING }
}

function file(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

function reading(paths: readonly string[], options: Partial<ReadingOptions> = {}): Reading {
  return Reading.open({ paths, workers: 2, seed: SEED, input: {}, ...options })
}

/** The accounts of an input's exchanges, in the order in which they come. */
async function accountsOf(from: Reading, source: number): Promise<string[]> {
  const accounts: string[] = []
  for (let piece = await from.next(source); piece; piece = await from.next(source)) {
    if (!piece.records) continue
    const { records, tables } = piece
    for (let at = 0; at < records.length; at += records[at + field.length] ?? records.length)
      accounts.push(tables.account.names[records[at + field.account] ?? 0] ?? '')
  }
  return accounts
}

test('two inputs come in the order of their lines, each under its own accounts', async () => {
  await using from = reading([file('a.jsonl', text('a')), file('b.jsonl', text('b'))])
  const second = await accountsOf(from, 1)
  const first = await accountsOf(from, 0)
  expect(first).toEqual(Array.from({ length: LINES }, (_, at) => `a${at % 7}`))
  expect(second).toEqual(Array.from({ length: LINES }, (_, at) => `b${at % 7}`))
}, 60_000)

test('standard input is read as a file is, however it is cut', async () => {
  const whole = Buffer.from(text('a'))
  const cuts = Array.from({ length: 40 }, (_, at) => whole.subarray(at * 200_003, (at + 1) * 200_003))
  const rest = whole.subarray(40 * 200_003)
  const stdin = Readable.from([...cuts, rest].filter(({ length }) => length > 0))
  await using from = reading(['-'], { stdin })
  expect(await accountsOf(from, 0)).toEqual(Array.from({ length: LINES }, (_, at) => `a${at % 7}`))
}, 60_000)

test('a log that is not there fails when its turn comes, with its code', async () => {
  await using from = reading([file('there.jsonl', text('a')), join(folder, 'missing.jsonl')])
  expect(await from.next(0)).toBeDefined()
  await expect(from.next(1)).rejects.toMatchObject({ code: 'input-not-found' })
}, 60_000)

test('whoever waits is told when the reading is stopped', async () => {
  const stop = new AbortController()
  const stdin = new Readable({ read: () => {} })
  await using from = reading(['-'], { stdin, signal: stop.signal })
  const waiting = from.next(0)
  stop.abort()
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
}, 60_000)
