import type {
  AgentActEntry,
  AgentOutcomeEntry,
  ApprovalEntry,
  SystemEventEntry,
  SystemModelEntry,
  VerdictEntry,
} from './agent-entry.ts'
import type { Caller } from './caller.ts'
import type { ExchangeAct } from './exchange-act.ts'
import type { ExchangeDecision } from './exchange-decision.ts'

// What the ledger keeps. Prompts are not among it, only sketches of them: hashes of word runs under the deployment's
// secret, by which accounts can be linked and no text be read.
// Fields of an exchange are named as in the exchange log, so that an export needs no dictionary.

export type ExchangeEntry = {
  readonly kind: 'exchange'
  readonly id: string
  readonly ts: number
  readonly tenant: string
  readonly account: string
  readonly key: string
  readonly org?: string | undefined
  readonly ip: string
  readonly asn?: number | undefined
  readonly ua?: string | undefined
  readonly ja4?: string | undefined
  readonly created?: number | undefined
  readonly plan?: string | undefined
  readonly payment?: string | undefined
  readonly protocol: string
  readonly endpoint: string
  readonly model: string
  /** Of a kept answer that was asked for. */
  readonly response?: string | undefined
  readonly max_tokens?: number | undefined
  readonly temperature?: number | undefined
  readonly n?: number | undefined
  readonly stream?: true | undefined
  readonly reasoning_signature?: string | undefined
  readonly reasoning?: 'moved' | 'foreign' | undefined
  readonly sketch?: string | undefined
  readonly standing?: string | undefined
  readonly decision: DecisionNote
}

export type DecisionNote = {
  readonly action: ExchangeDecision['action']
  readonly rule?: string
  readonly status?: number
  /** In observe mode: what would have been done was not. */
  readonly enforced?: false
}

export type Outcome =
  | 'answered'
  | 'refused'
  | 'client-gone'
  | 'upstream-failed'
  | 'upstream-died'
  | 'gate-stopped'

export type CompletionEntry = {
  readonly kind: 'completion'
  readonly id: string
  readonly ts: number
  readonly status: number
  readonly outcome: Outcome
  readonly upstream?: string | undefined
  readonly attempts?: number | undefined
  readonly ms: number
  readonly first_ms?: number | undefined
  readonly bytes: number
  readonly input_tokens?: number | undefined
  readonly output_tokens?: number | undefined
  /** Nobody reported the answer's tokens: they are worked out from its bytes. */
  readonly tokens_estimated?: true | undefined
}

/** A request that never became an act: nobody it could be counted to, or nothing that could be read. */
export type RefusalEntry = {
  readonly kind: 'refusal'
  readonly id: string
  readonly ts: number
  readonly ip: string
  readonly account?: string
  /** The agent door it came to, and what behind it. */
  readonly door?: string
  readonly status: number
  readonly rule: string
}

export type InterruptedEntry = { readonly kind: 'interrupted'; readonly ts: number }

/** What an operator or the slow loop did to accounts. */
export type MeasureEntry = {
  readonly kind: 'measure'
  readonly ts: number
  readonly measure: string
  readonly change: 'applied' | 'proposed' | 'agreed' | 'released' | 'undone'
  readonly author: string
  readonly reason: string
  readonly standing: string
  readonly accounts: number
}

/** What a person did in the console, and why; written before it is done. */
export type AuditEntry = {
  readonly kind: 'audit'
  readonly ts: number
  readonly author: string
  readonly role: string
  /** How it is known who that is: open, token, password or oidc. */
  readonly via: string
  readonly action: string
  readonly subject: string
  readonly reason: string
}

/** Somebody read what an exchange asked. */
export type PromptReadEntry = {
  readonly kind: 'prompt-read'
  readonly ts: number
  readonly exchange: string
  readonly author: string
  readonly reason: string
}

export type Entry =
  | PromptReadEntry
  | ExchangeEntry
  | CompletionEntry
  | RefusalEntry
  | InterruptedEntry
  | MeasureEntry
  | AuditEntry
  | AgentActEntry
  | AgentOutcomeEntry
  | ApprovalEntry
  | SystemModelEntry
  | SystemEventEntry
  | VerdictEntry

export function exchangeEntry(
  caller: Caller,
  act: ExchangeAct,
  decision: ExchangeDecision,
  isEnforced: boolean,
): ExchangeEntry {
  return {
    kind: 'exchange',
    id: act.id,
    ts: act.ts,
    tenant: caller.tenant,
    account: caller.account,
    key: caller.key,
    org: caller.org,
    ip: caller.address,
    asn: caller.asn,
    ua: caller.userAgent,
    ja4: caller.ja4,
    created: caller.created,
    plan: caller.plan,
    payment: caller.payment,
    protocol: act.protocol,
    endpoint: act.endpoint,
    model: act.model,
    response: act.response,
    max_tokens: act.maxTokens,
    temperature: act.temperature,
    n: act.n,
    stream: act.isStream || undefined,
    reasoning_signature: act.reasoningBlocks.at(-1),
    reasoning: act.reasoning === 'moved' || act.reasoning === 'foreign' ? act.reasoning : undefined,
    sketch: act.sketch,
    standing: caller.standing.kind === 'clear' ? undefined : caller.standing.kind,
    decision: decisionNote(decision, isEnforced),
  }
}

function decisionNote(decision: ExchangeDecision, isEnforced: boolean): DecisionNote {
  const { action } = decision
  if (action === 'allow' && isEnforced) return { action }
  return {
    action,
    ...(action === 'allow' ? {} : { rule: decision.rule }),
    ...(action === 'deny' ? { status: decision.status } : {}),
    ...(isEnforced ? {} : { enforced: false }),
  }
}
