import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ApprovalStore } from '../store/embedded/approval-store.ts'
import { openState } from '../store/embedded/state.ts'
import type { JsonObject, SessionId } from './act.ts'
import type { ApprovalBinding } from './agent-approval.ts'
import { ann, call, TestRoad } from './agent-road.fixture.ts'
import { Approvals } from './enforce/approvals.ts'

const command = 'ssh -R 2222:localhost:22 me@example.com'
const answer = { author: 'bea', reason: '' }

/** A road on which exactly this call is approved, and what it then says of another. */
async function afterApproval(
  test: TestRoad,
  args: JsonObject,
): Promise<(other: JsonObject) => Promise<string>> {
  const { ticket } = await test.road.pass(ann, call('run', args))
  expect(await test.road.approve(ticket?.id ?? '', answer)).toMatchObject({ ok: true })
  return async (other) => (await test.road.pass(ann, call('run', other))).decision.action
}

test.each<[what: string, other: JsonObject]>([
  ['the same letters composed otherwise', { command, note: 'cafe\u0301' }],
  ['a letter that looks the same', { command, note: 'c\u0430f\u00e9' }],
  ['a letter nobody sees', { command, note: 'caf\u00e9\u200b' }],
  ['a name of a field that looks the same', { command, 'not\u0435': 'caf\u00e9' }],
  ['one field more', { command, note: 'caf\u00e9', extra: null }],
  ['a text for a list of it', { command, note: ['caf\u00e9'] }],
  ['another case', { command, note: 'CAF\u00c9' }],
  ['half of a pair', { command, note: 'caf\u00e9\ud800' }],
])('an approval is no good for %s', async (_, other) => {
  await using test = await TestRoad.open()
  const said = await afterApproval(test, { command, note: 'caf\u00e9' })
  expect(await said(other)).toBe('ask')
  expect(await said({ note: 'caf\u00e9', command })).toBe('allow')
})

test('lists are not sorted, only fields are', async () => {
  await using test = await TestRoad.open()
  const said = await afterApproval(test, { command, list: [1, 2] })
  expect(await said({ list: [2, 1], command })).toBe('ask')
  expect(await said({ list: [1, 2], command })).toBe('allow')
})

test('an approval is no good for another person, agent, session, tenant or tool', async () => {
  await using test = await TestRoad.open()
  await afterApproval(test, { command })
  const others = [
    [{ ...ann, person: 'eve' }, call('run', { command })],
    [{ ...ann, person: undefined }, call('run', { command })],
    [{ ...ann, agent: 'other' }, call('run', { command })],
    [{ ...ann, tenant: 'other' }, call('run', { command })],
    [ann, call('run', { command }, 'other')],
    [ann, call('run_command', { command })],
  ] as const
  for (const [caller, act] of others) expect((await test.road.pass(caller, act)).decision.action).toBe('ask')
  expect((await test.road.pass(ann, call('run', { command }))).decision.action).toBe('allow')
})

test('a clock that is set back makes no approval live again', async () => {
  await using test = await TestRoad.open({ approvals: { expireMinutes: 5 } })
  const said = await afterApproval(test, { command })
  test.clock += 6 * 60_000
  expect(await said({ command })).toBe('ask')
  test.clock -= 4 * 60_000
  expect(await said({ command })).toBe('ask')
})

test('a ticket from the future is of no use', async () => {
  await using test = await TestRoad.open({ approvals: { expireMinutes: 5 } })
  const said = await afterApproval(test, { command })
  test.clock -= 24 * 60 * 60_000
  expect(await said({ command })).toBe('ask')
})

test('a hundred open questions leave no room for more, and none of them lets another act pass', async () => {
  await using test = await TestRoad.open({ approvals: { openMax: 100 } })
  const ask = (port: number, session?: string) =>
    test.road.pass(ann, call('run', { command: `ssh -R ${port}:localhost:22 a@b.example` }, session))
  for (let port = 1; port <= 100; port++) expect((await ask(port)).decision.action).toBe('ask')
  // Another session of the same agent has no room of its own.
  expect((await ask(101, 'other')).decision).toMatchObject({
    action: 'deny',
    rule: 'approvals.too-many-open',
  })
  const first = await ask(1)
  await test.road.approve(first.ticket?.id ?? '', answer)
  expect((await ask(101)).decision.action).toBe('ask')
  expect((await ask(1)).decision.action).toBe('allow')
})

test('what is too long to be shown whole says so before anything else', async () => {
  await using test = await TestRoad.open()
  const { ticket } = await test.road.pass(ann, call('run', { command, filling: 'x'.repeat(100_000) }))
  expect(test.road.approvals.find(ticket?.id ?? '')?.call).toMatch(
    /^\[\d+ of \d+ characters are not shown\] /,
  )
})

const binding: ApprovalBinding = {
  ...{
    tenant: 'default',
    agent: 'coder',
    person: 'ann',
    session: 's' as SessionId,
    act: 'call',
    tool: 'run',
  },
  ...{ digest: 'd', policy: 'one' },
}

test('of many redemptions over two connections one succeeds, and none under another policy', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tickets-'))
  const [left, right] = [openState(directory), openState(directory)]
  try {
    const now = () => 1_800_000_000_000
    const rules = { expireMs: 60_000, openMax: 10 }
    const desks = [left, right].map((state) => new Approvals(new ApprovalStore(state), rules, now))
    const [first] = desks
    const about = { person: 'ann', decision: 'd_1', rule: 'r', reason: '' } as Parameters<Approvals['ask']>[1]
    const ticket = first?.ask(binding, about, { call: '{}', findings: [] })
    first?.answer(ticket?.id ?? '', 'approved', answer)
    const taken = (key: ApprovalBinding) => desks.flatMap((desk) => [desk.take(key), desk.take(key)])
    expect(taken({ ...binding, policy: 'two' }).map(({ approval }) => approval)).not.toContain('approved')
    expect(taken(binding).filter(({ approval }) => approval === 'approved')).toHaveLength(1)
  } finally {
    left.close()
    right.close()
    rmSync(directory, { recursive: true })
  }
})
