import type { AgentPolicy } from '../../gate/decide/agent-policy.ts'
import { type AgentTable, agentTable, cellOf } from '../../gate/decide/decide-agent.ts'
import { type AgentAction, agentActions } from '../../gate/decision.ts'
import { severities } from '../../gate/finding.ts'
import type { PartAnswer } from './change.ts'

const SOLVER_MS_MAX = 20_000

/**
 * Asks a solver for a finding that the new rules treat more mildly than the old ones. An act's decision is the most
 * severe over its findings, so one finding that fell is all that is needed, and all that there can be.
 */
export async function changedRules(older: AgentPolicy, newer: AgentPolicy): Promise<PartAnswer> {
  if (JSON.stringify(older.rules) === JSON.stringify(newer.rules))
    return { loosenings: [], unknown: undefined }
  const [before, after] = [agentTable(older), agentTable(newer)]
  const found = await fallenFinding(before, after)
  if (found === 'none') return { loosenings: [], unknown: undefined }
  if (found === 'unknown') return { loosenings: [], unknown: 'the solver gave up on the rules' }
  const { fact, severity } = found
  const [was, is] = [cellOf(before, fact, severity), cellOf(after, fact, severity)]
  const because = was.rule === 'default' ? 'no rule' : `the rule ${was.rule}`
  const sentence = `An act with a ${severity} finding ${fact} newly gets "${is.action}" (rule ${is.rule}); it got "${was.action}" by ${because}.`
  return {
    loosenings: [{ part: 'rules', sentence, request: { finding: { fact, severity } } }],
    unknown: undefined,
  }
}

type Fallen = { readonly fact: string; readonly severity: (typeof severities)[number] }

async function fallenFinding(before: AgentTable, after: AgentTable): Promise<Fallen | 'none' | 'unknown'> {
  // 35 MB that no other command needs.
  const { init, killThreads } = await import('z3-solver')
  const { Context, em } = await init()
  try {
    const z3 = Context('portcullis')
    const facts = representatives(before, after)
    const fact = z3.Int.const('fact')
    const severity = z3.Int.const('severity')
    const rank = (action: AgentAction) => z3.Int.val(agentActions.indexOf(action))
    type Num = ReturnType<typeof rank>
    const decided = (table: AgentTable): Num =>
      facts.reduceRight<Num>((others, name, index) => {
        const bySeverity = severities.reduceRight<Num>(
          (milder, each, at) => z3.If(severity.eq(at), rank(cellOf(table, name, each).action), milder) as Num,
          rank('allow'),
        )
        return z3.If(fact.eq(index), bySeverity, others) as Num
      }, rank('allow'))
    const solver = new z3.Solver()
    solver.set('timeout', SOLVER_MS_MAX)
    solver.add(fact.ge(0), fact.lt(facts.length), severity.ge(0), severity.lt(severities.length))
    solver.add(decided(before).gt(decided(after)))
    const answer = await solver.check()
    if (answer === 'unsat') return 'none'
    if (answer !== 'sat') return 'unknown'
    const model = solver.model()
    return {
      fact: facts[Number(model.eval(fact).toString())] ?? '',
      severity: severities[Number(model.eval(severity).toString())] ?? 'info',
    }
  } finally {
    killThreads(em)
  }
}

/**
 * Tables tell facts apart by whole names and by beginnings and by nothing else. So each name that either table holds,
 * and for each beginning some name that only begins so, stand for all facts there are.
 */
function representatives(...tables: readonly AgentTable[]): readonly string[] {
  const exact = new Set(tables.flatMap((table) => [...table.exact.keys()]))
  const prefixes = new Set(tables.flatMap((table) => table.prefixes.map(([prefix]) => prefix)))
  const others = ['', ...prefixes].map((prefix) => {
    const longer = [...prefixes].filter((each) => each.length > prefix.length)
    let name = `${prefix}other`
    while (exact.has(name) || longer.some((each) => name.startsWith(each))) name += 'x'
    return name
  })
  return [...exact, ...others]
}
