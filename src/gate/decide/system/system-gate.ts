import type { SystemModelEntry } from '../../agent-entry.ts'
import type { AgentDecision } from '../../decision.ts'
import { SystemModel } from './model.ts'
import { type SystemEvent, SystemSession, type SystemStep } from './session.ts'
import type { AgentSystem } from './system.ts'

/** Who acts, in which session; all agents of one session share its state. */
export type Actor = {
  readonly agent: string
  readonly session: string
  /** SHA-256 over what the act carries. */
  readonly digest: string
}

/** What an act is to the system; a result is none, for what it may bring counted when it was called for. */
export type SystemAct =
  | { readonly kind: 'call'; readonly tool: string }
  | { readonly kind: 'command' | 'write' }
  | { readonly kind: 'message'; readonly to: string }

/** Sessions kept; the one unused for longest goes first. */
const SESSIONS_MAX = 10_000

/** An entry of the ledger holds 256 KiB. */
const ENTRY_CHARACTERS_MAX = 60_000

/** Names of agents whose access was taken away, by tenant. */
export type RevokedAgents = ReadonlyMap<string, ReadonlySet<string>>

const nobody: ReadonlySet<string> = new Set()

const allowed: AgentDecision = { action: 'allow' }

/** Holds each session's state and lets its table decide. */
export class SystemGate {
  readonly model: SystemModel
  readonly #sessions = new Map<string, SystemSession>()
  #revoked: RevokedAgents = new Map()

  private constructor(model: SystemModel) {
    this.model = model
  }

  static open(system: AgentSystem): SystemGate {
    return new SystemGate(SystemModel.open(system))
  }

  /** Steps of a session as they were recorded. Once one of them does not fit, nothing is known of any session. */
  restore(id: string, steps: readonly SystemStep[]): boolean {
    const session = this.#sessions.get(id) ?? new SystemSession(this.model, id)
    this.#keep(id, session)
    // More sessions than are kept may have been kept in another order.
    const isKept = this.#sessions.size < SESSIONS_MAX && steps.every((step) => session.restore(step))
    if (!isKept) this.forget()
    return isKept
  }

  forget(): void {
    this.#sessions.clear()
  }

  /** All agents that are revoked now; who is none any more begins anew in new sessions only. */
  useRevoked(revoked: RevokedAgents): void {
    this.#revoked = revoked
  }

  /**
   * Decides about one act. `approval` is asked when the table would let it pass on a person's word, and says whether
   * that word still counts.
   */
  decide(actor: Actor, act: SystemAct, approval: () => boolean): AgentDecision {
    const event = eventOf(actor, act)
    const session = this.#sessionOf(actor.session, event)
    let verdict = session.judge(event)
    if (verdict.action === 'allow' && verdict.usesApproval && !approval()) {
      session.withdraw(event)
      verdict = session.judge(event)
    }
    if (verdict.action === 'none' || verdict.action === 'allow') return allowed
    return { action: verdict.action, rule: `system.${verdict.guard}`, reason: verdict.reason }
  }

  /** The act happens. Steps that led up to it come first. */
  take(actor: Actor, act: SystemAct): readonly SystemStep[] {
    return this.happen(actor.session, eventOf(actor, act))
  }

  /** Something that is no act happens: an approval, its end, a delegation, a revocation. Nothing if it may not. */
  happen(session: string, event: SystemEvent): readonly SystemStep[] {
    const state = this.#sessionOf(session, event)
    const beside = state.beside()
    const crowded = state.crowdedOut(event)
    const before = crowded === undefined ? undefined : state.take(crowded)
    const step = state.take(event)
    return [...beside, ...(before === undefined ? [] : [before]), ...(step === undefined ? [] : [step])]
  }

  /** What the ledger keeps of the system, once for all the steps that name it. */
  entry(ts: number): SystemModelEntry {
    const { hash, system } = this.model
    const isShort = JSON.stringify(system).length <= ENTRY_CHARACTERS_MAX
    return { kind: 'system-model', ts, hash, ...(isShort ? { system } : {}) }
  }

  /** Whether it could happen now. */
  mayHappen(session: string, event: SystemEvent): AgentDecision {
    const verdict = this.#sessionOf(session, event).judge(event)
    if (verdict.action === 'none' || verdict.action === 'allow') return allowed
    return { action: verdict.action, rule: `system.${verdict.guard}`, reason: verdict.reason }
  }

  #sessionOf(id: string, event: SystemEvent): SystemSession {
    const session = this.#sessions.get(id) ?? new SystemSession(this.model, id)
    this.#keep(id, session)
    session.revoke(this.#revoked.get(id.slice(0, id.indexOf('\0'))) ?? nobody, event)
    return session
  }

  #keep(id: string, session: SystemSession): void {
    // A Map keeps the order of insertion, so putting it back makes it the newest.
    this.#sessions.delete(id)
    this.#sessions.set(id, session)
    if (this.#sessions.size > SESSIONS_MAX) {
      const oldest = this.#sessions.keys().next()
      if (!oldest.done) this.#sessions.delete(oldest.value)
    }
  }
}

function eventOf({ agent, digest }: Actor, act: SystemAct): SystemEvent {
  if (act.kind === 'message') return { kind: 'message', from: agent, to: act.to }
  return { kind: 'call', agent, tool: act.kind === 'call' ? act.tool : act.kind, digest }
}
