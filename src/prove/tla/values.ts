// The values of TLA+ as the checker holds them. Integers and booleans are JavaScript's own; everything else is one
// of the classes below. Atoms are unique objects, so identity decides; sets are sorted; functions, sequences and
// records are one class that differs only in the shape of its domain.
import { TlaFailure } from './failure.ts'
import { compare, equals, hashOf, setOf } from './relations.ts'
import { shapeOf } from './shapes.ts'

export type Value = number | boolean | Text | Model | TlaSet | Callable

export abstract class Boxed {
  /** Index in the intern table, even; -1 until interned. */
  id = -1
  hash = 0
}

/** A TLA+ string. Unique per text. */
export class Text extends Boxed {
  readonly text: string
  /** Number among all strings and model values, in order of first appearance. */
  readonly order: number

  constructor(text: string, order: number) {
    super()
    this.text = text
    this.order = order
    this.hash = mix(order + 0x51ed27)
  }
}

/** A model value: equal only to itself. */
export class Model extends Boxed {
  readonly name: string
  readonly order: number

  constructor(name: string, order: number) {
    super()
    this.name = name
    this.order = order
    this.hash = mix(order + 0x1b873593)
  }
}

/** Any set; subclasses say how to test membership and how to enumerate in TLC's normalised order. */
export abstract class TlaSet extends Boxed {
  #elements: SetOf | undefined

  abstract has(value: Value): boolean
  /** Calls back for each element in normalised order until the callback answers true; answers whether it did. */
  abstract some(test: (value: Value) => boolean): boolean
  abstract get isFinite(): boolean
  abstract get size(): number
  abstract describe(): string

  /** Elements listed explicitly, computed once. */
  listed(): SetOf {
    if (this instanceof SetOf) return this
    if (this.#elements) return this.#elements
    if (!this.isFinite)
      throw new TlaFailure(`Attempted to enumerate ${this.describe()}, which is not finite.`)
    if (this.size > SET_SIZE_MAX) {
      throw new TlaFailure(
        `Attempted to enumerate a set of ${this.size} elements; the limit is ${SET_SIZE_MAX}.`,
      )
    }
    const elements: Value[] = []
    this.some((value) => {
      elements.push(value)
      return false
    })
    this.#elements = this.isOrdered ? new SetOf(elements) : setOf(elements)
    return this.#elements
  }

  get isOrdered(): boolean {
    return true
  }
}

/** Elements a set may have when it must be listed one by one. */
export const SET_SIZE_MAX = 8_000_000

/** Up to this size a set is searched for an atom from end to end. */
const SCANNED_MAX = 8

/** A set asked more often than this builds a table of hashes. */
const LISTED_ASKED_MAX = 3

function byHash(elements: readonly Value[]): Map<number, Value[]> {
  const table = new Map<number, Value[]>()
  for (const element of elements) {
    const hash = hashOf(element)
    const bucket = table.get(hash)
    if (bucket) bucket.push(element)
    else table.set(hash, [element])
  }
  return table
}

export class SetOf extends TlaSet {
  readonly elements: readonly Value[]
  shape: Shape | undefined
  #asked = 0
  #table: Map<number, Value[]> | undefined

  /** The elements must be sorted and distinct; `setOf` makes them so. */
  constructor(elements: readonly Value[]) {
    super()
    this.elements = elements
  }

  has(value: Value): boolean {
    const { elements } = this
    if (elements.length <= SCANNED_MAX && isAtom(value)) {
      for (let index = 0; index < elements.length; index++) if (elements[index] === value) return true
      // Atoms are unique, so it is not there; comparing it still refuses what TLC refuses to compare.
      return elements.length > 0 && compare(value, elements[0] as Value) === 0
    }
    if (!isAtom(value)) return this.#hasComposite(value)
    let low = 0
    let high = elements.length - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const order = compare(value, elements[middle] as Value)
      if (order === 0) return true
      if (order < 0) high = middle - 1
      else low = middle + 1
    }
    return false
  }

  /** Sets, functions and tuples are found by hash once a set is asked often. */
  #hasComposite(value: Value): boolean {
    const { elements } = this
    const first = elements[0]
    if (first === undefined) return false
    // Model values may stand beside anything; any other atom tells that the set holds atoms only.
    if (isAtom(first) && !(first instanceof Model)) return compare(value, first) === 0
    if (elements.length > SCANNED_MAX) {
      if (this.#table === undefined && ++this.#asked > LISTED_ASKED_MAX) this.#table = byHash(elements)
      const bucket = this.#table?.get(hashOf(value))
      // Comparing with one element at least keeps refusing what cannot be compared.
      if (this.#table) return (bucket ?? [first]).some((element) => equals(element, value))
    }
    for (let index = 0; index < elements.length; index++)
      if (equals(elements[index] as Value, value)) return true
    return false
  }

  some(test: (value: Value) => boolean): boolean {
    const { elements } = this
    for (let index = 0; index < elements.length; index++) if (test(elements[index] as Value)) return true
    return false
  }

  get isFinite(): boolean {
    return true
  }

  get size(): number {
    return this.elements.length
  }

  describe(): string {
    return 'a set'
  }
}

export class Interval extends TlaSet {
  readonly low: number
  readonly high: number

