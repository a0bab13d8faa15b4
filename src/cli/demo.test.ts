import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { saveFindings } from '../store/embedded/findings.ts'
import { againstTruth } from './demo/against-truth.ts'
import { portcullis } from './testing/terminal.ts'

let cwd = ''
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'demo-'))
})
afterEach(() => rm(cwd, { recursive: true }))

const read = (name: string) => readFile(join(cwd, name))

test('--write makes a log and its truth, the same for the same seed', async () => {
  const first = await portcullis(['demo', '--write', 'a', '--scenario', 'tiny', '--seed', '3'], { cwd })
  const second = await portcullis(['demo', '--write', 'b', '--scenario', 'tiny', '--seed', '3'], { cwd })
  expect([first.code, second.code]).toEqual([0, 0])
  expect(await read('a/truth.json')).toEqual(await read('b/truth.json'))
  expect(gunzipSync(await read('a/log.jsonl.gz'))).toEqual(gunzipSync(await read('b/log.jsonl.gz')))
})

test('the demo hunts what it makes, saves the findings and says what to type next', async () => {
  const { code, out } = await portcullis(['demo', '--scenario', 'tiny', '--seed', '7'], { cwd })
  expect(code).toBe(0)
  for (const fact of [
    '3 campaigns of 78 accounts hidden in',
    '▲ c_',
    'Against the truth',
    'portcullis explain c_',
  ])
    expect(out).toContain(fact)
  const id = /portcullis explain (c_\w+)/.exec(out)?.[1] ?? ''
  expect((await portcullis(['explain', id], { cwd })).out).toContain(`Campaign ${id}`)
  const lines = zstdDecompressSync(await read('portcullis-data/demo/log.jsonl.zst'))
    .toString()
    .trimEnd()
    .split('\n')
  expect(out).toContain(`in ${lines.length.toLocaleString('en-US')} exchanges`)
})

test('--json has the report and the verdict', async () => {
  const { out } = await portcullis(['demo', '--scenario', 'tiny', '--json'], { cwd })
  const played = JSON.parse(out)
  expect(played.report.exchanges).toBeGreaterThan(5_000)
  expect(played.verdict).toMatchObject({ campaigns: 3, attackers: 78 })
  expect(played.verdict.benignFlagged).toBeLessThan(20)
})

test('stopping it leaves no half-written file, and earlier findings as they were', async () => {
  const store = join(cwd, 'portcullis-data')
  await saveFindings(store, { findings: 'earlier', savedAt: 1, source: 'before' })
  const stop = new AbortController()
  const playing = portcullis(['demo', '--scenario', 'small'], { cwd, signal: stop.signal })
  while (!existsSync(join(store, 'demo', 'log.jsonl.zst.part'))) await delay(20)
  await delay(100)
  stop.abort()
  const { code, err } = await playing
  expect(code).toBe(1)
  expect(err).toContain('Stopped')
  expect(await readdir(join(store, 'demo'))).toEqual([])
  expect(await readdir(join(store, 'findings'))).toHaveLength(1)
}, 120_000)

test('a store that cannot be written ends the demo with a coded line', async () => {
  await writeFile(join(cwd, 'file'), '')
  const { code, err } = await portcullis(['demo', '--scenario', 'tiny', '--store', 'file'], { cwd })
  expect(code).toBe(2)
  expect(err).toContain('portcullis: store-unwritable: ')
})

test('a scenario that does not exist is refused with the list of those that do', async () => {
  const { code, err } = await portcullis(['demo', '--scenario', 'huge'], { cwd })
  expect(code).toBe(2)
  expect(err).toMatch(/usage: .*demo, small, clean, hard, tiny/)
})

test('a seed that is no number is refused', async () => {
  expect((await portcullis(['demo', '--seed', 'x'], { cwd })).code).toBe(2)
})

test('the verdict counts a campaign as found only through groups that are mostly its own', () => {
  const accounts = (count: number, campaign: string | null) =>
    Array.from(
      { length: count },
      (_, at) => [`${campaign}${at}`, ['kind', campaign]] as [string, [string, string | null]],
    )
  const truth = {
    totals: { exchanges: 0, accounts: 30, attackers: 20 },
    campaigns: { x: { kind: 'one', accounts: 10 }, y: { kind: 'other', accounts: 10 } },
    accounts: Object.fromEntries([...accounts(10, 'x'), ...accounts(10, 'y'), ...accounts(10, null)]),
  }
  const members = (name: string, count: number) => Array.from({ length: count }, (_, at) => `${name}${at}`)
  const verdict = againstTruth(
    [{ accounts: members('x', 6) }, { accounts: [...members('y', 6), ...members('null', 4)] }],
    truth,
  )
  expect(verdict).toMatchObject({
    campaigns: 2,
    campaignsFound: 1,
    missed: ['other'],
    attackersFlagged: 12,
    benign: 10,
    benignFlagged: 4,
  })
})
