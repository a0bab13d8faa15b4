import { spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { storedInputs } from '../../store/embedded/import-store.ts'
import { exchangesOf } from './exchange-adapter.ts'
import { type ImportOptions, importLogs } from './importing.ts'
import { Pseudonyms } from './pseudonyms.ts'
import { readSource } from './source.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portcullis-import-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const T = 1_780_000_000_000
const MINUTE = 60_000

function exchange(at: number, more: object = {}): string {
  const person = { account: `a_${at % 7}`, key: `k_${at % 7}`, ip: `192.0.2.${at % 200}` }
  return JSON.stringify({
    ...{ ts: T + at * 1000, id: `x_${at}`, ...person, model: 'm', status: 200, prompt: `number ${at}` },
    ...more,
  })
}

function log(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, at) => `${exchange(from + at)}\n`).join('')
}

function file(name: string, bytes: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

async function run(paths: readonly string[], options: Partial<ImportOptions> = {}) {
  const reports = await importLogs(paths, {
    directory: join(folder, 'store'),
    stdin: Readable.from([]),
    signal: new AbortController().signal,
    ...options,
  })
  return reports.map(({ outcome, exchanges, rejected, warnings }) => ({
    outcome,
    exchanges,
    rejected,
    warnings,
  }))
}

/** Every exchange the store holds, read the way a hunt reads it. */
async function stored(): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = []
  for (const path of storedInputs(join(folder, 'store')))
    for await (const piece of readSource(path)) {
      if (piece.kind === 'rejection') throw new Error(piece.rejection.reason)
      for (const entry of exchangesOf(piece)) if (entry.kind === 'exchange') found.push({ ...entry.record })
    }
  return found
}

const ids = async () => (await stored()).map(({ id }) => id)
const idsOf = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => `x_${from + at}`)

test('exchanges arrive in the store whole, unknown fields included, and can be hunted over', async () => {
  const path = file('a.jsonl', `${exchange(0, { region: 'eu' })}\n${exchange(1)}\n`)
  expect(await run([path])).toEqual([{ outcome: 'imported', exchanges: 2, rejected: {}, warnings: {} }])
  expect((await stored())[0]).toEqual(JSON.parse(exchange(0, { region: 'eu' })))
})

test('importing again reads nothing again: the same file, renamed, compressed, or from a pipe', async () => {
  const text = log(0, 3000)
  const path = file('a.jsonl', text)
  await run([path])
  expect((await run([path]))[0]?.outcome).toBe('unchanged')
  renameSync(path, join(folder, 'a.jsonl.1'))
  expect((await run([join(folder, 'a.jsonl.1')]))[0]?.outcome).toBe('unchanged')
  expect((await run([file('a.jsonl.2.gz', gzipSync(text))]))[0]?.outcome).toBe('unchanged')
  expect((await run(['-'], { stdin: Readable.from([Buffer.from(text)]) }))[0]?.outcome).toBe('unchanged')
  expect(await ids()).toEqual(idsOf(0, 3000))
})

test('a file that grew is read on, also when its last line was still being written', async () => {
  const whole = log(0, 3000)
  const path = file('a.jsonl', whole.slice(0, -40))
  expect(await run([path])).toEqual([
    { outcome: 'imported', exchanges: 2999, rejected: { 'line-unfinished': 1 }, warnings: {} },
  ])
  appendFileSync(path, whole.slice(-40) + log(3000, 3100))
  expect(await run([path])).toEqual([{ outcome: 'continued', exchanges: 3100, rejected: {}, warnings: {} }])
  expect(await ids()).toEqual(idsOf(0, 3100))
})

test('a compressed file cut short is read on once it is whole', async () => {
  for (const [name, pack] of [['a.gz', gzipSync] as const, ['a.zst', zstdCompressSync] as const]) {
    const bytes = pack(log(name === 'a.gz' ? 0 : 5000, name === 'a.gz' ? 5000 : 10_000))
    const path = file(name, bytes.subarray(0, bytes.length / 2))
    expect((await run([path]))[0]?.rejected).toEqual({ 'input-truncated': 1 })
    writeFileSync(path, bytes)
    expect(await run([path])).toEqual([{ outcome: 'continued', exchanges: 5000, rejected: {}, warnings: {} }])
  }
  expect((await ids()).sort()).toEqual(idsOf(0, 10_000).sort())
})