  constructor(low: number, high: number) {
    super()
    this.low = low
    this.high = high
  }

  has(value: Value): boolean {
    if (typeof value === 'number') return value >= this.low && value <= this.high
    if (value instanceof Model || this.high < this.low) return false
    throw new TlaFailure(`Attempted to check if a non-integer is in the interval ${this.low}..${this.high}.`)
  }

  some(test: (value: Value) => boolean): boolean {
    for (let value = this.low; value <= this.high; value++) if (test(value)) return true
    return false
  }

  get isFinite(): boolean {
    return true
  }

  get size(): number {
    return Math.max(0, this.high - this.low + 1)
  }

  describe(): string {
    return `${this.low}..${this.high}`
  }
}

/** The domain of a function, shared by all functions with that domain. */
export class Shape {
  readonly order: number
  readonly keys: readonly Value[]
  /** The first key when the domain is a run of integers, else undefined. */
  readonly base: number | undefined
  readonly isRecord: boolean
  readonly hash: number
  /** Position by atom number, for keys that are strings or model values. */
  readonly #atoms: number[] = []
  readonly #places: Map<Value, number> | undefined
  readonly #buckets: Map<number, number[]> | undefined
  domain: TlaSet | undefined

  constructor(order: number, keys: readonly Value[], base: number | undefined, hash: number) {
    this.order = order
    this.keys = keys
    this.base = base
    this.hash = hash
    this.isRecord = keys.length > 0 && keys.every((key) => key instanceof Text)
    if (base !== undefined) return
    const places = new Map<Value, number>()
    const buckets = new Map<number, number[]>()
    keys.forEach((key, place) => {
      if (key instanceof Text || key instanceof Model) this.#atoms[key.order] = place
      else if (isAtom(key)) places.set(key, place)
      else buckets.set(hashOf(key), [...(buckets.get(hashOf(key)) ?? []), place])
    })
    if (places.size > 0) this.#places = places
    if (buckets.size > 0) this.#buckets = buckets
  }

  /** The position of a key, or -1. */
  find(key: Value): number {
    if (this.base !== undefined) {
      if (typeof key !== 'number') return -1
      const place = key - this.base
      return place >= 0 && place < this.keys.length ? place : -1
    }
    if (key instanceof Text || key instanceof Model) return this.#atoms[key.order] ?? -1
    if (isAtom(key)) return this.#places?.get(key) ?? -1
    if (this.#buckets === undefined) return -1
    for (const candidate of this.#buckets.get(hashOf(key)) ?? []) {
      if (equals(this.keys[candidate] as Value, key)) return candidate
    }
    return -1
  }

  get isTuple(): boolean {
    return this.base === 1 || this.keys.length === 0
  }
}

/** Anything that can be applied to an argument. */
export abstract class Callable extends Boxed {
  abstract force(): Fn
  abstract apply(key: Value): Value | undefined
}

export class Fn extends Callable {
  readonly shape: Shape
  readonly values: Value[]

  constructor(shape: Shape, values: Value[]) {
    super()
    this.shape = shape
    this.values = values
  }

  force(): Fn {
    return this
  }

  apply(key: Value): Value | undefined {
    const place = this.shape.find(key)
    return place < 0 ? undefined : this.values[place]
  }
}

/** A function given by a rule: applied on demand, listed only when compared, stored or printed. */
export class RuleFn extends Callable {
  readonly domain: TlaSet
  readonly #rule: (key: Value) => Value
  readonly #known = new Map<Value, Value>()
  readonly #boxed = new Map<number, [key: Value, value: Value][]>()
  #listed: Fn | undefined

  constructor(domain: TlaSet, rule: (key: Value) => Value) {
    super()
    this.domain = domain
    this.#rule = rule
  }

  apply(key: Value): Value | undefined {
    if (isAtom(key)) {
      const known = this.#known.get(key)
      if (known !== undefined) return known
      if (!this.domain.has(key)) return undefined
      const value = this.#rule(key)
      this.#known.set(key, value)
      return value
    }
    const hash = hashOf(key)
    const bucket = this.#boxed.get(hash)
    const known = bucket?.find(([other]) => equals(other, key))
    if (known) return known[1]
    if (!this.domain.has(key)) return undefined
    const value = this.#rule(key)
    const target = this.#boxed.get(hash)
    if (target) target.push([key, value])
    else this.#boxed.set(hash, [[key, value]])
    return value
  }

  force(): Fn {
    if (this.#listed) return this.#listed
    const domain = this.domain.listed()
    const shape = shapeOf(domain)
    this.#listed = new Fn(
      shape,
      domain.elements.map((key) => this.apply(key) as Value),
    )
    return this.#listed
  }
}

export function isAtom(value: Value): value is number | boolean | Text | Model {
  return typeof value !== 'object' || value instanceof Text || value instanceof Model
}

export function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x45d9f3b)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return (hash ^ (hash >>> 13)) | 0
}
