import * as v from 'valibot'
import { act, finding } from './acts.ts'
import { count, moment, reason } from './common.ts'

export const agentSession = v.object({
  session: v.string(),
  tenant: v.string(),
  agent: v.string(),
  person: v.optional(v.string()),
  first: moment,
  last: moment,
  acts: count,
  asked: count,
  denied: count,
  redacted: count,
  /** Approvals of this session that wait. */
  waiting: count,
})
export type AgentSession = v.InferOutput<typeof agentSession>

/** One line of the sequence diagram: `from` to `to`. Texts are untrusted and may be shortened (`isCut`). */
export const sessionStep = v.object({
  ...act.entries,
  from: v.string(),
  to: v.string(),
  /** What it says, at most 2,000 characters: arguments, command or text where the ledger keeps them. */
  text: v.optional(v.string()),
  isCut: v.optional(v.boolean()),
  findings: v.array(finding),
  /** What flows with it: labels such as `untrusted`, `secret`, `from:web.fetch`. */
  labels: v.array(v.string()),
  approval: v.optional(v.string()),
})
export type SessionStep = v.InferOutput<typeof sessionStep>

export const approval = v.object({
  id: v.string(),
  act: v.string(),
  session: v.string(),
  tenant: v.string(),
  agent: v.string(),
  person: v.optional(v.string()),
  state: v.picklist(['waiting', 'approved', 'refused', 'expired', 'used']),
  asked: moment,
  expires: moment,
  tool: v.string(),
  /** The exact call that would be made, and nothing else: the approval is bound to its digest. Untrusted text. */
  call: v.string(),
  digest: v.string(),
  policy: v.string(),
  rule: v.string(),
  reason: v.string(),
  findings: v.array(finding),
  answeredBy: v.optional(v.string()),
  answeredAt: v.optional(moment),
  answerReason: v.optional(v.string()),
})
export type Approval = v.InferOutput<typeof approval>

export const sessionDetail = v.object({
  ...agentSession.entries,
  /** Columns of the diagram in order of appearance: the person, the agent, tools. */
  lanes: v.array(v.string()),
  /** Oldest first; the newest 500 unless a cursor asks for earlier ones. */
  steps: v.array(sessionStep),
  stepsTotal: count,
  approvals: v.array(approval),
})
export type SessionDetail = v.InferOutput<typeof sessionDetail>

/** `digest` repeats that of the approval shown, so that nobody approves what they have not seen. */
export const answerApproval = v.strictObject({
  answer: v.picklist(['approve', 'refuse']),
  digest: v.string(),
  reason,
})
