import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { agentDetectors } from '../agent-gate.ts'
import type { severities } from '../finding.ts'
import { agentTable, cellOf, decideAgentAct } from './decide-agent.ts'
import { readAgentPolicy } from './read-agent-policy.ts'

const load = (name: string) => {
  const file = new URL(`../../../policies/${name}.yaml`, import.meta.url)
  return readAgentPolicy(readFileSync(file, 'utf8'), `${name}.yaml`, agentDetectors)
}

test.each(['observe', 'balanced', 'strict'])(
  'the ready-made policy %s reads and names every detector',
  (name) => {
    expect([...load(name).detectors].sort()).toEqual([...agentDetectors].sort())
  },
)

test('no ready-made policy lets a failed detector through', () => {
  for (const name of ['observe', 'balanced', 'strict']) {
    const table = agentTable(load(name))
    for (const severity of ['high', 'critical'] as const)
      expect(cellOf(table, 'detector-failed', severity).action).toMatch(/ask|deny/)
  }
})

test('the first rule that reaches a severity decides, and the most severe action of all findings wins', () => {
  const table = agentTable({
    rules: [
      { name: 'one', facts: ['a.b'], severity: 'high', action: 'deny' },
      { name: 'two', facts: ['a.*'], severity: 'low', action: 'ask' },
    ],
  })
  const find = (fact: string, severity: (typeof severities)[number]) => ({
    detector: 'd',
    fact,
    severity,
    summary: fact,
  })
  expect(decideAgentAct(table, [])).toEqual({ action: 'allow' })
  expect(decideAgentAct(table, [find('a.b', 'info')])).toEqual({ action: 'allow' })
  expect(decideAgentAct(table, [find('a.b', 'medium')])).toMatchObject({ action: 'ask', rule: 'two' })
  expect(decideAgentAct(table, [find('a.c', 'critical')])).toMatchObject({ action: 'ask', rule: 'two' })
  expect(decideAgentAct(table, [find('a.c', 'low'), find('a.b', 'high')])).toMatchObject({
    action: 'deny',
    rule: 'one',
  })
})

test('a policy that says something unknown is refused with file, line and field', () => {
  const text =
    'name: x\ndetectors: [remote-shell]\nrules:\n  - name: a\n    facts: [shell.reverse]\n    action: forbid\n'
  expect(() => readAgentPolicy(text, 'p.yaml', agentDetectors)).toThrow(/p\.yaml:6: rules\.0\.action/)
  expect(() => readAgentPolicy('name: [', 'p.yaml', agentDetectors)).toThrow(/p\.yaml:1/)
  const unknown = text.replace('remote-shell', 'remote-shall').replace('forbid', 'deny')
  expect(() => readAgentPolicy(unknown, 'p.yaml', agentDetectors)).toThrow(
    /p\.yaml:2: detectors\.0: there is no detector/,
  )
})

test('a mistyped field of a policy is named with the one that was meant, before what is missing for it', () => {
  const text = 'name: x\ndetectors: [secret]\nrules:\n  - { name: a, fact: [secret.leaves], action: deny }\n'
  expect(() => readAgentPolicy(text, 'p.yaml', agentDetectors)).toThrow(
    'p.yaml:4: rules.0.fact: there is no such field. Did you mean facts?',
  )
  expect(() =>
    readAgentPolicy(text.replace('fact: [secret.leaves], ', ''), 'p.yaml', agentDetectors),
  ).toThrow('p.yaml:4: rules.0.facts: this field is needed')
  expect(() => readAgentPolicy('hello', 'p.yaml', agentDetectors)).toThrow(
    'p.yaml:1: policy: must be a section',
  )
})
