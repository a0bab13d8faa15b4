import type { Invocation, Origin, Pipeline, Reading } from './model.ts'
import { originsIn } from './model.ts'
import { readPaths, writePaths } from './touched.ts'

/** Data passed through more programs than this is not followed. */
const STEPS_MAX = 64

/** Every program whose output can reach this one's standard input, nearest first. */
export function upstreamOf(invocation: Invocation, reading: Reading): readonly Invocation[] {
  return follow(invocation, reading, feeders)
}

/** Every program that this one's output can reach, nearest first. */
export function downstreamOf(invocation: Invocation, reading: Reading): readonly Invocation[] {
  return follow(invocation, reading, consumers)
}

function follow(
  start: Invocation,
  reading: Reading,
  next: (invocation: Invocation, reading: Reading) => readonly Invocation[],
): readonly Invocation[] {
  const seen = new Set<Invocation>()
  const queue = [...next(start, reading)]
  for (let step = 0; step < STEPS_MAX && queue.length > 0; step++) {
    const invocation = queue.shift()
    if (invocation === undefined || invocation === start || seen.has(invocation)) continue
    seen.add(invocation)
    queue.push(...next(invocation, reading))
  }
  return [...seen]
}

function feeders(invocation: Invocation, reading: Reading): readonly Invocation[] {
  const before = neighbours(invocation.pipeline, invocation.stage, -1)
  const writers = readPaths(invocation).flatMap((path) => reading.paths.writersOf(path))
  return writers.length === 0 ? before : [...before, ...writers]
}

function consumers(invocation: Invocation, reading: Reading): readonly Invocation[] {
  const after = neighbours(invocation.pipeline, invocation.stage, 1)
  const readers = writePaths(invocation).flatMap((path) => reading.paths.readersOf(path))
  return readers.length === 0 ? after : [...after, ...readers]
}

/** The stage beside this one; at the end of an inner pipeline, the stage beside the outer one. */
function neighbours(pipeline: Pipeline, stage: number, step: -1 | 1): readonly Invocation[] {
  const beside = pipeline.stages[stage + step]
  if (beside !== undefined) return beside
  const outer = pipeline.outer
  return outer === undefined ? [] : neighbours(outer.pipeline, outer.stage, step)
}

/** The programs whose output stands in this text, and whatever feeds them. */
export function sourcesOf(text: string, reading: Reading): readonly Invocation[] {
  return originsIn(text, reading).flatMap((origin) => originInvocations(origin, reading))
}

function originInvocations(origin: Origin, reading: Reading): readonly Invocation[] {
  if (origin.kind === 'output') return origin.pipelines.flatMap((pipeline) => pipeline.stages.flat())
  const before = neighbours(origin.pipeline, origin.stage, -1)
  const { stdin } = origin
  // Read from a process substitution or a pipe with a name: whoever writes there.
  const writers = stdin.kind === 'file' ? reading.paths.writersOf(stdin.path) : []
  const direct = writers.length === 0 ? before : [...before, ...writers]
  return [...direct, ...direct.flatMap((each) => upstreamOf(each, reading))]
}

export function readsSocket(text: string, reading: Reading): boolean {
  return originsIn(text, reading).some((origin) => origin.kind === 'read' && origin.stdin.kind === 'socket')
}
