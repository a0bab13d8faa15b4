import { setImmediate as breathe } from 'node:timers/promises'
import type { AgentAct, JudgedAct } from './act.ts'
import type { AgentActEntry, ApprovalEntry, FactNote } from './agent-entry.ts'
import { AgentGate, agentDetectors } from './agent-gate.ts'
import { toolOf } from './carried-act.ts'
import type { AgentPolicy } from './decide/agent-policy.ts'
import { agentTable, decideAgentAct } from './decide/decide-agent.ts'
import { type AgentAction, agentActions } from './decision.ts'
import { ledgerEntries } from './export-exchanges.ts'
import type { Finding } from './finding.ts'

/** One act that another policy would treat otherwise. */
export type Change = {
  readonly act: string
  /** Unix milliseconds; a trace has none. */
  readonly ts: number | undefined
  readonly session: string
  readonly agent: string
  readonly person: string
  readonly tool: string
  readonly was: AgentAction
  readonly now: AgentAction
  /** The rule that decides now, or that decided then where nothing does now. */
  readonly rule: string
  /** A person had approved the act. */
  readonly approved: boolean
}

/** What changed for one tool or one person. */
export type Tally = {
  readonly acts: number
  readonly newlyStopped: number
  readonly newlyAllowed: number
}

export type BacktestReport = {
  readonly policy: string
  readonly acts: number
  readonly sessions: number
  /** Under the new policy. */
  readonly actions: Readonly<Record<AgentAction, number>>
  /** Went on then, would be asked about or denied now. */
  readonly newlyStopped: number
  /** Was asked about or denied then, would go on now. */
  readonly newlyAllowed: number
  /** Of the newly stopped, those that a person had approved. */
  readonly approvedStopped: number
  readonly tools: Readonly<Record<string, Tally>>
  readonly people: Readonly<Record<string, Tally>>
  /** The first of them, in order; `changesTotal` counts all. */
  readonly changes: readonly Change[]
  readonly changesTotal: number
  /** What a replay from the ledger cannot know. */
  readonly unseen: readonly string[]
}

const CHANGES_MAX = 1_000
const NAMES_MAX = 1_000
const SESSIONS_MAX = 1_000_000
const OTHERS = '(others)'
/** Entries between two pauses, so that a gate that runs this beside its work stays awake. */
const STRETCH = 2_000

/**
 * What another policy would have decided about the acts in a ledger. The ledger has facts and no contents, so the
 * facts are decided anew; detectors are not run again, and a fact they did not look for then stays unknown.
 */
export async function backtestLedger(
  directory: string,
  policy: AgentPolicy,
  options: { readonly signal?: AbortSignal; readonly since?: number } = {},
): Promise<BacktestReport> {
  const table = agentTable(policy)
  const detectors = new Set(policy.detectors)
  const approved = approvedTickets(directory)
  const tallies = new Tallies(policy.name)
  let entries = 0
  for (const { entry } of ledgerEntries(directory)) {
    if (++entries % STRETCH === 0) {
      await breathe()
      options.signal?.throwIfAborted()
    }
    if (!isActEntry(entry) || entry.ts < (options.since ?? 0)) continue
    // What the gate and the protocols say about themselves is there whatever a policy's detectors are.
    const facts = entry.facts.filter(
      ({ detector }) => !agentDetectors.includes(detector) || detectors.has(detector),
    )
    const { ticket, action: then } = entry.decision
    const wasApproved = then !== 'ask' && ticket !== undefined && approved.has(ticket)
    const approval = wasApproved ? 'approved' : 'none'
    const { action, rule } = ruled(decideAgentAct(table, facts.map(findingOf), approval))
    tallies.see({
      act: entry.id,
      ts: entry.ts,
      session: `${entry.tenant}/${entry.agent}/${entry.session}`,
      agent: entry.agent,
      person: entry.person ?? '',
      tool: entry.tool ?? entry.act,
      was: entry.decision.action,
      now: action,
      rule: rule ?? entry.decision.rule ?? '',
      approved: wasApproved,
    })
  }
  return tallies.report([
    'detectors are not run again: what the policy of the time did not look for is not known',
    'budgets and the system of agents are as they were',
  ])
}

