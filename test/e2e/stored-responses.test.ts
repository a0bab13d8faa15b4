import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MeasureStore } from '../../src/store/embedded/measure-store.ts'
import { openState } from '../../src/store/embedded/state.ts'
import { RunningGate } from './running-gate.ts'

const PROSE = 'It is raised slowly, and it takes a long while, as all good things do in the country. '.repeat(
  3,
)
const vendors: Server[] = []
const received: string[] = []
const stored = new Map<string, { answer: Record<string, unknown>; polls: number }>()
let made = 0
let gate: RunningGate
let isAway = false

/** As OpenAI keeps what it answered. A background answer is finished when it is asked for the second time. */
async function vendor(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (isAway) return void request.socket.destroy()
  let body = ''
  for await (const chunk of request) body += String(chunk)
  const [path = '', query = ''] = (request.url ?? '').split('?')
  received.push(`${request.method} ${request.url} ${request.headers['content-length'] ?? '-'}`)
  const say = (status: number, answer: object): void => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer))
  }
  if (request.method === 'POST' && path === '/v1/responses') {
    const asked = JSON.parse(body) as {
      background?: boolean
      text?: { format: { type: string } }
      metadata?: object
    }
    const answer = newAnswer(asked)
    stored.set(String(answer.id), { answer, polls: 0 })
    return say(200, asked.background ? { ...answer, status: 'queued', output: [], usage: null } : answer)
  }
  const [, , , id = '', part] = path.split('/')
  const known = stored.get(id)
  if (known === undefined)
    return say(404, { error: { message: `Response with id '${id}' not found.`, code: null } })
  if (request.method === 'DELETE') {
    stored.delete(id)
    return say(200, { id, object: 'response', deleted: true })
  }
  if (part === 'cancel') return say(200, { ...known.answer, status: 'cancelled', output: [] })
  if (part === 'input_items')
    return say(200, { object: 'list', data: [reasoning(), { type: 'message', role: 'user' }] })
  if (query.includes('stream=true')) {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const isResumed = query.includes('starting_after')
    for (const type of isResumed ? ['response.completed'] : ['response.created', 'response.completed'])
      response.write(`event: ${type}\ndata: ${JSON.stringify({ type, response: known.answer })}\n\n`)
    return void response.end()
  }
  const isDone = known.answer.background !== true || ++known.polls > 1
  say(200, isDone ? known.answer : { ...known.answer, status: 'in_progress', output: [], usage: null })
}

function reasoning(): object {
  return {
    type: 'reasoning',
    id: `rs_${String(++made).padStart(24, '0')}`,
    summary: [{ type: 'summary_text', text: 'I think' }],
  }
}

function newAnswer({
  background = false,
  text = { format: { type: 'text' } },
  metadata = {},
}): Record<string, unknown> {
  const content = [{ type: 'output_text', text: PROSE, annotations: [] }]
  return {
    ...{
      id: 'short' in metadata ? `resp_${++made}` : `resp_${String(++made).padStart(24, '0')}`,
      object: 'response',
      status: 'completed',
      background,
      text,
      metadata,
    },
    output: [reasoning(), { type: 'message', id: `msg_${made}`, role: 'assistant', content }],
    usage: { input_tokens: 50, output_tokens: background ? 2_050 : 450, total_tokens: 500 },
  }
}

