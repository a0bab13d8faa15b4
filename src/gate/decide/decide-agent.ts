import { unreachable } from '../../kernel/unreachable.ts'
import type { Approval } from '../agent-approval.ts'
import { type AgentAction, type AgentDecision, agentActions } from '../decision.ts'
import { type Finding, type Severity, type Span, severityRank } from '../finding.ts'
import type { AgentPolicy } from './agent-policy.ts'

/**
 * The whole decision as data: for a fact and a severity, the action and the rule it came from. Whatever else wants
 * to know what the gate would do reads this table; there is no second copy of it in code.
 */
export type AgentTable = {
  readonly exact: ReadonlyMap<string, Row>
  /** Prefixes of facts, in the order of the rules. */
  readonly prefixes: readonly (readonly [prefix: string, row: Row])[]
}

/** One cell per severity; the first rule of the policy that covers a cell fills it. */
export type Row = Readonly<Record<Severity, Cell>>
export type Cell = { readonly action: AgentAction; readonly rule: string }

const untouched: Cell = { action: 'allow', rule: 'default' }

/**
 * What the gate says about itself and its caller is never let through, whatever the rules leave out: a rule may ask
 * instead of deny, but not allow.
 */
export const floorFacts = [
  'detector-failed',
  'act.unreadable',
  'caller.quarantined',
  'policy.forbidden',
  'policy.not-permitted',
] as const
const floor: Cell = { action: 'deny', rule: 'fail-closed' }

/** Compiles a policy. The first rule that names a fact and reaches down to its severity decides. */
export function agentTable(policy: Pick<AgentPolicy, 'rules'>): AgentTable {
  const names = new Set(policy.rules.flatMap((rule) => rule.facts))
  const rowOf = (name: string): Row => {
    const cellOf = (severity: Severity): Cell => {
      const rule = policy.rules.find(
        (each) =>
          severityRank(severity) >= severityRank(each.severity) &&
          each.facts.some((fact) => covers(fact, name)),
      )
      return rule === undefined ? untouched : { action: rule.action, rule: rule.name }
    }
    return {
      info: cellOf('info'),
      low: cellOf('low'),
      medium: cellOf('medium'),
      high: cellOf('high'),
      critical: cellOf('critical'),
    }
  }
  const exact = [...names].filter((name) => !name.endsWith('*') && !isFloor(name))
  // Longer prefixes say more, so they are asked first; every row already holds the rules' own order.
  const prefixes = [...names]
    .filter((name) => name.endsWith('*'))
    .sort((left, right) => right.length - left.length)
  return {
    exact: new Map([
      ...exact.map((name) => [name, rowOf(name)] as const),
      ...floorFacts.map((name) => [name, raised(rowOf(name))] as const),
    ]),
    prefixes: prefixes.map((name) => [name.slice(0, -1), rowOf(name)]),
  }
}

function isFloor(name: string): boolean {
  return floorFacts.some((fact) => fact === name)
}

function raised(row: Row): Row {
  const up = (cell: Cell): Cell => (cell.action === 'ask' || cell.action === 'deny' ? cell : floor)
  return {
    info: up(row.info),
    low: up(row.low),
    medium: up(row.medium),
    high: up(row.high),
    critical: up(row.critical),
  }
}

/** Whether a rule's fact covers a fact, or every fact that a pattern of another rule stands for. */
function covers(pattern: string, name: string): boolean {
  if (pattern === name) return true
  return pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1))
}

export function cellOf(table: AgentTable, fact: string, severity: Severity): Cell {
  const row = table.exact.get(fact) ?? table.prefixes.find(([prefix]) => fact.startsWith(prefix))?.[1]
  return row === undefined ? untouched : row[severity]
}

/** Only what a rule says to cut; other findings with a place keep it. */
function cutOut(table: AgentTable, findings: readonly Finding[]): readonly Span[] {
  return findings
    .filter((finding) => cellOf(table, finding.fact, finding.severity).action === 'redact')
    .flatMap((finding) => finding.spans ?? [])
}

/**
 * Pure and synchronous: the most severe action that any finding calls for, and the first rule that called for it.
 * What a person answered about this exact act settles an `ask` and nothing else: no approval undoes a `deny`.
 */
export function decideAgentAct(
  table: AgentTable,
  findings: readonly Finding[],
  approval: Approval = 'none',
): AgentDecision {
  let action: AgentAction = 'allow'
  let rule = untouched.rule
  let cause: Finding | undefined
  for (const finding of findings) {
    const cell = cellOf(table, finding.fact, finding.severity)
    if (agentActions.indexOf(cell.action) <= agentActions.indexOf(action)) continue
    action = cell.action
    rule = finding.rule ?? cell.rule
    cause = finding
  }
  const reason = cause?.summary ?? ''
  switch (action) {
    case 'allow':
      return { action }
    case 'redact':
      return { action, rule, spans: cutOut(table, findings) }
    case 'ask':
      return answered(rule, reason, cutOut(table, findings), approval)
    case 'deny':
      return { action, rule, reason }
    default:
      return unreachable(action)
  }
}

function answered(rule: string, reason: string, spans: readonly Span[], approval: Approval): AgentDecision {
  switch (approval) {
    case 'none':
      return { action: 'ask', rule, reason }
    case 'approved':
      // What another rule cuts out is still cut out of what a person let through.
      return spans.length === 0 ? { action: 'allow' } : { action: 'redact', rule, spans }
    case 'refused':
      return { action: 'deny', rule, reason: 'a person refused it' }
    default:
      return unreachable(approval)
  }
}

/** What observing enforces: nothing but what a gate that cannot see must not let through. */
export function decideObserved(table: AgentTable, findings: readonly Finding[]): AgentDecision {
  return decideAgentAct(
    table,
    findings.filter(({ fact }) => fact === 'detector-failed' || fact === 'act.unreadable'),
  )
}
