import type { AgentCaller } from './agent-caller.ts'
import type { AgentRoadParts } from './agent-road.ts'
import type { RefusalEntry } from './entry.ts'

/** What never became an act: nothing that could be read, too much, from nobody. */
export type Refused = {
  /** The decision id that the refusal carries. */
  readonly id: string
  readonly door: string
  readonly rule: string
  readonly status: number
  readonly caller?: AgentCaller | undefined
  /** Nothing where it came over standard streams. */
  readonly from?: { readonly socketAddress: string | undefined; readonly forwarded: string | undefined }
}

export function refusalEntry(
  { id, door, rule, status, caller, from }: Refused,
  { addressOf, now }: Pick<AgentRoadParts, 'addressOf' | 'now'>,
): RefusalEntry {
  const ip = from === undefined ? 'local' : addressOf(from.socketAddress, from.forwarded)
  const account = caller === undefined ? {} : { account: caller.agent }
  return { kind: 'refusal', id, ts: now(), ip, ...account, door, status, rule }
}
