import { expect, test } from 'vitest'
import type { Exchange } from '../exchange.ts'
import { proposalsOf } from './proposals.ts'
import { groupAmongStrangers, humanHours, roundTheClock } from './scene.fixture.ts'

/** What is proposed of a group of `count` accounts among strangers, by where it comes from. */
function proposed(
  count: number,
  times: readonly number[],
  said: (account: number, at: number) => Partial<Exchange>,
): [origin: string, members: number][] {
  const { scene } = groupAmongStrangers(count, (account) => ({ times, said: (at) => said(account, at) }))
  return proposalsOf(scene).map(({ origin, members }) => [origin, members.length])
}

const sentence = 'please give me the weekly figures of our shop in a table now'

test('people with nothing in common propose nothing', () => {
  expect(proposed(20, humanHours, (account) => ({ ua: `browser/${account}` }))).toEqual([])
})

test('accounts that send as a queue does are a cohort, unless each repeats wording of its own', () => {
  expect(proposed(9, roundTheClock, () => ({}))).toEqual([['cohort', 9]])
  expect(proposed(9, roundTheClock, () => ({ prompt: sentence }))).toEqual([])
})

test('accounts that come from four networks each are a cohort, from three they are not', () => {
  expect(proposed(9, humanHours, (_, at) => ({ asn: 1 + (at % 4) }))).toEqual([['cohort', 9]])
  expect(proposed(9, humanHours, (_, at) => ({ asn: 1 + (at % 3) }))).toEqual([])
})

test('accounts on one card are proposed, and all cards together', () => {
  expect(proposed(16, humanHours, (account) => ({ payment: `card ${account % 2}` }))).toEqual([
    ['infrastructure', 16],
    ['infrastructure', 8],
    ['infrastructure', 8],
  ])
})

test('households are not proposed, however many there are', () => {
  expect(proposed(20, humanHours, (account) => ({ payment: `card ${account % 10}` }))).toEqual([])
})

test('what a verified organisation does is proposed by neither its cards nor its behaviour', () => {
  expect(
    proposed(20, roundTheClock, (_, at) => ({ org: 'org_1', payment: 'card', asn: 1 + (at % 6) })),
  ).toEqual([])
})

test('seven are too few', () => {
  expect(proposed(7, roundTheClock, () => ({ payment: 'card' }))).toEqual([])
})
