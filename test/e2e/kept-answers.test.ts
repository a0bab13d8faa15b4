import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Gateway } from '../../src/cli/gateway.ts'
import { RunningGate } from './running-gate.ts'

let vendor: Server
let gate: RunningGate
let made = 0

beforeAll(async () => {
  vendor = createServer(async (request, response) => {
    const { stream } = JSON.parse(await bodyOf(request)) as { stream?: boolean }
    const answer = request.url === '/v1/messages' ? message() : kept()
    response.writeHead(200, { 'content-type': stream ? 'text/event-stream' : 'application/json' })
    // Vendors write whole answers over many lines, and events on one.
    if (!stream) return response.end(JSON.stringify(answer, null, 2))
    for (const type of ['response.created', 'response.completed'])
      response.write(`event: ${type}\ndata: ${JSON.stringify({ type, response: answer })}\n\n`)
    response.end()
  })
  await new Promise<void>((done) => vendor.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(vendor.address() as AddressInfo).port}`
  gate = await RunningGate.open(`
upstreams:
  - { name: o, protocol: openai, url: "${url}" }
  - { name: a, protocol: anthropic, url: "${url}" }
keys:
  - { key: "sk-alice", account: alice }
  - { key: "sk-bruno", account: bruno }
`)
})
afterAll(async () => {
  await gate[Symbol.asyncDispose]()
  vendor.close()
})

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

function long(prefix: string): string {
  return `${prefix}_${String(++made).padStart(24, '0')}`
}

function kept(): object {
  const reasoning = { type: 'reasoning', id: long('rs'), summary: [], encrypted_content: long('gAAAA') }
  return { id: long('resp'), conversation: { id: long('conv') }, object: 'response', output: [reasoning] }
}

function message(): object {
  return { id: long('msg'), type: 'message', content: [{ type: 'redacted_thinking', data: long('Emw') }] }
}

async function ask(key: string, path: string, body: object, url = gate.url): Promise<Response> {
  return await fetch(`${url}/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({ model: 'm', max_tokens: 9, ...body }),
  })
}

function found(answer: string, prefix: string): string {
  return new RegExp(`"(${prefix}_\\d+)"`).exec(answer)?.[1] ?? ''
}

test('an answer that the vendor keeps is gone on from only by the account it was made for', async () => {
  for (const stream of [false, true]) {
    const answer = await (await ask('sk-alice', 'responses', { input: 'hello', stream })).text()
    const [response, item] = [found(answer, 'resp'), found(answer, 'rs')]
    const ways = [
      { previous_response_id: response, input: 'and then?' },
      { conversation: found(answer, 'conv'), input: 'and then?' },
      { conversation: { id: found(answer, 'conv') }, input: 'and then?' },
      { input: [{ type: 'item_reference', id: item }] },
      { input: [{ type: 'reasoning', id: item, summary: [] }] },
    ]
    for (const way of ways) {
      expect((await ask('sk-alice', 'responses', way)).status, JSON.stringify(way)).toBe(200)
      const refused = await ask('sk-bruno', 'responses', way)
      expect(refused.status, JSON.stringify(way)).toBe(403)
      expect(await refused.json()).toMatchObject({ error: { code: 'reasoning.foreign' } })
    }
  }
})

test('an id that no answer had is the client’s own affair', async () => {
  const input = [{ type: 'item_reference', id: 'an-id-that-two-clients-use' }]
  for (const key of ['sk-alice', 'sk-bruno'])
    expect((await ask(key, 'responses', { input })).status).toBe(200)
})

test('reasoning that is encrypted is known by its bytes, however an answer is spaced', async () => {
  const sealed = found(await (await ask('sk-alice', 'responses', { input: 'hello' })).text(), 'gAAAA')
  const input = [{ type: 'reasoning', summary: [], encrypted_content: sealed }]
  expect((await ask('sk-bruno', 'responses', { input })).status).toBe(403)
  const data = found(await (await ask('sk-alice', 'messages', { messages: [] })).text(), 'Emw')
  const messages = [{ role: 'assistant', content: [{ type: 'redacted_thinking', data }] }]
  expect((await ask('sk-bruno', 'messages', { messages })).status).toBe(403)
  expect((await ask('sk-alice', 'messages', { messages })).status).toBe(200)
})

test('whose an answer is, is known after a restart', async () => {
  const answer = await (await ask('sk-alice', 'responses', { input: 'hello' })).text()
  const way = { previous_response_id: found(answer, 'resp'), input: 'and then?' }
  await gate.gateway[Symbol.asyncDispose]()
  await using again = await Gateway.open(gate.config, { log: () => {}, now: Date.now, env: {} })
  const url = `http://127.0.0.1:${again.front.address.port}`
  expect((await ask('sk-bruno', 'responses', way, url)).status).toBe(403)
  expect((await ask('sk-alice', 'responses', way, url)).status).toBe(200)
})
