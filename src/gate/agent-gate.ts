import { BoundedMap } from '../kernel/bounded-map.ts'
import type { Steps } from '../kernel/steps.ts'
import { unreachable } from '../kernel/unreachable.ts'
import type { AgentAct, AgentNotice, JudgedAct, SessionId } from './act.ts'
import type { Approval } from './agent-approval.ts'
import type { AgentActEntry, VolumeNote } from './agent-entry.ts'
import type { AgentPolicy } from './decide/agent-policy.ts'
import { CedarRules, type Principal } from './decide/cedar/cedar.ts'
import { type AgentTable, agentTable, decideAgentAct, decideObserved } from './decide/decide-agent.ts'
import type { SystemStep } from './decide/system/session.ts'
import { type Actor, type RevokedAgents, type SystemAct, SystemGate } from './decide/system/system-gate.ts'
import { type AgentDecision, agentActions } from './decision.ts'
import { destinationsOf } from './destinations.ts'
import type { Finding } from './finding.ts'
import { Behaviour } from './inspect/behaviour/behaviour.ts'
import { Habits } from './inspect/behaviour/habits.ts'
import type { IsLinked } from './inspect/behaviour/named-targets.ts'
import { inspectCarried } from './inspect/command/carried.ts'
import { commandDetectors, inspectWrite } from './inspect/command/command.ts'
import { RememberedCommands } from './inspect/command/remembered.ts'
import { Flow, type ToolSets } from './inspect/flow/flow.ts'
import { Readings } from './inspect/flow/readings.ts'
import { KnownSecrets } from './inspect/secret/known.ts'
import { SecretWatch } from './inspect/secret/secret.ts'
import { amountOf } from './inspect/volume/amount.ts'
import { nothingSpent, type Spender, spentOf, Volume } from './inspect/volume/volume.ts'

/** What the gate says about one act, and why. */
export type Verdict = {
  readonly decision: AgentDecision
  /** What a gate that only observes would still enforce. */
  readonly observed: AgentDecision
  readonly findings: readonly Finding[]
  /** What the ledger keeps of the steps that the declared system took; none if it took none. */
  readonly steps?: readonly SystemStep[]
  /** What was drawn from budgets, for the ledger. */
  readonly volume?: VolumeNote | undefined
}

/** What only the road knows about an act: who stands behind it, and what a person answered about it. */
export type Beside = {
  readonly findings: readonly Finding[]
  /** Asked only when the answer counts. */
  readonly approval: () => Approval
  /** Whose budgets it draws on, over all sessions. Without one, a session is an agent of its own. */
  readonly agent: string | undefined
  /** Unix milliseconds, where acts have a time. */
  readonly now: number | undefined
  /** The act goes on whatever is decided, so it counts whatever is decided. */
  readonly isObserving: boolean
  /** For Cedar; without it, an agent of no name. */
  readonly principal?: Principal
  /** For the system of agents that the policy declares; without it only the rules decide. */
  readonly actor?: Actor
}

const nobody: Principal = { tenant: '', agent: '', person: '' }

const nothingBeside: Beside = {
  findings: [],
  approval: () => 'none',
  agent: undefined,
  now: undefined,
  isObserving: false,
}

/** Sessions kept in memory; the one unused for longest goes first. */
const SESSIONS_MAX = 10_000

/** Every detector there is for the acts of agents. */
export const agentDetectors: readonly string[] = [
  ...commandDetectors.map((detector) => detector.name),
  'flow',
  'secret',
  'behaviour',
  'volume',
]

/** Each part is made when first needed: a session of shell commands alone has no values to follow. */
type AgentSession = {
  flow: Flow | undefined
  secrets: SecretWatch | undefined
  behaviour: Behaviour | undefined
  spent: Spender['session'] | undefined
}

/** The road of an agent's act: inspect, then decide. Holds what each session has shown so far. */
export class AgentGate {
  readonly #sessions = new BoundedMap<SessionId, AgentSession>(SESSIONS_MAX)
  #policy: AgentPolicy
  #table: AgentTable
  #isOn: (detector: string) => boolean
  #commands: RememberedCommands
  #tools: ToolSets
  #secrets: KnownSecrets
  readonly #volume: Volume
  readonly #readings = new Readings()
  #cedar: CedarRules | undefined
  /** What agents usually do; only acts that have a caller and a time are measured by it. */
  readonly habits = new Habits()
  /** The declared system of agents, with the state of each session. */
  system: SystemGate | undefined
  #revoked: RevokedAgents = new Map()

  private constructor(policy: AgentPolicy) {
    this.#policy = policy
    this.#table = agentTable(policy)
    this.#tools = toolSetsOf(policy)
    this.#secrets = new KnownSecrets(policy.secrets)
    this.#isOn = isOnOf(policy)
    this.#commands = new RememberedCommands(this.#isOn)
    this.#volume = new Volume(policy.budgets)
    this.#cedar = cedarOf(policy)
    this.system = policy.system === undefined ? undefined : SystemGate.open(policy.system)
  }

  static open(policy: AgentPolicy): AgentGate {
    return new AgentGate(policy)
  }

