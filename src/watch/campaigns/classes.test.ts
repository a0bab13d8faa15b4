import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Random } from '../traffic/random.ts'
import { CLASS_MIN, classify, type Traits } from './classes.ts'

const TRAITS = 8
const CATEGORIES = 5

/** A kind: for each trait a favoured category, held with probability `purity`. */
type Kind = { readonly favoured: readonly number[]; readonly purity: number }

const apart: Kind = { favoured: Array.from({ length: TRAITS }, () => 0), purity: 0.85 }
const other: Kind = { favoured: Array.from({ length: TRAITS }, () => 3), purity: 0.85 }

/** `counts[k]` items of kind k, in the order of `shuffle`. Returns the traits and the true kinds. */
function planted(
  kinds: readonly Kind[],
  counts: readonly number[],
  seed: number,
): { readonly traits: Traits; readonly truth: readonly number[] } {
  const random = Random.of(seed, 'classes', counts.join())
  const truth = counts.flatMap((count, kind) => Array.from({ length: count }, () => kind))
  for (let at = truth.length - 1; at > 0; at--) {
    const to = random.between(0, at)
    ;[truth[at], truth[to]] = [truth[to] ?? 0, truth[at] ?? 0]
  }
  const rows = truth.map((kind) =>
    Array.from({ length: TRAITS }, (_, trait) =>
      random.chance(kinds[kind]?.purity ?? 0)
        ? (kinds[kind]?.favoured[trait] ?? 0)
        : random.between(0, CATEGORIES - 1),
    ),
  )
  const traits = Array.from({ length: TRAITS }, (_, trait) => Uint8Array.from(rows, (row) => row[trait] ?? 0))
  return { traits, truth }
}

/** How the items of each true kind were classed: kind → class → items. */
function table(truth: readonly number[], classes: Uint8Array): number[][] {
  const counts: number[][] = []
  for (const [item, kind] of truth.entries()) {
    const row = (counts[kind] ??= [])
    const found = classes[item] ?? 0
    row[found] = (row[found] ?? 0) + 1
  }
  return counts.map((row) => Array.from(row, (count) => count ?? 0))
}

const seeds = [1, 2, 3, 4, 5]

test.each([
  ['half and half', [60, 60]],
  ['ninety to ten', [180, 20]],
  ['small groups', [16, 12]],
  ['more than are fitted', [1500, 500]],
])('two kinds fall apart: %s', (_, counts) => {
  for (const seed of seeds) {
    const { traits, truth } = planted([apart, other], counts, seed)
    const found = table(truth, classify(traits, truth.length))
    const classOf = found.map((row) => row.indexOf(Math.max(...row)))
    expect(new Set(classOf).size, `seed ${seed}`).toBe(2)
    for (const [kind, count] of counts.entries())
      expect(found[kind]?.[classOf[kind] ?? 0], `seed ${seed}`).toBeGreaterThanOrEqual(0.95 * count)
  }
})

test.each([[20], [100], [400], [2000]])('one kind of %i stays whole', (count) => {
  for (const seed of seeds) {
    const { traits, truth } = planted([apart], [count], seed)
    expect(new Set(classify(traits, truth.length)), `seed ${seed}`).toEqual(new Set([0]))
  }
})

test('items without any pattern stay whole', () => {
  for (const seed of seeds) {
    const { traits, truth } = planted([{ favoured: [], purity: 0 }], [150], seed)
    expect(new Set(classify(traits, truth.length)), `seed ${seed}`).toEqual(new Set([0]))
  }
})

test('three kinds fall into three classes', () => {
  const third: Kind = { favoured: [0, 3, 0, 3, 0, 3, 0, 3], purity: 0.9 }
  const { traits, truth } = planted([apart, other, third], [80, 60, 40], 1)
  const found = table(truth, classify(traits, truth.length))
  for (const [kind, row] of found.entries())
    expect(Math.max(...row), `kind ${kind}`).toBeGreaterThanOrEqual(0.9 * row.reduce((a, b) => a + b))
  expect(new Set(found.map((row) => row.indexOf(Math.max(...row)))).size).toBe(3)
})

test('a handful unlike the rest is not told apart from chance', () => {
  const { traits, truth } = planted([apart, other], [CLASS_MIN, CLASS_MIN - 1], 1)
  expect(new Set(classify(traits, truth.length))).toEqual(new Set([0]))
})

test('classes are the same every time, numbered by falling size, and no more than six', () => {
  const groups = fc
    .integer({ min: 1, max: 120 })
    .chain((items) =>
      fc.array(fc.array(fc.nat(11), { minLength: items, maxLength: items }), { minLength: 1, maxLength: 6 }),
    )
  fc.assert(
    fc.property(groups, (columns) => {
      const traits = columns.map((column) => Uint8Array.from(column))
      const items = columns[0]?.length ?? 0
      const classes = classify(traits, items)
      expect(classify(traits, items)).toEqual(classes)
      expect(classes).toHaveLength(items)
      const sizes = Array.from({ length: 7 }, (_, c) => classes.filter((each) => each === c).length)
      expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
      expect(sizes[6]).toBe(0)
    }),
    { seed: 15, numRuns: 60 },
  )
})
