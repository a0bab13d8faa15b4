import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { storedInputs, storedSeed } from '../../store/embedded/import-store.ts'
import { hunt } from '../hunt.ts'
import { scenarios } from '../traffic/scenarios.ts'
import { trafficOf } from '../traffic/traffic.ts'
import { lineOf } from '../traffic/write.ts'
import { type ImportOptions, importLogs } from './importing.ts'

const folder = mkdtempSync(join(tmpdir(), 'portcullis-store-hunt-'))
afterAll(() => rmSync(folder, { recursive: true }))

let lines: string[] = []
beforeAll(() => {
  lines = [...trafficOf(scenarios.tiny, 7)].map((exchange) => lineOf(exchange).trimEnd())
})

function file(name: string, part: readonly string[]): string {
  const path = join(folder, name)
  writeFileSync(path, `${part.join('\n')}\n`)
  return path
}

async function found(inputs: readonly string[], seed: number) {
  const { report } = await hunt(inputs, { seed })
  return {
    exchanges: report.exchanges,
    accounts: report.accounts,
    campaigns: report.campaigns.map(({ id, accounts, flaggedAt, evidence }) => ({
      ...{ id, accounts, flaggedAt },
      evidence: evidence.map(({ signal, strength }) => [signal, strength]),
    })),
  }
}

async function imported(name: string, paths: readonly string[], options: Partial<ImportOptions> = {}) {
  const directory = join(folder, name)
  const signal = new AbortController().signal
  await importLogs(paths, {
    directory,
    stdin: Readable.from([]),
    signal,
    segmentCharacters: 400_000,
    ...options,
  })
  return { inputs: storedInputs(directory), seed: storedSeed(directory) ?? 0 }
}

test('a hunt finds the same in one log, in the same log cut into files, and in a store', async () => {
  const whole = file('whole.jsonl', lines)
  const third = Math.ceil(lines.length / 3)
  const parts = [0, 1, 2].map((at) => file(`part${at}.jsonl`, lines.slice(at * third, (at + 1) * third)))
  const store = await imported('with-text', [...parts].reverse())
  expect(store.inputs.length).toBeGreaterThan(3)
  const expected = await found([whole], store.seed)
  expect(expected.campaigns.length).toBeGreaterThan(0)
  expect(await found([...parts].reverse(), store.seed)).toEqual(expected)
  expect(await found(store.inputs, store.seed)).toEqual(expected)
}, 120_000)

test('a store without texts shows the same campaigns, and still explains them', async () => {
  const whole = file('whole.jsonl', lines)
  const store = await imported('without-text', [whole], { isTextless: true })
  expect(await found(store.inputs, store.seed)).toEqual(await found([whole], store.seed))
  const { report } = await hunt(store.inputs, { seed: store.seed })
  expect(report.campaigns.some(({ templates }) => templates.some(({ text }) => text.length > 40))).toBe(true)
}, 120_000)
