import { expect, test } from 'vitest'
import type { Exchange } from '../exchange.ts'
import { accountsOf, exchange, MONDAY } from '../exchanges.fixture.ts'
import { MINUTE_MS } from '../time.ts'
import { Random } from '../traffic/random.ts'
import { type Sameness, samenessOf } from './sameness.ts'

/** Standard deviation of the whole, in doublings of tokens. */
const SPREAD = 1.2

type Plan = {
  readonly accounts: number
  readonly exchanges: number
  /** The share of the variation of log tokens that lies between accounts: the true intraclass correlation. */
  readonly icc: number
  /** Subjects of an account's own, or of all of them. */
  readonly subjects: 'own' | 'common'
}

function simulated({ accounts, exchanges, icc, subjects }: Plan, seed: number): Sameness {
  const told: Exchange[] = []
  for (let account = 0; account < accounts; account++) {
    const random = Random.of(seed, 'sameness', account)
    const [input, output] = [random, random].map((draws) => SPREAD * Math.sqrt(icc) * draws.normal())
    const draw = (own = 0) => Math.round(2 ** (9 + own + SPREAD * Math.sqrt(1 - icc) * random.normal()))
    const favourite = random.between(0, 999)
    for (let at = 0; at < exchanges; at++) {
      const subject = subjects === 'own' ? favourite * 8 + random.between(0, 7) : random.between(0, 7999)
      told.push(
        exchange({
          account: `a${account}`,
          ts: MONDAY + at * MINUTE_MS,
          inputTokens: draw(input),
          outputTokens: draw(output),
          prompt: `about ${word(subject)} and ${word(subject + 10_000)} then`,
        }),
      )
    }
  }
  const profiles = accountsOf(told)
  return samenessOf(profiles, [...profiles.names.keys()])
}

function word(number: number): string {
  return `topic${[...number.toString(26)].map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 26))).join('')}`
}

const seeds = [1, 2, 3]

test('accounts fed from one queue are exchangeable: every bound lies near 0', () => {
  for (const seed of seeds) {
    const { input, output, topic } = simulated(
      { accounts: 40, exchanges: 40, icc: 0, subjects: 'common' },
      seed,
    )
    expect(output, `seed ${seed}`).toBeLessThan(0.05)
    expect(input, `seed ${seed}`).toBeLessThan(0.05)
    expect(topic, `seed ${seed}`).toBeLessThan(0.02)
  }
})

test.each([0.2, 0.5, 0.8])('the bound lies above a true correlation of %d and not far above', (icc) => {
  const bounds = seeds.flatMap((seed) => {
    const { input, output } = simulated({ accounts: 60, exchanges: 30, icc, subjects: 'own' }, seed)
    return [input, output]
  })
  const mean = bounds.reduce((sum, bound) => sum + bound, 0) / bounds.length
  expect(mean).toBeGreaterThan(icc)
  expect(mean).toBeLessThan(icc + 0.2)
})

test('an upper bound of 75 % lies below the truth about one time in four', () => {
  const icc = 0.4
  const bounds = Array.from({ length: 30 }, (_, seed) =>
    simulated({ accounts: 20, exchanges: 12, icc, subjects: 'common' }, 100 + seed),
  ).flatMap(({ input, output }) => [input, output])
  const missed = bounds.filter((bound) => bound < icc).length
  expect(missed).toBeGreaterThanOrEqual(6)
  expect(missed).toBeLessThanOrEqual(24)
})

test('the less there is to tell from, the higher the bound', () => {
  const [few = 0, some = 0, many = 1] = [4, 8, 80].map((accounts) => {
    const bounds = Array.from(
      { length: 20 },
      (_, seed) => simulated({ accounts, exchanges: 10, icc: 0, subjects: 'common' }, 500 + seed).output,
    )
    return bounds.reduce((sum, bound) => sum + bound, 0) / bounds.length
  })
  expect(few).toBeGreaterThan(some)
  expect(some).toBeGreaterThan(many)
})

test('accounts with subjects of their own differ in topic', () => {
  for (const seed of seeds) {
    const { topic } = simulated({ accounts: 40, exchanges: 20, icc: 0, subjects: 'own' }, seed)
    expect(topic, `seed ${seed}`).toBeGreaterThan(0.1)
  }
})

test.each([
  ['two accounts', { accounts: 2, exchanges: 50 }],
  ['one exchange an account', { accounts: 50, exchanges: 1 }],
  ['nobody', { accounts: 0, exchanges: 0 }],
])('too little to tell gives 1: %s', (_, { accounts, exchanges }) => {
  const { input, output } = simulated({ accounts, exchanges, icc: 0, subjects: 'common' }, 1)
  expect([input, output]).toEqual([1, 1])
})

test('prompts without topics say nothing of sameness', () => {
  const told = Array.from({ length: 200 }, (_, at) =>
    exchange({ account: `a${at % 10}`, ts: MONDAY + at, prompt: 'why is it so' }),
  )
  const accounts = accountsOf(told)
  expect(samenessOf(accounts, [...accounts.names.keys()]).topic).toBe(1)
})

test('accounts with one exchange count for volume and not for the bounds', () => {
  const told = [3, 3, 3, 1, 1].flatMap((exchanges, account) =>
    Array.from({ length: exchanges }, (_, at) => exchange({ account: `a${account}`, ts: MONDAY + at })),
  )
  const { accounts, volume } = samenessOf(accountsOf(told), [0, 1, 2, 3, 4])
  expect(accounts).toBe(3)
  expect(volume).toBeCloseTo(Math.log(3) * Math.sqrt(0.3), 5)
})

test('equal loads have no spread', () => {
  expect(simulated({ accounts: 10, exchanges: 5, icc: 0, subjects: 'common' }, 1).volume).toBeCloseTo(0)
})
