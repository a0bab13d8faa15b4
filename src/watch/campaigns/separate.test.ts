import { expect, test } from 'vitest'
import type { Exchange } from '../exchange.ts'
import { accountsOf, exchange, MONDAY } from '../exchanges.fixture.ts'
import { MINUTE_MS } from '../time.ts'
import { Random } from '../traffic/random.ts'
import { separate } from './separate.ts'

const SEEDS = [1, 2, 3, 4]
const SUBJECTS = 12

type Queue = { readonly accounts: number; readonly from: number; readonly share?: number }

/** Accounts that draw their subjects from a queue's own dozen, or with a share of them from everybody's. */
function told(queues: readonly Queue[], exchanges: number, seed: number): Exchange[] {
  return queues.flatMap(({ accounts, from, share = 1 }, queue) =>
    Array.from({ length: accounts }, (_, account) => {
      const random = Random.of(seed, 'separate', queue, account)
      return Array.from({ length: exchanges }, (_, at) => {
        const subject = random.chance(share)
          ? from + random.between(0, SUBJECTS - 1)
          : random.between(0, 9999)
        return exchange({
          account: `q${queue}a${account}`,
          ts: MONDAY + at * MINUTE_MS,
          prompt: `is ${word(subject)} a ${word(subject + 10_000)} or not`,
        })
      })
    }).flat(),
  )
}

function word(number: number): string {
  return `subject${[...number.toString(26)].map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 26))).join('')}`
}

function partsOf(exchanges: readonly Exchange[]): string[][] {
  const accounts = accountsOf(exchanges)
  return separate(accounts, [...accounts.names.keys()]).map((part) =>
    [...new Set(part.map((index) => accounts.names[index]?.split('a')[0] ?? ''))].sort(),
  )
}

test.each(SEEDS)('two queues of other subjects come apart, seed %i', (seed) => {
  const queues = [
    { accounts: 20, from: 0 },
    { accounts: 60, from: 500 },
  ]
  expect(partsOf(told(queues, 12, seed)).sort()).toEqual([['q0'], ['q1']])
})

test.each(SEEDS)('three queues come apart, seed %i', (seed) => {
  const queues = [0, 500, 1000].map((from) => ({ accounts: 25, from }))
  expect(partsOf(told(queues, 16, seed)).sort()).toEqual([['q0'], ['q1'], ['q2']])
})

test.each(SEEDS)('one queue stays whole, however large, and with unrelated traffic too, seed %i', (seed) => {
  expect(partsOf(told([{ accounts: 150, from: 0 }], 12, seed))).toHaveLength(1)
  expect(partsOf(told([{ accounts: 80, from: 0, share: 0.5 }], 20, seed))).toHaveLength(1)
})

test.each(SEEDS)('people with a subject each are not two kinds of people, seed %i', (seed) => {
  const people = Array.from({ length: 40 }, (_, person) => ({ accounts: 1, from: person * SUBJECTS }))
  expect(partsOf(told(people, 12, seed))).toHaveLength(1)
})

test('fewer than eight do not become a campaign of their own', () => {
  const queues = [
    { accounts: 7, from: 0 },
    { accounts: 40, from: 500 },
  ]
  expect(partsOf(told(queues, 12, 1))).toHaveLength(1)
})

test('what is not asked about anything is not parted', () => {
  expect(separate(accountsOf([]), [])).toEqual([[]])
})
