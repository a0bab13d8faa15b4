import type { AgentSystem, BudgetName } from './system.ts'

// The transition table of a system of agents. A state is a row of bits and a few counters; a transition says which bits
// it needs, which it must not see, and what it changes. The gate runs these rows, the verifier explores these rows, and
// the TLA+ module lists these rows. `step.ts` says what a row means.

/** What a bit of the state says. */
export type Bit =
  | { readonly kind: 'revoked'; readonly agent: string }
  /** Strangers' words have reached the agent. */
  | { readonly kind: 'injected'; readonly agent: string }
  | { readonly kind: 'label'; readonly agent: string; readonly label: string }
  /** `to` holds the tool because `from` passed it on; at depth 1 `from` has it of its own. */
  | {
      readonly kind: 'grant'
      readonly from: string
      readonly to: string
      readonly tool: string
      readonly depth: number
    }
  | { readonly kind: 'approved'; readonly agent: string; readonly tool: string; readonly slot: number }

/** `slot` stands for the arguments: calls with the same arguments come under the same slot. */
export type TableEvent =
  | {
      readonly kind: 'call' | 'approve' | 'expire'
      readonly agent: string
      readonly tool: string
      readonly slot: number
    }
  | { readonly kind: 'message'; readonly from: string; readonly to: string }
  | { readonly kind: 'delegate'; readonly from: string; readonly to: string; readonly tool: string }
  | { readonly kind: 'revoke'; readonly agent: string }

/** One way an event can happen. Numbers are positions of bits; `copies` holds pairs, from and to. */
export type Row = {
  readonly event: number
  readonly requires: readonly number[]
  readonly forbids: readonly number[]
  readonly sets: readonly number[]
  readonly clears: readonly number[]
  readonly copies: readonly number[]
  /** Counters that must be below their limit, and go up by one. */
  readonly counts: readonly number[]
}

/** The guard that stands in an event's way. */
export const guards = [
  'capability',
  'narrowing',
  'ceiling',
  'depth',
  'revocation',
  'credential',
  'flow',
  'injection',
  'budget',
  'approval',
] as const
export type Guard = (typeof guards)[number]

export type Counter = { readonly name: BudgetName; readonly max: number }

export type SystemTable = {
  readonly system: AgentSystem
  readonly bits: readonly Bit[]
  readonly counters: readonly Counter[]
  readonly events: readonly TableEvent[]
  readonly rows: readonly Row[]
  /** Rows of each event. */
  readonly rowsOf: readonly (readonly number[])[]
  /** For an event with a way that the configuration closes for good: the guard that closes it. */
  readonly closed: ReadonlyMap<number, Guard>
  readonly eventIndex: ReadonlyMap<string, number>
  /** The position of a bit; it must be one of this table. */
  readonly bitAt: (bit: Bit) => number
}

export function eventKey(event: TableEvent): string {
  switch (event.kind) {
    case 'call':
    case 'approve':
    case 'expire':
      return `${event.kind}\n${event.agent}\n${event.tool}\n${event.slot}`
    case 'delegate':
      return `delegate\n${event.from}\n${event.to}\n${event.tool}`
    case 'message':
      return `message\n${event.from}\n${event.to}`
    case 'revoke':
      return `revoke\n${event.agent}`
  }
}
