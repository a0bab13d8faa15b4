import { beforeAll, describe, expect, test } from 'vitest'
import type { Exchange } from '../exchange.ts'
import { DAY } from './rhythm.ts'
import type { CampaignPlan, Scenario } from './scenario.ts'
import { scenarios } from './scenarios.ts'
import { trafficOf } from './traffic.ts'

const SEED = 11
const signature = (exchange: Exchange) => JSON.stringify(exchange)

describe('tiny traffic', () => {
  const traffic = trafficOf(scenarios.tiny, SEED)
  const exchanges = [...traffic]

  test('the same seed tells the same story, pass after pass', () => {
    const again = trafficOf(scenarios.tiny, SEED)
    expect([...again].map(signature)).toEqual(exchanges.map(signature))
    expect([...traffic].map(signature)).toEqual(exchanges.map(signature))
  })

  test('another seed tells another story', () => {
    const [other] = trafficOf(scenarios.tiny, SEED + 1)
    expect(other?.account).not.toBe(exchanges[0]?.account)
  })

  test('it comes in time order and inside the window', () => {
    const { start, days } = scenarios.tiny
    let before = start
    for (const { ts } of exchanges) {
      expect(ts).toBeGreaterThanOrEqual(before)
      before = ts
    }
    expect(before).toBeLessThan(start + days * DAY)
  })

  test('exchange ids are unique and every account is in the truth', () => {
    expect(new Set(exchanges.map(({ id }) => id)).size).toBe(exchanges.length)
    for (const { account } of exchanges) expect(traffic.truth.has(account)).toBe(true)
  })

  test('no account speaks before it was made', () => {
    for (const { ts, created } of exchanges) expect(created).toBeLessThanOrEqual(ts)
  })

  test('it is about as large as it says', () => {
    expect(exchanges.length).toBeGreaterThan(7_000)
    expect(exchanges.length).toBeLessThan(16_000)
  })
})

test('scenarios have the size they are for', () => {
  const attackers = (scenario: Scenario) =>
    scenario.campaigns.reduce((sum, { accounts }) => sum + accounts, 0)
  expect(attackers(scenarios.demo)).toBe(24_000)
  expect(attackers(scenarios.clean)).toBe(0)
  expect(scenarios.demo.campaigns.length).toBeGreaterThanOrEqual(8)
  expect(scenarios.demo.campaigns.length).toBeLessThanOrEqual(10)
})

