import type { Recorder } from '../gate/record/recorder.ts'
import type { TrailEntry } from '../gate/system-trail.ts'
import type { Log } from '../kernel/log.ts'
import { Conformance } from '../prove/conformance.ts'

/**
 * Replays what declared agents do as it is written, beside the gate that wrote it. It can only speak up when two things
 * that share one table come apart, or when entries are written in another order than things happened.
 */
export function monitorSystem(recorder: Recorder, log: Log, trail: Iterable<TrailEntry>): void {
  const conformance = new Conformance()
  // What was recorded before this process is `portcullis ledger check`'s to judge.
  for (const entry of trail) conformance.restore(entry)
  let at = 0
  recorder.listen((entry) => {
    at++
    const problem = conformance.take(at, entry)
    if (problem !== undefined) log('error', 'system-nonconforming', problem)
  })
}
