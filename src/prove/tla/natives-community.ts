// Operators of the community modules that are worth computing directly; the others are written in TLA+ in
// `library-text.ts`.
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { TlaFailure } from './failure.ts'
import { type NativeModule, native } from './native.ts'
import { asFn, asInteger, asSequence, asSet, subsetsOfSize } from './natives-standard.ts'
import { arrangements, type Run } from './natives-tlc.ts'
import { show } from './print.ts'
import { equals, setOf } from './relations.ts'
import { domainOf, recordOf, textOf, tupleOf } from './shapes.ts'
import { Callable, Text, TlaSet, type Value } from './values.ts'

type Two = (left: Value, right: Value) => Value
type One = (value: Value) => Value

/** The elements in the order folds visit them. */
function foldSet(op: Two, base: Value, set: Value): Value {
  return asSet(set, 'FoldSet')
    .listed()
    .elements.reduce((total, each) => op(each, total), base)
}

function foldOver(op: Two, base: Value, fn: Value, indices: Value): Value {
  const callable = asFn(fn, 'FoldFunction')
  return asSet(indices, 'FoldFunction')
    .listed()
    .elements.reduce((total, key) => {
      const value = callable.apply(key)
      if (value === undefined) throw new TlaFailure(`FoldFunctionOnSet: ${show(key)} is not in the domain.`)
      return op(value, total)
    }, base)
}

const folds: NativeModule = Object.fromEntries([
  native('MapThenFoldSet', [2, 0, 1, 1, 0], (op: Two, base: Value, f: One, _choose: One, set: Value) =>
    asSet(set, 'MapThenFoldSet')
      .listed()
      .elements.reduce((total, each) => op(f(each), total), base),
  ),
])

const finiteSets: NativeModule = Object.fromEntries([
  native('FoldSet', [2, 0, 0], foldSet),
  native('kSubset', [0, 0], subsetsOfSize),
  native('Max', [0], (set: Value) => extreme(set, 'Max', Math.max), 'number'),
  native('Min', [0], (set: Value) => extreme(set, 'Min', Math.min), 'number'),
])

function extreme(set: Value, name: string, pick: (left: number, right: number) => number): number {
  const { elements } = asSet(set, name).listed()
  if (elements.length === 0) throw new TlaFailure(`${name} of the empty set.`)
  return elements.map((each) => asInteger(each, name)).reduce((left, right) => pick(left, right))
}

const functions: NativeModule = Object.fromEntries([
  native('Range', [0], (fn: Value) => setOf([...asFn(fn, 'Range').values])),
  native('FoldFunctionOnSet', [2, 0, 0, 0], foldOver),
  native('FoldFunction', [2, 0, 0], (op: Two, base: Value, fn: Value) =>
    foldOver(op, base, fn, domainOf(asFn(fn, 'FoldFunction').shape)),
  ),
])

const sequences: NativeModule = Object.fromEntries([
  native('ToSet', [0], (s: Value) => setOf([...asSequence(s, 'ToSet')])),
  native('SetToSeq', [0], (set: Value) => tupleOf([...asSet(set, 'SetToSeq').listed().elements])),
  native('SetToSeqs', [0], (set: Value) =>
    setOf(arrangements(asSet(set, 'SetToSeqs').listed().elements).map(tupleOf)),
  ),
  native(
    'Contains',
    [0, 0],
    (s: Value, e: Value) => asSequence(s, 'Contains').some((each) => equals(each, e)),
    'boolean',
  ),
  native('Reverse', [0], (s: Value) => tupleOf([...asSequence(s, 'Reverse')].reverse())),
  native('Remove', [0, 0], (s: Value, e: Value) =>
    tupleOf(asSequence(s, 'Remove').filter((each) => !equals(each, e))),
  ),
  native('FoldSeq', [2, 0, 0], (op: Two, base: Value, s: Value) =>
    asSequence(s, 'FoldSeq').reduce((total, each) => op(each, total), base),
  ),
  native('FoldLeft', [2, 0, 0], (op: Two, base: Value, s: Value) =>
    asSequence(s, 'FoldLeft').reduce((total, each) => op(total, each), base),
  ),
  native('FoldRight', [2, 0, 0], (op: Two, s: Value, base: Value) =>
    asSequence(s, 'FoldRight').reduceRight((total, each) => op(each, total), base),
  ),
  native('FlattenSeq', [0], (s: Value) =>
    tupleOf(asSequence(s, 'FlattenSeq').flatMap((each) => asSequence(each, 'FlattenSeq'))),
  ),
])

const BIT_LENGTH = 31

const bitwise: NativeModule = Object.fromEntries([
  native('&', [0, 0], (a: Value, b: Value) => asInteger(a, '&') & asInteger(b, '&'), 'number'),
  native('|', [0, 0], (a: Value, b: Value) => asInteger(a, '|') | asInteger(b, '|'), 'number'),
  native('^^', [0, 0], (a: Value, b: Value) => asInteger(a, '^^') ^ asInteger(b, '^^'), 'number'),
  native(
    'Not',
    [0],
    (a: Value) => ~asInteger(a, 'Not') & (2 ** (BIT_LENGTH - Math.clz32(asInteger(a, 'Not')) + 1) - 1),
    'number',
  ),
  native(
    'shiftR',
    [0, 0],
    (a: Value, by: Value) => asInteger(a, 'shiftR') >> asInteger(by, 'shiftR'),
    'number',
  ),
])

