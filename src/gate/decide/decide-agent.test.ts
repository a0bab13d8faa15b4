import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AgentAction, agentActions } from '../decision.ts'
import { severities, severityRank } from '../finding.ts'
import type { AgentRule } from './agent-policy.ts'
import { agentTable, cellOf, decideAgentAct } from './decide-agent.ts'

const SEED = 20260722
const facts = ['a.b', 'a.c', 'a.b-c', 'b.a', 'c.d']
const patterns = [...facts, 'a.*', 'a.b*', 'b.*', '*']
const severity = fc.constantFrom(...severities)
const rules: fc.Arbitrary<AgentRule[]> = fc
  .array(
    fc.record({
      facts: fc.array(fc.constantFrom(...patterns), { minLength: 1, maxLength: 3 }),
      severity,
      action: fc.constantFrom(...agentActions),
    }),
    { maxLength: 8 },
  )
  .map((list) => list.map((rule, index) => ({ ...rule, name: `rule ${index}` })))
const finding = fc.record({
  detector: fc.constant('d'),
  fact: fc.constantFrom(...facts),
  severity,
  summary: fc.constant('seen'),
})
const rank = (action: AgentAction) => agentActions.indexOf(action)

test('every cell of the table is what the first matching rule says, for every fact and severity', () => {
  fc.assert(
    fc.property(rules, (list) => {
      const table = agentTable({ rules: list })
      for (const fact of facts)
        for (const level of severities) {
          const first = list.find(
            (rule) =>
              severityRank(level) >= severityRank(rule.severity) &&
              rule.facts.some(
                (each) => each === fact || (each.endsWith('*') && fact.startsWith(each.slice(0, -1))),
              ),
          )
          expect(cellOf(table, fact, level)).toEqual(
            first === undefined
              ? { action: 'allow', rule: 'default' }
              : { action: first.action, rule: first.name },
          )
        }
    }),
    { seed: SEED, numRuns: 500 },
  )
})

test('another finding never makes a decision milder, and their order never changes the action', () => {
  fc.assert(
    fc.property(rules, fc.array(finding, { maxLength: 6 }), finding, (list, before, more) => {
      const table = agentTable({ rules: list })
      const action = (each: typeof before) => rank(decideAgentAct(table, each).action)
      expect(action([...before, more])).toBeGreaterThanOrEqual(action(before))
      expect(action([...before].reverse())).toBe(action(before))
    }),
    { seed: SEED, numRuns: 500 },
  )
})

test('redaction carries the spans of the findings', () => {
  const table = agentTable({ rules: [{ name: 'cut', facts: ['a.b'], severity: 'info', action: 'redact' }] })
  const decision = decideAgentAct(table, [
    { detector: 'd', fact: 'a.b', severity: 'low', summary: '', spans: [[1, 3]] },
    { detector: 'd', fact: 'a.c', severity: 'low', summary: '', spans: [[5, 9]] },
  ])
  expect(decision).toEqual({ action: 'redact', rule: 'cut', spans: [[1, 3]] })
})
