import type { ActId, SessionId } from './act.ts'

/** What an approval is good for, and nothing beside it. */
export type ApprovalBinding = {
  readonly tenant: string
  readonly agent: string
  /** On whose behalf: what one person's agent may do once is no other person's. */
  readonly person: string | undefined
  readonly session: SessionId
  readonly act: string
  readonly tool: string
  /** SHA-256 over the canonical form of everything the act carries. */
  readonly digest: string
  /** Version of the policy that asked. Another policy asks anew. */
  readonly policy: string
}

/** A question to a person about one exact act. Good for one use, until it expires. */
export type ApprovalTicket = ApprovalBinding & {
  readonly id: string
  /** The decision that asked. */
  readonly decision: ActId
  readonly rule: string
  readonly reason: string
  /** Unix milliseconds. */
  readonly created: number
  readonly expires: number
}

/** How the decision sees it: nobody has answered, or somebody has. */
export type Approval = 'none' | 'approved' | 'refused'

/** What became of a ticket. An approved one that was used is `used`; one that ran out is `expired`. */
export const ticketStates = ['open', 'approved', 'refused', 'used', 'expired'] as const
export type TicketState = (typeof ticketStates)[number]
