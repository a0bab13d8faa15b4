import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { ActId, JudgedAct, SessionId } from '../gate/act.ts'
import type { AgentCaller } from '../gate/agent-caller.ts'
import { TestRoad } from '../gate/agent-road.fixture.ts'
import { Conformance } from '../prove/conformance.ts'
import { commands } from './commands.ts'
import { run } from './run.ts'
import { testConsole } from './testing/console.ts'

const folder = mkdtempSync(join(tmpdir(), 'portcullis-check-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const as = (agent: string): AgentCaller => ({ tenant: 'default', agent, person: 'ann', key: 'k' })
/** The shipped system without the shipped detectors, so that only the system decides. */
function systemAlone(): string {
  const balanced = readFileSync(new URL('../../policies/balanced.yaml', import.meta.url), 'utf8')
  const file = join(folder, 'alone.yaml')
  const head = 'name: alone\ndetectors: [remote-shell]\nrules: []\n'
  writeFileSync(file, head + balanced.slice(balanced.indexOf('\nsystem:')))
  return file
}

let acts = 0
const callOf = (tool: string, args: Record<string, string> = {}): JudgedAct => {
  acts++
  return { kind: 'call', id: `a${acts}` as ActId, session: 's' as SessionId, tool, arguments: args }
}

test('the road enforces the declared system, and its ledger replays: allowed, asked, approved once, refused', async () => {
  await using test_ = await TestRoad.open({ policy: systemAlone(), mode: 'enforce' })
  const { road } = test_
  const said = async (agent: string, act: JudgedAct) => {
    const { decision } = await road.pass(as(agent), act)
    return decision.action === 'allow'
      ? 'allow'
      : `${decision.action} ${'rule' in decision ? decision.rule : ''}`
  }
  expect(await said('worker', callOf('query_records'))).toBe('allow')
  expect(await said('reader', callOf('query_records'))).toBe('deny system.capability')
  expect(await said('worker-7', callOf('write_report'))).toBe('allow')

  const asked = await road.pass(as('worker'), callOf('delete_records', { table: 'old' }))
  expect(asked.decision).toMatchObject({ action: 'ask', rule: 'system.approval' })
  await road.approve(asked.ticket?.id ?? '', { author: 'ann', reason: 'it is old' })
  expect(await said('worker', callOf('delete_records', { table: 'new' }))).toBe('ask system.approval')
  expect(await said('worker', callOf('delete_records', { table: 'old' }))).toBe('allow')
  expect(await said('worker', callOf('delete_records', { table: 'old' }))).toBe('ask system.approval')

  expect(await said('sender', callOf('fetch_page'))).toBe('allow')
  expect(await said('sender', callOf('send_message'))).toBe('ask system.approval')
  const grant = { kind: 'delegate', from: 'planner', to: 'reader', tool: 'search_docs' } as const
  expect(await said('reader', callOf('search_docs'))).toBe('deny system.capability')
  expect((await road.system.happen('default', 's', grant)).action).toBe('allow')
  expect(await said('reader', callOf('search_docs'))).toBe('allow')
  await road.system.happen('default', 's', { kind: 'revoke', agent: 'planner' })
  expect(await said('reader', callOf('search_docs'))).toBe('deny system.capability')
  // Agents and tools that nobody declared are for the rules alone.
  expect(await said('somebody', callOf('anything'))).toBe('allow')

  const entries = test_.entries()
  const conformance = new Conformance()
  const problems = entries.flatMap((entry, at) => conformance.take(at, entry) ?? [])
  expect(problems).toEqual([])
  expect(conformance.counts).toMatchObject({ events: 8, models: 1 })
})

test('ledger check answers for a store and for exported lines, and exits 1 where a step does not follow', async () => {
  await using test_ = await TestRoad.open({ policy: systemAlone(), mode: 'enforce' })
  for (const tool of ['query_records', 'write_report', 'query_records'])
    await test_.road.pass(as('worker'), callOf(tool))
  const lines = test_.entries().map((entry, at) => JSON.stringify({ seq: at + 1, entry }))
  const file = join(folder, 'export.jsonl')
  const check = async (kept: readonly string[]) => {
    writeFileSync(file, `${kept.join('\n')}\n`)
    const console = testConsole(folder)
    const code = await run(commands, ['ledger', 'check', file, '--json'], console)
    return { code, ...JSON.parse(console.out()) }
  }
  expect(await check(lines)).toMatchObject({ code: 0, conforms: true, events: 3 })
  const second = lines.findIndex((line) => line.includes('"act":"call","tool":"write_report"'))
  expect(await check(lines.filter((_, at) => at !== second))).toMatchObject({
    code: 1,
    conforms: false,
    problems: [{ at: lines.length, session: 's', kind: 'order' }],
  })
  const altered = lines.map((line, at) =>
    at === second ? line.replaceAll('write_report', 'delete_records') : line,
  )
  expect(await check(altered)).toMatchObject({ code: 1, problems: [{ at: second + 1, kind: 'not-allowed' }] })
})
