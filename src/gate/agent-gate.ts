import type { AgentAct, JudgedAct, SessionId } from './act.ts'
import type { AgentPolicy } from './decide/agent-policy.ts'
import { type AgentTable, agentTable, decideAgentAct } from './decide/decide-agent.ts'
import type { AgentDecision } from './decision.ts'
import type { Finding } from './finding.ts'
import { commandDetectors, inspectCommand } from './inspect/command/command.ts'

/** What the gate says about one act, and why. */
export type Verdict = { readonly decision: AgentDecision; readonly findings: readonly Finding[] }

/** Sessions kept in memory; the one unused for longest goes first. */
const SESSIONS_MAX = 10_000

/** Every detector there is for the acts of agents. */
export const agentDetectors: readonly string[] = [...commandDetectors.map((detector) => detector.name)]

type AgentSession = { acts: number }

/** The road of an agent's act: inspect, then decide. Holds what each session has shown so far. */
export class AgentGate {
  readonly #sessions = new Map<SessionId, AgentSession>()
  readonly #table: AgentTable
  readonly #isOn: (detector: string) => boolean

  private constructor(policy: AgentPolicy) {
    this.#table = agentTable(policy)
    const detectors = new Set(policy.detectors)
    this.#isOn = (detector) => detectors.has(detector)
  }

  static open(policy: AgentPolicy): AgentGate {
    return new AgentGate(policy)
  }

  /** Takes in one act. Notices get no verdict. */
  pass(act: AgentAct): Verdict | undefined {
    const session = this.#sessionOf(act.session)
    session.acts++
    if (act.kind === 'tools' || act.kind === 'task') return undefined
    const findings = this.#inspect(act)
    return { decision: decideAgentAct(this.#table, findings), findings }
  }

  #inspect(act: JudgedAct): readonly Finding[] {
    return act.kind === 'command' ? inspectCommand(act, this.#isOn) : []
  }

  #sessionOf(id: SessionId): AgentSession {
    const known = this.#sessions.get(id)
    if (known !== undefined) {
      // A Map keeps the order of insertion, so putting it back makes it the newest.
      this.#sessions.delete(id)
      this.#sessions.set(id, known)
      return known
    }
    const made: AgentSession = { acts: 0 }
    this.#sessions.set(id, made)
    if (this.#sessions.size > SESSIONS_MAX) {
      const oldest = this.#sessions.keys().next()
      if (!oldest.done) this.#sessions.delete(oldest.value)
    }
    return made
  }
}
