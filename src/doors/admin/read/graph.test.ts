import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Members } from '../../../watch/report.ts'
import { campaignFixture } from './campaign.fixture.ts'
import { communitiesOf, graphOf } from './graph.ts'
import { packed } from './pack.ts'

const SEED = 20260504

test('circles never overlap, and all are inside the square', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.5, max: 40, noNaN: true }), { minLength: 2, maxLength: 60 }),
      (radii) => {
        const sorted = [...radii].sort((a, b) => b - a)
        const circles = packed(sorted, 0.16)
        for (const [i, a] of circles.entries()) {
          expect(Math.hypot(a.x, a.y) + a.r).toBeLessThanOrEqual(1.000001)
          for (const b of circles.slice(i + 1))
            expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThanOrEqual(a.r + b.r)
        }
      },
    ),
    { seed: SEED, numRuns: 40 },
  )
})

function members(shared: Members['shared'], accounts: number): Members {
  const column = new Array<number>(accounts).fill(1)
  return { exchanges: column, outputTokens: column, first: column, last: column, created: column, shared }
}

test('accounts that share a card are one community, and what everybody shares parts nobody', () => {
  const shared: Members['shared'] = [
    { kind: 'client', value: 'axios', accounts: [0, 1, 2, 3, 4, 5] },
    { kind: 'card', value: 'aa', accounts: [0, 1] },
    { kind: 'card', value: 'bb', accounts: [1, 2] },
    { kind: 'address', value: 'cc', accounts: [3, 4] },
  ]
  const [a, b, c, d, e, alone] = communitiesOf(6, members(shared, 6))
  expect([b, c]).toEqual([a, a])
  expect(e).toBe(d)
  expect(new Set([a, d, alone]).size).toBe(3)
})

test('a graph of 24,000 accounts is laid out in time, whole, and always the same', () => {
  const count = 24_000
  const accounts = Array.from({ length: count }, (_, index) => `a_${String(index).padStart(6, '0')}`)
  const shared: Members['shared'] = Array.from({ length: 600 }, (_, node) => ({
    kind: node % 2 === 0 ? ('card' as const) : ('address' as const),
    value: String(node),
    accounts: Array.from({ length: 40 }, (__, index) => node * 40 + index).filter((index) => index < count),
  }))
  const campaign = campaignFixture({ accounts, members: members(shared, count) })
  const began = performance.now()
  const graph = graphOf(campaign)
  expect(performance.now() - began).toBeLessThan(60_000)
  expect(graph).toMatchObject({ shown: count, total: count, hasLinks: true, nodesTotal: 600 })
  for (const column of [graph.x, graph.y, graph.community]) expect(column).toHaveLength(count)
  expect(graph.x.every((value) => Number.isInteger(value) && value >= 0 && value <= 10_000)).toBe(true)
  expect(graph.communities.reduce((sum, each) => sum + each.accounts, 0)).toBe(count)
  expect(JSON.stringify(graph).length).toBeLessThan(1_500_000)
  expect(graphOf(campaign)).toEqual(graph)
})
