import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Exchange } from '../exchange.ts'
import { accountsOf, every, exchange, MONDAY, SEED } from '../exchanges.fixture.ts'
import { Sketcher } from '../sketches/sketch.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts'
import { Random } from '../traffic/random.ts'
import { type Accounts, DAYS, GAPS, HOURS, LOG_UNIT, RUNS, sampledRun, TOPIC_CELLS } from './accounts.ts'

const SET_MAX = 24

function ownWords(random: Random, count: number): string {
  return Array.from({ length: count }, () => `w${random.hex(6).replace(/\d/g, 'q')}`).join(' ')
}

function one(times: readonly number[], said: (at: number) => Partial<Exchange>): Accounts {
  return accountsOf(times.map((ts, at) => exchange({ ts, ...said(at) })))
}

function row(column: Uint16Array, width: number, index = 0): number[] {
  return [...column.subarray(index * width, (index + 1) * width)]
}

test('an account that wraps every prompt in the same words is templated, one that chats is not', () => {
  const random = Random.of(1, 'templated')
  const head = 'Classify the following customer message into one of our departments:'
  const product = one(every(MINUTE_MS, 60), () => ({ prompt: `${head} ${ownWords(random, 15)}` }))
  const chatter = one(every(MINUTE_MS, 60), () => ({ prompt: ownWords(random, 15) }))
  expect(product.templated(0)).toBeGreaterThan(0.9)
  expect(chatter.templated(0)).toBe(0)
})

test('a system prompt of its own makes an account templated', () => {
  const random = Random.of(1, 'system')
  const bot = one(every(MINUTE_MS, 60), () => ({ system: 'You sell shoes.', prompt: ownWords(random, 15) }))
  expect(bot.templated(0)).toBe(1)
})

test('a product with a few wordings is templated, a person with a habit is so only in part', () => {
  const random = Random.of(2, 'few')
  const heads = Array.from({ length: 4 }, () => ownWords(random, 12))
  const product = one(every(MINUTE_MS, 200), () => ({
    prompt: `${random.pick(heads)} ${ownWords(random, 9)}`,
  }))
  expect(product.templated(0)).toBeGreaterThan(0.8)
  const person = one(every(MINUTE_MS, 200), (at) => ({
    prompt: at % 5 === 0 ? `${heads[0]} ${ownWords(random, 9)}` : ownWords(random, 20),
  }))
  expect(person.templated(0)).toBeLessThan(0.3)
})

test('prompts too short for a word run count as the account’s own', () => {
  expect(one(every(MINUTE_MS, 40), () => ({ prompt: 'yes, go on' })).templated(0)).toBe(0)
})

test('sets of cards, addresses, networks, clients, limits and models are bounded', () => {
  const accounts = one(every(MINUTE_MS, 500), (at) => ({
    payment: `p${at}`,
    ip: `192.0.2.${at}`,
    asn: at + 1,
    ua: `client ${at}`,
    maxTokens: at + 1,
    model: `model ${at}`,
  }))
  for (const sets of ['payments', 'addresses', 'asns', 'clients', 'maxTokens'] as const)
    expect(accounts[sets][0], sets).toHaveLength(SET_MAX)
  expect(accounts.models[0]).toHaveLength(2 * SET_MAX)
})

test('a set holds each value once and never "absent"', () => {
  const accounts = one(every(MINUTE_MS, 9), (at) => (at % 3 === 0 ? {} : { payment: `p${at % 3}`, asn: 7 }))
  expect(accounts.payments[0]).toHaveLength(2)
  expect(accounts.asns[0]).toEqual([7])
  expect(accounts.clients[0]).toEqual([])
})

test('models are counted in order of first use', () => {
  const accounts = one(every(MINUTE_MS, 6), (at) => ({ model: at < 2 ? 'old' : 'new' }))
  const [old, oldCount, newer, newCount] = accounts.models[0] ?? []
  expect([oldCount, newCount]).toEqual([2, 4])
  expect(old).not.toBe(newer)
})

test('sums, extremes and counts are those of the exchanges, whatever the log’s order of equal times', () => {
  const said = fc.array(
    fc.record({
      account: fc.constantFrom('a', 'b', 'c'),
      ts: fc.integer({ min: 0, max: 40 * 24 }).map((hour) => MONDAY + hour * HOUR_MS),
      inputTokens: fc.nat(100_000),
      outputTokens: fc.nat(100_000),
      status: fc.constantFrom(200, 429, 500),
    }),
    { minLength: 1, maxLength: 60 },
  )
  fc.assert(
    fc.property(said, (list) => {
      const accounts = accountsOf(list.map((each) => exchange(each)))
      for (const name of new Set(list.map(({ account }) => account))) {
        const own = list.filter(({ account }) => account === name)
        const index = accounts.find(name) ?? -1
        const logs = own.map(({ inputTokens }) => Math.round(LOG_UNIT * Math.log2(1 + inputTokens)))
        expect(accounts.exchanges[index]).toBe(own.length)
        expect(accounts.first[index]).toBe(Math.min(...own.map(({ ts }) => ts)))
        expect(accounts.last[index]).toBe(Math.max(...own.map(({ ts }) => ts)))
        expect(accounts.outputTokens[index]).toBe(
          own.reduce((sum, { outputTokens }) => sum + outputTokens, 0),
        )
        expect(accounts.inputLog[index]).toBe(logs.reduce((sum, log) => sum + log, 0))
        expect(accounts.inputLogSquare[index]).toBe(logs.reduce((sum, log) => sum + log * log, 0))
        expect(accounts.refused[index]).toBe(own.filter(({ status }) => status >= 400).length)
        const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)
        expect(sum(row(accounts.hours, HOURS, index))).toBe(own.length)
        expect(sum(row(accounts.days, DAYS, index))).toBe(own.length)
        expect(sum(row(accounts.gaps, GAPS, index))).toBe(own.length - 1)
      }
    }),
    { seed: 13, numRuns: 60 },
  )
})

