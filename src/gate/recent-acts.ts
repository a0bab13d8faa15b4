import { recordsOf } from '../store/embedded/ledger/records.ts'
import { blocksOf, firstHeader, listSegments, type Segment } from '../store/embedded/ledger/segments.ts'
import type { AgentActEntry } from './agent-entry.ts'

/** An act's entry begins with its kind, so that the rest is parsed only where it counts. */
const BEGINNING = Buffer.from('{"kind":"agent-act"')
/** Clocks of the gate and of its writer are read a moment apart. */
const SLACK_MS = 60_000

/** Acts of agents in a ledger from a time on, oldest first. What is older is skipped by whole files and blocks. */
export function* recentAgentActs(
  directory: string,
  since: number,
): Generator<AgentActEntry, undefined, undefined> {
  for (const { path } of recentSegments(directory, since - SLACK_MS))
    for (const { header, payload } of blocksOf(path)) {
      if (header.ts < since - SLACK_MS) continue
      for (const { payload: bytes } of recordsOf(payload)) {
        if (!bytes.subarray(0, BEGINNING.length).equals(BEGINNING)) continue
        // The gate wrote it, into a ledger whose chain holds.
        const entry = JSON.parse(bytes.toString('utf8')) as AgentActEntry
        if (entry.ts >= since) yield entry
      }
    }
  return undefined
}

function recentSegments(directory: string, since: number): readonly Segment[] {
  const segments = listSegments(directory)
  let from = segments.length - 1
  while (from > 0) {
    const segment = segments[from]
    if (segment !== undefined && beginOf(segment) < since) break
    from--
  }
  return segments.slice(Math.max(0, from))
}

function beginOf({ path }: Segment): number {
  return firstHeader(path)?.ts ?? Number.POSITIVE_INFINITY
}
