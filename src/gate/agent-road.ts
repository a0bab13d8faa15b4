import type { AgentsConfig } from '../config/agents.ts'
import { GateError } from '../kernel/gate-error.ts'
import { failure, type Result, success } from '../kernel/result.ts'
import type { ApprovalStore } from '../store/embedded/approval-store.ts'
import type { ActId, AgentNotice, JudgedAct, SessionId } from './act.ts'
import { agentActEntry } from './agent-act-entry.ts'
import type { ApprovalBinding, ApprovalTicket } from './agent-approval.ts'
import { type AgentCaller, agentCallerOf, agentKey, scoped } from './agent-caller.ts'
import type { AgentActEntry, AgentOutcome } from './agent-entry.ts'
import { AgentGate, type Verdict } from './agent-gate.ts'
import type { LoadedPolicy } from './agent-policy-file.ts'
import { AgentSessions, type SeenAct } from './agent-sessions.ts'
import { approvalEntry } from './approval-entry.ts'
import type { Caller, IdentityFailure } from './caller.ts'
import { type Carried, carriedBy, toolOf } from './carried-act.ts'
import type { Actor } from './decide/system/system-gate.ts'
import type { AgentDecision } from './decision.ts'
import { type AnswerFailure, Approvals, type PersonsAnswer, type TicketRecord } from './enforce/approvals.ts'
import { Broker, type Credential } from './enforce/broker.ts'
import type { Finding } from './finding.ts'
import type { Credentials } from './identify/identify.ts'
import type { Recorder, Ticket } from './record/recorder.ts'
import { type Refused, refusalEntry } from './refused.ts'
import { Slices } from './slices.ts'
import type { Standing } from './standing.ts'
import { SystemSteps } from './system-steps.ts'

/** One act on its way: what is enforced, why, and what a person may answer. */
export type Passage = {
  /** The decision id that a refusal carries. */
  readonly id: ActId
  /** What is enforced; when only observing, `allow`. */
  readonly decision: AgentDecision
  /** What enforcing does; equal to `decision` when enforcing. */
  readonly wouldBe: AgentDecision
  readonly findings: readonly Finding[]
  /** With an enforced `ask`: what a person answers, and what lets the same act pass once. */
  readonly ticket: ApprovalTicket | undefined
}

/** An act as it passes, for those who look on. */
export type Sight =
  | {
      readonly kind: 'act'
      readonly key: string
      readonly session: SessionId
      readonly caller: AgentCaller
      readonly act: SeenAct
    }
  | { readonly kind: 'outcome'; readonly key: string; readonly id: ActId; readonly outcome: AgentOutcome }
  | { readonly kind: 'ticket'; readonly ticket: TicketRecord }

export type AgentRoadParts = {
  readonly config: AgentsConfig
  readonly policy: LoadedPolicy
  readonly recorder: Recorder
  readonly approvals: ApprovalStore
  /** A signed token may have to be checked first, against keys that are elsewhere. */
  readonly identify: (
    credentials: Credentials,
  ) => Result<Caller, IdentityFailure> | Promise<Result<Caller, IdentityFailure>>
  readonly standingOf: (account: string, now: number) => Standing
  /** Who a request is from, where a proxy that the operator trusts says so. */
  readonly addressOf: (socketAddress: string | undefined, forwarded: string | undefined) => string
  readonly now: () => number
}

type About = {
  readonly carried: Carried
  readonly seen: readonly Finding[]
  readonly began: number
  readonly actor: Actor
  /** Of an act that was inspected in slices. */
  readonly inspected: readonly Finding[] | undefined
}

/** How an act is under way between its decision and its end. */
type Going = { readonly ticket: Ticket; readonly key: string; readonly began: number }

/** The road of an agent's act, whichever door it came through: inspect → decide → record, and then its end. */
export class AgentRoad {
  readonly approvals: Approvals
  readonly sessions = new AgentSessions()
  /** Delegations and revocations among declared agents. */
  readonly system: SystemSteps
  readonly broker = new Broker([])
  readonly #parts: AgentRoadParts
  readonly #gate: AgentGate
  readonly #slices: Slices
  #config: AgentsConfig
  #policy: LoadedPolicy
  readonly #going = new WeakMap<Passage, Going>()
  #refreshing: Promise<void> = Promise.resolve()
  readonly #listeners = new Set<(sight: Sight) => void>()

