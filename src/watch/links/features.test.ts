import { expect, test } from 'vitest'
import { Features, SHARED_MIN } from './features.ts'

test('a table that overflows with features of two accounts each drops them and goes on counting', () => {
  const features = new Features(19)
  for (let hash = 1; hash <= 2 ** 19; hash++) for (const account of [1, 2]) features.add(0, hash, account)
  let index = -1
  for (let account = 0; account < SHARED_MIN; account++) index = features.add(0, 0x7fffffff, account)
  expect(index).toBeGreaterThanOrEqual(0)
  expect([...features.edgesOf(index)].map(([account]) => account).sort()).toEqual([0, 1, 2, 3, 4, 5, 6])
})
