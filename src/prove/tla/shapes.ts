// Atoms and function domains are unique: the tables that make them so live here, for the life of the process.
import { compare, equals, hashOf, setOf } from './relations.ts'
import { Fn, Interval, Model, mix, SetOf, Shape, Text, type TlaSet, type Value } from './values.ts'

const texts = new Map<string, Text>()
const models = new Map<string, Model>()
const runs = new Map<number, Map<number, Shape>>()
const shapes = new Map<number, Shape[]>()
let shapesMade = 0

export function textOf(text: string): Text {
  const known = texts.get(text)
  if (known) return known
  const made = new Text(text, texts.size + models.size)
  texts.set(text, made)
  return made
}

export function modelOf(name: string): Model {
  const known = models.get(name)
  if (known) return known
  const made = new Model(name, texts.size + models.size)
  models.set(name, made)
  return made
}

/** The shape of a function on base..base+size-1. */
export function runShape(base: number, size: number): Shape {
  const first = size === 0 ? 1 : base
  let bySize = runs.get(first)
  if (!bySize) {
    bySize = new Map()
    runs.set(first, bySize)
  }
  const known = bySize.get(size)
  if (known) return known
  const keys = Array.from({ length: size }, (_, index) => first + index)
  const made = new Shape(shapesMade++, keys, first, mix(first * 31 + size))
  bySize.set(size, made)
  return made
}

/** The shape of functions on this domain; the keys are sorted, so a run of integers shows in its ends. */
export function shapeOf(domain: SetOf): Shape {
  if (domain.shape) return domain.shape
  const keys = domain.elements
  const first = keys[0]
  const last = keys[keys.length - 1]
  if (keys.length === 0) domain.shape = runShape(1, 0)
  else if (typeof first === 'number' && typeof last === 'number' && last - first === keys.length - 1) {
    domain.shape = runShape(first, keys.length)
  } else domain.shape = keyedShape(keys, domain)
  return domain.shape
}

function keyedShape(keys: readonly Value[], domain: SetOf): Shape {
  const hash = hashOf(domain)
  const bucket = shapes.get(hash) ?? []
  for (const shape of bucket) {
    if (shape.keys.length === keys.length && shape.keys.every((key, at) => equals(key, keys[at] as Value))) {
      return shape
    }
  }
  const made = new Shape(shapesMade++, keys, undefined, mix(hash))
  made.domain = domain
  bucket.push(made)
  shapes.set(hash, bucket)
  return made
}

export function domainOf(shape: Shape): TlaSet {
  if (shape.domain) return shape.domain
  shape.domain =
    shape.base === undefined || shape.keys.length === 0
      ? new SetOf(shape.keys)
      : new Interval(shape.base, shape.base + shape.keys.length - 1)
  return shape.domain
}

export function tupleOf(values: Value[]): Fn {
  return new Fn(runShape(1, values.length), values)
}

/** A record from names and values in any order; the names must be distinct. */
export function recordOf(names: readonly string[], values: readonly Value[]): Fn {
  const keys = names.map(textOf)
  const shape = shapeOf(setOf([...keys]))
  const sorted: Value[] = new Array(keys.length)
  keys.forEach((key, at) => {
    sorted[shape.find(key)] = values[at] as Value
  })
  return new Fn(shape, sorted)
}

/** A function from pairs; a later pair with an equal key loses. */
export function fnOf(pairs: readonly (readonly [key: Value, value: Value])[]): Fn {
  const sorted = [...pairs].sort((left, right) => compare(left[0], right[0]))
  const kept = sorted.filter((pair, at) => at === 0 || !equals(pair[0], (sorted[at - 1] as typeof pair)[0]))
  const shape = shapeOf(new SetOf(kept.map(([key]) => key)))
  return new Fn(
    shape,
    kept.map(([, value]) => value),
  )
}
