import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { twoTenants } from './a2a-client.ts'
import { holding } from './held.ts'
import { hostileServer } from './hostile-mcp-server.ts'
import { RunningGate } from './running-gate.ts'

// Agents and callers that bend A2A so that what they say is not looked at. The policy cuts tokens out of what agents
// answer and refuses them in what is sent, so a token that gets through was in something nobody read.

const held = holding()
const token = `glpat-${['x8Kq2Lm9Zt', 'R4vB7nWc1D'].join('')}`
const words = `the token is ${token} and nothing else`
const part = { text: words }
const hello = { messageId: 'm1', role: 'ROLE_USER', parts: [{ text: 'hello' }] }
const status = { state: 'TASK_STATE_COMPLETED' }

async function asking(result: unknown) {
  const agent = held(await hostileServer(() => ({ result })))
  const gate = held(
    await RunningGate.open(
      `${twoTenants}agents: { policy: strict }
a2a: [{ name: planner, url: "${agent.url}", approvalWaitSeconds: 0, webhooks: ["https://hooks.example"] }]
`,
    ),
  )
  const ask = async (method: string, params: unknown, key = 'sk-agent-one', more: object = {}) => {
    const own = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'a2a-version': '1.0' }
    const response = await fetch(`${gate.url}/a2a/planner`, {
      method: 'POST',
      headers: { ...own, ...more },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
    return await response.text()
  }
  return { agent, gate, ask }
}

describe('what an agent answers is read wherever it stands', () => {
  const task = { id: 't1', contextId: 'c1', status }
  test.each<[string, unknown]>([
    ['in a history that it made up', { task: { ...task, history: [{ ...hello, parts: [part] }] } }],
    ['in bytes of a part', { task: { ...task, artifacts: [{ parts: [{ raw: btoa(words) }] }] } }],
    ['in a label', { message: { messageId: 'm2', role: words, parts: [] } }],
  ])('%s', async (_, result) => {
    const { ask } = await asking(result)
    const text = await ask('SendMessage', { message: hello })
    expect(text).not.toContain(token)
    const raw = /"raw":"([^"]*)"/.exec(text)?.[1] ?? ''
    expect(atob(raw)).not.toContain(token)
  })

  test('in a list of tasks', async () => {
    const { ask } = await asking({ task, tasks: [{ ...task, artifacts: [{ parts: [part] }] }] })
    await ask('SendMessage', { message: hello })
    const listed = await ask('ListTasks', {})
    expect(listed).toContain('t1')
    expect(listed).not.toContain(token)
  })
})

test('the card an agent shows whom it knows is another than the public one, and is held when it changes', async () => {
  const card = (skill: string) => ({
    ...{ name: 'Planner', description: 'Plans.', version: '1', capabilities: {} },
    ...{ defaultInputModes: ['text/plain'], defaultOutputModes: ['text/plain'], supportedInterfaces: [] },
    skills: [{ id: skill, name: skill, description: 'Makes plans.', tags: [] }],
  })
  const shown = { card: card('plan more') }
  const agent = held(await hostileServer(() => ({ result: shown.card })))
  const pages = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(card('plan')))
  }).listen(0, '127.0.0.1')
  await once(pages, 'listening')
  const { port } = pages.address() as AddressInfo
  const gate = held(
    await RunningGate.open(
      `${twoTenants}agents: { policy: strict }
a2a: [{ name: planner, url: "${agent.url}", card: "http://127.0.0.1:${port}/", approvalWaitSeconds: 0 }]
`,
    ),
  )
  const headers = {
    authorization: 'Bearer sk-agent-one',
    'content-type': 'application/json',
    'a2a-version': '1.0',
  }
  const extended = async () => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'GetExtendedAgentCard', params: {} })
    return await (await fetch(`${gate.url}/a2a/planner`, { method: 'POST', headers, body })).text()
  }
  const waiting = () => gate.pins.held('a2a:planner').length
  const known = await fetch(`${gate.url}/a2a/planner/.well-known/agent-card.json`)
  expect(await known.json()).toMatchObject({ skills: [{ id: 'plan' }] })
  expect(await extended()).toContain('plan more')
  shown.card = card('plan otherwise')
  const changed = await extended()
  expect(changed).not.toContain('plan otherwise')
  expect(changed).toContain('needs a person')
  expect(waiting()).toBe(1)
  shown.card = card('plan more')
  expect(await extended()).toContain('plan more')
  expect(waiting()).toBe(0)
  pages.close()
})

test.each<[string, unknown]>([
  ['its metadata', { message: hello, metadata: { said: words } }],
  ['its configuration', { message: hello, configuration: { acceptedOutputModes: [words] } }],
])('what a message carries in %s does not leave unread', async (_, params) => {
  const { ask, agent } = await asking({})
  await ask('SendMessage', params)
  expect(JSON.stringify(agent.got)).not.toContain(token)
})

test.each(['a2a-version', 'a2a-extensions', 'accept'])(
  'what a caller says in the header %s does not leave unread',
  async (name) => {
    const { ask, agent } = await asking({})
    await ask('SendMessage', { message: hello }, 'sk-agent-one', { [name]: `https://x.example/${token}` })
    expect(JSON.stringify(agent.got)).not.toContain(token)
  },
)

test('headers that callers send pass, and names of extensions are judged once', async () => {
  const { ask, agent, gate } = await asking({})
  const headers = {
    'a2a-extensions': 'https://a.example/ext/v1, urn:b:2',
    accept: 'application/json, text/event-stream',
  }
  for (const messageId of ['m1', 'm2']) {
    await ask('SendMessage', { message: { ...hello, messageId } }, 'sk-agent-one', headers)
    expect(agent.got.at(-1)?.headers).toMatchObject({ ...headers, 'a2a-version': '1.0' })
  }
  expect(gate.entries().filter(({ kind }) => kind === 'agent-act')).toHaveLength(3)
})

test('a tenant of the agent is not reached through the gate', async () => {
  const { ask, agent, gate } = await asking({})
  expect(await ask('SendMessage', { message: hello, tenant: 'other' })).toContain('tenants of the agent')
  expect(agent.got).toEqual([])
  expect(gate.entries().find(({ kind }) => kind === 'refusal')).toMatchObject({ rule: 'request.tenant' })
})

test.each([
  'https://hooks.example\\@inside.example/',
  'https://hooks.example\t.inside.example/',
  'https://hooks.example@inside.example/',
  'https:hooks.example',
  'https://hooks.example.inside.example/',
  'https://ＨＯＯＫＳ.example/',
  'http://hooks.example/',
  'https://2130706433/',
  'https://[::ffff:169.254.169.254]/',
])('a webhook at %j is not registered', async (url) => {
  const { ask, agent } = await asking({ task: { id: 't1', contextId: 'c1', status } })
  const configuration = (pushNotificationConfig: unknown) => ({
    message: hello,
    configuration: { pushNotificationConfig },
  })
  for (const wanted of [{ url }, [{ url }]])
    expect(await ask('SendMessage', configuration(wanted))).toContain('refused')
  expect(agent.got).toEqual([])
  expect(await ask('SendMessage', configuration({ url: 'https://hooks.example/a?b=c' }))).toContain('t1')
})
