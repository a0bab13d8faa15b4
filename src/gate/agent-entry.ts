import type { SystemStep } from './decide/system/session.ts'
import type { AgentSystem } from './decide/system/system.ts'
import type { AgentAction } from './decision.ts'
import type { Severity } from './finding.ts'

// What the ledger keeps of agents' acts: who, what kind, which tool, digests and facts. What an act carries, what a
// tool returned and what a detector quotes of it never is in an entry.

export type AgentActEntry = {
  readonly kind: 'agent-act'
  readonly id: string
  readonly ts: number
  readonly tenant: string
  readonly agent: string
  readonly person?: string | undefined
  readonly key?: string | undefined
  readonly session: string
  readonly act: string
  /** The tool of a call or result; the other agent of a message. */
  readonly tool?: string | undefined
  /** SHA-256 over the canonical form (RFC 8785) of everything the act carries. */
  readonly digest: string
  readonly bytes: number
  readonly facts: readonly FactNote[]
  readonly decision: AgentDecisionNote
  /** Name and version of the policy that decided. */
  readonly policy: string
  readonly version: string
  readonly steps?: readonly SystemStep[] | undefined
  /** What it drew from budgets; absent when it was stopped, or when nothing is counted. */
  readonly volume?: VolumeNote | undefined
}

/** Calls, records read, rows read, bytes read, bytes sent. */
export type VolumeCounts = readonly [
  calls: number,
  recordsRead: number,
  rowsRead: number,
  bytesRead: number,
  bytesSent: number,
]

/** Enough to have every budget again after a restart. */
export type VolumeNote = {
  readonly moved: VolumeCounts
  /** Of its session so far, this act included. */
  readonly session: VolumeCounts
  /** Digests of the places it sent to: a name may itself carry what was stolen. */
  readonly places?: readonly string[]
}

/** The declared system that entries after this one were decided by; `hash` is the `model` of their steps. */
export type SystemModelEntry = {
  readonly kind: 'system-model'
  readonly ts: number
  readonly hash: string
  /** Absent when it is too long for an entry. */
  readonly system?: AgentSystem
}

/** Something that is no act: a delegation, a revocation. */
export type SystemEventEntry = {
  readonly kind: 'system-event'
  readonly ts: number
  readonly tenant: string
  readonly session: string
  readonly steps: readonly SystemStep[]
}

/** What `verify` found out about a declared system. */
export type VerdictEntry = {
  readonly kind: 'verdict'
  readonly ts: number
  readonly policy: string
  /** The `hash` of the system. */
  readonly model: string
  readonly verdicts: readonly {
    readonly property: string
    readonly verdict: string
    readonly vacuous: boolean
  }[]
}

export type FactNote = { readonly detector: string; readonly fact: string; readonly severity: Severity }

export type AgentDecisionNote = {
  readonly action: AgentAction
  readonly rule?: string
  /** In observe mode: what would have been done was not. */
  readonly enforced?: false
  /** The ticket that was asked for, or the one that was used. */
  readonly ticket?: string
}

export const agentOutcomes = ['done', 'failed', 'blocked', 'cancelled'] as const
export type AgentOutcome = (typeof agentOutcomes)[number]

export type AgentOutcomeEntry = {
  readonly kind: 'agent-outcome'
  readonly id: string
  readonly ts: number
  readonly outcome: AgentOutcome
  readonly ms: number
}

/** A named person answered a ticket. */
export type ApprovalEntry = {
  readonly kind: 'approval'
  readonly ts: number
  readonly ticket: string
  readonly answer: 'approved' | 'refused'
  readonly author: string
  readonly reason: string
  readonly tenant: string
  readonly agent: string
  readonly session: string
  readonly tool: string
  readonly digest: string
  readonly version: string
  readonly steps?: readonly SystemStep[] | undefined
}