  private constructor(parts: AgentRoadParts) {
    this.#parts = parts
    this.#config = parts.config
    this.#policy = parts.policy
    this.#gate = AgentGate.open(parts.policy.policy)
    this.#slices = new Slices(this.#gate)
    this.system = new SystemSteps(this.#gate, parts.recorder, parts.now)
    this.approvals = new Approvals(parts.approvals, parts.config.approvals, parts.now)
  }

  static open(parts: AgentRoadParts): AgentRoad {
    return new AgentRoad(parts)
  }

  /** Takes a new configuration and policy. Sessions go on; open tickets of another policy no longer fit. */
  use(config: AgentsConfig, policy: LoadedPolicy): void {
    this.#config = config
    this.#policy = policy
    this.#gate.use(this.#withCredentials(policy))
    this.approvals.use(config.approvals)
  }

  /** Takes the broker's credentials: from now on they are put in, cut out, and never leave by themselves. */
  useCredentials(credentials: readonly Credential[]): void {
    this.broker.use(credentials)
    this.#gate.use(this.#withCredentials(this.#policy))
  }

  #withCredentials({ policy }: LoadedPolicy): LoadedPolicy['policy'] {
    return { ...policy, secrets: [...policy.secrets, ...this.broker.secrets] }
  }

  get policy(): { readonly name: string; readonly version: string; readonly mode: AgentsConfig['mode'] } {
    return { name: this.#policy.policy.name, version: this.#policy.version, mode: this.#config.mode }
  }

  async identify(credentials: Credentials): Promise<Result<AgentCaller, IdentityFailure>> {
    const caller = await this.#parts.identify(credentials)
    return caller.ok ? success(agentCallerOf(caller.value)) : failure(caller.error)
  }

  /** What agents usually do, to be kept and restored. */
  get habits(): AgentGate['habits'] {
    return this.#gate.habits
  }

  /** Draws from budgets what the ledger says was drawn, oldest first: a restart hands out nothing anew. */
  restoreVolume(entries: Iterable<AgentActEntry>): void {
    for (const entry of entries)
      this.#gate.restoreVolume(scoped(entry, entry.session as SessionId), agentKey(entry), entry)
  }

  /** Tools on offer, or what the user asked. */
  note(caller: AgentCaller, act: AgentNotice): void {
    this.#gate.note({ ...act, session: scoped(caller, act.session) })
  }

  /**
   * Inspects, decides and records. What is decided is in the ledger before this resolves. `seen` are findings that
   * the protocol itself made (a tool that changed, a card whose signature is wrong): the same table decides them.
   */
  async pass(caller: AgentCaller, act: JudgedAct, seen: readonly Finding[] = []): Promise<Passage> {
    const key = scoped(caller, act.session)
    const began = this.#parts.now()
    const carried = carriedBy(act)
    const inspected = await this.#slices.inspected({ ...act, session: key }, carried)
    const binding = this.#bindingOf(caller, act, carried)
    let used: string | undefined
    const actor = this.system.actor(caller, act.session, binding.digest)
    const about = { carried, seen, began, actor, inspected }
    const verdict = this.#judge(caller, { ...act, session: key }, about, () => {
      // Observing asks nobody, so there is no approval to use up.
      if (this.#config.mode === 'observe') return 'none'
      const taken = this.approvals.take(binding)
      used = taken.ticket
      return taken.approval
    })
    const passage = this.#passage(caller, act, verdict, { binding, carried })
    const { steps, volume } = verdict
    const policy = { name: this.#policy.policy.name, version: this.#policy.version }
    const entry = agentActEntry(caller, act, passage, {
      ...{ binding, carried, began, used, policy, volume },
      steps: this.system.kept(steps),
    })
    const recorded = await this.#record(entry, passage)
    if (recorded !== undefined) this.#going.set(recorded.passage, { ticket: recorded.ticket, key, began })
    const outcome = recorded?.passage ?? unrecorded(passage)
    this.#show(caller, act, outcome, entry, key)
    return outcome
  }

  /** Resolves when the refusal is in the ledger; only then it is said. */
  async refused(refused: Refused): Promise<void> {
    await this.#parts.recorder.noted(refusalEntry(refused, this.#parts))
  }

  /** How an act ended. Resolves when that is in the ledger; an act that was stopped has ended already. */
  async end(passage: Passage, outcome: AgentOutcome): Promise<void> {
    const going = this.#going.get(passage)
    if (going === undefined) return
    this.#going.delete(passage)
    const { ticket, key, began } = going
    const ts = this.#parts.now()
    this.sessions.ended(key, passage.id, outcome)
    this.#tell({ kind: 'outcome', key, id: passage.id, outcome })
    const entry = { kind: 'agent-outcome', id: passage.id, ts, outcome, ms: ts - began } as const
    await this.#parts.recorder.complete(ticket, entry)
  }

  /** Waits for a person's answer, at most as long as the ticket lives. */
  answer(ticket: ApprovalTicket, signal: AbortSignal): Promise<'approved' | 'refused' | 'expired'> {
    return this.approvals.wait(ticket, signal)
  }

  /** Ends an open ticket that was settled elsewhere, such as at the agent's own terminal. */
  withdraw(ticket: ApprovalTicket): void {
    this.approvals.withdraw(ticket)
  }

  approve(id: string, answer: PersonsAnswer): Promise<Result<TicketRecord, AnswerFailure>> {
    return this.#answered(id, 'approved', answer)
  }

  refuse(id: string, answer: PersonsAnswer): Promise<Result<TicketRecord, AnswerFailure>> {
    return this.#answered(id, 'refused', answer)
  }

  /** Takes up answers that another process wrote: into the ledger, and to whoever waits for them. */
  async refresh(): Promise<void> {
    // One after the other: two at once would write one answer twice.
    this.#refreshing = this.#refreshing.catch(() => {}).then(() => this.#takeAnswers())
    await this.#refreshing
  }

  async #takeAnswers(): Promise<void> {
    const { approvals, recorder, now } = this.#parts
    for (const stored of approvals.unrecorded()) {
      const ticket = this.approvals.find(stored.id)
      if (ticket !== undefined) {
        await recorder.noted({ ...approvalEntry(ticket, now()), steps: this.system.answered(ticket) })
        this.#tell({ kind: 'ticket', ticket })
      }
      approvals.setRecorded(stored.id)
    }
    this.approvals.tellWaiting()
  }

