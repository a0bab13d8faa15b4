import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import * as v from 'valibot'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { scoreHunt, type Truth, truthSchema } from '../../bench/score.ts'
import { scenarios } from '../../src/watch/traffic/scenarios.ts'
import { trafficOf } from '../../src/watch/traffic/traffic.ts'
import { writeTraffic } from '../../src/watch/traffic/write.ts'
import { type Ended, portcullisProcess } from './binary.ts'

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1))
const whole = v.pipe(v.number(), v.integer(), v.minValue(0))
/** Contract C2. */
const contract = v.object({
  exchanges: whole,
  accounts: whole,
  rejected: whole,
  seconds: v.pipe(v.number(), v.gtValue(0)),
  peakRssMiB: v.pipe(v.number(), v.gtValue(0)),
  campaigns: v.array(
    v.object({
      id: v.pipe(v.string(), v.minLength(1)),
      score: share,
      accounts: v.pipe(v.array(v.string()), v.minLength(1)),
      exchanges: whole,
      first: whole,
      last: whole,
      flaggedAt: whole,
      objective: v.picklist(['reasoning', 'grading', 'coding', 'tools', 'instructions', 'other']),
      evidence: v.pipe(
        v.array(
          v.object({
            signal: v.string(),
            strength: share,
            falsePositiveRate: share,
            summary: v.string(),
            accounts: whole,
          }),
        ),
        v.minLength(1),
      ),
    }),
  ),
})

let folder: string
let log: string
let truth: Truth
let complete: Ended

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portcullis-hunt-'))
  const written = await writeTraffic(trafficOf(scenarios.tiny, 7), folder, { compression: 'gzip' })
  log = written.log
  truth = v.parse(truthSchema, JSON.parse(await readFile(written.truth, 'utf8')))
  complete = await hunt(log)
})
afterAll(async () => await rm(folder, { recursive: true, force: true }))

async function hunt(...argv: string[]): Promise<Ended> {
  return await portcullisProcess({ cwd: folder }, 'hunt', ...argv, '--json', '--no-save')
}

function answerOf({ out }: Ended) {
  return v.parse(contract, JSON.parse(out))
}

test('a hunt over labelled traffic writes one JSON object and finds campaigns, and hardly anybody else', () => {
  expect(complete.code).toBe(0)
  expect(complete.out.trimEnd().split('\n')).toHaveLength(1)
  const answer = answerOf(complete)
  expect(answer.accounts).toBe(Object.keys(truth.accounts).length)
  expect(answer.rejected).toBe(0)
  for (const { first, last, flaggedAt } of answer.campaigns) {
    expect(first).toBeLessThan(last)
    expect(flaggedAt).toBeGreaterThanOrEqual(first)
  }
  const score = scoreHunt(answer.campaigns, truth)
  expect(score.found).toBeGreaterThan(0)
  expect(score.benignFlagged / score.benign).toBeLessThan(0.01)
})

test('the answer does not depend on how many threads read', async () => {
  const [one, three] = await Promise.all([hunt(log, '--workers', '1'), hunt(log, '--workers', '3')])
  expect(answerOf(one).campaigns).toEqual(answerOf(complete).campaigns)
  expect(answerOf(three).campaigns).toEqual(answerOf(complete).campaigns)
})

test('nor on whether the log came in one file or in many', async () => {
  const lines = gunzipSync(await readFile(log))
    .toString('utf8')
    .trimEnd()
    .split('\n')
  const third = Math.ceil(lines.length / 3)
  const parts = [0, 1, 2].map((at) => join(folder, `part-${at}.jsonl.gz`))
  for (const [at, part] of parts.entries())
    await writeFile(part, gzipSync(`${lines.slice(at * third, (at + 1) * third).join('\n')}\n`))
  expect(answerOf(await hunt(...parts.toReversed())).campaigns).toEqual(answerOf(complete).campaigns)
})

test('--until looks at nothing later', async () => {
  const { exchanges, campaigns } = answerOf(complete)
  const until = Math.max(...campaigns.map(({ flaggedAt }) => flaggedAt))
  const earlier = answerOf(await hunt(log, '--until', String(until)))
  expect(earlier.exchanges).toBeGreaterThan(0)
  expect(earlier.exchanges).toBeLessThan(exchanges)
  for (const { last, flaggedAt } of earlier.campaigns) {
    expect(last).toBeLessThanOrEqual(until)
    expect(flaggedAt).toBeLessThanOrEqual(until)
  }
})

test('a log without campaigns is no failure', async () => {
  const lines = gunzipSync(await readFile(log))
    .toString('utf8')
    .split('\n')
  const benign = lines.filter((line) => line !== '' && truth.accounts[JSON.parse(line).account]?.[1] === null)
  const quiet = join(folder, 'quiet.jsonl')
  await writeFile(quiet, `${benign.slice(0, 50).join('\n')}\n`)
  const ended = await hunt(quiet)
  expect(ended.code).toBe(0)
  expect(answerOf(ended)).toMatchObject({ exchanges: 50, campaigns: [] })
})

test('unusable input ends with 2, a coded line on standard error and nothing on standard output', async () => {
  const aDirectory = join(folder, 'directory')
  await mkdir(aDirectory)
  const cases: [arguments_: string[], code: string][] = [
    [[], 'usage'],
    [['--no-such-option', log], 'usage'],
    [[join(folder, 'nowhere.jsonl')], 'input-not-found'],
    [[aDirectory], 'input-is-directory'],
  ]
  for (const [argv, code] of cases) {
    const ended = await hunt(...argv)
    expect([argv, ended.code, ended.out]).toEqual([argv, 2, ''])
    expect(ended.err).toMatch(new RegExp(`^portcullis: ${code}: `, 'm'))
  }
})
