import type { AgentCaller } from './agent-caller.ts'
import type { AgentGate } from './agent-gate.ts'
import type { SystemEvent, SystemStep } from './decide/system/session.ts'
import type { Actor, RevokedAgents } from './decide/system/system-gate.ts'
import type { AgentDecision } from './decision.ts'
import type { TicketRecord } from './enforce/approvals.ts'
import type { Recorder } from './record/recorder.ts'
import type { TrailEntry } from './system-trail.ts'

/** What the road does about the declared system of agents: who acts in which session, and what the ledger keeps. */
export class SystemSteps {
  readonly #gate: AgentGate
  readonly #recorder: Recorder
  readonly #now: () => number
  /** The system that the ledger knows; steps of another are preceded by it. */
  #noted: AgentGate['system']

  constructor(gate: AgentGate, recorder: Recorder, now: () => number) {
    this.#gate = gate
    this.#recorder = recorder
    this.#now = now
  }

  actor({ tenant, agent }: AgentCaller, session: string, digest: string): Actor {
    return { agent, session: shared(tenant, session), digest }
  }

  /** For an entry: nothing where nothing happened. */
  kept(steps: readonly SystemStep[] | undefined): readonly SystemStep[] | undefined {
    if (steps === undefined || steps.length === 0) return undefined
    const { system } = this.#gate
    if (system !== undefined && system !== this.#noted) {
      this.#noted = system
      this.#recorder.note(system.entry(this.#now()))
    }
    return steps
  }

  /** A person answered a ticket: an approval is an event of the system. */
  answered({
    tenant,
    session,
    agent,
    tool,
    digest,
    act,
    state,
  }: TicketRecord): readonly SystemStep[] | undefined {
    if (state === 'refused') return undefined
    const event = { kind: 'approve', agent, tool: act === 'call' ? tool : act, digest } as const
    return this.kept(this.#gate.system?.happen(shared(tenant, session), event))
  }

  /** Takes sessions up where the ledger left them, if the system it was decided by is the one in force. */
  restore(trail: Iterable<TrailEntry>): void {
    const { system } = this.#gate
    if (system === undefined) return
    let isKnown = false
    for (const entry of trail) {
      if (entry.kind === 'system-model') {
        system.forget()
        isKnown = entry.hash === system.model.hash
      } else if (isKnown) isKnown = system.restore(shared(entry.tenant, entry.session), entry.steps)
    }
    if (isKnown) this.#noted = system
  }

  /** Agents whose access was taken away. */
  useRevoked(revoked: RevokedAgents): void {
    this.#gate.useRevoked(revoked)
  }

  /** A delegation or a revocation: refused when the system does not allow it, recorded when it happens. */
  async happen(tenant: string, session: string, event: SystemEvent): Promise<AgentDecision> {
    const { system } = this.#gate
    if (system === undefined) return { action: 'allow' }
    const decision = system.mayHappen(shared(tenant, session), event)
    if (decision.action !== 'allow') return decision
    const steps = this.kept(system.happen(shared(tenant, session), event))
    if (steps !== undefined)
      await this.#recorder.noted({ kind: 'system-event', ts: this.#now(), tenant, session, steps })
    return decision
  }
}

/** All agents of a tenant that name one session share the system's state in it. */
function shared(tenant: string, session: string): string {
  return `${tenant}\0${session}`
}
