import { beforeAll, describe, expect, test } from 'vitest'
import { every, exchange, MONDAY, SEED } from './exchanges.fixture.ts'
import { Observer } from './observe.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from './time.ts'
import type { Scenario } from './traffic/scenario.ts'
import { scenarios } from './traffic/scenarios.ts'
import { type Traffic, trafficOf } from './traffic/traffic.ts'
import { type Raised, Watch } from './watch.ts'

type Look = { readonly at: number; readonly raised: readonly Raised[] }

/** All sweeps over the traffic, the last at its end. */
function story(scenario: Scenario, seed: number) {
  const traffic = trafficOf(scenario, seed)
  const looks: Look[] = []
  const watch = new Watch({ seed: SEED, onSweep: (_, raised, at) => looks.push({ at, raised }) })
  const observer = new Observer(watch)
  for (const each of traffic) observer.observe(each)
  watch.sweep(watch.until ?? 0)
  return { traffic, watch, looks }
}

type Story = ReturnType<typeof story>

/** How many of the group's accounts belong to what: campaigns by name, tenants by kind. */
function makeup(
  { watch, traffic }: { watch: Watch; traffic: Traffic },
  { group }: Raised,
): Map<string, number> {
  const counts = new Map<string, number>()
  for (const index of group.members) {
    const truth = traffic.truth.get(watch.accounts.names[index] ?? '')
    const name = truth?.campaign ?? truth?.kind ?? 'nobody'
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return counts
}

/** Half of either in the other. */
function isSame({ group: a }: Raised, { group: b }: Raised): boolean {
  const both = a.members.filter((index) => b.members.includes(index)).length
  return both >= 0.5 * Math.min(a.members.length, b.members.length)
}

const seeds = [1, 2, 3]

test.each(seeds)('among benign tenants nothing is raised at any sweep (seed %i)', (seed) => {
  const { looks } = story({ ...scenarios.tiny, campaigns: [] }, seed)
  expect(looks.length).toBeGreaterThan(5)
  expect(looks.flatMap(({ raised }) => raised.map(({ id, score }) => ({ id, score })))).toEqual([])
})

/** Campaigns of few exchanges; the parts of one are seen together at some sweeps and apart at others. */
const parts: Scenario = {
  ...scenarios.tiny,
  campaigns: scenarios.small.campaigns
    .filter(({ id }) => ['balanced', 'twin', 'replay'].includes(id))
    .map((plan) => ({ ...plan, accounts: plan.id === 'balanced' ? 36 : 24, volume: 50 })),
}

describe.each<[string, Scenario, number]>([
  ...seeds.map((seed): [string, Scenario, number] => ['tiny', scenarios.tiny, seed]),
  ['parts', parts, 2],
])('%s traffic with campaigns', (name, scenario, seed) => {
  let told: Story
  beforeAll(() => {
    told = story(scenario, seed)
  })

  test(`at least half of the campaigns are found, each group of one campaign (seed ${seed})`, () => {
    const found = new Set<string>()
    const { raised } = told.looks.at(-1) ?? { raised: [] }
    for (const each of raised) {
      const [[campaign, count] = ['', 0]] = [...makeup(told, each)].sort((a, b) => b[1] - a[1])
      expect(count, `${name} ${campaign}`).toBeGreaterThanOrEqual(0.8 * each.group.members.length)
      expect(scenario.campaigns.map(({ id }) => id)).toContain(campaign)
      found.add(campaign)
    }
    expect(found.size).toBeGreaterThanOrEqual(scenario.campaigns.length / 2)
  })

  test(`whoever is raised is an attacker, at every sweep, but one in ten (seed ${seed})`, () => {
    for (const { raised } of told.looks)
      for (const each of raised) {
        const attackers = scenario.campaigns.reduce(
          (sum, { id }) => sum + (makeup(told, each).get(id) ?? 0),
          0,
        )
        expect(attackers).toBeGreaterThanOrEqual(0.9 * each.group.members.length)
      }
  })

  test(`no account is raised twice at one sweep, nor two campaigns under one id (seed ${seed})`, () => {
    for (const { raised } of told.looks) {
      const accounts = raised.flatMap(({ group }) => group.members)
      expect(new Set(accounts).size).toBe(accounts.length)
      expect(new Set(raised.map(({ id }) => id)).size).toBe(raised.length)
    }
  })

  test(`a campaign keeps its id and when it was first raised (seed ${seed})`, () => {
    let kept = 0
    for (const [at, { raised }] of told.looks.entries()) {
      const pairs = (told.looks[at - 1]?.raised ?? []).flatMap((earlier) =>
        raised.filter((later) => isSame(earlier, later)).map((later) => ({ earlier, later })),
      )
      for (const { earlier, later } of pairs) {
        expect(later.flaggedAt).toBeLessThanOrEqual(earlier.flaggedAt)
        const others = pairs.filter((pair) => (pair.earlier === earlier) !== (pair.later === later))
        if (others.length > 0) continue
        expect(later.id).toBe(earlier.id)
        kept++
      }
    }
    expect(kept).toBeGreaterThan(5)
  })

  test(`what is raised has begun, and lies no later than the sweep (seed ${seed})`, () => {
    const { first } = told.watch.accounts
    for (const { at, raised } of told.looks)
      for (const { flaggedAt, group } of raised) {
        expect(flaggedAt).toBeGreaterThanOrEqual(Math.min(...group.members.map((index) => first[index] ?? 0)))
        expect(flaggedAt).toBeLessThanOrEqual(at)
      }
  })
})

/** When sweeps came, with one exchange at each time. */
function sweeps(times: readonly number[]): number[] {
  const at: number[] = []
  const watch = new Watch({ seed: SEED, onSweep: (_sweep, _raised, ts) => at.push(ts) })
  const observer = new Observer(watch)
  for (const [number, ts] of times.entries()) observer.observe(exchange({ ts, account: `a${number % 50}` }))
  return at
}

test('no sweep comes before a thousand exchanges, however long they take', () => {
  expect(sweeps(every(HOUR_MS, 1000))).toEqual([])
  expect(sweeps(every(HOUR_MS, 1002))).toHaveLength(1)
})

test('sweeps come daily while a thousand exchanges a day do, and never oftener than each quarter of an hour', () => {
  const daily = sweeps(every(MINUTE_MS, 20 * 1440))
  const gaps = daily.slice(1).map((ts, at) => ts - (daily[at] ?? 0))
  expect(Math.max(...gaps)).toBeLessThanOrEqual(DAY_MS)
  const rush = sweeps(every(10, 20_000))
  expect(rush.length).toBeLessThanOrEqual(2)
})

test('a watch that has seen nothing raises nothing', () => {
  const watch = new Watch({ seed: SEED })
  expect(watch.sweep(MONDAY).raised).toEqual([])
  expect([watch.exchanges, watch.from, watch.until]).toEqual([0, undefined, undefined])
})
