// Sets that are described rather than listed: membership needs no listing, and enumeration is in TLC's order.
import { TlaFailure } from './failure.ts'
import { compare, setOf } from './relations.ts'
import { runShape, shapeOf } from './shapes.ts'
import { Callable, Fn, Interval, Model, SetOf, type Shape, TlaSet, type Value } from './values.ts'

export function isUnlistable(set: TlaSet): boolean {
  return !(set instanceof SetOf || set instanceof Interval) && !set.isFinite
}

/** SUBSET base, smallest subsets first. */
export class Subsets extends TlaSet {
  readonly base: TlaSet

  constructor(base: TlaSet) {
    super()
    this.base = base
  }

  has(value: Value): boolean {
    if (value instanceof Model) return false
    if (!(value instanceof TlaSet))
      throw new TlaFailure('Attempted to check if a non-set is an element of a SUBSET.')
    return isSubset(value, this.base)
  }

  some(test: (value: Value) => boolean): boolean {
    const elements = this.base.listed().elements
    for (let size = 0; size <= elements.length; size++) if (someOfSize(elements, size, test)) return true
    return false
  }

  get isFinite(): boolean {
    return this.base.isFinite
  }

  get size(): number {
    return 2 ** this.base.size
  }

  describe(): string {
    return `SUBSET ${this.base.describe()}`
  }
}

/** The subsets of exactly this size, in lexicographic order. */
export function someOfSize(
  elements: readonly Value[],
  size: number,
  test: (value: Value) => boolean,
): boolean {
  if (size > elements.length) return false
  const picks = Array.from({ length: size }, (_, at) => at)
  for (;;) {
    if (test(new SetOf(picks.map((pick) => elements[pick] as Value)))) return true
    let at = size - 1
    while (at >= 0 && picks[at] === elements.length - size + at) at--
    if (at < 0) return false
    let next = (picks[at] as number) + 1
    for (; at < size; at++) picks[at] = next++
  }
}

export function isSubset(left: TlaSet, right: TlaSet): boolean {
  if (left === right) return true
  if (left instanceof Subsets && right instanceof Subsets) return isSubset(left.base, right.base)
  if (isUnlistable(left)) {
    if (left instanceof Infinite && right instanceof Infinite && left.name === 'Nat' && right.name === 'Int')
      return true
    throw new TlaFailure(`Attempted to enumerate ${left.describe()}, which is not finite.`)
  }
  return !left.some((value) => !right.has(value))
}

/** Calls back with each way to take one element of every set; the last set varies fastest. */
function someChoice(sets: readonly TlaSet[], test: (values: Value[]) => boolean): boolean {
  const lists = sets.map((set) => set.listed().elements)
  if (lists.some((list) => list.length === 0)) return false
  const at = new Array<number>(lists.length).fill(0)
  for (;;) {
    if (test(at.map((place, list) => (lists[list] as Value[])[place] as Value))) return true
    let list = lists.length - 1
    while (list >= 0 && (at[list] as number) + 1 === (lists[list] as Value[]).length) at[list--] = 0
    if (list < 0) return false
    at[list] = (at[list] as number) + 1
  }
}

/** [domain -> range] */
export class Functions extends TlaSet {
  readonly domain: TlaSet
  readonly range: TlaSet
  #shape: Shape | undefined

  constructor(domain: TlaSet, range: TlaSet) {
    super()
    this.domain = domain
    this.range = range
  }

  has(value: Value): boolean {
    if (value instanceof Model) return false
    if (!(value instanceof Callable)) {
      throw new TlaFailure('Attempted to check if a non-function is an element of a set of functions.')
    }
    const fn = value.force()
    if (isUnlistable(this.domain)) return false
    this.#shape ??= shapeOf(this.domain.listed())
    return fn.shape === this.#shape && fn.values.every((each) => this.range.has(each))
  }

  some(test: (value: Value) => boolean): boolean {
    const shape = shapeOf(this.domain.listed())
    if (shape.keys.length === 0) return test(new Fn(shape, []))
    return someChoice(
      shape.keys.map(() => this.range),
      (values) => test(new Fn(shape, values)),
    )
  }

  get isFinite(): boolean {
    return this.domain.isFinite && (this.range.isFinite || this.domain.size === 0)
  }

  get size(): number {
    return this.range.size ** this.domain.size
  }

  describe(): string {
    return `[${this.domain.describe()} -> ${this.range.describe()}]`
  }
}

/** [a: A, b: B], or A \X B when the shape is that of a tuple. */
export class Products extends TlaSet {
  readonly shape: Shape
  readonly ranges: readonly TlaSet[]

  constructor(shape: Shape, ranges: readonly TlaSet[]) {
    super()
    this.shape = shape
    this.ranges = ranges
  }

  has(value: Value): boolean {
    if (value instanceof Model) return false
    if (!(value instanceof Callable)) {
      throw new TlaFailure(
        'Attempted to check if a non-function is an element of a set of records or tuples.',
      )
    }
    const fn = value.force()
    if (fn.shape !== this.shape) return false
    for (let at = 0; at < fn.values.length; at++) {
      if (!(this.ranges[at] as TlaSet).has(fn.values[at] as Value)) return false
    }
    return true
  }

  some(test: (value: Value) => boolean): boolean {
    return someChoice(this.ranges, (values) => test(new Fn(this.shape, values)))
  }

  get isFinite(): boolean {
    return (
      this.ranges.every((range) => range.isFinite) ||
      this.ranges.some((range) => range.isFinite && range.size === 0)
    )
  }