  /** Takes another policy. What sessions have shown so far stays, except what hung on secrets that changed. */
  use(policy: AgentPolicy): void {
    if (JSON.stringify(this.#policy.system) !== JSON.stringify(policy.system))
      this.system = policy.system === undefined ? undefined : SystemGate.open(policy.system)
    this.useRevoked(this.#revoked)
    const keepsSecrets = JSON.stringify(this.#policy.secrets) === JSON.stringify(policy.secrets)
    this.#policy = policy
    this.#table = agentTable(policy)
    this.#tools = toolSetsOf(policy)
    this.#isOn = isOnOf(policy)
    this.#commands = new RememberedCommands(this.#isOn)
    this.#volume.use(policy.budgets)
    this.#cedar = cedarOf(policy)
    if (!keepsSecrets) this.#secrets = new KnownSecrets(policy.secrets)
    for (const session of this.#sessions.values()) {
      session.flow?.use(this.#tools)
      if (!keepsSecrets) session.secrets = undefined
    }
  }

  /** Agents whose access was taken away: the declared system follows in each session they take part in. */
  useRevoked(revoked: RevokedAgents): void {
    this.#revoked = revoked
    this.system?.useRevoked(revoked)
  }

  /** Takes in one act. Notices get no verdict. */
  pass(act: AgentAct): Verdict | undefined {
    if (act.kind !== 'tools' && act.kind !== 'task') return this.judge(act)
    this.note(act)
    return undefined
  }

  note(act: AgentNotice): void {
    const session = this.#sessionOf(act.session)
    this.#flowOf(session).note(act)
    if (act.kind === 'task') this.#behaviourOf(session).noteTask(act)
  }

  judge(act: JudgedAct, beside: Beside = nothingBeside, inspected?: readonly Finding[]): Verdict {
    const session = this.#sessionOf(act.session)
    const findings = [...beside.findings, ...(inspected ?? this.#inspect(act, session))]
    const habit = this.#isOn('behaviour') ? habitOf(beside) : undefined
    if (habit !== undefined)
      findings.push(...safely('behaviour', () => this.habits.inspect(habit.agent, act)))
    const draw = this.#isOn('volume') ? this.#drawOf(act, session, beside) : undefined
    if (draw !== undefined) findings.push(...this.#volume.inspect(draw.amount, draw.spender))
    if (this.#cedar !== undefined) findings.push(...this.#byCedar(this.#cedar, act, beside, findings))
    const approval = once(beside.approval)
    const bare = decideAgentAct(this.#table, findings)
    const byRules = bare.action === 'ask' ? decideAgentAct(this.#table, findings, approval()) : bare
    const { decision, steps } = this.#bySystem(act, byRules, beside.actor, approval)
    if (this.#isOn('behaviour')) this.#behaviourOf(session).noteDecision(decision.action)
    if (habit !== undefined) this.habits.note(habit.agent, act, decision.action, habit.now)
    const goesOn = beside.isObserving || decision.action === 'allow' || decision.action === 'redact'
    const volume = draw !== undefined && goesOn ? this.#volume.add(draw.amount, draw.spender) : undefined
    return { decision, observed: decideObserved(this.#table, findings), findings, steps, volume }
  }

  /** Draws from budgets again what an act drew before this process began. */
  restoreVolume(
    session: SessionId,
    agent: string,
    { ts, volume }: Pick<AgentActEntry, 'ts' | 'volume'>,
  ): void {
    if (volume === undefined) return
    const known = this.#sessionOf(session)
    known.spent = spentOf(volume.session)
    this.#volume.restore(volume, agent, ts)
  }

  /** The more severe of what the rules and the declared system say; the system's state moves when the act goes on. */
  #bySystem(
    act: JudgedAct,
    byRules: AgentDecision,
    actor: Actor | undefined,
    approval: () => Approval,
  ): { readonly decision: AgentDecision; readonly steps: readonly SystemStep[] } {
    const { system } = this
    if (system === undefined || actor === undefined || act.kind === 'result')
      return { decision: byRules, steps: [] }
    const inSystem: SystemAct = act
    const says = system.decide(actor, inSystem, () => approval() === 'approved')
    const isMilder = agentActions.indexOf(byRules.action) < agentActions.indexOf(says.action)
    const decision = isMilder ? says : byRules
    const goesOn = decision.action === 'allow' || decision.action === 'redact'
    return { decision, steps: goesOn ? system.take(actor, inSystem) : [] }
  }

  #byCedar(
    cedar: CedarRules,
    act: JudgedAct,
    beside: Beside,
    findings: readonly Finding[],
  ): readonly Finding[] {
    const facts = findings.map(({ fact }) => fact)
    const found = { facts, destinations: destinationsOf(act), bytes: amountOf(act).bytesSent }
    return safely('cedar', () => cedar.judge(act, beside.principal ?? nobody, found))
  }

  #drawOf(act: JudgedAct, session: AgentSession, { agent, now }: Beside) {
    session.spent ??= nothingSpent()
    const spender: Spender = {
      session: session.spent,
      agent: agent ?? act.session,
      destinations: destinationsOf(act),
      now,
    }
    return { amount: amountOf(act), spender }
  }

  /** Decides from facts alone, for acts that no detector gets to see. */
  decide(findings: readonly Finding[]): Verdict {
    const decision = decideAgentAct(this.#table, findings)
    return { decision, observed: decideObserved(this.#table, findings), findings }
  }

  #inspect(act: JudgedAct, session: AgentSession): readonly Finding[] {
    const findings = [...this.#inspectKind(act, session)]
    if (this.#isOn('secret')) findings.push(...safely('secret', () => this.#secretsOf(session).inspect(act)))
    findings.push(...this.#behave(act, session, findings))
    return findings
  }

  /**
   * What `judge` would find out first, in steps, for an act so long that others must not wait for it. Nothing when the
   * policy became another meanwhile.
   */
  *inspectInSteps(act: JudgedAct): Steps<readonly Finding[] | undefined> {
    const policy = this.#policy
    const session = this.#sessionOf(act.session)
    const findings =
      act.kind === 'result' && this.#isOn('flow')
        ? [...(yield* safelyInSteps('flow', () => this.#flowOf(session).inspectResultInSteps(act)))]
        : [...this.#inspectKind(act, session)]
    yield
    if (this.#isOn('secret'))
      findings.push(...(yield* safelyInSteps('secret', () => this.#secretsOf(session).inspectInSteps(act))))
    findings.push(...this.#behave(act, session, findings))
    return this.#policy === policy ? findings : undefined
  }

  #behave(act: JudgedAct, session: AgentSession, findings: readonly Finding[]): readonly Finding[] {
    if (!this.#isOn('behaviour')) return []
    const isLinked: IsLinked = (value, name) => session.flow?.isLinked(value, name) ?? false
    return safely('behaviour', () => this.#behaviourOf(session).inspect(act, findings, isLinked))
  }

  #inspectKind(act: JudgedAct, session: AgentSession): readonly Finding[] {
    switch (act.kind) {
      case 'command':
        return safely('command', () => this.#commands.inspect(act))
      case 'write':
        return safely('command', () => inspectWrite(act, this.#isOn))
      case 'call':
        return [
          ...safely('command', () => inspectCarried(act, this.#isOn)),
          ...this.#flow(session, (flow) => flow.inspectCall(act)),
        ]
      case 'result':
        return this.#flow(session, (flow) => flow.inspectResult(act))
      case 'message':
        return this.#flow(session, (flow) => flow.inspectMessage(act))
      default:
        return unreachable(act)
    }
  }

  #flow(session: AgentSession, inspect: (flow: Flow) => readonly Finding[]): readonly Finding[] {
    if (!this.#isOn('flow')) return []
    return safely('flow', () => inspect(this.#flowOf(session)))
  }

  #secretsOf(session: AgentSession): SecretWatch {
    session.secrets ??= new SecretWatch(this.#secrets)
    return session.secrets
  }

  #behaviourOf(session: AgentSession): Behaviour {
    session.behaviour ??= new Behaviour()
    return session.behaviour
  }

  #flowOf(session: AgentSession): Flow {
    session.flow ??= new Flow(this.#tools, this.#readings)
    return session.flow
  }

  #sessionOf(id: SessionId): AgentSession {
    const known = this.#sessions.get(id)
    if (known !== undefined) {
      this.#sessions.set(id, known)
      return known
    }
    const made: AgentSession = { flow: undefined, secrets: undefined, behaviour: undefined, spent: undefined }
    this.#sessions.set(id, made)
    return made
  }
}

/** An approval is used up by asking for it, so it is asked for at most once. */
function once(approval: () => Approval): () => Approval {
  let answer: Approval | undefined
  return () => (answer ??= approval())
}

/** A detector that fails is a finding, never a hole. */
function safely(detector: string, inspect: () => readonly Finding[]): readonly Finding[] {
  try {
    return inspect()
  } catch {
    return [failed(detector)]
  }
}

function* safelyInSteps(
  detector: string,
  inspect: () => Steps<readonly Finding[]>,
): Steps<readonly Finding[]> {
  try {
    return yield* inspect()
  } catch {
    return [failed(detector)]
  }
}

function failed(detector: string): Finding {
  return { detector, fact: 'detector-failed', severity: 'high', summary: `${detector} failed on this act` }
}

function toolSetsOf({ tools: { trusted, sinks, readers } }: AgentPolicy): ToolSets {
  return { trusted: new Set(trusted), sinks: new Set(sinks), readers: new Set(readers) }
}

function isOnOf({ detectors }: AgentPolicy): (detector: string) => boolean {
  const on = new Set(detectors)
  return (detector) => on.has(detector)
}

function cedarOf({ cedar }: AgentPolicy): CedarRules | undefined {
  return cedar === undefined || cedar.length === 0 ? undefined : CedarRules.load(cedar)
}

function habitOf({ agent, now }: Beside): { readonly agent: string; readonly now: number } | undefined {
  return agent === undefined || now === undefined ? undefined : { agent, now }
}
