import { describe, expect, test } from 'vitest'
import { twoTenants } from './a2a-client.ts'
import { holding } from './held.ts'
import { hostileServer } from './hostile-mcp-server.ts'
import { RunningGate } from './running-gate.ts'

// Names that other readers take for those of the protocol, and agents that do one thing and then another.

const held = holding()
const token = `glpat-${['x8Kq2Lm9Zt', 'R4vB7nWc1D'].join('')}`
const hello = { messageId: 'm1', role: 'ROLE_USER', parts: [{ text: 'hello' }] }
const task = (id: string, state = 'TASK_STATE_WORKING') => ({
  id,
  contextId: `context-of-${id}`,
  status: { state },
})

async function asking(say: Parameters<typeof hostileServer>[0]) {
  const agent = held(await hostileServer(say))
  const gate = held(
    await RunningGate.open(
      `${twoTenants}agents: { policy: strict }
a2a: [{ name: planner, url: "${agent.url}", approvalWaitSeconds: 0, webhooks: ["https://hooks.example"] }]
`,
    ),
  )
  const post = async (body: unknown, key = 'sk-agent-one') => {
    const headers = {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'a2a-version': '1.0',
    }
    const response = await fetch(`${gate.url}/a2a/planner`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    return await response.text()
  }
  const ask = (method: string, params: unknown, key?: string) =>
    post({ jsonrpc: '2.0', id: 1, method, params }, key)
  return { agent, gate, ask, post }
}

describe('a task of another tenant is not reached by another spelling of its name', () => {
  test.each<[string, unknown]>([
    ['CancelTask', { ID: 't1' }],
    ['CancelTask', { Id: 't1' }],
    ['CancelTask', { id: 't9', Id: 't1' }],
    ['CancelTask', { name: 'tasks/t1' }],
    ['tasks/cancel', { ID: 't1' }],
    ['SubscribeToTask', { iD: 't1' }],
    ['SubscribeToTask', { id: 't1' }],
    ['tasks/resubscribe', { id: 't1' }],
    ['tasks/resubscribe', { Name: 'tasks/t1' }],
    ['ListTaskPushNotificationConfigs', { TaskID: 't1' }],
    ['ListTaskPushNotificationConfigs', { taſkId: 't1' }],
    ['ListTaskPushNotificationConfigs', { parent: 'tasks/t1' }],
    ['GetTaskPushNotificationConfig', { name: 'tasks/t1/pushNotificationConfigs/c1' }],
    ['SendMessage', { message: { ...hello, TaskId: 't1' } }],
    ['SendMessage', { message: { ...hello, ReferenceTaskIds: ['t1'] } }],
    ['SendMessage', { message: hello, Message: { ...hello, taskId: 't1' } }],
  ])('%s %j', async (method, params) => {
    const { agent, ask } = await asking(({ method: asked }) =>
      asked === 'SendMessage' ? { result: { task: task('t1') } } : { result: {} },
    )
    await ask('SendMessage', { message: hello })
    expect(agent.got).toHaveLength(1)
    expect(await ask(method, params, 'sk-agent-two')).toContain('error')
    expect(agent.got).toHaveLength(1)
  })
})

test.each<[string, unknown]>([
  ['URL', { configuration: { taskPushNotificationConfig: { URL: 'http://169.254.169.254/' } } }],
  ['Url', { configuration: { pushNotificationConfig: { Url: 'http://169.254.169.254/' } } }],
  [
    'two names',
    {
      configuration: {
        pushNotificationConfig: { url: 'https://hooks.example/', uRL: 'http://169.254.169.254/' },
      },
    },
  ],
])('a webhook is looked at under the name %s too', async (_, params) => {
  const { agent, ask } = await asking(() => ({ result: {} }))
  expect(await ask('SendMessage', { message: hello, ...(params as object) })).toContain('error')
  expect(agent.got).toHaveLength(0)
})

test('what stands beside the fields of an envelope does not leave or arrive unread', async () => {
  const { agent, post } = await asking(
    () => ({ result: { task: task('t1') }, said: `the token is ${token}` }) as never,
  )
  const answer = await post({ jsonrpc: '2.0', id: 1, method: 'SendMessage', params: { message: hello } })
  expect(agent.got).toHaveLength(1)
  expect(answer).not.toContain(token)
  await post({
    jsonrpc: '2.0',
    id: 1,
    method: 'SendMessage',
    params: { message: hello },
    said: `the token is ${token}`,
  })
  expect(JSON.stringify(agent.got)).not.toContain(token)
})

test('a stream that is taken up again brings nothing of a task of another tenant', async () => {
  const event = (id: string) =>
    `data: ${JSON.stringify({ jsonrpc: '2.0', id: 1, result: { task: task(id) } })}\n\n`
  let made = 0
  const { ask } = await asking(({ method }) =>
    method === 'SendMessage'
      ? { result: { task: task(`t${++made}`) } }
      : { events: event('t2') + event('t1') },
  )
  await ask('SendMessage', { message: hello })
  await ask('SendMessage', { message: hello }, 'sk-agent-two')
  const seen = await ask('SubscribeToTask', { id: 't2' }, 'sk-agent-two')
  expect(seen).toContain('t2')
  expect(seen).not.toContain('t1"')
})

test('a loop is seen through tasks that agents go on with after they have answered', async () => {
  const agent = held(
    await hostileServer(({ method }) =>
      method === 'GetTask'
        ? { result: task('t1', 'TASK_STATE_COMPLETED') }
        : { result: { task: task('t1') } },
    ),
  )
  const coder = held(
    await hostileServer(({ method }) =>
      method === 'GetTask' ? { result: task('t2', 'TASK_STATE_FAILED') } : { result: { task: task('t2') } },
    ),
  )
  const gate = held(
    await RunningGate.open(`mode: enforce
upstreams: [{ name: none, protocol: openai, url: "http://127.0.0.1:9/v1" }]
watch: { enabled: false }
agents: { policy: strict }
keys: [{ key: sk-desk, account: desk }, { key: sk-planner, account: planner }, { key: sk-coder, account: coder }]
a2a:
  - { name: planner, url: "${agent.url}", account: planner, approvalWaitSeconds: 0 }
  - { name: coder, url: "${coder.url}", account: coder, approvalWaitSeconds: 0 }
`),
  )
  const send = async (
    key: string,
    to: string,
    method = 'SendMessage',
    params: unknown = { message: hello },
  ) => {
    const headers = {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'a2a-version': '1.0',
    }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    return await (await fetch(`${gate.url}/a2a/${to}`, { method: 'POST', headers, body })).text()
  }
  expect(await send('sk-coder', 'planner')).toContain('t1')
  expect(await send('sk-desk', 'planner', 'GetTask', { id: 't1' })).toContain('COMPLETED')
  expect(await send('sk-desk', 'planner')).toContain('t1')
  expect(await send('sk-planner', 'coder')).toContain('t2')
  const reached = agent.got.length
  expect(await send('sk-coder', 'planner')).toContain('needs a person')
  expect(agent.got).toHaveLength(reached)
  expect(JSON.stringify(gate.entries()).match(/agent\.[a-z-]+/g)).toEqual(['agent.loop'])
  // What the planner was asked is done, and so is what it asked the coder.
  await send('sk-desk', 'planner', 'GetTask', { id: 't1' })
  await send('sk-planner', 'coder', 'GetTask', { id: 't2' })
  expect(await send('sk-coder', 'planner')).toContain('t1')
})