beforeAll(async () => {
  const urls: string[] = []
  // The first one keeps nothing: which upstream made an answer is not in its id.
  for (const handler of [
    (_: IncomingMessage, to: ServerResponse) => void to.writeHead(404).end('{}'),
    vendor,
  ]) {
    const server = createServer(handler)
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    vendors.push(server)
    urls.push(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  }
  gate = await RunningGate.open(`
upstreams:
  - { name: empty, protocol: openai, url: "${urls[0]}", models: [other], breaker: { failures: 1, openMs: 60000 } }
  - { name: keeps, protocol: openai, url: "${urls[1]}", key: upstream, models: [m] }
keys:
  - { key: "sk-alice", account: alice, models: [m] }
  - { key: "sk-bruno", account: bruno }
  - { key: "sk-chats", account: alice, scopes: [chat.completions] }
  - { key: "sk-veiled", account: veiled }
  - { key: "sk-marked", account: marked }
  - { key: "sk-capped", account: capped }
  - { key: "sk-budget", account: budget }
rates: { account: { tokensPerDay: 4000 } }
`)
  const state = openState(gate.config.store)
  const measures = new MeasureStore(state)
  for (const standing of ['veiled', 'marked', 'capped']) {
    const ground = {
      reason: 'r',
      author: 'ann',
      campaign: undefined,
      created: Date.now(),
      expires: Date.now() + 1e6,
    }
    const id = measures.apply({ standing, parameters: {}, ...ground }, [standing])
    if (standing !== 'capped') expect(measures.agree(id, 'ben', Date.now())).toBe('agreed')
  }
  state.close()
  await gate.gateway.refresh()
})
afterAll(async () => {
  await gate[Symbol.asyncDispose]()
  for (const server of vendors) server.close()
})

const client = (apiKey: string) => new OpenAI({ apiKey, baseURL: `${gate.url}/v1`, maxRetries: 0 })
const create = (key: string, more: object = {}) =>
  client(key).responses.create({ model: 'm', input: 'How is it raised?', ...more } as const)

async function ask(key: string, body: object): Promise<void> {
  const headers = { authorization: `Bearer ${key}` }
  const sent = JSON.stringify({ model: 'm', ...body })
  expect((await fetch(`${gate.url}/v1/responses`, { method: 'POST', headers, body: sent })).status).toBe(200)
}

test('the official client reads, lists, cancels and deletes what was made for its account', async () => {
  const { responses } = client('sk-alice')
  const { id } = await create('sk-alice')
  expect((await responses.retrieve(id)).output_text).toBe(PROSE)
  expect((await responses.retrieve(id, { include: ['reasoning.encrypted_content'] })).id).toBe(id)
  expect(received.at(-1)).toContain('?include')
  const streamed: string[] = []
  for await (const event of await responses.retrieve(id, { stream: true })) streamed.push(event.type)
  expect(streamed).toEqual(['response.created', 'response.completed'])
  expect((await responses.inputItems.list(id)).data.length).toBe(2)
  expect((await responses.cancel(id)).status).toBe('cancelled')
  expect(received.at(-1)).toBe(`POST /v1/responses/${id}/cancel 0`)
  await responses.delete(id)
  expect(stored.has(id)).toBe(false)
  await expect(responses.retrieve(id)).rejects.toMatchObject({
    status: 404,
    message: expect.stringContaining('not found'),
  })
  const kept = gate.entries().filter(({ response }) => response === id)
  expect(kept.map(({ endpoint }) => endpoint)).toEqual([
    ...['responses.read', 'responses.read', 'responses.read', 'responses.items'],
    ...['responses.cancel', 'responses.delete', 'responses.read'],
  ])
})

test('what was made for another account, or nobody knows for whom, is not found and not asked for', async () => {
  const { id } = await create('sk-alice')
  stored.set('resp_made_elsewhere', { answer: newAnswer({}), polls: 0 })
  const asked = received.length
  const { responses } = client('sk-bruno')
  for (const of of [id, 'resp_made_elsewhere', 'resp_nobody_has_this'])
    for (const way of [
      responses.retrieve(of),
      responses.retrieve(of, { stream: true }),
      responses.inputItems.list(of),
      responses.cancel(of),
      responses.delete(of),
    ])
      await expect(way).rejects.toMatchObject({ status: 404, code: 'response.unknown' })
  expect(received.length).toBe(asked)
  expect(stored.has(id)).toBe(true)
  // To send an id as if it were a reasoning block makes it nobody's own.
  await ask('sk-bruno', {
    input: [{ type: 'reasoning', summary: [], encrypted_content: 'resp_made_elsewhere' }],
  })
  await expect(responses.retrieve('resp_made_elsewhere')).rejects.toMatchObject({ code: 'response.unknown' })
  // Nor does to have it repeated in an answer.
  await ask('sk-bruno', { input: 'x', metadata: { id: 'resp_made_elsewhere' } })
  await expect(responses.retrieve('resp_made_elsewhere')).rejects.toMatchObject({ code: 'response.unknown' })
  await expect(client('sk-chats').responses.retrieve(id)).rejects.toMatchObject({
    status: 403,
    code: 'key.scopes',
  })
})

test('an id is nothing else: no path, no query of another, no other verb', async () => {
  const { id } = await create('sk-alice')
  const asked = received.length
  const raw = async (line: string): Promise<string> => {
    const socket = connect(gate.gateway.front.address.port, '127.0.0.1')
    socket.end(`${line} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-alice\r\nconnection: close\r\n\r\n`)
    let text = ''
    for await (const chunk of socket) text += String(chunk)
    return text
  }
  for (const path of [
    `${id}/../../files`,
    `${id}%2fcancel`,
    `..%2f${id}`,
    `${id}/`,
    `${id}/input_items/x`,
    `${id};x`,
    '.',
    '..',
  ])
    expect([path, (await raw(`GET /v1/responses/${path}`)).slice(9, 12)]).toEqual([path, '404'])
  for (const verb of ['PUT', 'PATCH', 'POST', 'HEAD'])
    expect([verb, (await raw(`${verb} /v1/responses/${id}`)).slice(9, 12)]).toEqual([verb, '404'])
  expect(received.length).toBe(asked)
})

function portOf(server: Server | undefined): number {
  const address = server?.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

test('what an upstream keeps that is away is not said to be gone', async () => {
  const port = portOf(vendors[1])
  // The other order: the one that keeps it is asked first, and is not there.
  await using turned = await RunningGate.open(`
upstreams:
  - { name: keeps, protocol: openai, url: "http://127.0.0.1:${port}", models: [m] }
  - { name: empty, protocol: openai, url: "http://127.0.0.1:${portOf(vendors[0])}" }
keys: [{ key: "sk-alice", account: alice }]
`)
  const own = new OpenAI({ apiKey: 'sk-alice', baseURL: `${turned.url}/v1`, maxRetries: 0 }).responses
  const made = await own.create({ model: 'm', input: 'Hi' })
  expect((await own.retrieve(made.id)).id).toBe(made.id)
  isAway = true
  await expect(own.retrieve(made.id)).rejects.toMatchObject({ status: 502, code: 'upstream.unreachable' })
  isAway = false
  expect((await own.retrieve(made.id)).id).toBe(made.id)
})

test('an answer made in the background is fetched, and its tokens count in a budget when it is', async () => {
  const { responses } = client('sk-budget')
  const statuses: (string | undefined)[] = []
  for (let round = 0; round < 2; round++) {
    const { id, status } = await create('sk-budget', { background: true })
    expect(status).toBe('queued')
    for (let poll = 0; poll < 2; poll++) statuses.push((await responses.retrieve(id)).status)
  }
  expect(statuses).toEqual(['in_progress', 'completed', 'in_progress', 'completed'])
  await expect(create('sk-budget', { background: true })).rejects.toMatchObject({
    status: 429,
    code: 'rate.tokens',
  })
})

test('an answer that is read again does not count again', async () => {
  const { id } = await create('sk-bruno')
  for (let turn = 0; turn < 9; turn++) await client('sk-bruno').responses.retrieve(id)
  expect((await create('sk-bruno')).status).toBe('completed')
})

test('an answer with a short id, as small servers give them, is its account’s too', async () => {
  const { id } = await create('sk-alice', { metadata: { short: 'yes' } })
  expect(id.length).toBeLessThan(16)
  expect((await client('sk-alice').responses.retrieve(id)).output_text).toBe(PROSE)
  await expect(client('sk-bruno').responses.retrieve(id)).rejects.toMatchObject({ status: 404 })
  const further = { previous_response_id: id }
  await expect(create('sk-bruno', further)).rejects.toMatchObject({ status: 403, code: 'reasoning.foreign' })
  expect((await create('sk-alice', further)).output_text).toBe(PROSE)
})

test('a kept answer is altered as it was when it was made', async () => {
  const veiled = client('sk-veiled').responses
  const made = await create('sk-veiled')
  const thoughts = (text: unknown) => JSON.stringify(text).includes('I think')
  expect(thoughts(made)).toBe(false)
  expect(thoughts(await veiled.retrieve(made.id))).toBe(false)
  expect(thoughts(await veiled.inputItems.list(made.id))).toBe(false)
  for await (const event of await veiled.retrieve(made.id, { stream: true }))
    expect(thoughts(event)).toBe(false)
  const marked = await create('sk-marked')
  expect(marked.output_text.length).toBeGreaterThan(PROSE.length)
  expect((await client('sk-marked').responses.retrieve(marked.id)).output_text).toBe(marked.output_text)
  const rest = { stream: true, starting_after: 0 } as const
  for await (const event of await client('sk-marked').responses.retrieve(marked.id, rest))
    expect(JSON.stringify(event)).toContain(JSON.stringify(marked.output_text))
  const data = await create('sk-marked', { text: { format: { type: 'json_object' } } })
  expect((await client('sk-marked').responses.retrieve(data.id)).output_text).toBe(PROSE)
  const { id } = await create('sk-capped')
  const answer = await client('sk-capped').responses.retrieve(id).asResponse()
  expect(answer.headers.get('x-portcullis-changed')).toBeNull()
})