/** A JSON file a specification reads may be this long. */
const JSON_BYTES_MAX = 64 * 1024 * 1024

function readJson(folder: string, file: Value, isLines: boolean): Value {
  if (!(file instanceof Text)) throw new TlaFailure('A file name must be a string.')
  const path = resolve(folder, file.text)
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true)
    throw new TlaFailure(`Cannot read ${file.text}.`)
  if (statSync(path).size > JSON_BYTES_MAX)
    throw new TlaFailure(`${file.text} is longer than ${JSON_BYTES_MAX} bytes.`)
  const text = readFileSync(path, 'utf8')
  try {
    if (!isLines) return fromJson(JSON.parse(text))
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    return tupleOf(lines.map((line) => fromJson(JSON.parse(line))))
  } catch (error) {
    if (error instanceof SyntaxError) throw new TlaFailure(`${file.text} is not JSON: ${error.message}`)
    throw error
  }
}

function fromJson(json: unknown): Value {
  if (typeof json === 'number') {
    if (!Number.isInteger(json)) throw new TlaFailure(`JSON number ${json} is not an integer.`)
    return json
  }
  if (typeof json === 'boolean') return json
  if (typeof json === 'string') return textOf(json)
  if (Array.isArray(json)) return tupleOf(json.map(fromJson))
  if (typeof json === 'object' && json !== null) {
    return recordOf(Object.keys(json), Object.values(json).map(fromJson))
  }
  return textOf('null')
}

export function toJson(value: Value): unknown {
  if (typeof value !== 'object') return value
  if (value instanceof Text) return value.text
  if (value instanceof TlaSet) return value.listed().elements.map(toJson)
  if (!(value instanceof Callable)) return show(value)
  const fn = value.force()
  if (fn.shape.isTuple) return fn.values.map(toJson)
  return Object.fromEntries(
    fn.shape.keys.map((key, at) => [
      key instanceof Text ? key.text : show(key),
      toJson(fn.values[at] as Value),
    ]),
  )
}

/** Files are read, never written: a serialising operator answers TRUE and leaves the disk alone. */
function files(folder: string): Readonly<Record<string, NativeModule>> {
  const json = (value: Value): Value => textOf(JSON.stringify(toJson(value)))
  return {
    Json: Object.fromEntries([
      native('ToJson', [0], json),
      native('ToJsonArray', [0], json),
      native('ToJsonObject', [0], json),
      native('JsonSerialize', [0, 0], () => true, 'boolean', true),
      native('ndJsonSerialize', [0, 0], () => true, 'boolean', true),
      native('JsonDeserialize', [0], (file: Value) => readJson(folder, file, false)),
      native('ndJsonDeserialize', [0], (file: Value) => readJson(folder, file, true)),
    ]),
    IOUtils: Object.fromEntries([
      native('IOEnv', [], () => tupleOf([])),
      native(
        'atoi',
        [0],
        (text: Value) => {
          const parsed = text instanceof Text ? Number.parseInt(text.text, 10) : Number.NaN
          if (Number.isNaN(parsed)) throw new TlaFailure(`atoi of ${show(text)}.`)
          return parsed
        },
        'number',
      ),
      native('zeroPadN', [0, 0], (value: Value, width: Value) =>
        textOf(String(asInteger(value, 'zeroPadN')).padStart(asInteger(width, 'zeroPadN'), '0')),
      ),
      native(
        'Serialize',
        [0, 0, 0],
        () => recordOf(['exitValue', 'stdout', 'stderr'], [0, textOf(''), textOf('')]),
        'any',
        true,
      ),
      native('IOSerialize', [0, 0, 0], () => true, 'boolean', true),
      ...['IOExec', 'IOEnvExec', 'IOExecTemplate', 'IOEnvExecTemplate', 'Deserialize', 'IODeserialize'].map(
        (name) =>
          native(
            name,
            Array.from({ length: arity[name] ?? 1 }, () => 0),
            () => {
              throw new TlaFailure(`${name} is not supported: a specification starts no programs here.`)
            },
            'any',
            true,
          ),
      ),
    ]),
    CSV: Object.fromEntries([
      native('CSVWrite', [0, 0, 0], () => true, 'boolean', true),
      native('CSVRecords', [0], () => 0, 'number', true),
    ]),
  }
}

const arity: Readonly<Record<string, number>> = {
  IOExec: 1,
  IOEnvExec: 2,
  IOExecTemplate: 2,
  IOEnvExecTemplate: 3,
  Deserialize: 2,
  IODeserialize: 2,
}

export function communityModules(_run: Run, folder: string): Readonly<Record<string, NativeModule>> {
  return {
    Folds: folds,
    FiniteSetsExt: finiteSets,
    Functions: functions,
    SequencesExt: sequences,
    Bitwise: bitwise,
    ...files(folder),
  }
}
