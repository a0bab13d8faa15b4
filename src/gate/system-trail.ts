import { statSync } from 'node:fs'
import { recordsOf } from '../store/embedded/ledger/records.ts'
import { blocksOf, listSegments } from '../store/embedded/ledger/segments.ts'
import type { SystemEventEntry, SystemModelEntry } from './agent-entry.ts'

/** An entry that names a system, or one with steps of a session in it. */
export type TrailEntry =
  | SystemModelEntry
  | (Pick<SystemEventEntry, 'tenant' | 'session' | 'steps'> & { readonly kind: SystemCarrier })

const carriers = ['agent-act', 'approval', 'system-event'] as const
type SystemCarrier = (typeof carriers)[number]

/** A ledger is read back no further than this; who named no system within it begins anew. */
const TRAIL_BYTES_MAX = 128 * 1_048_576

// Entries begin with their kind, so that the rest is parsed only where it counts.
const beginning = (kind: string): Buffer => Buffer.from(`{"kind":"${kind}"`)
const MODEL = beginning('system-model')
const CARRIERS = carriers.map(beginning)
const STEPS = Buffer.from('"steps":[')

/** What the ledger says of declared agents, oldest first, from a place before the system was last named. */
export function* systemTrail(directory: string): Generator<TrailEntry, undefined, undefined> {
  for (const path of recentFiles(directory))
    for (const record of recordsIn(path)) {
      const isModel = beginsWith(record, MODEL)
      if (!isModel && !(CARRIERS.some((each) => beginsWith(record, each)) && record.includes(STEPS))) continue
      // The gate wrote it, into a ledger whose chain holds.
      yield JSON.parse(record.toString('utf8')) as TrailEntry
    }
  return undefined
}

/** The newest files down to one in which a system is named; none if that is too far back. */
function recentFiles(directory: string): readonly string[] {
  const files: string[] = []
  let bytes = 0
  for (const { path } of listSegments(directory).toReversed()) {
    bytes += statSync(path).size
    if (bytes > TRAIL_BYTES_MAX) return []
    files.unshift(path)
    for (const record of recordsIn(path)) if (beginsWith(record, MODEL)) return files
  }
  return []
}

function* recordsIn(path: string): Generator<Buffer, undefined, undefined> {
  for (const { payload } of blocksOf(path)) for (const { payload: bytes } of recordsOf(payload)) yield bytes
  return undefined
}

function beginsWith(record: Buffer, beginningOf: Buffer): boolean {
  return record.subarray(0, beginningOf.length).equals(beginningOf)
}
