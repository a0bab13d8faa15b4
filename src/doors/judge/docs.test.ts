import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { agentsSchema } from '../../config/agents.ts'
import { AgentGate, agentDetectors } from '../../gate/agent-gate.ts'
import { readAgentPolicy } from '../../gate/decide/read-agent-policy.ts'
import { parseAct } from './parse-act.ts'

const docs = fileURLToPath(new URL('../../../docs/', import.meta.url))
const read = (file: string) => readFileSync(`${docs}${file}`, 'utf8')
const balanced = readFileSync(`${docs}../policies/balanced.yaml`, 'utf8')
const pages = readdirSync(`${docs}detectors`).map((file) => file.replace('.md', ''))

test('every detector of the agent gate has a page and a line in the overview', () => {
  const overview = read('agent-gate.md')
  for (const detector of agentDetectors) {
    expect(pages).toContain(detector)
    expect(overview).toContain(`(detectors/${detector}.md)`)
  }
})

describe.each([...agentDetectors])('%s', (detector) => {
  const page = read(`detectors/${detector}.md`)

  test('the page says what it sees, misses, how to answer it and how to switch it off', () => {
    for (const heading of [
      'What it sees',
      'What it misses',
      'An example',
      'How to answer it',
      'How to switch it off',
    ])
      expect(page).toContain(`## ${heading}`)
  })

  test('the example on the page is stopped by the default policy, and by this detector', () => {
    const block = /```(sh|jsonl)\n([\s\S]*?)```/.exec(page)
    const text = block?.[2] ?? ''
    // The shell example is `echo ACTS | portcullis judge`; the shell itself undoes its quotes.
    const acts =
      block?.[1] === 'sh'
        ? execFileSync('sh', ['-c', text.split(' | portcullis')[0] ?? ''], { encoding: 'utf8' })
        : text
    // An example may need smaller budgets than usual.
    const beside = /## An example\n+```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? 'agents: {}'
    const { budgets } = v.parse(v.object({ agents: agentsSchema }), parse(beside)).agents
    const gate = AgentGate.open(readAgentPolicy(balanced, 'balanced.yaml', agentDetectors, budgets))
    const verdicts = acts
      .trim()
      .split('\n')
      .map((line) => {
        const parsed = parseAct(line)
        if (!parsed.ok) throw new Error(parsed.error)
        return gate.pass(parsed.value)
      })
    expect(verdicts.at(-1)?.decision.action).toMatch(/ask|deny/)
    expect(verdicts.at(-1)?.findings.map((finding) => finding.detector)).toContain(detector)
  })
})

test('the policy in the overview reads', () => {
  const block = /```yaml\n([\s\S]*?)```/.exec(read('agent-gate.md'))
  const policy = readAgentPolicy(block?.[1] ?? '', 'agent-gate.md', agentDetectors)
  expect(policy.tools.trusted).toEqual(['read_runbook'])
})
