import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { scenarios } from './scenarios.ts'
import { trafficOf } from './traffic.ts'
import { lineOf, writeTraffic } from './write.ts'

const SEED = 5
let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'traffic-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('a line is the exchange under the names of the log contract', () => {
  let lines = 0
  for (const exchange of trafficOf(scenarios.tiny, SEED)) {
    const { inputTokens, outputTokens, maxTokens, reasoningSignature, ...same } = exchange
    const renamed = {
      ...same,
      input_tokens: inputTokens,
      output_tokens: outputTokens,
      max_tokens: maxTokens,
      reasoning_signature: reasoningSignature,
    }
    expect(JSON.parse(lineOf(exchange))).toEqual(JSON.parse(JSON.stringify(renamed)))
    if (++lines > 3_000) break
  }
})

test('what a person typed is escaped', () => {
  const [exchange] = trafficOf(scenarios.tiny, SEED)
  if (exchange === undefined) throw new Error('there is traffic')
  const prompt = 'a "quote", a \\ and\na line\u2028break'
  expect(JSON.parse(lineOf({ ...exchange, prompt })).prompt).toBe(prompt)
})

test('log and truth agree, in either compression', async () => {
  const written = await writeTraffic(trafficOf(scenarios.tiny, SEED), folder, { compression: 'gzip' })
  const text = gunzipSync(await readFile(written.log)).toString()
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const truth = JSON.parse(await readFile(written.truth, 'utf8'))
  expect(truth.totals).toEqual({ exchanges: lines.length, accounts: written.accounts, attackers: 78 })
  for (const [id, campaign] of Object.entries<Record<string, unknown>>(truth.campaigns)) {
    const own = lines.filter(({ account }) => truth.accounts[account][1] === id)
    expect(campaign).toMatchObject({ exchanges: own.length, first: own[0].ts, last: own.at(-1).ts })
  }
  const other = await writeTraffic(trafficOf(scenarios.tiny, SEED), folder, { compression: 'zstd' })
  expect(zstdDecompressSync(await readFile(other.log)).toString()).toBe(text)
})

test('an interrupted write leaves no log under its own name', async () => {
  const stop = new AbortController()
  const writing = writeTraffic(trafficOf(scenarios.tiny, SEED), folder, {
    compression: 'gzip',
    signal: stop.signal,
    onProgress: () => stop.abort(),
  })
  await expect(writing).rejects.toThrow()
  expect(await readdir(folder)).toEqual([])
})

test('a folder that cannot be written is a coded error', async () => {
  await writeFile(join(folder, 'file'), '')
  const writing = writeTraffic(trafficOf(scenarios.tiny, SEED), join(folder, 'file'), { compression: 'zstd' })
  await expect(writing).rejects.toMatchObject({ code: 'store-unwritable' })
})
