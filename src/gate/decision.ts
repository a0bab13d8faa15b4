import type { ExchangeDecision } from './exchange-decision.ts'

import type { Span } from './finding.ts'

/**
 * What the gate does with an act. `rule` names the line of policy that decided, so that a person can find and
 * change it; a refusal tells its caller the rule and never how the detector works.
 */
export type AgentDecision =
  | { readonly action: 'allow' }
  /** The act goes on without these stretches of its text. */
  | { readonly action: 'redact'; readonly rule: string; readonly spans: readonly Span[] }
  | { readonly action: 'ask'; readonly rule: string; readonly reason: string }
  | { readonly action: 'deny'; readonly rule: string; readonly reason: string }

export type Decision = AgentDecision | ExchangeDecision

/** Mild to severe: where several rules speak, the most severe one decides. */
export const agentActions = ['allow', 'redact', 'ask', 'deny'] as const
export type AgentAction = (typeof agentActions)[number]
