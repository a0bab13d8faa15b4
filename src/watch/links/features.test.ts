import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Features, SHARED_MIN } from './features.ts'

function share(features: Features, hash: number, from: number, accounts: number): number {
  let index = -1
  for (let account = from; account < from + accounts; account++)
    index = features.add('shingle', hash, account)
  return index
}

function edgesOf(features: Features, feature: number): [account: number, uses: number][] {
  const edges: [number, number][] = []
  features.each(feature, (account, uses) => edges.push([account, uses]))
  return edges.sort(([a], [b]) => a - b)
}

function accountsOf(features: Features, feature: number): number[] {
  return edgesOf(features, feature).map(([account]) => account)
}

test('a feature is shared from its seventh distinct account on, and not before', () => {
  const features = new Features()
  expect(share(features, 5, 0, SHARED_MIN - 1)).toBe(-1)
  expect(features.hashes).toEqual([])
  expect(features.add('shingle', 5, SHARED_MIN - 1)).toBe(0)
  expect(features.accounts[0]).toBe(SHARED_MIN)
})

test('one account that repeats itself shares nothing, nor do six', () => {
  const features = new Features()
  for (let use = 0; use < 1000; use++) expect(features.add('shingle', 5, 1)).toBe(-1)
  for (let use = 0; use < 1000; use++) expect(features.add('shingle', 6, use % (SHARED_MIN - 1))).toBe(-1)
})

test('the same hash as a word run and as a system prompt is two features', () => {
  const features = new Features()
  const run = share(features, 5, 0, SHARED_MIN)
  let system = -1
  for (let account = 0; account < SHARED_MIN; account++) system = features.add('system', 5, account)
  expect(system).not.toBe(run)
  expect([features.kind[run], features.kind[system]]).toEqual(['shingle', 'system'])
  expect([features.hashes[run], features.hashes[system]]).toEqual([5, 5])
})

test('accounts and uses are counted exactly once a feature is shared', () => {
  const stream = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 40 })), {
    maxLength: 400,
  })
  fc.assert(
    fc.property(stream, (uses) => {
      const features = new Features({ candidatesLog2: 10 })
      const hashes = [1, 2, 3, 4]
      const indices = new Map(hashes.map((hash) => [hash, share(features, hash, 100, SHARED_MIN)]))
      const expected = new Map(
        hashes.map((hash) => [
          hash,
          new Map(Array.from({ length: SHARED_MIN }, (_, account) => [100 + account, 1])),
        ]),
      )
      for (const [hash, account] of uses) {
        expect(features.add('shingle', hash, account)).toBe(indices.get(hash))
        const counts = expected.get(hash)
        counts?.set(account, (counts.get(account) ?? 0) + 1)
      }
      for (const [hash, index] of indices) {
        const counts = [...(expected.get(hash) ?? [])].sort(([a], [b]) => a - b)
        expect(edgesOf(features, index)).toEqual(counts)
        expect(features.accounts[index]).toBe(counts.length)
        expect(features.uses[index]).toBe(counts.reduce((sum, [, count]) => sum + count, 0))
      }
      expect(features.edgeCount).toBe([...expected.values()].reduce((sum, { size }) => sum + size, 0))
    }),
    { seed: 11, numRuns: 60 },
  )
})

test('features that nobody shares make room and the shared ones keep their counts', () => {
  const features = new Features({ candidatesLog2: 8 })
  const kept = Array.from({ length: 20 }, (_, hash) => share(features, hash + 1, 0, SHARED_MIN + hash))
  for (let hash = 1000; hash < 50_000; hash++) features.add('shingle', hash, hash % 97)
  expect(kept.map((index) => features.accounts[index])).toEqual(kept.map((_, hash) => SHARED_MIN + hash))
  expect(kept.map((_, hash) => features.add('shingle', hash + 1, 0))).toEqual(kept)
  expect(features.hashes).toHaveLength(kept.length)
})

test('a feature that accounts take up one by one comes through the noise of the others', () => {
  const features = new Features({ candidatesLog2: 10 })
  let index = -1
  let noise = 1_000_000
  for (let account = 0; account < SHARED_MIN; account++) {
    index = features.add('shingle', 7, account)
    // The table changes generation between any two of its accounts.
    for (let other = 0; other < 700; other++) features.add('shingle', noise++, 500)
  }
  expect(index).toBe(0)
  expect(accountsOf(features, index)).toEqual([0, 1, 2, 3, 4, 5, 6])
})

test('a feature whose next account comes after two full tables of others begins anew', () => {
  const features = new Features({ candidatesLog2: 8 })
  share(features, 7, 0, SHARED_MIN - 1)
  for (let noise = 1_000; noise < 2_000; noise++) features.add('shingle', noise, 500)
  expect(features.add('shingle', 7, SHARED_MIN - 1)).toBe(-1)
})

test('a table that overflows with features of two accounts each forgets them and goes on counting', () => {
  const features = new Features({ candidatesLog2: 12 })
  for (let hash = 1; hash <= 2 ** 14; hash++)
    for (const account of [1, 2]) features.add('shingle', hash, account)
  const index = share(features, 0x7fffffff, 0, SHARED_MIN)
  expect(index).toBeGreaterThanOrEqual(0)
  expect(accountsOf(features, index)).toEqual([0, 1, 2, 3, 4, 5, 6])
})

test('a table that grows keeps the accounts met so far', () => {
  const features = new Features({ candidatesLog2: 18 })
  const hashes = 2 ** 17
  for (let account = 0; account < SHARED_MIN - 1; account++)
    for (let hash = 1; hash <= hashes; hash += 97) features.add('shingle', hash, account)
  for (let hash = 1_000_000; hash < 1_000_000 + hashes; hash++) features.add('shingle', hash, 9)
  for (let hash = 1; hash <= hashes; hash += 97)
    expect(features.add('shingle', hash, SHARED_MIN)).toBeGreaterThanOrEqual(0)
})

test('pairs outgrow their first table without losing one', () => {
  const features = new Features()
  const accounts = 70_000
  const index = share(features, 9, 0, accounts)
  expect(features.accounts[index]).toBe(accounts)
  expect(accountsOf(features, index)).toEqual(Array.from({ length: accounts }, (_, account) => account))
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

test('a retired feature that is used far more than it was is followed again', () => {
  const features = new Features({ edgesMax: 1000 })
  for (let hash = 1; hash <= 50; hash++)
    for (let account = 0; account < 40; account++) features.add('shingle', hash, account)
  expect(features.accounts[0]).toBe(0)
  let index = -1
  for (let use = 0; use < 2000; use++) index = features.add('shingle', 1, use % 30)
  expect(index).toBe(0)
  expect(accountsOf(features, index)).toHaveLength(30)
})
