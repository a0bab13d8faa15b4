import type { Budgets } from '../../config/budgets.ts'
import type { AgentAction } from '../decision.ts'
import type { Severity } from '../finding.ts'
import type { CedarSource } from './cedar/cedar.ts'
import type { AgentSystem } from './system/system.ts'

/** Which findings lead to which action. Read from a file a person can read; see `docs/agent-gate.md`. */
export type AgentPolicy = {
  readonly name: string
  /** Detectors that run; the others stay silent. */
  readonly detectors: readonly string[]
  readonly rules: readonly AgentRule[]
  readonly tools: ToolLabels
  /** Values that must never leave in any encoding. */
  readonly secrets: readonly KnownSecret[]
  /** How much may pass before the gate stops. */
  readonly budgets: Budgets
  /** The agents that work together and what holds between them; without it only the rules above decide. */
  readonly system?: AgentSystem | undefined
  /** Who may do what, in Cedar; without any, whoever may come may act. */
  readonly cedar?: readonly CedarSource[]
}

export type AgentRule = {
  readonly name: string
  /** Names of facts; `*` at the end stands for any ending. */
  readonly facts: readonly string[]
  /** Milder findings than this are not meant. */
  readonly severity: Severity
  readonly action: AgentAction
}

/** What the operator knows about tools that their own annotations do not say, or say wrongly. */
export type ToolLabels = {
  /** Results of these are as good as the operator's own word. */
  readonly trusted: readonly string[]
  /** Calls to these send something out or change something. */
  readonly sinks: readonly string[]
  /** Calls to these only look. */
  readonly readers: readonly string[]
}

export type KnownSecret = {
  readonly name: string
  readonly value: string
  /** The broker's own: an agent has no way to know it, so it must not come back either. */
  readonly isCredential?: boolean
}
