// The TLC and TLCExt modules. What they read of the run in progress comes through `Run`.
import { TlaFailure } from './failure.ts'
import { type NativeModule, native } from './native.ts'
import { asFn, asInteger, asSequence, asSet } from './natives-standard.ts'
import { show } from './print.ts'
import { equals, setOf } from './relations.ts'
import { Infinite } from './sets.ts'
import { fnOf, recordOf, shapeOf, textOf, tupleOf } from './shapes.ts'
import { Fn, Text, type Value } from './values.ts'

/** The run as TLCGet and friends see it. */
export type Run = {
  level: number
  distinct: number
  generated: number
  queue: number
  readonly registers: Map<number, Value>
  readonly print: (text: string) => void
  readonly random: () => number
  config: Value | undefined
  /** The states from an initial one to the one being looked at, as records. */
  trace: () => Value
}

export function tlcModules(run: Run): Readonly<Record<string, NativeModule>> {
  return { TLC: tlc(run), TLCExt: extension(run), Randomization: randomization(run) }
}

/** Elements a set may have when all its permutations are listed. */
const PERMUTED_MAX = 9

function permutations(value: Value): Value {
  const { elements } = asSet(value, 'Permutations').listed()
  if (elements.length > PERMUTED_MAX)
    throw new TlaFailure(`Permutations of more than ${PERMUTED_MAX} elements.`)
  const shape = shapeOf(setOf([...elements]))
  return setOf(arrangements(elements).map((values) => new Fn(shape, values)))
}

export function arrangements(elements: readonly Value[]): Value[][] {
  if (elements.length === 0) return [[]]
  return elements.flatMap((first, at) =>
    arrangements([...elements.slice(0, at), ...elements.slice(at + 1)]).map((rest) => [first, ...rest]),
  )
}

function combine(left: Value, right: Value): Value {
  const a = asFn(left, '@@')
  const b = asFn(right, '@@')
  return fnOf([
    ...a.shape.keys.map((key, at) => [key, a.values[at] as Value] as const),
    ...b.shape.keys.map((key, at) => [key, b.values[at] as Value] as const),
  ])
}

function sortSequence(sequence: Value, before: (a: Value, b: Value) => Value): Value {
  const values = [...asSequence(sequence, 'SortSeq')]
  for (let at = 1; at < values.length; at++) {
    const value = values[at] as Value
    let to = at
    while (to > 0 && before(value, values[to - 1] as Value) === true) {
      values[to] = values[to - 1] as Value
      to--
    }
    values[to] = value
  }
  return tupleOf(values)
}

function get(run: Run, key: Value): Value {
  if (typeof key === 'number') {
    const value = run.registers.get(key)
    if (value === undefined) throw new TlaFailure(`TLCGet(${key}): the register holds nothing.`)
    return value
  }
  const name = key instanceof Text ? key.text : ''
  switch (name) {
    case 'level':
      return run.level
    case 'distinct':
      return run.distinct
    case 'generated':
      return run.generated
    case 'queue':
      return run.queue
    case 'duration':
      return 0
    case 'diameter':
      return run.level
    case 'stats':
      return recordOf(
        ['diameter', 'distinct', 'generated', 'queue', 'duration', 'traces'],
        [run.level, run.distinct, run.generated, run.queue, 0, 0],
      )
    case 'config':
      return recordOf(
        ['mode', 'deadlock', 'worker', 'depth', 'traces', 'seed', 'install', 'sched'],
        [textOf('bfs'), true, 1, -1, -1, textOf('0'), textOf(''), textOf('')],
      )
    case '-Dtlc2.tool.impl.Tool.cdot':
      return textOf('true')
    case 'revision':
      return recordOf(['timestamp', 'tag', 'count'], [0, textOf(''), 0])
    default:
      throw new TlaFailure(`TLCGet(${show(key)}) is not supported.`)
  }
}

