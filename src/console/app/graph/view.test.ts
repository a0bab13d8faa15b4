import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CampaignGraph } from '../../../doors/admin/api/shapes/campaigns.ts'
import { bundlesOf, spacingOf } from './draw.ts'
import { around, fitted, Places, WORLD, zoomed } from './view.ts'

const size = { width: 900, height: 600 }

function graphOf(points: readonly (readonly [x: number, y: number])[]): CampaignGraph {
  return {
    ...{ id: 'c', shown: points.length, total: points.length, nodesTotal: 1, hasLinks: true },
    names: points.map((_, index) => `a_${index}`),
    x: points.map(([x]) => x),
    y: points.map(([, y]) => y),
    community: points.map((_, index) => index % 2),
    exchanges: points.map(() => 1),
    communities: [
      { label: 'one', accounts: 2, x: 2_000, y: 5_000, r: 500 },
      { label: 'two', accounts: 1, x: 8_000, y: 5_000, r: 500 },
    ],
    nodes: [{ kind: 'card', value: 'x', shared: 3, x: 5_000, y: 5_000, accounts: [0, 1, 2] }],
  }
}

test('the whole square is in sight, in the middle', () => {
  const { x, y, scale } = fitted(size)
  expect([x, y]).toEqual([150, 0])
  expect(WORLD * scale).toBe(600)
})

test('a community that is looked at stands in the middle', () => {
  const camera = around(2_000, 5_000, 500, size)
  expect(2_000 * camera.scale + camera.x).toBeCloseTo(450)
  expect(5_000 * camera.scale + camera.y).toBeCloseTo(300)
})

test('what is under the pointer stays there when the view is zoomed', () => {
  const point = fc.tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 600 }))
  fc.assert(
    fc.property(point, fc.double({ min: 0.2, max: 5, noNaN: true }), (at, factor) => {
      const before = fitted(size)
      const after = zoomed(before, factor, at, size)
      expect((at[0] - after.x) / after.scale).toBeCloseTo((at[0] - before.x) / before.scale, 3)
      expect((at[1] - after.y) / after.scale).toBeCloseTo((at[1] - before.y) / before.scale, 3)
    }),
    { seed: 7 },
  )
})

test('the nearest account is found by its place, wherever it stands', () => {
  const coordinate = fc.integer({ min: 0, max: WORLD })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(coordinate, coordinate), { minLength: 1, maxLength: 60 }),
      fc.tuple(coordinate, coordinate),
      (points, [x, y]) => {
        const graph = { ...graphOf(points), nodes: [] }
        const reach = 400
        const away = points.map(([px, py]) => Math.hypot(px - x, py - y))
        const least = Math.min(...away)
        const found = new Places(graph).at(x, y, reach)
        if (least > reach) expect(found).toBeUndefined()
        else expect(found?.kind === 'account' && away[found.index]).toBe(least)
      },
    ),
    { seed: 7 },
  )
})

test('what is shared is found before the accounts around it', () => {
  expect(new Places(graphOf([[5_000, 5_000]])).at(5_001, 5_001, 50)).toEqual({ kind: 'node', index: 0 })
})

test('links are bundled by community, the largest first, and none is lost', () => {
  const graph = graphOf([
    [0, 0],
    [1, 1],
    [2, 2],
  ])
  expect(bundlesOf(graph)).toEqual([
    { node: 0, community: 0, accounts: 2 },
    { node: 0, community: 1, accounts: 1 },
  ])
  expect(spacingOf(graph)).toBe(400)
})
