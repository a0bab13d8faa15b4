import { expect, test } from 'vitest'
import type { Exchange } from '../exchange.ts'
import { every, exchange, MONDAY, watchOf } from '../exchanges.fixture.ts'
import { Random } from '../traffic/random.ts'
import { type Family, familiesOf } from './families.ts'

const wrapper =
  'You are an expert analyst who always lays out the complete chain of thought before any answer is given.'
const otherWrapper =
  'Translate whatever follows into plain words that a child of ten would understand without any help at all.'
const stock = 'Please could you have a quick look at this and tell me what you think about it'

function ownWords(random: Random, count: number): string {
  return Array.from({ length: count }, () => `w${random.hex(6).replace(/\d/g, 'q')}`).join(' ')
}

function told(
  accounts: readonly string[],
  times: number,
  prompt: (random: Random) => Partial<Exchange>,
): Exchange[] {
  return accounts.flatMap((account) => {
    const random = Random.of(3, account)
    return every(60_000, times, MONDAY).map((ts) => exchange({ account, ts, ...prompt(random) }))
  })
}

function named(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}${at}`)
}

function familiesIn(
  exchanges: readonly Exchange[],
): (Omit<Family, 'key' | 'members'> & { members: Set<string> })[] {
  const watch = watchOf(exchanges)
  return familiesOf(watch.features, watch.accounts).map(({ features, isSystemOnly, members }) => ({
    features,
    isSystemOnly,
    members: new Set([...members.keys()].map((index) => watch.accounts.names[index] ?? '')),
  }))
}

test('all runs of a wrapper come together in one family of those who use it', () => {
  const users = named('a', 12)
  const families = familiesIn([
    ...told(users, 8, (random) => ({ prompt: `${wrapper} ${ownWords(random, 20)}` })),
    ...told(named('b', 30), 8, (random) => ({ prompt: ownWords(random, 30) })),
  ])
  expect(families).toHaveLength(1)
  expect(families[0]?.features.length).toBeGreaterThan(2)
  expect(families[0]?.members).toEqual(new Set(users))
  expect(families[0]?.isSystemOnly).toBe(false)
})

test('a stock phrase that many use once each founds no family', () => {
  expect(
    familiesIn(told(named('a', 60), 1, (random) => ({ prompt: `${stock} ${ownWords(random, 10)}` }))),
  ).toEqual([])
})

test('a wrapper of fewer than eight accounts founds no family, however often they use it', () => {
  expect(
    familiesIn(told(named('a', 7), 40, (random) => ({ prompt: `${wrapper} ${ownWords(random, 10)}` }))),
  ).toEqual([])
})

test('two wrappers of different accounts are two families', () => {
  const families = familiesIn([
    ...told(named('a', 15), 8, (random) => ({ prompt: `${wrapper} ${ownWords(random, 10)}` })),
    ...told(named('b', 10), 8, (random) => ({ prompt: `${otherWrapper} ${ownWords(random, 10)}` })),
  ])
  expect(families.map(({ members }) => members)).toEqual([new Set(named('a', 15)), new Set(named('b', 10))])
})

test('two wrappers of the same accounts are one family', () => {
  const families = familiesIn(
    told(named('a', 12), 16, (random) => ({
      prompt: `${random.chance(0.5) ? wrapper : otherWrapper} ${ownWords(random, 10)}`,
    })),
  )
  expect(families).toHaveLength(1)
})

test('a family whose runs stand only in system prompts says so', () => {
  const families = familiesIn(
    told(named('a', 12), 8, (random) => ({ system: wrapper, prompt: ownWords(random, 20) })),
  )
  expect(families.map(({ isSystemOnly }) => isSystemOnly)).toEqual([true])
})

test('a prompt that accounts repeat word for word is a family of its own', () => {
  const repeated = 'What is the capital of this country and how many people live there now'
  const families = familiesIn(told(named('a', 12), 8, () => ({ prompt: repeated })))
  expect(families.map(({ members }) => members)).toEqual([new Set(named('a', 12))])
})

test('a member is known by how many of its exchanges carry the wrapper, from when it was shared', () => {
  const watch = watchOf([
    ...told(named('a', 12), 20, (random) => ({ prompt: `${wrapper} ${ownWords(random, 10)}` })),
    ...told(['seldom'], 3, (random) => ({ prompt: `${wrapper} ${ownWords(random, 10)}` })),
  ])
  const [family] = familiesOf(watch.features, watch.accounts)
  const uses = (name: string) => family?.members.get(watch.accounts.find(name) ?? -1) ?? 0
  expect(uses('seldom')).toBeGreaterThanOrEqual(2)
  expect(uses('seldom')).toBeLessThanOrEqual(3)
  expect(uses('a11')).toBeGreaterThanOrEqual(18)
  expect(uses('a11')).toBeLessThanOrEqual(20)
})
