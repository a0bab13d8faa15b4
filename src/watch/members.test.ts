import { expect, test } from 'vitest'
import { exchange, MONDAY, watchOf } from './exchanges.fixture.ts'
import { membersOf } from './members.ts'

const watch = watchOf([
  exchange({ account: 'a_1', ts: MONDAY, ip: '192.0.2.1', payment: 'p1', ua: 'curl', outputTokens: 7 }),
  exchange({ account: 'a_2', ts: MONDAY + 1, ip: '192.0.2.1', payment: 'p1', ua: 'curl', outputTokens: 5 }),
  exchange({ account: 'a_3', ts: MONDAY + 2, ip: '192.0.2.9', payment: 'p3', ua: 'curl', created: MONDAY }),
  exchange({ account: 'a_1', ts: MONDAY + 3, ip: '192.0.2.1', payment: 'p1', ua: 'curl', outputTokens: 1 }),
])

test('columns and what is shared follow the order the members are given in', () => {
  const members = membersOf(watch, [2, 1, 0])
  expect(members.exchanges).toEqual([1, 1, 2])
  expect(members.outputTokens).toEqual([0, 5, 8])
  expect(members.created).toEqual([MONDAY, 0, 0])
  const shared = Object.fromEntries(members.shared.map(({ kind, accounts }) => [kind, accounts]))
  expect(shared.client).toEqual([0, 1, 2])
  expect(shared.card).toEqual([1, 2])
  expect(shared.address).toEqual([1, 2])
})

test('a card or an address is never told, only a tag to know it again by', () => {
  const text = JSON.stringify(membersOf(watch, [0, 1, 2]))
  expect(text).not.toContain('192.0.2.1')
  expect(text).not.toContain('p1')
})
