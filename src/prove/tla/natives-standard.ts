// Naturals, Integers, Reals, Sequences, FiniteSets, Bags: computed here rather than from their definitions.

import { integers, naturals, reals } from './constant-sets.ts'
import { TlaFailure } from './failure.ts'
import { type NativeModule, native } from './native.ts'
import { equals, setOf } from './relations.ts'
import { brief } from './runtime.ts'
import { Infinite, someOfSize } from './sets.ts'
import { domainOf, fnOf, runShape, shapeOf, textOf, tupleOf } from './shapes.ts'
import { Callable, Fn, Interval, SetOf, Text, TlaSet, type Value } from './values.ts'

export function asInteger(value: Value, what: string): number {
  if (typeof value === 'number') return value
  throw new TlaFailure(`${what} expects an integer but is given ${brief(value)}.`)
}

function checked(value: number, what: string): number {
  if (value === (value | 0)) return value
  throw new TlaFailure(`${what} overflows the 32-bit integers.`)
}

export function asSet(value: Value, what: string): TlaSet {
  if (value instanceof TlaSet) return value
  throw new TlaFailure(`${what} expects a set but is given ${brief(value)}.`)
}

export function asFn(value: Value, what: string): Fn {
  if (value instanceof Callable) return value.force()
  throw new TlaFailure(`${what} expects a function but is given ${brief(value)}.`)
}

export function asSequence(value: Value, what: string): Value[] {
  if (value instanceof Callable) {
    const fn = value.force()
    if (fn.shape.isTuple) return fn.values
  }
  throw new TlaFailure(`${what} expects a sequence but is given ${brief(value)}.`)
}

function add(left: Value, right: Value): number {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right
    if (sum === (sum | 0)) return sum
  }
  return checked(asInteger(left, '+') + asInteger(right, '+'), '+')
}

function subtract(left: Value, right: Value): number {
  if (typeof left === 'number' && typeof right === 'number') {
    const difference = left - right
    if (difference === (difference | 0)) return difference
  }
  return checked(asInteger(left, '-') - asInteger(right, '-'), '-')
}

function less(left: Value, right: Value): boolean {
  if (typeof left === 'number' && typeof right === 'number') return left < right
  return asInteger(left, '<') < asInteger(right, '<')
}

function atMost(left: Value, right: Value): boolean {
  if (typeof left === 'number' && typeof right === 'number') return left <= right
  return asInteger(left, '<=') <= asInteger(right, '<=')
}

function positive(value: Value, what: string): number {
  const divisor = asInteger(value, what)
  if (divisor <= 0) throw new TlaFailure(`The second argument of ${what} must be positive, not ${divisor}.`)
  return divisor
}

function power(base: Value, exponent: Value): number {
  const times = asInteger(exponent, '^')
  if (times < 0) throw new TlaFailure(`The exponent of ^ must not be negative, but is ${times}.`)
  return checked(asInteger(base, '^') ** times, '^')
}

const arithmetic: NativeModule = Object.fromEntries([
  native('+', [0, 0], add, 'number'),
  native('-', [0, 0], subtract, 'number'),
  native('*', [0, 0], (a: Value, b: Value) => checked(asInteger(a, '*') * asInteger(b, '*'), '*'), 'number'),
  native('^', [0, 0], power, 'number'),
  native('<', [0, 0], less, 'boolean'),
  native('<=', [0, 0], atMost, 'boolean'),
  native('>', [0, 0], (a: Value, b: Value) => less(b, a), 'boolean'),
  native('>=', [0, 0], (a: Value, b: Value) => atMost(b, a), 'boolean'),
  native('..', [0, 0], (a: Value, b: Value) => new Interval(asInteger(a, '..'), asInteger(b, '..')), 'any'),
  native(
    '\\div',
    [0, 0],
    (a: Value, b: Value) => Math.floor(asInteger(a, '\\div') / positive(b, '\\div')),
    'number',
  ),
  native(
    '%',
    [0, 0],
    (a: Value, b: Value) => {
      const divisor = positive(b, '%')
      return ((asInteger(a, '%') % divisor) + divisor) % divisor
    },
    'number',
  ),
  native('Nat', [], () => naturals),
])

