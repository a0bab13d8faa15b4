import { randomBytes } from 'node:crypto'
import { failure, type Result, success } from '../../kernel/result.ts'
import type { ApprovalStore, StoredApproval, StoredFinding } from '../../store/embedded/approval-store.ts'
import type { ActId, SessionId } from '../act.ts'
import type { Approval, ApprovalBinding, ApprovalTicket, TicketState } from '../agent-approval.ts'

/** A ticket with what became of it. */
export type TicketRecord = Omit<ApprovalTicket, 'decision'> & {
  readonly decision: string
  /** What would be done, word for word: the canonical text that the digest is over. Empty once it is over. */
  readonly call: string
  readonly findings: readonly StoredFinding[]
  readonly state: TicketState
  readonly author: string | undefined
  readonly answered: number | undefined
  readonly note: string | undefined
  readonly used: number | undefined
}

export type ApprovalRules = { readonly expireMs: number; readonly openMax: number }

/** What a person says about a ticket. */
export type PersonsAnswer = { readonly author: string; readonly reason: string }

export type AnswerFailure = 'ticket-unknown' | 'ticket-closed'

const ID_BYTES = 6
const LISTED_MAX = 1_000
const REASON_CHARACTERS_MAX = 500
/** What a person can read before answering, and more. */
const CALL_CHARACTERS_MAX = 65_536
const FINDINGS_MAX = 50

type Waiter = { readonly id: string; readonly resolve: (state: TicketState) => void }

/** Asks people about acts, and lets each approved act pass exactly once. */
export class Approvals {
  readonly #store: ApprovalStore
  readonly #now: () => number
  #rules: ApprovalRules
  readonly #waiters = new Set<Waiter>()

  constructor(store: ApprovalStore, rules: ApprovalRules, now: () => number) {
    this.#store = store
    this.#rules = rules
    this.#now = now
    store.prune(now())
  }

  use(rules: ApprovalRules): void {
    this.#rules = rules
  }

  /** What a person said about this act, if anything; an approval is used up by asking. */
  take(binding: ApprovalBinding): { readonly approval: Approval; readonly ticket: string | undefined } {
    const now = this.#now()
    this.#store.end(now)
    const current = this.#store.current(binding, now)
    if (current?.state === 'refused') return { approval: 'refused', ticket: current.id }
    if (current?.state !== 'approved') return { approval: 'none', ticket: undefined }
    return this.#store.use(current.id, now)
      ? { approval: 'approved', ticket: current.id }
      : { approval: 'none', ticket: undefined }
  }

  /** A ticket for this act: the open one there is, or a new one. Nothing when the agent has too many open. */
  ask(
    binding: ApprovalBinding,
    about: Pick<ApprovalTicket, 'person' | 'decision' | 'rule' | 'reason'>,
    shown: Pick<TicketRecord, 'call' | 'findings'>,
  ): ApprovalTicket | undefined {
    const now = this.#now()
    const current = this.#store.current(binding, now)
    if (current?.state === 'open') return ticketOf(current)
    if (this.#store.openCount(binding.tenant, binding.agent, now) >= this.#rules.openMax) return undefined
    const ticket: ApprovalTicket = {
      ...binding,
      ...about,
      reason: about.reason.slice(0, REASON_CHARACTERS_MAX),
      id: `t_${randomBytes(ID_BYTES).toString('hex')}`,
      created: now,
      expires: now + this.#rules.expireMs,
    }
    this.#store.prune(now)
    this.#store.add({
      ...ticket,
      call: shortened(shown.call),
      findings: shown.findings.slice(0, FINDINGS_MAX),
    })
    return ticket
  }

  /** Somebody else settled it, or nobody needs it any more. */
  withdraw({ id }: Pick<ApprovalTicket, 'id'>): void {
    this.#store.withdraw(id, this.#now())
    this.tellWaiting()
  }

  answer(
    id: string,
    state: 'approved' | 'refused',
    { author, reason }: PersonsAnswer,
  ): Result<TicketRecord, AnswerFailure> {
    const isTaken = this.#store.answer(id, state, author, reason.slice(0, REASON_CHARACTERS_MAX), this.#now())
    const record = this.find(id)
    if (record === undefined) return failure('ticket-unknown')
    if (!isTaken) return failure('ticket-closed')
    this.tellWaiting()
    return success(record)
  }

  find(id: string): TicketRecord | undefined {
    const stored = this.#store.find(id)
    return stored === undefined ? undefined : recordOf(stored, this.#now())
  }

  /** Newest first. */
  list(wanted: { readonly state?: TicketState; readonly limit?: number } = {}): readonly TicketRecord[] {
    const now = this.#now()
    return this.#store
      .list(LISTED_MAX)
      .map((stored) => recordOf(stored, now))
      .filter(({ state }) => wanted.state === undefined || wanted.state === state)
      .slice(0, wanted.limit ?? LISTED_MAX)
  }

  /** Resolves when a person has answered, the ticket runs out, or the one who waits gives up. */
  async wait(
    { id, expires }: Pick<ApprovalTicket, 'id' | 'expires'>,
    signal: AbortSignal,
  ): Promise<'approved' | 'refused' | 'expired'> {
    const { promise, resolve } = Promise.withResolvers<TicketState>()
    const waiter: Waiter = { id, resolve }
    const end = AbortSignal.any([signal, AbortSignal.timeout(Math.max(0, expires - this.#now()))])
    const stop = () => resolve('expired')
    end.addEventListener('abort', stop, { once: true })
    this.#waiters.add(waiter)
    try {
      if (end.aborted) return 'expired'
      this.tellWaiting()
      const state = await promise
      return state === 'approved' || state === 'refused' ? state : 'expired'
    } finally {
      this.#waiters.delete(waiter)
      end.removeEventListener('abort', stop)
    }
  }

  /** Called when answers may have come in, from this process or another. */
  tellWaiting(): void {
    for (const { id, resolve } of this.#waiters) {
      const state = this.find(id)?.state ?? 'expired'
      if (state !== 'open') resolve(state)
    }
  }
}

function recordOf(stored: StoredApproval, now: number): TicketRecord {
  const isOver = stored.expires <= now && (stored.state === 'open' || stored.state === 'approved')
  return { ...stored, session: stored.session as SessionId, state: isOver ? 'expired' : stored.state }
}

function ticketOf(stored: StoredApproval): ApprovalTicket {
  const { state: _, author: __, answered: ___, note: ____, used: _____, call: ______, ...rest } = stored
  const { findings: _______, ...ticket } = rest
  return { ...ticket, session: ticket.session as SessionId, decision: ticket.decision as ActId }
}

function shortened(call: string): string {
  if (call.length <= CALL_CHARACTERS_MAX) return call
  const hidden = call.length - CALL_CHARACTERS_MAX
  return `[${hidden} of ${call.length} characters are not shown] ${call.slice(0, CALL_CHARACTERS_MAX)}…`
}
