import { expect, test } from 'vitest'
import { Features, SHARED_MIN } from './features.ts'

test('a table that overflows with features of two accounts each forgets them and goes on counting', () => {
  const features = new Features({ candidatesLog2: 17 })
  for (let hash = 1; hash <= 2 ** 19; hash++)
    for (const account of [1, 2]) features.add('shingle', hash, account)
  let index = -1
  for (let account = 0; account < SHARED_MIN; account++) index = features.add('shingle', 0x7fffffff, account)
  expect(index).toBeGreaterThanOrEqual(0)
  expect(accountsOf(features, index)).toEqual([0, 1, 2, 3, 4, 5, 6])
})

test('when the pairs reach their limit, what is repeated stays listed and what is not is retired', () => {
  const features = new Features({ edgesMax: 4000 })
  const repeated = (account: number) => features.add('shingle', 99, account)
  for (let account = 0; account < 50; account++) for (let use = 0; use < 3; use++) repeated(account)
  for (let hash = 1000; hash < 1200; hash++)
    for (let account = 0; account < 50; account++) features.add('shingle', hash, account)
  expect(features.edgeCount).toBeLessThanOrEqual(4000)
  expect(accountsOf(features, repeated(7))).toHaveLength(50)
})

function accountsOf(features: Features, feature: number): number[] {
  const accounts: number[] = []
  features.each(feature, (account) => accounts.push(account))
  return accounts.sort((a, b) => a - b)
}
