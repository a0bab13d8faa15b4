import { unreachable } from '../kernel/unreachable.ts'
import type { AgentAct, JudgedAct, SessionId } from './act.ts'
import type { AgentPolicy } from './decide/agent-policy.ts'
import { type AgentTable, agentTable, decideAgentAct } from './decide/decide-agent.ts'
import type { AgentDecision } from './decision.ts'
import type { Finding } from './finding.ts'
import { commandDetectors, inspectCommand } from './inspect/command/command.ts'
import { Flow, type ToolSets } from './inspect/flow/flow.ts'

/** What the gate says about one act, and why. */
export type Verdict = { readonly decision: AgentDecision; readonly findings: readonly Finding[] }

/** Sessions kept in memory; the one unused for longest goes first. */
const SESSIONS_MAX = 10_000

/** Every detector there is for the acts of agents. */
export const agentDetectors: readonly string[] = [
  ...commandDetectors.map((detector) => detector.name),
  'flow',
]

type AgentSession = { flow: Flow | undefined }

/** The road of an agent's act: inspect, then decide. Holds what each session has shown so far. */
export class AgentGate {
  readonly #sessions = new Map<SessionId, AgentSession>()
  readonly #table: AgentTable
  readonly #isOn: (detector: string) => boolean
  readonly #tools: ToolSets

  private constructor(policy: AgentPolicy) {
    this.#table = agentTable(policy)
    const { trusted, sinks, readers } = policy.tools
    this.#tools = { trusted: new Set(trusted), sinks: new Set(sinks), readers: new Set(readers) }
    const detectors = new Set(policy.detectors)
    this.#isOn = (detector) => detectors.has(detector)
  }

  static open(policy: AgentPolicy): AgentGate {
    return new AgentGate(policy)
  }

  /** Takes in one act. Notices get no verdict. */
  pass(act: AgentAct): Verdict | undefined {
    const session = this.#sessionOf(act.session)
    if (act.kind === 'tools' || act.kind === 'task') {
      this.#flowOf(session).note(act)
      return undefined
    }
    const findings = this.#inspect(act, session)
    return { decision: decideAgentAct(this.#table, findings), findings }
  }

  #inspect(act: JudgedAct, session: AgentSession): readonly Finding[] {
    switch (act.kind) {
      case 'command':
        return inspectCommand(act, this.#isOn)
      case 'call':
        return this.#isOn('flow') ? this.#flowOf(session).inspectCall(act) : []
      case 'result':
        return this.#isOn('flow') ? this.#flowOf(session).inspectResult(act) : []
      case 'message':
        return this.#isOn('flow') ? this.#flowOf(session).inspectMessage(act) : []
      case 'write':
        return []
      default:
        return unreachable(act)
    }
  }

  /** Made when first needed: a session of shell commands alone has no values to follow. */
  #flowOf(session: AgentSession): Flow {
    session.flow ??= new Flow(this.#tools)
    return session.flow
  }

  #sessionOf(id: SessionId): AgentSession {
    const known = this.#sessions.get(id)
    if (known !== undefined) {
      // A Map keeps the order of insertion, so putting it back makes it the newest.
      this.#sessions.delete(id)
      this.#sessions.set(id, known)
      return known
    }
    const made: AgentSession = { flow: undefined }
    this.#sessions.set(id, made)
    if (this.#sessions.size > SESSIONS_MAX) {
      const oldest = this.#sessions.keys().next()
      if (!oldest.done) this.#sessions.delete(oldest.value)
    }
    return made
  }
}
