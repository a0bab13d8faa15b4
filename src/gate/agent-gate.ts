import { unreachable } from '../kernel/unreachable.ts'
import type { AgentAct, JudgedAct, SessionId } from './act.ts'
import type { AgentPolicy } from './decide/agent-policy.ts'
import { type AgentTable, agentTable, decideAgentAct } from './decide/decide-agent.ts'
import type { AgentDecision } from './decision.ts'
import type { Finding } from './finding.ts'
import { Behaviour } from './inspect/behaviour/behaviour.ts'
import { inspectCarried } from './inspect/command/carried.ts'
import { commandDetectors, inspectCommand, inspectWrite } from './inspect/command/command.ts'
import { Flow, type ToolSets } from './inspect/flow/flow.ts'
import { KnownSecrets } from './inspect/secret/known.ts'
import { SecretWatch } from './inspect/secret/secret.ts'

/** What the gate says about one act, and why. */
export type Verdict = { readonly decision: AgentDecision; readonly findings: readonly Finding[] }

/** Sessions kept in memory; the one unused for longest goes first. */
const SESSIONS_MAX = 10_000

/** Every detector there is for the acts of agents. */
export const agentDetectors: readonly string[] = [
  ...commandDetectors.map((detector) => detector.name),
  'flow',
  'secret',
  'behaviour',
]

/** Each part is made when first needed: a session of shell commands alone has no values to follow. */
type AgentSession = {
  flow: Flow | undefined
  secrets: SecretWatch | undefined
  behaviour: Behaviour | undefined
}

/** The road of an agent's act: inspect, then decide. Holds what each session has shown so far. */
export class AgentGate {
  readonly #sessions = new Map<SessionId, AgentSession>()
  readonly #table: AgentTable
  readonly #isOn: (detector: string) => boolean
  readonly #tools: ToolSets
  readonly #secrets: KnownSecrets

  private constructor(policy: AgentPolicy) {
    this.#table = agentTable(policy)
    const { trusted, sinks, readers } = policy.tools
    this.#tools = { trusted: new Set(trusted), sinks: new Set(sinks), readers: new Set(readers) }
    this.#secrets = new KnownSecrets(policy.secrets)
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
      if (act.kind === 'task') this.#behaviourOf(session).noteTask(act)
      return undefined
    }
    const findings = this.#inspect(act, session)
    const decision = decideAgentAct(this.#table, findings)
    if (this.#isOn('behaviour')) this.#behaviourOf(session).noteDecision(decision.action)
    return { decision, findings }
  }

  #inspect(act: JudgedAct, session: AgentSession): readonly Finding[] {
    const findings = [...this.#inspectKind(act, session)]
    if (this.#isOn('secret')) {
      session.secrets ??= new SecretWatch(this.#secrets)
      findings.push(...session.secrets.inspect(act))
    }
    if (this.#isOn('behaviour')) findings.push(...this.#behaviourOf(session).inspect(act, findings))
    return findings
  }

  #inspectKind(act: JudgedAct, session: AgentSession): readonly Finding[] {
    switch (act.kind) {
      case 'command':
        return inspectCommand(act, this.#isOn)
      case 'write':
        return inspectWrite(act, this.#isOn)
      case 'call':
        return [
          ...inspectCarried(act, this.#isOn),
          ...(this.#isOn('flow') ? this.#flowOf(session).inspectCall(act) : []),
        ]
      case 'result':
        return this.#isOn('flow') ? this.#flowOf(session).inspectResult(act) : []
      case 'message':
        return this.#isOn('flow') ? this.#flowOf(session).inspectMessage(act) : []
      default:
        return unreachable(act)
    }
  }

  #behaviourOf(session: AgentSession): Behaviour {
    session.behaviour ??= new Behaviour()
    return session.behaviour
  }

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
    const made: AgentSession = { flow: undefined, secrets: undefined, behaviour: undefined }
    this.#sessions.set(id, made)
    if (this.#sessions.size > SESSIONS_MAX) {
      const oldest = this.#sessions.keys().next()
      if (!oldest.done) this.#sessions.delete(oldest.value)
    }
    return made
  }
}