describe('small traffic', () => {
  type Told = { readonly exchange: Exchange; readonly kind: string; readonly campaign: string | null }
  const told = new Map<string, Told[]>()
  const of = (name: string) => told.get(name) ?? []

  beforeAll(() => {
    const traffic = trafficOf(scenarios.small, SEED)
    for (const exchange of traffic) {
      const { kind, campaign } = traffic.truth.get(exchange.account) ?? { kind: 'lost', campaign: null }
      const name = campaign ?? kind
      const list = told.get(name)
      if (list) list.push({ exchange, kind, campaign })
      else told.set(name, [{ exchange, kind, campaign }])
    }
  })

  const distinct = (list: readonly Told[], field: (exchange: Exchange) => unknown) =>
    new Set(list.map(({ exchange }) => field(exchange))).size

  test('every kind of tenant and every campaign speaks', () => {
    const { benign, campaigns } = scenarios.small
    for (const { kind } of benign)
      expect(of(kind === 'template-fans' ? 'fans' : kind).length, kind).toBeGreaterThan(0)
    for (const { id } of campaigns) expect(of(id).length, id).toBeGreaterThan(0)
  })

  test('signatures are replayed over accounts by the replaying campaign alone', () => {
    const accountsOf = (list: readonly Told[]) => {
      const accounts = new Map<string, Set<string>>()
      for (const { exchange } of list)
        if (exchange.reasoningSignature !== undefined)
          accounts.set(
            exchange.reasoningSignature,
            (accounts.get(exchange.reasoningSignature) ?? new Set()).add(exchange.account),
          )
      return [...accounts.values()].map((set) => set.size)
    }
    expect(Math.max(...accountsOf(of('replay')))).toBeGreaterThan(3)
    const benign = [...told.values()].flat().filter(({ campaign }) => campaign === null)
    expect(Math.max(...accountsOf(benign))).toBe(1)
  })

  test('the twin campaign uses the same wrappers and none of the infrastructure', () => {
    const heads = (name: string) => new Set(of(name).map(({ exchange }) => exchange.prompt?.split('\n')[0]))
    const shared = [...heads('twin')].filter((head) => heads('balanced').has(head))
    expect(shared.length).toBeGreaterThan(1)
    const cards = new Set(of('balanced').map(({ exchange }) => exchange.payment))
    expect(of('twin').filter(({ exchange }) => cards.has(exchange.payment))).toEqual([])
  })

  test('the pivoting campaign is on the new model two days after its release, others are not', () => {
    const after = scenarios.small.start + (scenarios.small.releaseDay + 2) * DAY
    const onNew = (name: string) => {
      const late = of(name).filter(({ exchange }) => exchange.ts > after)
      return late.filter(({ exchange }) => exchange.model === 'atlas-5').length / late.length
    }
    expect(onNew('pivot')).toBe(1)
    expect(onNew('pathways')).toBeLessThan(0.4)
    expect(onNew('person')).toBeLessThan(0.7)
  })

  test('two pools follow one another', () => {
    const plan = scenarios.small.campaigns.find(({ id }) => id === 'pools')
    const cut = scenarios.small.start + ((plan?.toDay ?? 0) / 2) * DAY
    const before = new Set(
      of('pools')
        .filter(({ exchange }) => exchange.ts < cut)
        .map(({ exchange }) => exchange.account),
    )
    const late = of('pools').filter(({ exchange }) => exchange.ts > cut + DAY)
    expect(late.length).toBeGreaterThan(0)
    expect(late.filter(({ exchange }) => before.has(exchange.account))).toEqual([])
  })

  test('the hydra shares no card and rotates addresses', () => {
    const hydra = of('hydra')
    const payments = new Map<string | undefined, Set<string>>()
    for (const { exchange } of hydra)
      payments.set(exchange.payment, (payments.get(exchange.payment) ?? new Set()).add(exchange.account))
    payments.delete(undefined)
    expect(Math.max(...[...payments.values()].map((set) => set.size))).toBe(1)
    expect(distinct(hydra, ({ ip }) => ip)).toBeGreaterThan(distinct(hydra, ({ account }) => account) * 2)
  })

  test('mobile people share addresses with strangers and stay in one carrier', () => {
    const mobile = of('mobile')
    expect(distinct(mobile, ({ ip }) => ip)).toBeGreaterThan(distinct(mobile, ({ asn }) => asn))
    const byAddress = new Map<string | undefined, Set<string>>()
    for (const { exchange } of mobile)
      byAddress.set(exchange.ip, (byAddress.get(exchange.ip) ?? new Set()).add(exchange.account))
    expect(Math.max(...[...byAddress.values()].map((set) => set.size))).toBeGreaterThan(2)
    const networks = new Map<string, Set<number | undefined>>()
    for (const { exchange } of mobile)
      networks.set(exchange.account, (networks.get(exchange.account) ?? new Set()).add(exchange.asn))
    expect(Math.max(...[...networks.values()].map((set) => set.size))).toBe(1)
  })

  test('an agency shares one card and claims no organisation; a company has one', () => {
    expect(of('agency').every(({ exchange }) => exchange.org === undefined)).toBe(true)
    expect(of('company').every(({ exchange }) => exchange.org !== undefined)).toBe(true)
    expect(distinct(of('agency'), ({ payment }) => payment)).toBeLessThan(
      distinct(of('agency'), ({ account }) => account),
    )
  })

  test('a viral prompt comes from many strangers, at most twice each', () => {
    const counts = new Map<string, Map<string, number>>()
    for (const { exchange } of of('viral')) {
      const accounts = counts.get(exchange.prompt ?? '') ?? new Map<string, number>()
      accounts.set(exchange.account, (accounts.get(exchange.account) ?? 0) + 1)
      counts.set(exchange.prompt ?? '', accounts)
    }
    const [, widest] =
      [...counts].filter(([prompt]) => prompt.length > 100).sort((a, b) => b[1].size - a[1].size)[0] ?? []
    expect(widest?.size).toBeGreaterThan(60)
    expect(Math.max(...(widest?.values() ?? []))).toBeLessThanOrEqual(2)
  })

  test('one account alone says what a researcher says, over and over', () => {
    for (const { exchange } of of('researcher')) expect(exchange.prompt).toMatch(/applies as \w+/)
    expect(of('researcher').length / distinct(of('researcher'), ({ account }) => account)).toBeGreaterThan(
      100,
    )
  })
})