test('another log under a known name, or with a known start, is imported as what it is', async () => {
  const path = file('a.jsonl', log(0, 10))
  await run([path])
  writeFileSync(path, log(100, 120))
  expect((await run([path]))[0]).toMatchObject({ outcome: 'imported', exchanges: 20 })
  const long = file('long.jsonl', log(200, 40_200))
  await run([long])
  // Two blocks in, one character differs.
  const other = log(200, 40_200).replace('"prompt":"number 20000"', '"prompt":"number 2000X"')
  expect((await run([file('other.jsonl', other)]))[0]).toMatchObject({
    outcome: 'imported',
    rejected: { 'duplicate-id': 40_000 },
  })
})

test('an id seen before is a counted rejection', async () => {
  const path = file('a.jsonl', `${exchange(1)}\n${exchange(2)}\n${exchange(1)}\n`)
  expect((await run([path]))[0]).toMatchObject({ exchanges: 2, rejected: { 'duplicate-id': 1 } })
  expect((await run([file('b.jsonl', `${exchange(2)}\n`)]))[0]).toMatchObject({
    rejected: { 'duplicate-id': 1 },
  })
})

test('bad input is counted line by line with file, line and reason, and nothing else is lost', async () => {
  const lines = [
    Buffer.from(exchange(0)),
    Buffer.from('{"ts":'),
    Buffer.from(exchange(1, { ts: 5 })),
    Buffer.from(exchange(2, { ua: 'caf\u00e9' }), 'latin1'),
    Buffer.from(exchange(3, { prompt: '\u0000' }).replace('\\u0000', '\u0000')),
    Buffer.alloc(17 * 1024 * 1024, 0x20),
    Buffer.from(exchange(4).replace(/}$/, `,"deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)),
    Buffer.from(exchange(5, { ts: T + 90 * 24 * 60 * MINUTE })),
    Buffer.from(exchange(6)),
    Buffer.from(exchange(7)),
  ]
  const path = file('bad.jsonl', Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])))
  const [report] = await importLogs([path], {
    directory: join(folder, 'store'),
    stdin: Readable.from([]),
    signal: new AbortController().signal,
  })
  expect(report?.examples.map(({ file: name, line, reason }) => [name, line, reason])).toEqual([
    [path, 2, 'json-malformed'],
    [path, 3, 'ts-out-of-range'],
    [path, 5, 'json-malformed'],
    [path, 6, 'line-too-long'],
  ])
  expect(report?.warnings).toEqual({ 'clock-jump': 1, 'encoding-mended': 1 })
  expect(await ids()).toEqual(['x_0', 'x_2', 'x_4', 'x_5', 'x_6', 'x_7'])
})

test('strict stops at the first line that cannot be taken and says which', async () => {
  const path = file('a.jsonl', `${exchange(1)}\n{\n${exchange(2)}\n`)
  await expect(run([path], { isStrict: true })).rejects.toMatchObject({
    code: 'input-rejected',
    message: `${path}:2: json-malformed`,
  })
  expect((await run([path]))[0]).toMatchObject({ exchanges: 2, rejected: { 'json-malformed': 1 } })
  expect(await ids()).toEqual(['x_1', 'x_2'])
})

test('segments are sealed by size and handed out by time, also when older logs come later', async () => {
  const late = file('late.jsonl', log(100_000, 100_500))
  const early = file('early.jsonl', log(0, 500))
  await run([late, early], { segmentCharacters: 20_000 })
  expect(storedInputs(join(folder, 'store')).length).toBeGreaterThan(1)
  expect(await ids()).toEqual([...idsOf(0, 500), ...idsOf(100_000, 100_500)])
})

test('a second import into the same store is refused while the first runs', async () => {
  const stdin = new Readable({ read() {} })
  stdin.push(log(0, 100))
  const first = run(['-'], { stdin })
  await delay(50)
  await expect(run([file('a.jsonl', log(0, 1))])).rejects.toMatchObject({ code: 'store-locked' })
  stdin.push(null)
  await first
})

test('an interrupted import keeps what it has read and goes on from there', async () => {
  const path = file('a.jsonl', log(0, 40_000))
  const stop = new AbortController()
  const interrupted = run([path], { signal: stop.signal, onProgress: () => stop.abort() })
  await expect(interrupted).rejects.toMatchObject({ code: 'import-interrupted' })
  const kept = (await ids()).length
  expect(kept).toBeGreaterThan(0)
  expect(kept).toBeLessThan(40_000)
  expect((await run([path]))[0]?.outcome).toBe('continued')
  expect(await ids()).toEqual(idsOf(0, 40_000))
})

test('pseudonyms hide who and keep who is who; one store holds to one key', async () => {
  const pseudonyms = new Pseudonyms(Buffer.from('0123456789abcdef'))
  const path = file(
    'a.jsonl',
    `${exchange(0, { email: 'who@example.com' })}\n${exchange(7)}\n${exchange(1)}\n`,
  )
  await run([path], { pseudonyms })
  const [a, b, c] = await stored()
  expect(a?.account).toMatch(/^a_[0-9a-f]{24}$/)
  expect(a?.account).toBe(b?.account)
  expect(a?.account).not.toBe(c?.account)
  expect(JSON.stringify([a, b, c])).not.toMatch(/example|192\.0\.2|"a_\d"/)
  await expect(run([file('b.jsonl', log(10, 11))])).rejects.toMatchObject({ code: 'import-key-changed' })
})

// Each run is killed some milliseconds after it has read a few blocks: in the middle of reading, of sealing a
// segment, between its name and the manifest, or just after.
test.each([1, 3])(
  'killed again and again, an import loses nothing and doubles nothing (seed %i)',
  async (seed) => {
    const rows = 40_000
    file('a.jsonl.gz', gzipSync(log(0, rows), { level: 1 }))
    // The end of b repeats ids of a: what counts as a duplicate must survive the kills too.
    file('b.jsonl', `${log(rows, 2 * rows)}${log(rows - 2000, rows)}{broken\n`)
    const paths = [join(folder, 'a.jsonl.gz'), join(folder, 'b.jsonl')]
    let random = seed
    let kills = 0
    const draw = (below: number) => {
      random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0
      return (random >>> 8) % below
    }
    while (await isKilled(paths, { blocks: draw(3), delayMs: draw(40) })) {
      kills += 1
      const seen = await ids()
      expect(new Set(seen).size).toBe(seen.length)
    }
    expect(kills).toBeGreaterThan(2)
    const [a, b] = await run(paths)
    expect(a?.exchanges).toBe(rows)
    expect(b).toMatchObject({ exchanges: rows, rejected: { 'duplicate-id': 2000, 'json-malformed': 1 } })
    expect(await ids()).toEqual(idsOf(0, 2 * rows))
    expect(readdirSync(join(folder, 'store', 'import', 'segments')).length).toBe(
      storedInputs(join(folder, 'store')).length,
    )
  },
  120_000,
)

/** Starts an import and kills it a while after its `blocks`th block; false when it was done before that. */
async function isKilled(
  paths: readonly string[],
  { blocks, delayMs }: { blocks: number; delayMs: number },
): Promise<boolean> {
  const script = fileURLToPath(new URL('./import-once.fixture.ts', import.meta.url))
  const child = spawn(process.execPath, [script, join(folder, 'store'), ...paths], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let seen = 0
  child.stdout.on('data', (marks: Buffer) => {
    const before = seen
    seen += marks.length
    if (before <= blocks && seen > blocks) setTimeout(() => child.kill('SIGKILL'), delayMs)
  })
  const code = await new Promise<number | null>((resolve) => child.on('exit', (exit) => resolve(exit)))
  expect([0, null]).toContain(code)
  return code === null
}
