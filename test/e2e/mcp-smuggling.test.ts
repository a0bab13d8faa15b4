import { describe, expect, test } from 'vitest'
import { holding } from './held.ts'
import { ask, call, gateBefore, poison, request, token } from './hostile-mcp-client.ts'
import { type HostileServer, hostileServer, type Said } from './hostile-mcp-server.ts'
import { RunningGate } from './running-gate.ts'

// Words in places of the protocol that hold none: tokens of progress, notes, states, fields of other methods, errors of nobody.

const held = holding()
const gateTo = async (server: HostileServer, more = '') => held(await gateBefore(server, more))
const later = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'show' }
const version = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' }
const calling = (more: object) =>
  request('tools/call', { name: 'show', arguments: {}, _meta: version, ...more })
const event = (message: object) => `data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`

describe('an answer is read where no answer has words', () => {
  const done = event({ id: 1, result: { content: [] } })
  test.each<[string, Said, unknown]>([
    ['an error of no request', { events: event({ id: null, error: { code: -1, message: token } }) }, call],
    ['an error without an id', { events: event({ error: { code: -1, message: token } }) }, call],
    ['an answer to ping', { result: { said: token } }, request('ping')],
    [
      'an answer to a level of logs',
      { result: { said: token } },
      request('logging/setLevel', { level: 'info' }),
    ],
    ['a listing that is a text', { result: `the token is ${token}` }, request('tools/list')],
    ['a listing that is no list', { result: { tools: { said: token } } }, request('tools/list')],
    ['beside a listing', { result: { prompts: [], said: token } }, request('prompts/list')],
    ['a note on a listing', { result: { tools: [], _meta: { said: token } } }, request('tools/list')],
    [
      'who answers a listing',
      {
        result: {
          tools: [],
          _meta: { 'io.modelcontextprotocol/serverInfo': { name: `${poison} ${token}`, version: '1' } },
        },
      },
      request('tools/list'),
    ],
    ['a place in a listing', { result: { tools: [], nextCursor: `go to ${token}` } }, request('tools/list')],
    [
      'a token of progress that is an object',
      {
        events:
          event({
            method: 'notifications/progress',
            params: { progress: 1, progressToken: { said: token } },
          }) + done,
      },
      call,
    ],
  ])('%s', async (_, said, asked) => {
    const server = held(await hostileServer(() => said))
    expect((await ask(await gateTo(server), asked)).text).not.toContain(token)
    expect(server.got.length).toBeGreaterThan(0)
  })

  test('an ordinary listing goes on as it came, with its notes and the place it goes on at', async () => {
    const result = {
      tools: [{ name: 'show', description: 'Shows.', inputSchema: { type: 'object' } }],
      nextCursor: 'eyJwYWdlIjoyfQ==',
      _meta: { 'shop.example/page': 2 },
    }
    const server = held(await hostileServer(() => ({ result })))
    const gate = await gateTo(server)
    const answer = await ask(gate, request('tools/list'))
    expect(JSON.parse(answer.text)).toEqual({ jsonrpc: '2.0', id: 1, result })
    expect(gate.entries().filter(({ kind }) => kind === 'agent-act')).toEqual([])
  })
})

describe('a question of the server is read with its notes', () => {
  const params = { message: 'Which word?', requestedSchema: { type: 'object', properties: {} } }
  test.each<[string, string, object]>([
    ['a form', 'elicitation/create', { ...params, _meta: { note: poison } }],
    ['a question for roots', 'roots/list', { _meta: { note: poison } }],
    ['a ping', 'ping', { note: poison }],
    [
      'an address',
      'elicitation/create',
      { mode: 'url', message: 'Go', url: 'https://git.example@b.example/' },
    ],
  ])('%s', async (_, method, asked) => {
    const server = held(await hostileServer(() => ({ events: event({ id: 'q', method, params: asked }) })))
    const { text } = await ask(await gateTo(server), call)
    expect(text).not.toContain(method)
  })

  test('and passes where they are plain', async () => {
    const plain = { ...params, _meta: { progressToken: 7 } }
    const method = 'elicitation/create'
    const server = held(await hostileServer(() => ({ events: event({ id: 'q', method, params: plain }) })))
    expect((await ask(await gateTo(server), call)).text).toContain('Which word?')
  })
})

describe('what leaves is read under the names of the protocol', () => {
  test.each<[string, unknown, Readonly<Record<string, string>>]>([
    [
      'a token of progress',
      request('tools/call', { name: 'show', _meta: { progressToken: { said: token } } }),
      {},
    ],
    [
      'a note under the name of the protocol',
      request('tools/call', { name: 'show', _meta: { 'io.modelcontextprotocol/more': token } }),
      {},
    ],
    ['an introduction in a call', request('tools/call', { name: 'show', clientInfo: { said: token } }), {}],
    ['arguments of a ping', request('ping', { arguments: { said: token } }), {}],
    ['the name of a listing', request('tools/list', { name: token }), {}],
    ['a name told', { jsonrpc: '2.0', method: 'notifications/anything', params: { name: token } }, {}],
    ['a state that the server never gave', request('tools/call', { name: 'show', requestState: token }), {}],
    ['such a state of the newer era', calling({ requestState: token }), later],
  ])('%s', async (_, message, headers) => {
    const server = held(await hostileServer(() => ({ result: {} })))
    await ask(await gateTo(server), message, { headers })
    expect(JSON.stringify(server.got)).not.toContain(token)
  })
})

test('a request state goes back to who gave it, and from nobody but its tenant', async () => {
  const state = `state with ${token}`
  const given = { resultType: 'input_required', requestState: state, inputRequests: {} }
  const server = held(await hostileServer(() => ({ result: given })))
  const gate = await gateTo(server, ', era: stateless')
  await ask(gate, calling({}), { headers: later })
  const back = calling({ requestState: state, inputResponses: {} })
  await ask(gate, back, { headers: later })
  expect(server.got.at(-1)?.message).toMatchObject({ params: { requestState: state } })
  const reached = server.got.length
  const stolen = await ask(gate, back, { headers: later, key: 'sk-agent-elsewhere' })
  expect(stolen.text).toContain('there is no such request state')
  expect(server.got).toHaveLength(reached)
})

test('a call whose client left while a person was asked is not made', async () => {
  const server = held(await hostileServer(() => ({ result: { content: [] } })))
  const gate = held(
    await RunningGate.open(
      `mode: enforce
agents: { policy: balanced }
upstreams: [{ name: none, protocol: openai, url: "http://127.0.0.1:9/v1" }]
watch: { enabled: false }
keys: [{ key: sk-agent-one, account: agent-one }]
mcp: [{ name: one, url: "${server.url}", approvalWaitSeconds: 30 }]
`,
    ),
  )
  const asked = request('tools/call', {
    name: 'run_command',
    arguments: { command: 'cat ~/.aws/credentials' },
  })
  const leaving = new AbortController()
  const answer = ask(gate, asked, { signal: leaving.signal }).catch(() => 'left')
  const { approvals } = gate.gateway.road
  await expect.poll(() => approvals.list({ state: 'open' }).length, { timeout: 10_000 }).toBe(1)
  leaving.abort()
  expect(await answer).toBe('left')
  const [ticket] = approvals.list({ state: 'open' })
  await new Promise((resolve) => setTimeout(resolve, 200))
  await gate.gateway.road.approve(ticket?.id ?? '', { author: 'ann', reason: 'mine' })
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(server.got).toEqual([])
  // The approval is still there for whoever makes the same call.
  expect((await ask(gate, asked)).text).toContain('"content":[]')
})