describe('campaign settings', () => {
  const base = scenarios.tiny.campaigns[0]
  const only = (over: Partial<CampaignPlan>): Exchange[] => {
    if (base === undefined) throw new Error('the tiny scenario has a campaign')
    return [...trafficOf({ ...scenarios.tiny, benign: [], campaigns: [{ ...base, ...over }] }, SEED)]
  }
  const heads = (exchanges: readonly Exchange[]) =>
    new Set(exchanges.map(({ prompt }) => prompt?.split('\n')[0])).size

  test('more paraphrase means more wordings', () => {
    const [fixed, synonyms, frames, all] = ([0, 1, 2, 3] as const).map((paraphrase) =>
      only({ paraphrase, wrappers: ['judge'] }),
    )
    expect(heads(fixed ?? [])).toBeLessThan(20)
    expect(heads(synonyms ?? [])).toBeGreaterThan(100)
    expect(heads(frames ?? [])).toBeGreaterThan(100)
    const opened = (exchanges: readonly Exchange[] = []) =>
      exchanges.filter(({ prompt }) => /^(Thanks|This|Context|Reference)/.test(prompt ?? '')).length
    expect(opened(frames)).toBe(0)
    expect(opened(all)).toBeGreaterThan(100)
  })

  test('cover traffic takes its share', () => {
    const wrapped = (exchanges: readonly Exchange[]) =>
      exchanges.filter(({ prompt }) => /imagine|suppose|internal|before the/i.test(prompt ?? '')).length /
      exchanges.length
    const [bare, covered] = [only({ cover: [0, 0] }), only({ cover: [0.7, 0.7] })]
    expect(wrapped(covered)).toBeLessThan(wrapped(bare) * 0.5)
  })

  test('perCard accounts share a card', () => {
    const exchanges = only({ accounts: 24, perCard: 6 })
    expect(new Set(exchanges.map(({ payment }) => payment)).size).toBe(4)
  })

  test('balanced accounts speak in equal steps, equally often', () => {
    const counts = new Map<string, number>()
    for (const { account } of only({ timing: 'balanced', volumeSigma: 0 }))
      counts.set(account, (counts.get(account) ?? 0) + 1)
    const volumes = [...counts.values()]
    expect(Math.max(...volumes) - Math.min(...volumes)).toBeLessThanOrEqual(1)
  })

  test('replacement waves use fresh accounts each time', () => {
    const exchanges = only({ replacementWaves: 2, freshDays: 3, timing: 'machine' })
    const cut = scenarios.tiny.start + 7 * DAY
    const early = new Set(exchanges.filter(({ ts }) => ts < cut).map(({ account }) => account))
    const late = exchanges.filter(({ ts }) => ts >= cut)
    expect(late.length).toBeGreaterThan(0)
    for (const { account, created } of late) {
      expect(early.has(account)).toBe(false)
      expect(created).toBeGreaterThan(cut - 3 * DAY - 1)
    }
  })
})
