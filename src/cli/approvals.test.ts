import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ApprovalStore } from '../store/embedded/approval-store.ts'
import { openState } from '../store/embedded/state.ts'
import { portcullis } from './testing/terminal.ts'

let cwd = ''
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'approvals-'))
  const database = openState(join(cwd, 'portcullis-data'))
  const created = Date.now()
  const common = { tenant: 'default', agent: 'coder', person: 'ann', session: 's', act: 'call', policy: 'p' }
  const asked = {
    decision: 'd_1',
    rule: 'ask-tunnels',
    reason: 'a tunnel \u001b[2Jto example.com',
    created,
    call: '{}',
    findings: [],
  }
  const store = new ApprovalStore(database)
  store.add({ ...common, ...asked, id: 't_1', tool: 'run', digest: 'a', expires: created + 600_000 })
  store.add({ ...common, ...asked, id: 't_2', tool: 'run', digest: 'b', expires: created - 1 })
  database.close()
})
afterEach(() => rm(cwd, { recursive: true }))

test('the list shows what waits, with whose act it is and why it was asked about', async () => {
  const { code, out } = await portcullis(['approvals', 'list'], { cwd })
  expect(code).toBe(0)
  for (const fact of ['t_1', 'open', 'call run', 'coder for ann', '[ask-tunnels]', 'ends in 10 min'])
    expect(out).toContain(fact)
  expect(out).not.toContain('t_2')
  expect(out).not.toContain('\u001b')
  const all = await portcullis(['approvals', 'list', '--all', '--json'], { cwd })
  expect(JSON.parse(all.out)).toMatchObject([{ state: 'expired' }, { id: 't_1' }])
})

test('the first answer counts and carries a name', async () => {
  const argv = ['approvals', 'approve', 't_1', '--author', 'bea', '--reason', 'agreed']
  expect(await portcullis(argv, { cwd })).toMatchObject({
    code: 0,
    out: 't_1 is approved: the act may pass once.\n',
  })
  const second = await portcullis(['approvals', 'refuse', 't_1', '--author', 'eve'], { cwd })
  expect(second.code).toBe(1)
  expect(second.err).toMatch(/t_1 is approved: answered by bea .*: agreed/)
})

test('a ticket that ended or never was cannot be answered', async () => {
  expect(await portcullis(['approvals', 'approve', 't_2'], { cwd })).toMatchObject({ code: 1 })
  expect(await portcullis(['approvals', 'approve', 't_9'], { cwd })).toMatchObject({ code: 2 })
  expect(await portcullis(['approvals'], { cwd })).toMatchObject({ code: 2 })
})