test('gaps fall into buckets by powers of two of a second, the longest together', () => {
  const times = [0, 500, 2500, 1_000_000, 100 * HOUR_MS].map((ms) => MONDAY + ms)
  const gaps = row(one(times, () => ({})).gaps, GAPS)
  expect(gaps[0]).toBe(1)
  expect(gaps[1]).toBe(1)
  expect(gaps[Math.floor(Math.log2(997.5))]).toBe(1)
  expect(gaps[GAPS - 1]).toBe(1)
})

const prompts = Array.from({ length: 12 }, (_, at) => ownWords(Random.of(at, 'prompts'), 12))

function runsOf(accounts: Accounts, index: number): number[] {
  return [...accounts.runs.subarray(index * RUNS, (index + 1) * RUNS)]
}

test('of its word runs an account keeps the same few, in whatever order and however often it sent them', () => {
  const sent = fc.array(fc.constantFrom(...prompts), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(sent, (list) => {
      const told = list.map((prompt, at) => exchange({ ts: MONDAY + at, prompt }))
      const once = [...new Set(list)].toReversed().map((prompt, at) => exchange({ ts: MONDAY + at, prompt }))
      const kept = runsOf(accountsOf(told), 0)
      expect(kept).toEqual(runsOf(accountsOf(once), 0))
      expect(kept).toEqual(kept.toSorted((a, b) => a - b))
      const full = kept.filter((value) => value !== 0)
      expect(new Set(full).size).toBe(full.length)
    }),
    { seed: 41, numRuns: 60 },
  )
})

test('whoever sends a prompt keeps the same of it, and it can be told which runs these are', () => {
  const sketcher = new Sketcher(SEED)
  const told = ['a', 'b'].flatMap((account) =>
    prompts.slice(0, 2).map((prompt, at) => exchange({ account, ts: MONDAY + at, prompt })),
  )
  const accounts = accountsOf(told)
  expect(runsOf(accounts, 0)).toEqual(runsOf(accounts, 1))
  const said = prompts.slice(0, 2).flatMap((prompt) => {
    const { shingles, count } = sketcher.read(prompt)
    return [...shingles.subarray(0, count)]
  })
  const kept = runsOf(accounts, 0).filter((value) => value !== 0)
  expect(kept.map(sampledRun).toSorted()).toEqual(said.toSorted())
})

test('days are a ring: what lies a ring apart falls together, what lies within it apart', () => {
  const times = [0, 1, DAYS - 1, DAYS].map((day) => MONDAY + day * DAY_MS)
  const days = row(one(times, () => ({})).days, DAYS)
  const at = (day: number) => days[(MONDAY / DAY_MS + day) % DAYS]
  expect([at(0), at(1), at(DAYS - 1)]).toEqual([2, 1, 1])
})

test('counts stop at their limit instead of wrapping round', () => {
  const accounts = new Map<string, number>()
  const busy = one(every(10, 70_000), () => ({}))
  accounts.set('hour', Math.max(...row(busy.hours, HOURS)))
  accounts.set('gap', Math.max(...row(busy.gaps, GAPS)))
  expect(accounts).toEqual(
    new Map([
      ['hour', 0xffff],
      ['gap', 0xffff],
    ]),
  )
  expect(busy.exchanges[0]).toBe(70_000)
})

test('an organisation and a day of making, once known, stay known', () => {
  const created = MONDAY - DAY_MS
  const accounts = one(every(MINUTE_MS, 3), (at) => (at === 1 ? { org: 'org_1', created } : {}))
  expect(accounts.org[0]).not.toBe(0)
  expect(accounts.created[0]).toBe(created / MINUTE_MS)
})

test('columns grow with the accounts and keep what they hold', () => {
  const count = 2500
  const accounts = accountsOf(
    every(1000, count).map((ts, at) =>
      exchange({ ts, account: `a${at}`, outputTokens: at, prompt: 'quantum reservoirs' }),
    ),
  )
  expect(accounts.count).toBe(count)
  for (const index of [0, 1023, 1024, 2047, 2048, count - 1]) {
    expect(accounts.outputTokens[index]).toBe(index)
    expect(row(accounts.topics, TOPIC_CELLS, index).filter((cell) => cell === 1)).toHaveLength(4)
  }
  expect(accounts.find(`a${count - 1}`)).toBe(count - 1)
  expect(accounts.find('nobody')).toBeUndefined()
})
