import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { SEED } from '../exchanges.fixture.ts'
import { hunt } from '../hunt.ts'
import type { Report } from '../report.ts'
import type { Scenario } from '../traffic/scenario.ts'
import { scenarios } from '../traffic/scenarios.ts'
import { trafficOf } from '../traffic/traffic.ts'
import { lineOf } from '../traffic/write.ts'
import { accountShard, featureShard, SHARDS } from './partition-messages.ts'

const TIME_LIMIT_MS = 300_000
const scenario: Scenario = {
  ...scenarios.tiny,
  benign: scenarios.tiny.benign.map((plan) => ({ ...plan, groups: Math.ceil(plan.groups / 3) })),
}
const folder = mkdtempSync(join(tmpdir(), 'portcullis-partitions-'))
afterAll(() => rmSync(folder, { recursive: true }))

function log(seed: number): string {
  const path = join(folder, `${seed}.jsonl`)
  writeFileSync(path, [...trafficOf(scenario, seed)].map((each) => `${lineOf(each)}\n`).join(''))
  return path
}

async function found(path: string, partitions?: number): Promise<Report> {
  const { report } = await hunt([path], {
    seed: SEED,
    workers: 1,
    ...(partitions !== undefined && { partitions }),
  })
  return report
}

function digest(report: Report): string {
  return createHash('sha256').update(JSON.stringify(report)).digest('hex')
}

test(
  'whatever the traffic, one partition, two, four and eight find the same, by SHA-256',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 10_000 }), async (seed) => {
        const path = log(seed)
        const one = await found(path, 1)
        expect(one.campaigns.length).toBeGreaterThan(0)
        for (const partitions of [2, 4, 8]) expect(digest(await found(path, partitions))).toBe(digest(one))
      }),
      { seed: 5, numRuns: 2 },
    )
  },
  TIME_LIMIT_MS,
)

test(
  'a divided watch finds what an undivided one finds, but for when it looked and the texts it kept by then',
  async () => {
    const path = log(7)
    const campaigns = ({ campaigns: all }: Report) =>
      all.map(({ id: _, flaggedAt: __, templates: ___, ...rest }) => rest).sort((a, b) => a.first - b.first)
    const [divided, whole] = [await found(path, 3), await found(path)]
    expect(campaigns(divided)).toEqual(campaigns(whole))
    expect(divided.lookalikes).toEqual(whole.lookalikes)
    expect(divided.considered?.map(({ readings }) => readings)).toEqual(
      whole.considered?.map(({ readings }) => readings),
    )
  },
  TIME_LIMIT_MS,
)

test('hashes that differ in a few bits are spread over all shards', () => {
  for (const shardOf of [accountShard, featureShard]) {
    const counts = new Array<number>(SHARDS).fill(0)
    for (let hash = 0; hash < 16_000; hash++) counts[shardOf(hash)] = (counts[shardOf(hash)] ?? 0) + 1
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(300)
  }
})
