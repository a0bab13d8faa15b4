import { beforeAll, describe, expect, test } from 'vitest'
import type { Exchange } from './exchange.ts'
import { exchange, MONDAY, SEED, sittings, watchOf } from './exchanges.fixture.ts'
import { Observer } from './observe.ts'
import type { LookalikeKind, Report } from './report.ts'
import { parseReport } from './report-schema.ts'
import { reportOf } from './reporting.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from './time.ts'
import { Random } from './traffic/random.ts'
import { scenarios } from './traffic/scenarios.ts'
import { trafficOf } from './traffic/traffic.ts'
import { Watch } from './watch.ts'

describe('the report on tiny traffic', () => {
  const told: Exchange[] = [...trafficOf(scenarios.tiny, 1)]
  let report: Report

  beforeAll(() => {
    const watch = new Watch({ seed: SEED })
    const observer = new Observer(watch)
    for (const each of told) observer.observe(each)
    report = reportOf(watch, 3)
  })

  const of = (accounts: readonly string[]) => told.filter(({ account }) => accounts.includes(account))

  test('counts what was seen', () => {
    expect(report).toMatchObject({
      exchanges: told.length,
      accounts: new Set(told.map(({ account }) => account)).size,
      rejected: 3,
      from: told[0]?.ts,
      until: told.at(-1)?.ts,
    })
    expect(report.campaigns.length).toBeGreaterThanOrEqual(2)
  })

  test('a campaign’s exchanges, times and days are those of its accounts', () => {
    for (const { accounts, exchanges, first, last, flaggedAt, daily } of report.campaigns) {
      const own = of(accounts)
      expect(exchanges).toBe(own.length)
      expect([first, last]).toEqual([own[0]?.ts, own.at(-1)?.ts])
      expect(flaggedAt).toBeGreaterThanOrEqual(first)
      expect(daily).toHaveLength(Math.floor(last / DAY_MS) - Math.floor(first / DAY_MS) + 1)
      for (const [day, count] of daily.entries()) {
        const from = (Math.floor(first / DAY_MS) + day) * DAY_MS
        expect(count).toBe(own.filter(({ ts }) => ts >= from && ts < from + DAY_MS).length)
      }
    }
  })

  test('accounts are sorted, each once, and in one campaign only', () => {
    const all = report.campaigns.flatMap(({ accounts }) => accounts)
    expect(new Set(all).size).toBe(all.length)
    for (const { accounts } of [...report.campaigns, ...report.lookalikes])
      expect(accounts).toEqual([...accounts].sort())
  })

  test('what the accounts share is counted over them', () => {
    for (const { accounts, shared } of report.campaigns) {
      const own = of(accounts)
      const models = new Map<string, number>()
      for (const account of accounts) {
        const model = own.find((each) => each.account === account)?.model ?? ''
        models.set(model, (models.get(model) ?? 0) + 1)
      }
      const first = shared.find(({ kind }) => kind === 'first model')
      expect(first?.accounts).toBe(Math.max(...models.values()))
      expect(models.get(first?.value ?? '')).toBe(first?.accounts)
      const cards = Map.groupBy(
        accounts.flatMap((account) => own.find((each) => each.account === account)?.payment ?? []),
        (payment) => payment,
      )
      const sharers = [...cards.values()].filter(({ length }) => length >= 2).flat().length
      expect(shared.find(({ kind }) => kind === 'payment fingerprints')?.accounts).toBe(sharers)
    }
  })

  test('evidence, explanations and templates come with every campaign', () => {
    for (const { evidence, explanations, templates, objective } of report.campaigns) {
      expect(evidence.length).toBeGreaterThanOrEqual(3)
      expect(explanations.length).toBeGreaterThanOrEqual(5)
      expect(templates.every(({ text }) => text.length > 0)).toBe(true)
      expect(objective).not.toBe('')
    }
    expect(report.campaigns.some(({ templates }) => templates.length > 0)).toBe(true)
  })

  test('a saved report reads back as it was, and a damaged one does not', () => {
    const saved: unknown = JSON.parse(JSON.stringify(report))
    expect(parseReport(saved)).toEqual({ ok: true, value: report })
    expect(parseReport({ ...report, campaigns: [{ id: 'c_1' }] })).toMatchObject({ ok: false })
  })

  test('nobody is named as a look-alike twice, nor as that and as an attacker', () => {
    const named = report.lookalikes.map(({ accounts }) => accounts.join())
    expect(new Set(named).size).toBe(named.length)
    const attackers = new Set(report.campaigns.flatMap(({ accounts }) => accounts))
    for (const { accounts } of report.lookalikes)
      expect(accounts.filter((account) => attackers.has(account))).toEqual([])
  })
})

const head = 'Please act as my patient tutor and go through the following exercise with me step by step:'

/** What everybody in a class is set. */
const exercises = Array.from({ length: 18 }, (_, at) => {
  const random = Random.of(10, 'exercises', at)
  return Array.from({ length: 12 }, () => `w${random.hex(7).replace(/\d/g, 'q')}`).join(' ')
})

/** Twenty accounts of one kind, each with texts of its own behind the same opening. */
function group(
  prefix: string,
  said: (account: number, at: number) => Partial<Exchange>,
  isSystem = false,
): Exchange[] {
  return Array.from({ length: 20 }, (_, account) => {
    const random = Random.of(9, prefix, account)
    const own = () => Array.from({ length: 12 }, () => `w${random.hex(7).replace(/\d/g, 'q')}`).join(' ')
    const from = MONDAY + random.between(0, 40) * MINUTE_MS
    return sittings(3, [9, 14], 3, from).map((ts, at) =>
      exchange({
        ts,
        account: `${prefix}${account}`,
        ip: `198.51.${account}.${prefix.length}`,
        ua: `browser ${prefix}${account}`,
        created: MONDAY - random.between(1, 900) * DAY_MS,
        payment: `p_${prefix}${account}`,
        prompt: isSystem ? own() : `${head} ${own()}`,
        ...(isSystem && { system: head }),
        ...said(account, at),
      }),
    )
  }).flat()
}

test.each<[LookalikeKind, Exchange[]]>([
  [
    'class',
    group('class', (_, at) => ({ ip: '203.0.113.7', payment: '', prompt: `${head} ${exercises[at]}` })),
  ],
  ['company', group('company', () => ({ org: 'org_1' }))],
  ['fans', group('fans', () => ({}), true)],
  [
    'promotion',
    group('promotion', (account) => ({ payment: '', created: MONDAY - DAY_MS + account * HOUR_MS })),
  ],
])('a %s that repeats one wording is named as what it is', (kind, told) => {
  const report = reportOf(watchOf(told), 0)
  expect(report.campaigns).toEqual([])
  expect(report.lookalikes.map((each) => [each.kind, each.accounts.length, each.exchanges])).toEqual([
    [kind, 20, told.length],
  ])
})

test('a report on nothing is empty', () => {
  expect(reportOf(new Watch({ seed: SEED }), 0)).toEqual({
    exchanges: 0,
    accounts: 0,
    rejected: 0,
    from: undefined,
    until: undefined,
    campaigns: [],
    lookalikes: [],
    considered: [],
  })
})