  get size(): number {
    return this.ranges.reduce((product, range) => product * range.size, 1)
  }

  describe(): string {
    return this.shape.isTuple
      ? this.ranges.map((range) => range.describe()).join(' \\X ')
      : `[${this.ranges.map((range) => range.describe()).join(', ')}]`
  }
}

export function productOf(ranges: readonly TlaSet[]): Products {
  return new Products(runShape(1, ranges.length), ranges)
}

/** Nat, Int, STRING, Seq(S)…: membership only. */
export class Infinite extends TlaSet {
  readonly name: string
  readonly #test: (value: Value) => boolean

  constructor(name: string, test: (value: Value) => boolean) {
    super()
    this.name = name
    this.#test = test
  }

  has(value: Value): boolean {
    return this.#test(value)
  }

  some(): boolean {
    throw new TlaFailure(`Attempted to enumerate ${this.name}, which is not finite.`)
  }

  get isFinite(): boolean {
    return false
  }

  get size(): number {
    throw new TlaFailure(`Attempted to count ${this.name}, which is not finite.`)
  }

  describe(): string {
    return this.name
  }
}

export function unionOf(left: TlaSet, right: TlaSet): TlaSet {
  if (isUnlistable(left) || isUnlistable(right)) {
    return new Infinite(
      `${left.describe()} \\cup ${right.describe()}`,
      (value) => left.has(value) || right.has(value),
    )
  }
  return merge(left.listed().elements, right.listed().elements)
}

function merge(left: readonly Value[], right: readonly Value[]): SetOf {
  if (left.length === 0) return new SetOf(right)
  if (right.length === 0) return new SetOf(left)
  const merged: Value[] = []
  let a = 0
  let b = 0
  while (a < left.length && b < right.length) {
    const order = compare(left[a] as Value, right[b] as Value)
    if (order <= 0) merged.push(left[a++] as Value)
    else merged.push(right[b++] as Value)
    if (order === 0) b++
  }
  while (a < left.length) merged.push(left[a++] as Value)
  while (b < right.length) merged.push(right[b++] as Value)
  return new SetOf(merged)
}

export function intersectionOf(left: TlaSet, right: TlaSet): TlaSet {
  if (!isUnlistable(left)) return filtered(left, (value) => right.has(value))
  if (!isUnlistable(right)) return filtered(right, (value) => left.has(value))
  return new Infinite(
    `${left.describe()} \\cap ${right.describe()}`,
    (value) => left.has(value) && right.has(value),
  )
}

export function differenceOf(left: TlaSet, right: TlaSet): TlaSet {
  if (!isUnlistable(left)) return filtered(left, (value) => !right.has(value))
  return new Infinite(
    `${left.describe()} \\ ${right.describe()}`,
    (value) => left.has(value) && !right.has(value),
  )
}

/** A filter over a base larger than this, or one not listed yet, is kept as a rule. */
const FILTERED_NOW_MAX = 16

/** {x \in base : test(x)}: over a large base membership needs no listing, over an infinite one there is none. */
export function filtered(base: TlaSet, test: (value: Value) => boolean): TlaSet {
  if (isUnlistable(base)) {
    return new Infinite(`a subset of ${base.describe()}`, (value) => base.has(value) && test(value))
  }
  if (!(base instanceof SetOf || base instanceof Interval) || base.size > FILTERED_NOW_MAX) {
    return new Filtered(base, test)
  }
  return new SetOf(keep(base, test))
}

function keep(base: TlaSet, test: (value: Value) => boolean): Value[] {
  const kept: Value[] = []
  base.some((value) => {
    if (test(value)) kept.push(value)
    return false
  })
  return kept
}

class Filtered extends TlaSet {
  readonly #base: TlaSet
  readonly #test: (value: Value) => boolean
  #kept: SetOf | undefined

  constructor(base: TlaSet, test: (value: Value) => boolean) {
    super()
    this.#base = base
    this.#test = test
  }

  override listed(): SetOf {
    this.#kept ??= new SetOf(keep(this.#base, this.#test))
    return this.#kept
  }

  has(value: Value): boolean {
    if (this.#kept) return this.#kept.has(value)
    return this.#base.has(value) && this.#test(value)
  }

  some(test: (value: Value) => boolean): boolean {
    if (this.#kept) return this.#kept.some(test)
    const kept: Value[] = []
    const stopped = this.#base.some((value) => {
      if (!this.#test(value)) return false
      kept.push(value)
      return test(value)
    })
    if (!stopped) this.#kept = new SetOf(kept)
    return stopped
  }

  get isFinite(): boolean {
    return true
  }

  get size(): number {
    return this.listed().size
  }

  describe(): string {
    return 'a set'
  }
}

/** UNION sets */
export function flattened(sets: TlaSet): TlaSet {
  if (isUnlistable(sets))
    throw new TlaFailure(`Attempted to enumerate ${sets.describe()}, which is not finite.`)
  const parts: TlaSet[] = []
  sets.some((value) => {
    if (!(value instanceof TlaSet))
      throw new TlaFailure('Attempted to apply UNION to a set with an element that is not a set.')
    parts.push(value)
    return false
  })
  if (parts.some(isUnlistable)) {
    return new Infinite(`UNION ${sets.describe()}`, (value) => parts.some((part) => part.has(value)))
  }
  if (parts.length === 1) return parts[0] as TlaSet
  if (parts.length === 2) return unionOf(parts[0] as TlaSet, parts[1] as TlaSet)
  return setOf(parts.flatMap((part) => part.listed().elements))
}
