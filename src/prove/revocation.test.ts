import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { AgentCaller } from '../gate/agent-caller.ts'
import { loadAgentPolicy } from '../gate/agent-policy-file.ts'
import { call, TestRoad } from '../gate/agent-road.fixture.ts'
import { systemTrail, type TrailEntry } from '../gate/system-trail.ts'
import { Conformance } from './conformance.ts'

const policy = `name: desk
detectors: [destruction]
rules:
  - { name: fail-closed, facts: [detector-failed], action: deny }
system:
  tools:
    read_account: {}
    note: {}
  agents:
    desk: { match: ["desk-*"], tools: [read_account], delegates: { helper: [read_account] } }
    helper: { tools: [note], delegates: { clerk: [read_account] } }
    clerk: { tools: [note] }
  delegation: { depth: 2 }
`

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'revoked-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const caller = (agent: string): AgentCaller => ({ tenant: 'acme', agent, person: undefined, key: undefined })

async function desk(): Promise<TestRoad> {
  writeFileSync(join(directory, 'desk.yaml'), policy)
  return await TestRoad.open({ policy: join(directory, 'desk.yaml'), mode: 'enforce' })
}

const decided = async ({ road }: TestRoad, agent: string, tool: string, session = 's') => {
  const { decision } = await road.pass(caller(agent), call(tool, {}, session))
  return 'rule' in decision ? decision.rule : decision.action
}

const passOn = async ({ road }: TestRoad, from: string, to: string, session = 's') => {
  const decision = await road.system.happen('acme', session, {
    kind: 'delegate',
    from,
    to,
    tool: 'read_account',
  })
  return decision.action
}

/** What a checker of the ledger says of it. */
function conforms(road: TestRoad): readonly unknown[] {
  const conformance = new Conformance()
  return road.entries().flatMap((entry, at) => conformance.take(at, entry) ?? [])
}

test('who is revoked does nothing more, nor does anybody with what it passed on, through any chain', async () => {
  await using road = await desk()
  expect(await decided(road, 'clerk', 'read_account')).toBe('system.capability')
  expect(await passOn(road, 'desk-1', 'helper')).toBe('allow')
  expect(await passOn(road, 'helper', 'clerk')).toBe('allow')
  expect(await decided(road, 'clerk', 'read_account')).toBe('allow')
  road.road.system.useRevoked(new Map([['acme', new Set(['desk-1'])]]))
  expect(await decided(road, 'clerk', 'read_account')).toBe('system.capability')
  expect(await decided(road, 'helper', 'read_account')).toBe('system.capability')
  expect(await decided(road, 'desk-1', 'read_account')).toBe('system.revocation')
  expect(await passOn(road, 'desk-1', 'helper')).toBe('deny')
  // What was never passed on stays.
  expect(await decided(road, 'helper', 'note')).toBe('allow')
  expect(await decided(road, 'clerk', 'note')).toBe('allow')
  const steps = road.entries().flatMap(({ steps }) => (steps ?? []) as readonly { event: { kind: string } }[])
  expect(steps.filter(({ event }) => event.kind === 'revoke')).toHaveLength(1)
  expect(conforms(road)).toEqual([])
})

test('others under the same role go on in sessions that the revoked one has no part in', async () => {
  await using road = await desk()
  expect(await passOn(road, 'desk-2', 'helper', 'other')).toBe('allow')
  road.road.system.useRevoked(new Map([['acme', new Set(['desk-1'])]]))
  expect(await decided(road, 'helper', 'read_account', 'other')).toBe('allow')
  expect(await decided(road, 'desk-2', 'read_account', 'other')).toBe('allow')
  expect(await decided(road, 'desk-1', 'read_account', 'new')).toBe('system.revocation')
  expect(conforms(road)).toEqual([])
})

test('a revocation outlives a policy that was read again, and another tenant has nothing to do with it', async () => {
  await using road = await desk()
  road.road.system.useRevoked(new Map([['other', new Set(['desk-1'])]]))
  expect(await decided(road, 'desk-1', 'read_account')).toBe('allow')
  road.road.system.useRevoked(new Map([['acme', new Set(['desk-1'])]]))
  expect(await decided(road, 'desk-1', 'read_account')).toBe('system.revocation')
  writeFileSync(join(directory, 'desk.yaml'), policy.replace('depth: 2', 'depth: 1'))
  road.useAgain(loadAgentPolicy(join(directory, 'desk.yaml'), {}))
  expect(await decided(road, 'desk-1', 'read_account')).toBe('system.revocation')
})

test('a gate that starts again goes on where the ledger left each session', async () => {
  await using before = await desk()
  expect(await passOn(before, 'desk-1', 'helper')).toBe('allow')
  expect(await decided(before, 'helper', 'read_account')).toBe('allow')
  expect(await decided(before, 'helper', 'note', 'other')).toBe('allow')
  await using after = await desk()
  after.road.system.restore(systemTrail(before.ledgerDirectory))
  expect(await decided(after, 'helper', 'read_account')).toBe('allow')
  expect(await decided(after, 'helper', 'read_account', 'other')).toBe('system.capability')
  // Who took part before the restart is revoked in the session, though it says nothing after it.
  after.road.system.useRevoked(new Map([['acme', new Set(['desk-1'])]]))
  expect(await decided(after, 'helper', 'read_account')).toBe('system.capability')
  expect(await decided(after, 'helper', 'note')).toBe('allow')
  const entries = [...before.entries(), ...after.entries()]
  expect(entries.filter(({ kind }) => kind === 'system-model')).toHaveLength(1)
  const conformance = new Conformance()
  expect(entries.flatMap((entry, at) => conformance.take(at, entry) ?? [])).toEqual([])
  const monitor = new Conformance()
  for (const entry of systemTrail(before.ledgerDirectory)) monitor.restore(entry)
  expect(after.entries().flatMap((entry, at) => monitor.take(at, entry) ?? [])).toEqual([])
})

test('under another system, or after steps that do not fit, every session begins anew', async () => {
  await using before = await desk()
  expect(await passOn(before, 'desk-1', 'helper')).toBe('allow')
  const trail = [...systemTrail(before.ledgerDirectory)]
  const begun = async (entries: readonly TrailEntry[]) => {
    await using after = await desk()
    after.road.system.restore(entries)
    const decision = await decided(after, 'helper', 'read_account')
    expect(await decided(after, 'helper', 'note')).toBe('allow')
    return { decision, names: after.entries().filter(({ kind }) => kind === 'system-model').length }
  }
  expect(await begun(trail)).toEqual({ decision: 'allow', names: 0 })
  const altered = trail.map((entry) =>
    entry.kind === 'system-model' ? { ...entry, hash: 'another' } : entry,
  )
  expect(await begun(altered)).toEqual({ decision: 'system.capability', names: 1 })
  const twice = [...trail, ...trail.slice(-1)]
  expect(await begun(twice)).toEqual({ decision: 'system.capability', names: 1 })
})
