/**
 * What an operator declares of agents that work together: who has which tools, what the tools need, read and reach, and
 * which guards hold. It is compiled into one table (`table.ts`); the gate runs that table and `prove` explores it.
 */
export type AgentSystem = {
  readonly labels: readonly SystemLabel[]
  readonly credentials: readonly SystemCredential[]
  readonly tools: readonly SystemTool[]
  readonly agents: readonly SystemAgent[]
  readonly approvals: ApprovalRules
  readonly delegation: { readonly depth: number; readonly narrows: boolean }
  readonly revocation: { readonly enforced: boolean; readonly cascades: boolean }
  readonly budget: Readonly<Record<BudgetName, number | undefined>>
  readonly claims: SystemClaims
  /** What the system says of an agent or tool it does not name: nothing (`rules`), or no. */
  readonly undeclared: 'rules' | 'deny'
}

/** A kind of data. What is protected must never reach a sink. */
export type SystemLabel = { readonly name: string; readonly isProtected: boolean }

/** `isLent`: whoever was passed a tool may use the credential behind it without being entitled. */
export type SystemCredential = {
  readonly name: string
  readonly entitled: readonly string[]
  readonly isLent: boolean
}

export const guardModes = ['allow', 'ask', 'deny'] as const
export type GuardMode = (typeof guardModes)[number]

export type SystemTool = {
  readonly name: string
  readonly needs: readonly string[]
  /** Labels of the data it returns. */
  readonly reads: readonly string[]
  /** Strangers can write what it returns, so whoever reads it may be following their words from then on. */
  readonly isUntrusted: boolean
  /** What it is given leaves. */
  readonly isSink: boolean
  /** Labels a sink lets out. */
  readonly accepts: readonly string[]
  readonly isDestructive: boolean
  /** Whether every call waits for a person. */
  readonly needsApproval: boolean
  /** For a caller that read strangers' words. */
  readonly injected: GuardMode
}

export type SystemAgent = {
  readonly name: string
  /** Names, with globs, that callers of this role come under. */
  readonly match: readonly string[]
  readonly tools: readonly string[]
  /** The most it may ever hold, passed on or its own; no ceiling if absent. */
  readonly ceiling: readonly string[] | undefined
  readonly delegates: readonly { readonly to: string; readonly tools: readonly string[] }[]
  readonly messages: readonly MessageEdge[]
}

export type MessageEdge = {
  readonly to: string
  /** The only labels the sender may hold; any if absent. */
  readonly carries: readonly string[] | undefined
  /** Only values of a fixed form pass, so the sender's words cannot steer the receiver. */
  readonly isSanitised: boolean
}

export type ApprovalRules = {
  /** An approval serves one call. */
  readonly once: boolean
  /** It serves the arguments it was given for and no others. */
  readonly sameArguments: boolean
  /** It ends when strangers' words reach the agent. */
  readonly fresh: boolean
  /** Approvals waiting at once, for an agent and a tool; one more retires the oldest. */
  readonly outstanding: number
}

export const budgetNames = ['calls', 'destructive', 'delegations'] as const
export type BudgetName = (typeof budgetNames)[number]

/** What shall hold whatever the guards above say: the statements that `portcullis verify` proves or refutes. */
export type SystemClaims = {
  /** No tool is passed on further than this. */
  readonly depth: number
  readonly never: readonly NeverClaim[]
  /** Where it differs from the budgets that are enforced. */
  readonly budget?: Readonly<Record<BudgetName, number | undefined>> | undefined
}

/** `agent` (any if absent) never calls `tool`: at all, when it may be following strangers, or with a label in hand. */
export type NeverClaim = {
  readonly agent: string | undefined
  readonly tool: string
  readonly isInjected: boolean
  readonly holding: string | undefined
}