function tlc(run: Run): NativeModule {
  return Object.fromEntries([
    native(':>', [0, 0], (key: Value, value: Value) => new Fn(shapeOf(setOf([key])), [value])),
    native('@@', [0, 0], combine),
    native('Permutations', [0], permutations),
    native('SortSeq', [0, 2], sortSequence),
    native('ToString', [0], (value: Value) => textOf(show(value))),
    native('Any', [], () => new Infinite('Any', () => true)),
    native('TLCEval', [0], (value: Value) => value),
    native(
      'Print',
      [0, 0],
      (text: Value, value: Value) => {
        run.print(`${show(text)}  ${show(value)}`)
        return value
      },
      'any',
      true,
    ),
    native(
      'PrintT',
      [0],
      (text: Value) => {
        run.print(show(text))
        return true
      },
      'boolean',
      true,
    ),
    native(
      'Assert',
      [0, 0],
      (test: Value, message: Value) => {
        if (test === true) return true
        throw new TlaFailure(`Assertion failed: ${message instanceof Text ? message.text : show(message)}`)
      },
      'boolean',
    ),
    native('JavaTime', [], () => 0, 'number', true),
    native('TLCGet', [0], (key: Value) => get(run, key), 'any', true),
    native(
      'TLCSet',
      [0, 0],
      (key: Value, value: Value) => {
        if (typeof key === 'number') run.registers.set(key, value)
        return true
      },
      'boolean',
      true,
    ),
    native(
      'RandomElement',
      [0],
      (set: Value) => {
        const { elements } = asSet(set, 'RandomElement').listed()
        if (elements.length === 0) throw new TlaFailure('RandomElement of the empty set.')
        return elements[Math.floor(run.random() * elements.length)] as Value
      },
      'any',
      true,
    ),
  ])
}

function extension(run: Run): NativeModule {
  return Object.fromEntries([
    native('TLCModelValue', [0], () => {
      throw new TlaFailure('TLCModelValue is not supported.')
    }),
    native(
      'AssertEq',
      [0, 0],
      (left: Value, right: Value) => {
        if (equals(left, right)) return true
        run.print(`AssertEq: ${show(left)} differs from ${show(right)}`)
        return false
      },
      'boolean',
    ),
    native('Trace', [], () => run.trace(), 'any', true),
    native('TLCNoOp', [0], (value: Value) => value),
    native('TLCCache', [0, 0], (value: Value) => value),
    native('TLCFP', [0], () => 0, 'number', true),
    native(
      'TLCGetOrDefault',
      [0, 0],
      (key: Value, value: Value) =>
        typeof key === 'number' ? (run.registers.get(key) ?? value) : get(run, key),
      'any',
      true,
    ),
    native(
      'TLCGetAndSet',
      [0, 2, 0, 0],
      (key: Value, change: (old: Value, value: Value) => Value, value: Value, initial: Value) => {
        const register = asInteger(key, 'TLCGetAndSet')
        const old = run.registers.get(register) ?? initial
        run.registers.set(register, change(old, value))
        return old
      },
      'any',
      true,
    ),
    native('ToTrace', [0], (value: Value) => value),
    native('CounterExample', [], () => recordOf(['action', 'state'], [setOf([]), setOf([])]), 'any', true),
  ])
}

function pick<Item>(items: readonly Item[], count: number, random: () => number): Item[] {
  const left = [...items]
  const taken: Item[] = []
  while (taken.length < count && left.length > 0)
    taken.push(...left.splice(Math.floor(random() * left.length), 1))
  return taken
}

function randomization(run: Run): NativeModule {
  return Object.fromEntries([
    native(
      'RandomSubset',
      [0, 0],
      (count: Value, set: Value) =>
        setOf(
          pick(asSet(set, 'RandomSubset').listed().elements, asInteger(count, 'RandomSubset'), run.random),
        ),
      'any',
      true,
    ),
    native(
      'RandomSetOfSubsets',
      [0, 0, 0],
      (count: Value, size: Value, set: Value) => {
        const { elements } = asSet(set, 'RandomSetOfSubsets').listed()
        const chance = asInteger(size, 'RandomSetOfSubsets') / Math.max(1, elements.length)
        const subset = (): Value => setOf(elements.filter(() => run.random() < chance))
        return setOf(Array.from({ length: asInteger(count, 'RandomSetOfSubsets') }, subset))
      },
      'any',
      true,
    ),
    native('TestRandomSetOfSubsets', [0, 0, 0, 0, 0], () => tupleOf([]), 'any', true),
  ])
}