  /** Calls `listener` for every act, outcome and ticket from now on; returns what stops it. It must not block. */
  listen(listener: (sight: Sight) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async #answered(
    id: string,
    state: 'approved' | 'refused',
    answer: PersonsAnswer,
  ): Promise<Result<TicketRecord, AnswerFailure>> {
    const answered = this.approvals.answer(id, state, answer)
    if (answered.ok) await this.refresh()
    return answered
  }

  #judge(
    caller: AgentCaller,
    act: JudgedAct,
    { carried, seen, began, actor, inspected }: About,
    approval: () => ReturnType<Approvals['take']>['approval'],
  ): Verdict {
    if (carried.kind === 'unreadable')
      return this.#gate.decide([gateFinding('act.unreadable', 'high', carried.reason)])
    const misdirected = this.#misdirected(caller, act, carried.text)
    const findings = [...this.#standingFindings(caller, began), ...misdirected, ...seen]
    try {
      const beside = {
        ...{ findings, approval, actor, now: began, agent: agentKey(caller) },
        principal: { tenant: caller.tenant, agent: caller.agent, person: caller.person ?? '' },
        isObserving: this.#config.mode === 'observe',
      }
      return this.#gate.judge(act, beside, inspected)
    } catch {
      return this.#gate.decide([gateFinding('detector-failed', 'high', 'the gate failed on this act')])
    }
  }

  #misdirected({ agent }: AgentCaller, act: JudgedAct, text: string): readonly Finding[] {
    if (act.kind === 'result') return []
    const refused = this.broker.misdirected(text, { tool: toolOf(act) ?? act.kind, agent })
    if (refused === undefined) return []
    const summary = `the credential ${refused.name} is not for this: ${refused.reason}`
    return [gateFinding('credential.misdirected', 'critical', summary)]
  }

  #standingFindings({ agent }: AgentCaller, now: number): readonly Finding[] {
    const { kind } = this.#parts.standingOf(agent, now)
    if (kind !== 'quarantined') return []
    return [gateFinding('caller.quarantined', 'critical', 'the account of this agent is quarantined')]
  }

  #bindingOf(caller: AgentCaller, act: JudgedAct, carried: Carried): ApprovalBinding {
    return {
      tenant: caller.tenant,
      agent: caller.agent,
      person: caller.person,
      session: act.session,
      act: act.kind,
      tool: toolOf(act) ?? '',
      digest: carried.kind === 'read' ? carried.digest : '',
      policy: this.#policy.version,
    }
  }

  #passage(
    caller: AgentCaller,
    act: JudgedAct,
    verdict: Verdict,
    { binding, carried }: { binding: ApprovalBinding; carried: Carried },
  ): Passage {
    const { decision: wouldBe, observed, findings } = verdict
    const { id } = act
    const isObserving = this.#config.mode === 'observe'
    const decision = isObserving ? observed : wouldBe
    if (decision.action !== 'ask') return { id, decision, wouldBe, findings, ticket: undefined }
    const { rule, reason } = decision
    const about = { person: caller.person, decision: id, rule, reason }
    const shown = findings.map(({ spans: _, ...finding }) => finding)
    const call = carried.kind === 'read' ? carried.text : ''
    const ticket = this.approvals.ask(binding, about, { call, findings: shown })
    if (ticket !== undefined) {
      const record = this.approvals.find(ticket.id)
      if (record !== undefined) this.#tell({ kind: 'ticket', ticket: record })
      return { id, decision, wouldBe, findings, ticket }
    }
    const tooMany: AgentDecision = {
      action: 'deny',
      rule: 'approvals.too-many-open',
      reason: 'this agent has too many open questions',
    }
    return { id, decision: tooMany, wouldBe: isObserving ? wouldBe : tooMany, findings, ticket: undefined }
  }

  /** Nothing when the ledger cannot be written and the operator's rule is to stop then. */
  async #record(
    entry: AgentActEntry,
    passage: Passage,
  ): Promise<{ readonly passage: Passage; readonly ticket: Ticket } | undefined> {
    const { recorder } = this.#parts
    const goesOn = passage.decision.action === 'allow' || passage.decision.action === 'redact'
    try {
      if (!goesOn || entry.act === 'result') {
        await recorder.noted(entry)
        return { passage, ticket: { kind: 'unrecorded' } }
      }
      const ticket = await recorder.intent(entry)
      if (ticket.kind === 'refused') return undefined
      await recorder.safe(ticket)
      return { passage, ticket }
    } catch (error) {
      if (error instanceof GateError && error.code === 'ledger-full') return undefined
      throw error
    }
  }

  #show(
    caller: AgentCaller,
    act: JudgedAct,
    { id, decision, wouldBe, findings, ticket }: Passage,
    entry: AgentActEntry,
    key: string,
  ): void {
    const seen: SeenAct = {
      id,
      ts: entry.ts,
      kind: act.kind,
      tool: entry.tool,
      digest: entry.digest,
      bytes: entry.bytes,
      action: decision.action,
      wouldBe: wouldBe.action,
      rule: wouldBe.action === 'allow' ? undefined : wouldBe.rule,
      findings: findings.map(({ spans: _, ...finding }) => finding),
      ticket: ticket?.id ?? entry.decision.ticket,
    }
    this.sessions.see(key, caller, act.session, seen)
    this.#tell({ kind: 'act', key, session: act.session, caller, act: seen })
  }

  #tell(sight: Sight): void {
    for (const listener of this.#listeners) listener(sight)
  }
}

function gateFinding(fact: string, severity: Finding['severity'], summary: string): Finding {
  return { detector: 'gate', fact, severity, summary }
}

function unrecorded({ id, wouldBe, findings }: Passage): Passage {
  const decision: AgentDecision = {
    action: 'deny',
    rule: 'ledger-full',
    reason: 'the ledger cannot be written',
  }
  return { id, decision, wouldBe, findings, ticket: undefined }
}