const negation: NativeModule = Object.fromEntries([
  native('Int', [], () => integers),
  native('-.', [0], (a: Value) => checked(-asInteger(a, '-'), '-'), 'number'),
])

function concatenate(left: Value, right: Value): Value {
  if (left instanceof Text && right instanceof Text) return textOf(left.text + right.text)
  const a = asSequence(left, '\\o')
  const b = asSequence(right, '\\o')
  if (b.length === 0) return left
  if (a.length === 0) return right
  return tupleOf([...a, ...b])
}

function slice(sequence: Value, from: Value, to: Value): Value {
  const start = asInteger(from, 'SubSeq')
  const end = asInteger(to, 'SubSeq')
  if (sequence instanceof Text) return textOf(start > end ? '' : sequence.text.slice(start - 1, end))
  const values = asSequence(sequence, 'SubSeq')
  if (start > end) return tupleOf([])
  if (start < 1 || end > values.length) {
    throw new TlaFailure(`SubSeq takes ${start}..${end} of a sequence of ${values.length}.`)
  }
  return tupleOf(values.slice(start - 1, end))
}

function append(sequence: Value, element: Value): Value {
  const values = asSequence(sequence, 'Append')
  const longer = values.slice()
  longer.push(element)
  return new Fn(runShape(1, longer.length), longer)
}

function first(sequence: Value, what: string): Value {
  const values = asSequence(sequence, what)
  if (values.length === 0) throw new TlaFailure(`${what} of the empty sequence.`)
  return values[0] as Value
}

const sequences: NativeModule = Object.fromEntries([
  native('Seq', [0], (base: Value) => sequencesOf(asSet(base, 'Seq'))),
  native(
    'Len',
    [0],
    (s: Value) => (s instanceof Text ? s.text.length : asSequence(s, 'Len').length),
    'number',
  ),
  native('\\o', [0, 0], concatenate),
  native('Append', [0, 0], append),
  native('Head', [0], (s: Value) => first(s, 'Head')),
  native('Tail', [0], (s: Value) => {
    first(s, 'Tail')
    return tupleOf(asSequence(s, 'Tail').slice(1))
  }),
  native('SubSeq', [0, 0, 0], slice),
  native('SelectSeq', [0, 1], (s: Value, test: (value: Value) => Value) =>
    tupleOf(asSequence(s, 'SelectSeq').filter((value) => test(value) === true)),
  ),
])

export function sequencesOf(base: TlaSet): TlaSet {
  return new Infinite(`Seq(${base.describe()})`, (value) => {
    if (!(value instanceof Callable))
      throw new TlaFailure(`Attempted to check if ${brief(value)} is a sequence.`)
    const fn = value.force()
    return fn.shape.isTuple && fn.values.every((each) => base.has(each))
  })
}

const finiteSets: NativeModule = Object.fromEntries([
  native('IsFiniteSet', [0], (set: Value) => asSet(set, 'IsFiniteSet').isFinite, 'boolean'),
  native('Cardinality', [0], (set: Value) => cardinality(asSet(set, 'Cardinality')), 'number'),
])

export function cardinality(set: TlaSet): number {
  if (!set.isFinite) throw new TlaFailure(`Cardinality of ${set.describe()}, which is not finite.`)
  return set.isOrdered ? checked(set.size, 'Cardinality') : set.listed().size
}

/** The subsets of a given size. */
export function subsetsOfSize(size: Value, base: Value): SetOf {
  const found: Value[] = []
  const count = asInteger(size, 'kSubset')
  if (count < 0) return new SetOf([])
  someOfSize(asSet(base, 'kSubset').listed().elements, count, (subset) => {
    found.push(subset)
    return false
  })
  return new SetOf(found)
}