/** What two policies decide about the acts of a recorded trace, detectors and all. */
export async function backtestTrace(
  acts: AsyncIterable<AgentAct>,
  policies: { readonly was: AgentPolicy; readonly now: AgentPolicy },
): Promise<BacktestReport> {
  const was = AgentGate.open(policies.was)
  const now = AgentGate.open(policies.now)
  const tallies = new Tallies(policies.now.name)
  for await (const act of acts) {
    const before = was.pass(act)
    const after = now.pass(act)
    if (before === undefined || after === undefined || act.kind === 'tools' || act.kind === 'task') continue
    const decided = ruled(after.decision)
    tallies.see({
      act: act.id,
      ts: undefined,
      session: act.session,
      agent: '',
      person: '',
      tool: toolName(act),
      was: before.decision.action,
      now: decided.action,
      rule: decided.rule ?? ruled(before.decision).rule ?? '',
      approved: false,
    })
  }
  return tallies.report([])
}

class Tallies {
  readonly #policy: string
  readonly #sessions = new Set<string>()
  readonly #actions: Record<AgentAction, number> = { allow: 0, redact: 0, ask: 0, deny: 0 }
  readonly #tools = new Map<string, Counted>()
  readonly #people = new Map<string, Counted>()
  readonly #changes: Change[] = []
  #acts = 0
  #changesTotal = 0
  #newlyStopped = 0
  #newlyAllowed = 0
  #approvedStopped = 0

  constructor(policy: string) {
    this.#policy = policy
  }

  see(change: Change): void {
    this.#acts++
    if (this.#sessions.size < SESSIONS_MAX) this.#sessions.add(change.session)
    this.#actions[change.now]++
    const isStopped = !stops(change.was) && stops(change.now)
    const isAllowed = stops(change.was) && !stops(change.now)
    for (const [names, name] of [
      [this.#tools, change.tool],
      [this.#people, change.person === '' ? change.agent : change.person],
    ] as const) {
      const tally = counted(names, name)
      tally.acts++
      if (isStopped) tally.newlyStopped++
      if (isAllowed) tally.newlyAllowed++
    }
    if (isStopped) this.#newlyStopped++
    if (isStopped && change.approved) this.#approvedStopped++
    if (isAllowed) this.#newlyAllowed++
    if (change.was === change.now) return
    this.#changesTotal++
    if (this.#changes.length < CHANGES_MAX) this.#changes.push(change)
  }

  report(unseen: readonly string[]): BacktestReport {
    return {
      policy: this.#policy,
      acts: this.#acts,
      sessions: this.#sessions.size,
      actions: this.#actions,
      newlyStopped: this.#newlyStopped,
      newlyAllowed: this.#newlyAllowed,
      approvedStopped: this.#approvedStopped,
      tools: sorted(this.#tools),
      people: sorted(this.#people),
      changes: this.#changes,
      changesTotal: this.#changesTotal,
      unseen,
    }
  }
}

type Counted = { acts: number; newlyStopped: number; newlyAllowed: number }

function counted(names: Map<string, Counted>, wanted: string): Counted {
  const name = names.has(wanted) || names.size < NAMES_MAX ? wanted : OTHERS
  const known = names.get(name) ?? { acts: 0, newlyStopped: 0, newlyAllowed: 0 }
  names.set(name, known)
  return known
}

/** The most changed first. */
function sorted(names: ReadonlyMap<string, Counted>): Readonly<Record<string, Tally>> {
  const changed = ({ newlyStopped, newlyAllowed }: Tally) => newlyStopped + newlyAllowed
  return Object.fromEntries(
    [...names].sort(([, left], [, right]) => changed(right) - changed(left) || right.acts - left.acts),
  )
}

function stops(action: AgentAction): boolean {
  return agentActions.indexOf(action) >= agentActions.indexOf('ask')
}

function ruled(decision: ReturnType<typeof decideAgentAct>): {
  action: AgentAction
  rule: string | undefined
} {
  return { action: decision.action, rule: decision.action === 'allow' ? undefined : decision.rule }
}

/** Tickets that a person approved: whoever let an act through then would have done so under another policy too. */
function approvedTickets(directory: string): ReadonlySet<string> {
  const approved = new Set<string>()
  for (const { entry } of ledgerEntries(directory))
    if (isApprovalEntry(entry) && entry.answer === 'approved') approved.add(entry.ticket)
  return approved
}

/** The gate wrote these entries itself, so their kind says their shape. */
function isActEntry(entry: object): entry is AgentActEntry {
  return 'kind' in entry && entry.kind === 'agent-act'
}

function isApprovalEntry(entry: object): entry is ApprovalEntry {
  return 'kind' in entry && entry.kind === 'approval'
}

function findingOf({ detector, fact, severity }: FactNote): Finding {
  return { detector, fact, severity, summary: '' }
}

function toolName(act: JudgedAct): string {
  return toolOf(act) ?? act.kind
}
