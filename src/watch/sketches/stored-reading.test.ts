import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exchange, SEED } from '../exchanges.fixture.ts'
import { Random } from '../traffic/random.ts'
import { Reading } from './reading.ts'
import { field, tsOf } from './record.ts'
import { sketchedLogs, sketchPath } from './stored-reading.ts'

const folder = mkdtempSync(join(tmpdir(), 'portcullis-stored-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Four blocks of a megabyte. */
const LINES = 5_000
const TIME_LIMIT_MS = 120_000
const log = join(folder, 'log.jsonl')
let expected: Read

beforeAll(async () => {
  writeFileSync(log, lines(0, LINES))
  expected = await read(log)
  expect(expected.exchanges).toHaveLength(LINES - 1)
  expect(expected.rejections).toEqual([['json-malformed', 3]])
}, TIME_LIMIT_MS)

function lines(from: number, to: number): string {
  let text = ''
  for (let at = from; at < to; at++) {
    const account = `a${at % 89}`
    const { ts, key, model, status } = exchange({ account })
    const prompt = `${`question ${at} about something of its own and long enough `.repeat(15)}end`
    const record = { ts: ts + at, id: `${at}`, account, key, model, status, ua: `client${at % 5}`, prompt }
    text += at === 2 ? 'not json\n' : `${JSON.stringify(record)}\n`
  }
  return text
}

type Read = {
  readonly exchanges: readonly string[]
  readonly rejections: readonly (readonly [reason: string, line: number])[]
}

/** Everything an exchange's record says, under the names its numbers stand for. */
async function read(path: string, sketches?: string, isReplay = false, seed = SEED): Promise<Read> {
  await using from = Reading.open({
    paths: [path],
    workers: 2,
    seed,
    input: {},
    ...(sketches !== undefined && { sketches: { directory: sketches, isReplay } }),
  })
  const exchanges: string[] = []
  const rejections: [string, number][] = []
  for (let piece = await from.next(0); piece; piece = await from.next(0)) {
    for (const { reason, line } of piece.rejections) rejections.push([reason, line])
    if (!piece.records) continue
    const { records, tables } = piece
    for (let at = 0; at < records.length; at += records[at + field.length] ?? records.length) {
      const named = (['account', 'client', 'plan', 'model'] as const).map(
        (kind) => tables[kind].names[records[at + field[kind]] ?? 0] ?? '',
      )
      const rest = records.subarray(at + field.whole, at + (records[at + field.length] ?? 0))
      exchanges.push(`${tsOf(records, at)} ${named.join()} ${rest.join()}`)
    }
  }
  return { exchanges, rejections }
}

/** A directory with the sketches of the whole log. */
async function sketched(name: string): Promise<string> {
  const directory = join(folder, name)
  expect(await read(log, directory)).toEqual(expected)
  return directory
}

test(
  'a log is read from its sketches as it was read, with or without the log itself',
  async () => {
    const directory = await sketched('twice')
    const before = readFileSync(sketchPath(directory, log))
    expect(await read(log, directory)).toEqual(expected)
    expect(await read(log, directory, true)).toEqual(expected)
    expect(readFileSync(sketchPath(directory, log)).equals(before)).toBe(true)
    expect(sketchedLogs(directory)).toEqual([log])
  },
  TIME_LIMIT_MS,
)

test(
  'wherever a run was cut off, the next one goes on and reads the same',
  async () => {
    const whole = sketchPath(await sketched('cut'), log)
    const size = statSync(whole).size
    const random = Random.of(1, 'cut')
    for (const share of [0.02, 0.999, ...Array.from({ length: 4 }, () => random.next())]) {
      const directory = join(folder, `cut-${share}`)
      expect(await read(log, directory)).toEqual(expected)
      truncateSync(sketchPath(directory, log), Math.max(200, Math.floor(share * size)))
      await expect(read(log, directory, true)).rejects.toMatchObject({ code: 'sketches-unusable' })
      expect(await read(log, directory)).toEqual(expected)
      expect(await read(log, directory, true)).toEqual(expected)
    }
  },
  TIME_LIMIT_MS,
)

test(
  'of a log that has grown only what is new is sketched, and a last line that was cut is read whole',
  async () => {
    const growing = join(folder, 'growing.jsonl')
    const directory = join(folder, 'growing')
    const text = lines(0, LINES)
    const cut = text.indexOf('\n', text.length / 2) + 40
    writeFileSync(growing, text.slice(0, cut))
    const half = await read(growing, directory)
    expect(half.rejections.map(([reason]) => reason)).toEqual(['json-malformed', 'line-unfinished'])
    const kept = readFileSync(sketchPath(directory, growing))
    appendFileSync(growing, text.slice(cut))
    expect(await read(growing, directory)).toEqual(expected)
    const grown = readFileSync(sketchPath(directory, growing))
    expect(grown.subarray(0, kept.length / 2).equals(kept.subarray(0, kept.length / 2))).toBe(true)
    expect(await read(growing, directory, true)).toEqual(expected)
  },
  TIME_LIMIT_MS,
)

test(
  'a log that is another one now is not taken for the one that was sketched',
  async () => {
    const changing = join(folder, 'changing.jsonl')
    const directory = join(folder, 'changing')
    writeFileSync(changing, lines(0, LINES))
    await read(changing, directory)
    writeFileSync(changing, lines(1_000, 2 * LINES))
    await expect(read(changing, directory)).rejects.toMatchObject({ code: 'input-changed' })
  },
  TIME_LIMIT_MS,
)

test(
  'a damaged byte is found, wherever it stands, and the message names the file',
  async () => {
    const directory = await sketched('damaged')
    const path = sketchPath(directory, log)
    const copy = join(folder, 'undamaged')
    copyFileSync(path, copy)
    const random = Random.of(2, 'damage')
    for (let round = 0; round < 8; round++) {
      const bytes = readFileSync(copy)
      const at = 60 + Math.floor(random.next() * (bytes.length - 400))
      bytes[at] = (bytes[at] ?? 0) ^ 0x40
      writeFileSync(path, bytes)
      const reading = read(log, directory, true)
      await expect(reading).rejects.toMatchObject({ code: 'sketches-unusable' })
      await expect(reading).rejects.toThrow(path)
    }
  },
  TIME_LIMIT_MS,
)

test(
  'sketches made under another secret are refused',
  async () => {
    const directory = await sketched('secret')
    await expect(read(log, directory, false, SEED + 1)).rejects.toMatchObject({ code: 'sketches-unusable' })
    expect(readdirSync(directory).filter((name) => name.endsWith('.sketch'))).toHaveLength(1)
  },
  TIME_LIMIT_MS,
)