type Count = readonly [key: Value, count: number]

function bag(value: Value, what: string): Count[] {
  const fn = asFn(value, what)
  return fn.shape.keys.map((key, at) => [key, asInteger(fn.values[at] as Value, what)])
}

function count(pairs: readonly Count[], element: Value): number {
  return pairs.find(([key]) => equals(key, element))?.[1] ?? 0
}

function bagOf(pairs: readonly Count[]): Value {
  return fnOf(pairs.filter(([, times]) => times > 0))
}

function sum(left: readonly Count[], right: readonly Count[]): Value {
  const keys = setOf([...left, ...right].map(([key]) => key))
  return bagOf(keys.elements.map((key) => [key, count(left, key) + count(right, key)]))
}

const bags: NativeModule = Object.fromEntries([
  native('EmptyBag', [], () => tupleOf([])),
  native(
    'IsABag',
    [0],
    (value: Value) =>
      value instanceof Callable &&
      value.force().values.every((times) => typeof times === 'number' && times > 0),
    'boolean',
  ),
  native('BagToSet', [0], (b: Value) => domainOf(asFn(b, 'BagToSet').shape)),
  native('SetToBag', [0], (s: Value) => {
    const set = asSet(s, 'SetToBag').listed()
    return new Fn(
      shapeOf(set),
      set.elements.map(() => 1),
    )
  }),
  native('BagIn', [0, 0], (e: Value, b: Value) => count(bag(b, 'BagIn'), e) > 0, 'boolean'),
  native('CopiesIn', [0, 0], (e: Value, b: Value) => count(bag(b, 'CopiesIn'), e), 'number'),
  native('\\oplus', [0, 0], (a: Value, b: Value) => sum(bag(a, '(+)'), bag(b, '(+)'))),
  native('\\ominus', [0, 0], (a: Value, b: Value) => {
    const taken = bag(b, '(-)')
    return bagOf(bag(a, '(-)').map(([key, times]) => [key, times - count(taken, key)]))
  }),
  native(
    'BagCardinality',
    [0],
    (b: Value) => bag(b, 'BagCardinality').reduce((total, [, times]) => total + times, 0),
    'number',
  ),
  native(
    '\\sqsubseteq',
    [0, 0],
    (a: Value, b: Value) => {
      const larger = bag(b, '\\sqsubseteq')
      return bag(a, '\\sqsubseteq').every(([key, times]) => times <= count(larger, key))
    },
    'boolean',
  ),
  native('BagUnion', [0], (s: Value) =>
    asSet(s, 'BagUnion')
      .listed()
      .elements.reduce(
        (total: Value, each) => sum(bag(total, 'BagUnion'), bag(each, 'BagUnion')),
        tupleOf([]),
      ),
  ),
  native('BagOfAll', [1, 0], (f: (value: Value) => Value, b: Value) =>
    bag(b, 'BagOfAll').reduce(
      (total: Value, [key, times]) => sum(bag(total, 'BagOfAll'), [[f(key), times]]),
      tupleOf([]),
    ),
  ),
  native('SubBag', [0], (b: Value) => subBags(bag(b, 'SubBag'))),
])

function subBags(pairs: readonly Count[]): Value {
  let found: Count[][] = [[]]
  for (const [key, times] of pairs) {
    found = found.flatMap((each) =>
      Array.from({ length: times + 1 }, (_, taken): Count[] => [...each, [key, taken]]),
    )
  }
  return setOf(found.map(bagOf))
}

export const standardModules: Readonly<Record<string, NativeModule>> = {
  Naturals: arithmetic,
  Integers: { ...arithmetic, ...negation },
  Reals: {
    ...arithmetic,
    ...negation,
    ...Object.fromEntries([
      native('Real', [], () => reals),
      native('Infinity', [], () => textOf('Infinity')),
    ]),
  },
  Sequences: sequences,
  FiniteSets: finiteSets,
  Bags: { ...bags },
}
