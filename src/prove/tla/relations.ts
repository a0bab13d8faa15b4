// Equality, order and hash of values, by TLC's rules: what TLC refuses to compare is an error here too, so that a
// specification with a type error never passes as satisfied.
import { TlaFailure } from './failure.ts'
import { show } from './print.ts'
import { isUnlistable } from './sets.ts'
import { Callable, Fn, Interval, Model, mix, SetOf, Text, TlaSet, type Value } from './values.ts'

export function equals(left: Value, right: Value): boolean {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object') return equalsPrimitive(left, right)
  if (left.id >= 0 && right.id >= 0) {
    if (left instanceof TlaSet !== right instanceof TlaSet) return mixed(left, right)
    return left.id === right.id
  }
  if (left instanceof Fn && right instanceof Fn) return equalsFn(left, right)
  if (left instanceof TlaSet && right instanceof TlaSet) return equalsSet(left, right)
  if (left instanceof Callable && right instanceof Callable) return equalsFn(left.force(), right.force())
  return mixed(left, right)
}

function equalsPrimitive(left: Value, right: Value): boolean {
  if (typeof left === typeof right) return false
  return mixed(left, right)
}

function mixed(left: Value, right: Value): boolean {
  if (left instanceof Model || right instanceof Model) return false
  if (left instanceof Text && right instanceof Text) return false
  if (left instanceof Callable && right instanceof Callable) return false
  throw new TlaFailure(`Attempted to check equality of ${brief(left)} with ${brief(right)}.`)
}

function brief(value: Value): string {
  const text = show(value)
  const kind =
    typeof value === 'number'
      ? 'integer'
      : typeof value === 'boolean'
        ? 'boolean'
        : value instanceof Text
          ? 'string'
          : value instanceof TlaSet
            ? 'set'
            : value instanceof Model
              ? 'model value'
              : 'function'
  return `${kind} ${text.length > 200 ? `${text.slice(0, 200)}…` : text}`
}

function equalsFn(left: Fn, right: Fn): boolean {
  if (left.shape !== right.shape) return false
  if (left.hash !== 0 && right.hash !== 0 && left.hash !== right.hash) return false
  const a = left.values
  const b = right.values
  for (let index = 0; index < a.length; index++) {
    if (!equals(a[index] as Value, b[index] as Value)) return false
  }
  return true
}

function equalsSet(left: TlaSet, right: TlaSet): boolean {
  if (left instanceof Interval && right instanceof Interval) {
    return left.size === right.size && (left.size === 0 || left.low === right.low)
  }
  if (isUnlistable(left) || isUnlistable(right)) {
    if (left.isFinite !== right.isFinite) return false
    if (left.describe() === right.describe()) return true
    throw new TlaFailure(`Attempted to compare ${left.describe()} with ${right.describe()}.`)
  }
  if (left.isOrdered && right.isOrdered && left.size !== right.size) return false
  const a = left.listed().elements
  const b = right.listed().elements
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) {
    if (!equals(a[index] as Value, b[index] as Value)) return false
  }
  return true
}

/** TLC's total order on the values it can compare; it decides what CHOOSE takes and how sets are printed. */
export function compare(left: Value, right: Value): number {
  if (left === right) return 0
  if (typeof left === 'number' && typeof right === 'number') return left - right
  if (left instanceof Text && right instanceof Text) return left.order - right.order
  if (left instanceof Model) return right instanceof Model ? left.order - right.order : -1
  if (right instanceof Model) return 1
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right)
  if (left instanceof TlaSet && right instanceof TlaSet) return compareLists(left, right)
  if (left instanceof Callable && right instanceof Callable) return compareFn(left.force(), right.force())
  throw new TlaFailure(`Attempted to compare ${brief(left)} with ${brief(right)}.`)
}

function compareLists(left: TlaSet, right: TlaSet): number {
  const a = left.listed().elements
  const b = right.listed().elements
  return a.length - b.length || compareEach(a, b)
}

function compareEach(left: readonly Value[], right: readonly Value[]): number {
  for (let index = 0; index < left.length; index++) {
    const order = compare(left[index] as Value, right[index] as Value)
    if (order !== 0) return order
  }
  return 0
}

function compareFn(left: Fn, right: Fn): number {
  if (left.shape === right.shape) return compareEach(left.values, right.values)
  const size = left.values.length - right.values.length
  if (size !== 0) return size
  return compareEach(left.shape.keys, right.shape.keys) || compareEach(left.values, right.values)
}

export function hashOf(value: Value): number {
  if (typeof value === 'number') return mix(value)
  if (typeof value === 'boolean') return value ? 0x3c6ef35f : 0x1fd5f1e7
  if (value.hash !== 0) return value.hash
  let hash: number
  if (value instanceof TlaSet) hash = hashList(value.listed().elements, 0x2545f491)
  else {
    const fn = (value as Callable).force()
    hash = hashList(fn.values, fn.shape.hash)
  }
  value.hash = hash === 0 ? 1 : hash
  return value.hash
}

function hashList(values: readonly Value[], seed: number): number {
  let hash = seed ^ values.length
  for (let index = 0; index < values.length; index++) {
    hash = (Math.imul(hash, 31) + hashOf(values[index] as Value)) | 0
  }
  return mix(hash)
}

/** The set of the given values: sorts them in place and drops duplicates. */
export function setOf(values: Value[]): SetOf {
  if (values.length > 1) {
    if (values.every((value) => typeof value === 'number')) (values as number[]).sort((a, b) => a - b)
    else if (!isSorted(values)) values.sort(compare)
    let kept = 1
    for (let index = 1; index < values.length; index++) {
      const value = values[index] as Value
      const last = values[kept - 1] as Value
      if (value !== last && compare(value, last) !== 0) values[kept++] = value
    }
    values.length = kept
  }
  return new SetOf(values)
}

function isSorted(values: readonly Value[]): boolean {
  for (let index = 1; index < values.length; index++) {
    if (compare(values[index - 1] as Value, values[index] as Value) >= 0) return false
  }
  return true
}
