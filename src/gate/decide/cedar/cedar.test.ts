import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ActId, JudgedAct, SessionId } from '../../act.ts'
import { AgentGate, type Beside } from '../../agent-gate.ts'
import { loadAgentPolicy } from '../../agent-policy-file.ts'
import { CedarRules } from './cedar.ts'

const common = { id: '1' as ActId, session: 's' as SessionId }
const mail = (to: string): JudgedAct => ({ ...common, kind: 'call', tool: 'send_email', arguments: { to } })
const coder = { tenant: 'acme', agent: 'coder', person: 'ann' }
const found = (destinations: readonly string[], facts: readonly string[] = []) => ({
  facts,
  destinations,
  bytes: 10,
})

const text = `
permit (principal in Tenant::"acme", action, resource);

@id("mail-stays-inside")
forbid (principal, action == Action::"call", resource == Tool::"send_email")
unless { ["example.org"].containsAll(context.destinations) };

@id("no-tunnels-for-ann")
forbid (principal, action == Action::"command", resource)
when { principal.person == "ann" && context.facts.contains("tunnel.reverse") };
`
const rules = CedarRules.load([{ file: 'who.cedar', text }])
const facts = (...args: Parameters<CedarRules['judge']>) =>
  rules.judge(...args).map(({ fact, rule }) => [fact, rule])

test('a forbid is a finding that names its policy; what is permitted is none', () => {
  expect(facts(mail('a@example.org'), coder, found(['example.org']))).toEqual([])
  expect(facts(mail('a@drop.example'), coder, found(['drop.example']))).toEqual([
    ['policy.forbidden', 'cedar.mail-stays-inside'],
  ])
  const command: JudgedAct = { ...common, kind: 'command', command: 'x', cwd: '' }
  expect(facts(command, coder, found([], ['tunnel.reverse']))).toEqual([
    ['policy.forbidden', 'cedar.no-tunnels-for-ann'],
  ])
  expect(facts(command, { ...coder, person: 'bea' }, found([], ['tunnel.reverse']))).toEqual([])
})

test('what nothing permits is not permitted, and results are not asked about', () => {
  const stranger = { ...coder, tenant: 'other' }
  expect(facts(mail('a@example.org'), stranger, found(['example.org']))).toEqual([
    ['policy.not-permitted', 'cedar'],
  ])
  expect(facts({ ...common, kind: 'result', call: '', tool: 't', text: '' }, stranger, found([]))).toEqual([])
})

test('an answer that is remembered is the answer that was given', () => {
  for (let round = 0; round < 3; round++)
    for (const [place, count] of [
      ['example.org', 0],
      ['drop.example', 1],
    ] as const)
      expect(facts(mail(`a@${place}`), coder, found([place]))).toHaveLength(count)
})

test.each([
  ['permit (principal, action, resource);\nforbid (principal action);', /who\.cedar:2: .*unexpected token/],
  [
    'permit (principal, action, resource)\nwhen {\n context.destinatons.isEmpty() };',
    /who\.cedar:3: .*destinatons.*did you mean/,
  ],
  ['permit (principal, action == Action::"fly", resource);', /who\.cedar:1: .*fly/],
  [
    '@id("a")\npermit (principal, action, resource);\n@id("a")\nforbid (principal, action, resource);',
    /another policy|duplicate/,
  ],
])('a mistake is refused with its line: %s', (mistaken, message) => {
  expect(() => CedarRules.load([{ file: 'who.cedar', text: mistaken }])).toThrow(message)
})

test('a policy names Cedar files beside it; no rule can make a forbid pass', () => {
  const directory = mkdtempSync(join(tmpdir(), 'cedar-'))
  try {
    const file = join(directory, 'mine.yaml')
    const write = (cedar: string) => writeFileSync(join(directory, 'who.cedar'), cedar)
    writeFileSync(
      file,
      'name: mine\ndetectors: [flow]\ncedar: [who.cedar]\nrules:\n  - { name: all, facts: ["*"], action: allow }\n',
    )
    write(text)
    const loaded = loadAgentPolicy(file, {})
    const beside: Beside = { findings: [], approval: () => 'none', agent: 'a', now: 0, isObserving: false }
    const gate = AgentGate.open(loaded.policy)
    expect(gate.judge(mail('a@drop.example'), { ...beside, principal: coder }).decision).toEqual({
      action: 'deny',
      rule: 'cedar.mail-stays-inside',
      reason: 'the policy mail-stays-inside forbids this',
    })
    expect(gate.judge(mail('a@example.org'), { ...beside, principal: coder }).decision.action).toBe('allow')
    write(`${text}\n`)
    expect(loadAgentPolicy(file, {}).version).not.toBe(loaded.version)
    write('forbid')
    expect(() => loadAgentPolicy(file, {})).toThrow(/who\.cedar:1/)
  } finally {
    rmSync(directory, { recursive: true })
  }
})
