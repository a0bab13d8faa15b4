import { expect, test } from 'vitest'
import type { ActId, JudgedAct, SessionId } from '../../act.ts'
import { ActionModel } from './action-model.ts'
import { Habits } from './habits.ts'

const SEED = 20260731
const HOUR_MS = 3_600_000
const call = (tool: string, session = 'now'): JudgedAct => ({
  ...{ kind: 'call', id: '1' as ActId, session: session as SessionId, tool, arguments: {} },
})
const usual = ['list', 'read', 'read', 'edit', 'test', 'commit']

/** Sessions of a maintainer: mostly the same, never quite. */
function sessions(count: number, seed = SEED): string[][] {
  let state = seed
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  return Array.from({ length: count }, () => usual.filter(() => next() < 0.9))
}

function lived(habits: Habits, count: number, decided: 'allow' | 'deny' = 'allow'): void {
  sessions(count).forEach((tools, index) => {
    for (const tool of tools) habits.note('coder', call(tool, `s${index}`), decided, index * HOUR_MS)
  })
}

test('before there is a history nothing is surprising', () => {
  const habits = new Habits()
  lived(habits, 10)
  expect(habits.inspect('coder', call('export_all_customers'))).toEqual([])
})

test('an action the agent never took is unexpected, one it always takes is not', () => {
  const habits = new Habits()
  lived(habits, 400)
  expect(habits.inspect('coder', call('export_all_customers'))).toMatchObject([
    {
      fact: 'behaviour.unexpected',
      severity: 'low',
      summary: expect.stringContaining('export_all_customers after nothing'),
    },
  ])
  for (const tool of usual) {
    expect(habits.inspect('coder', call(tool))).toEqual([])
    habits.note('coder', call(tool), 'allow', 500 * HOUR_MS)
  }
  expect(habits.inspect('other agent', call('export_all_customers'))).toEqual([])
})

test('sessions that somebody objected to are not learnt from', () => {
  const habits = new Habits()
  lived(habits, 400, 'deny')
  expect(habits.save(1_000 * HOUR_MS)).toEqual([])
})

test('a session is not learnt from while it goes on: repeating something does not make it usual', () => {
  const habits = new Habits()
  lived(habits, 400)
  for (let round = 0; round < 50; round++) {
    expect(habits.inspect('coder', call('drop_table'))).not.toEqual([])
    habits.note('coder', call('drop_table'), 'allow', 401 * HOUR_MS)
  }
})

test('few of the ordinary sessions to come are surprising', () => {
  const model = new ActionModel()
  for (const tools of sessions(400)) model.learn(tools)
  let acts = 0
  let surprises = 0
  for (const tools of sessions(400, SEED + 1))
    tools.forEach((tool, index) => {
      acts++
      if (model.surprise(tool, tools.slice(0, index)) !== undefined) surprises++
    })
  expect(surprises / acts).toBeLessThan(0.005)
})

test('a model that was kept says the same, and a thousand kinds of actions do not make it grow without end', () => {
  const habits = new Habits()
  lived(habits, 400)
  const [[agent, saved] = ['', undefined]] = habits.save(1_000 * HOUR_MS)
  const again = new Habits()
  if (saved !== undefined) again.restore(agent, JSON.parse(JSON.stringify(saved)))
  expect(again.inspect('coder', call('drop_table'))).toEqual(habits.inspect('coder', call('drop_table')))
  const model = new ActionModel()
  for (let index = 0; index < 20_000; index++) model.learn([`a${index}`, `b${index}`, `c${index}`])
  expect(model.save().contexts.length).toBeLessThanOrEqual(5_000)
})
