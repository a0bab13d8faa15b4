// What compiled expressions call. Every function here is one TLA+ construct; `at` is the number of the place in the
// specification to blame when the construct has no value.
import { type Place, TlaFailure } from './failure.ts'
import { show } from './print.ts'
import { equals, setOf } from './relations.ts'
import {
  differenceOf,
  Functions,
  filtered,
  flattened,
  intersectionOf,
  isSubset,
  isUnlistable,
  Products,
  productOf,
  Subsets,
  unionOf,
} from './sets.ts'
import { domainOf, shapeOf, textOf } from './shapes.ts'
import { Callable, Fn, Interval, RuleFn, SetOf, type Shape, type Text, TlaSet, type Value } from './values.ts'

const SHOWN_MAX = 300

/** A delayed value: computed at most once. */
export class Lazy {
  value: Value | undefined
  readonly #make: () => Value

  constructor(make: () => Value) {
    this.#make = make
  }

  get(): Value {
    if (this.value === undefined) this.value = this.#make()
    return this.value
  }
}

/** Where a record field was found last time, per place in the specification. */
type FieldCache = { shape: Shape | undefined; place: number }

export function brief(value: Value | undefined): string {
  if (value === undefined) return 'nothing'
  const text = show(value)
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text
}

export function makeRuntime(places: readonly Place[]) {
  function fail(message: string, at: number): never {
    throw new TlaFailure(message, places[at])
  }

  /** Blames a failure deep inside a value on the expression being evaluated. */
  function located<Result>(at: number, run: () => Result): Result {
    try {
      return run()
    } catch (error) {
      if (error instanceof TlaFailure) error.place ??= places[at]
      throw error
    }
  }

  function eq(left: Value, right: Value, at: number): boolean {
    if (left === right) return true
    try {
      return equals(left, right)
    } catch (error) {
      if (error instanceof TlaFailure) error.place ??= places[at]
      throw error
    }
  }

  /** A set about to be gone through. */
  function over(value: Value, at: number): TlaSet {
    const each = value instanceof TlaSet ? value : set(value, at)
    if (isUnlistable(each)) fail(`Attempted to enumerate ${each.describe()}, which is not finite.`, at)
    return each
  }

  function bool(value: Value, at: number): boolean {
    if (value === true) return true
    if (value === false) return false
    return fail(`Expected a boolean but found ${brief(value)}.`, at)
  }

  function set(value: Value, at: number): TlaSet {
    if (value instanceof TlaSet) return value
    return fail(`Expected a set but found ${brief(value)}.`, at)
  }

  function missing(callable: Callable, key: Value, at: number): never {
    return fail(`Attempted to apply ${brief(callable)} to ${brief(key)}, which is not in its domain.`, at)
  }

  function app(base: Value, key: Value, at: number): Value {
    if (base instanceof Fn) {
      const place = base.shape.find(key)
      if (place < 0) return missing(base, key, at)
      return base.values[place] as Value
    }
    if (base instanceof Callable) return base.apply(key) ?? missing(base, key, at)
    return fail(`Attempted to apply ${brief(base)}, which is not a function, to ${brief(key)}.`, at)
  }

  function fld(base: Value, name: Text, cache: FieldCache, at: number): Value {
    if (base instanceof Fn) {
      if (base.shape === cache.shape) return base.values[cache.place] as Value
      const place = base.shape.find(name)
      if (place < 0)
        return fail(`Attempted to select field ${name.text} of ${brief(base)}, which has no such field.`, at)
      cache.shape = base.shape
      cache.place = place
      return base.values[place] as Value
    }
    return app(base, name, at)
  }

  function put(base: Value, key: Value, change: (old: Value) => Value, at: number): Value {
    if (!(base instanceof Callable))
      return fail(`EXCEPT changes ${brief(base)}, which is not a function.`, at)
    const fn = base.force()
    const place = fn.shape.find(key)
    // TLC leaves the function as it is when the key is not in its domain.
    if (place < 0) return fn
    const old = fn.values[place] as Value
    const value = change(old)
    if (value === old) return fn
    const values = fn.values.slice()
    values[place] = value
    return new Fn(fn.shape, values)
  }

  function fn(domain: TlaSet, rule: (key: Value) => Value): Callable {
    if (isUnlistable(domain)) return new RuleFn(domain, rule)
    const keys = domain.listed()
    const shape = shapeOf(keys)
    const { elements } = keys
    const values: Value[] = new Array(elements.length)
    for (let index = 0; index < elements.length; index++) values[index] = rule(elements[index] as Value)
    return new Fn(shape, values)
  }

  function map(domain: TlaSet, value: (element: Value) => Value): SetOf {
    const values: Value[] = []
    domain.some((element) => {
      values.push(value(element))
      return false
    })
    return setOf(values)
  }

  function gather(collect: (push: (value: Value) => void) => void): SetOf {
    const values: Value[] = []
    collect((value) => {
      values.push(value)
    })
    return setOf(values)
  }

  function choose(domain: TlaSet, test: (value: Value) => boolean, at: number): Value {
    let found: Value | undefined
    if (domain.isOrdered) {
      domain.some((value) => {
        if (!test(value)) return false
        found = value
        return true
      })
    } else {
      found = domain.listed().elements.find(test)
    }
    if (found === undefined)
      return fail(`CHOOSE found no element of ${brief(domain)} that satisfies its condition.`, at)
    return found
  }

  function domain(value: Value, at: number): TlaSet {
    if (value instanceof Fn) return domainOf(value.shape)
    if (value instanceof RuleFn) return value.domain
    return fail(`Attempted to take the DOMAIN of ${brief(value)}, which is not a function.`, at)
  }

  function untuple(value: Value, size: number, at: number): readonly Value[] {
    if (value instanceof Callable) {
      const tuple = value.force()
      if (tuple.shape.isTuple && tuple.values.length === size) return tuple.values
    }
    return fail(`Expected a tuple of ${size} but found ${brief(value)}.`, at)
  }

  function has(element: Value, container: Value, at: number): boolean {
    if (container instanceof TlaSet) return located(at, () => container.has(element))
    return fail(`Attempted to check membership in ${brief(container)}, which is not a set.`, at)
  }

  function rec(shape: Shape, values: Value[]): Fn {
    return new Fn(shape, values)
  }

  return {
    fail,
    eq,
    over,
    bool,
    set,
    app,
    fld,
    put,
    fn,
    map,
    gather,
    choose,
    domain,
    untuple,
    has,
    rec,
    Lazy,
    RuleFn,
    all: (over: TlaSet, test: (value: Value) => boolean): boolean => !over.some((value) => !test(value)),
    some: (over: TlaSet, test: (value: Value) => boolean): boolean => over.some(test),
    lits: (values: Value[], at: number): SetOf =>
      values.length < 2 ? new SetOf(values) : located(at, () => setOf(values)),
    filter: filtered,
    cup: unionOf,
    cap: intersectionOf,
    minus: differenceOf,
    sub: isSubset,
    union: flattened,
    subsets: (base: TlaSet): TlaSet => new Subsets(base),
    functions: (from: TlaSet, to: TlaSet): TlaSet => new Functions(from, to),
    product: (sets: TlaSet[]): TlaSet => productOf(sets),
    records: (shape: Shape, sets: TlaSet[]): TlaSet => new Products(shape, sets),
    settled: (value: Value): Value =>
      value instanceof TlaSet ? value.listed() : value instanceof Callable ? value.force() : value,
    textOf,
    Interval,
    unset: (name: string, at: number): never =>
      fail(`Variable ${name} has no value here: it is read before the specification gives it one.`, at),
    noCase: (at: number): never => fail('No arm of CASE is true and there is no OTHER.', at),
    again: (name: string): never => {
      throw new TlaFailure(`The value of ${name} is defined by itself.`)
    },
  }
}
