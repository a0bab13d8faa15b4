import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Interner } from './interner.ts'
import { show } from './print.ts'
import { compare, equals, hashOf, setOf } from './relations.ts'
import { Subsets } from './sets.ts'
import { fnOf, modelOf, textOf, tupleOf } from './shapes.ts'
import { Interval, RuleFn, SetOf, type Value } from './values.ts'

/** Values of one type, so that all of them can be compared. */
const nested = fc.letrec<{ value: Value; set: Value }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, fc.integer({ min: -3, max: 3 }), fc.integer({ min: 0, max: 2 })),
  set: fc.array(tie('value'), { maxLength: 4 }).map((items) => setOf(items)),
}))

const values = fc.oneof(
  nested.set,
  fc.array(nested.set, { maxLength: 3 }).map((items) => setOf(items)),
)
const seed = { seed: 7, numRuns: 300 }

test('equality, order, hash and numbers agree', () => {
  fc.assert(
    fc.property(fc.array(nested.set, { minLength: 2, maxLength: 2 }), ([left, right]) => {
      const [a, b] = [left as Value, right as Value]
      const interner = new Interner()
      const same = show(a) === show(b)
      expect(equals(a, b)).toBe(same)
      expect(compare(a, b) === 0).toBe(same)
      expect(interner.id(a) === interner.id(b)).toBe(same)
      if (same) expect(hashOf(a)).toBe(hashOf(b))
      interner.release()
    }),
    seed,
  )
})

test('a value read back from its number is the value', () => {
  fc.assert(
    fc.property(values, (value) => {
      const interner = new Interner()
      expect(show(interner.value(interner.id(value)))).toBe(show(value))
      interner.release()
    }),
    seed,
  )
  const interner = new Interner()
  for (const value of [0, -1, 2 ** 30, -(2 ** 31), true, false])
    expect(interner.value(interner.id(value))).toBe(value)
})

test('however a value was made, equal values are equal', () => {
  const pairs: readonly (readonly [Value, Value])[] = [
    [new Interval(1, 3), setOf([3, 1, 2])],
    [new Interval(3, 1), setOf([])],
    [
      tupleOf([1, 4]),
      fnOf([
        [2, 4],
        [1, 1],
      ]),
    ],
    [tupleOf([0, 1]), new RuleFn(new Interval(1, 2), (key) => (key as number) - 1)],
    [new Subsets(new Interval(1, 2)), setOf([setOf([]), setOf([1]), setOf([2]), setOf([1, 2])])],
    [tupleOf([]), fnOf([])],
  ]
  for (const [left, right] of pairs) {
    expect(equals(left, right)).toBe(true)
    expect(hashOf(left)).toBe(hashOf(right))
  }
})

test('a set has exactly its elements, model values among them, however often it is asked', () => {
  const models = [modelOf('m1'), modelOf('m2'), modelOf('m3')]
  const member = fc.oneof(
    fc.constantFrom(...models),
    fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 }).map((items): Value => tupleOf([...items])),
  )
  fc.assert(
    fc.property(fc.array(member, { maxLength: 20 }), fc.array(member, { maxLength: 12 }), (items, asked) => {
      const set = setOf([...items])
      for (const value of [...asked, ...items]) {
        expect(set.has(value)).toBe(items.some((item) => show(item) === show(value)))
      }
    }),
    seed,
  )
})

test('what TLC refuses to compare is refused', () => {
  expect(() => equals(1, textOf('a'))).toThrow(/Attempted to check equality/)
  expect(() => compare(new SetOf([]), 1)).toThrow(/Attempted to compare/)
  expect(() => setOf([1]).has(true)).toThrow(/Attempted to compare/)
})

test('values print as TLC prints them', () => {
  expect(
    show(
      fnOf([
        [textOf('b'), 1],
        [textOf('a'), setOf([2, 1])],
      ]),
    ),
  ).toMatch(/^\[/)
  expect(show(fnOf([[0, true]]))).toBe('(0 :> TRUE)')
  expect(show(tupleOf([textOf('x"y'), tupleOf([])]))).toBe('<<"x\\"y", <<>>>>')
})
