import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { MockUpstream } from './mock-upstream.ts'
import { RunningGate } from './running-gate.ts'

let mock: MockUpstream
let gate: RunningGate
let openai: OpenAI
let anthropic: Anthropic

beforeAll(async () => {
  mock = await MockUpstream.open()
  gate = await RunningGate.open(`
upstreams:
  - { name: oa, protocol: openai, url: "${mock.url}", key: "env:UPSTREAM_KEY" }
  - { name: an, protocol: anthropic, url: "${mock.url}", key: "env:UPSTREAM_KEY", idleMs: 2000 }
keys:
  - { key: "sk-example", account: acct-example }
`)
  openai = new OpenAI({ apiKey: 'sk-example', baseURL: `${gate.url}/v1`, maxRetries: 0 })
  anthropic = new Anthropic({ apiKey: 'sk-example', baseURL: gate.url, maxRetries: 0 })
})
afterAll(async () => {
  await gate[Symbol.asyncDispose]()
  await mock[Symbol.asyncDispose]()
})
beforeEach(() => {
  mock.failures.length = 0
})

const messages = [{ role: 'user' as const, content: 'Say hello' }]

test('the OpenAI client gets its answer, and the upstream the upstream key', async () => {
  const answer = await openai.chat.completions.create({ model: 'gpt-mock', messages })
  expect(answer.choices[0]?.message.content).toBe('Hello — “world” 🌍')
  expect(mock.last.headers.authorization).toBe('Bearer sk-upstream')
  expect(JSON.stringify(mock.last)).not.toContain('sk-example')
})

test('answer bytes pass unchanged', async () => {
  const body = { model: 'gpt-mock', messages }
  const direct = await fetch(`${mock.url}/chat/completions`, { method: 'POST', body: JSON.stringify(body) })
  const gated = await fetch(`${gate.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { authorization: 'Bearer sk-example' },
  })
  expect(await gated.text()).toBe(await direct.text())
  expect(gated.headers.get('x-request-id')).toBe('req_mock')
  expect(gated.headers.get('x-portcullis-decision')).toMatch(/^d_/)
})

test('request bytes pass unchanged: spacing, order, unknown fields, escapes', async () => {
  const body =
    '{ "zeta":1,\n  "messages": [{"content":"caf\\u00e9 \\"q\\"","role":"user"}],"model":"gpt-mock" , "alpha":null}'
  await fetch(`${gate.url}/v1/chat/completions?beta=true`, {
    method: 'POST',
    body,
    headers: { authorization: 'Bearer sk-example', 'X-Custom': 'Yes', Cookie: 'a=b' },
  })
  expect(mock.last.body).toBe(body)
  expect(mock.last.path).toBe('/v1/chat/completions?beta=true')
  expect(mock.last.headers['x-custom']).toBe('Yes')
  expect(mock.last.headers.cookie).toBeUndefined()
})

test('an OpenAI stream passes byte for byte, pings and all', async () => {
  const body = JSON.stringify({ model: 'gpt-mock', messages, stream: true })
  const direct = await fetch(`${mock.url}/chat/completions`, { method: 'POST', body })
  const gated = await fetch(`${gate.url}/v1/chat/completions`, {
    method: 'POST',
    body,
    headers: { authorization: 'Bearer sk-example' },
  })
  expect(await gated.text()).toBe(await direct.text())
})

test('the OpenAI client streams words and tool calls', async () => {
  const stream = await openai.chat.completions.create({ model: 'gpt-mock', messages, stream: true })
  let text = ''
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
  expect(text).toBe('Hello wörld 🌍')

  const calls = await openai.chat.completions
    .stream({ model: 'calls-a-tool', messages })
    .finalChatCompletion()
  expect(calls.choices[0]?.message.tool_calls?.[0]).toMatchObject({
    function: { name: 'weather', arguments: '{"city":"Oslo"}' },
  })
})

test('a stream that comes one byte at a time is the same stream', async () => {
  const stream = await openai.chat.completions.create({ model: 'dribbles', messages, stream: true })
  let text = ''
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
  expect(text).toBe('Hello wörld 🌍')
})

test('the responses, embeddings and models endpoints answer the OpenAI client', async () => {
  expect((await openai.responses.create({ model: 'gpt-mock', input: 'Hi' })).output_text).toBe('Hello')
  const types: string[] = []
  for await (const event of await openai.responses.create({ model: 'gpt-mock', input: 'Hi', stream: true }))
    types.push(event.type)
  expect(types).toEqual(['response.created', 'response.output_text.delta', 'response.completed'])
  const vector = await openai.embeddings.create({ model: 'e', input: 'Hi', encoding_format: 'float' })
  expect(vector.data[0]?.embedding).toEqual([0.5, -0.25])
  expect((await openai.models.list()).data[0]?.id).toBe('gpt-mock')
  expect((await openai.models.retrieve('gpt-mock')).id).toBe('gpt-mock')
})

test('the Anthropic client gets messages, streams, counts and models', async () => {
  const message = await anthropic.messages.create({ model: 'claude-mock', max_tokens: 10, messages })
  expect(message.content[0]).toMatchObject({ text: 'Hello' })
  expect(mock.last.headers['x-api-key']).toBe('sk-upstream')
  expect(mock.last.headers['anthropic-version']).toMatch(/^20\d\d-\d\d-\d\d$/)
  const stream = anthropic.messages.stream({ model: 'claude-mock', max_tokens: 10, messages })
  const final = await stream.finalMessage()
  expect(final.content[0]).toMatchObject({ text: 'Hello 🌍' })
  expect(final.usage.output_tokens).toBe(15)
  const count = await anthropic.messages.countTokens({ model: 'claude-mock', messages })
  expect(count.input_tokens).toBe(14)
  const ids: string[] = []
  for await (const model of anthropic.models.list()) ids.push(model.id)
  expect(ids).toEqual(['gpt-mock'])
})

test('anthropic-beta reaches the upstream', async () => {
  await anthropic.messages.create(
    { model: 'claude-mock', max_tokens: 10, messages },
    { headers: { 'anthropic-beta': 'context-1m-2025-08-07' } },
  )
  expect(mock.last.headers['anthropic-beta']).toBe('context-1m-2025-08-07')
})

test('an upstream error reaches the client as it came', async () => {
  const failed = openai.chat.completions.create({ model: 'rate-limited', messages })
  await expect(failed).rejects.toMatchObject({ status: 429, code: 'rate_limit_exceeded' })
  const overloaded = anthropic.messages.create({ model: 'overloaded', max_tokens: 1, messages })
  await expect(overloaded).rejects.toMatchObject({
    status: 529,
    error: { error: { type: 'overloaded_error' }, request_id: 'req_mock' },
  })
})

test('a wrong key is refused in the protocol of whoever asks, with a decision id', async () => {
  const stranger = new OpenAI({ apiKey: 'sk-wrong', baseURL: `${gate.url}/v1`, maxRetries: 0 })
  await expect(stranger.chat.completions.create({ model: 'gpt-mock', messages })).rejects.toMatchObject({
    status: 401,
    type: 'authentication_error',
    error: { decision_id: expect.stringMatching(/^d_/) },
  })
  const other = new Anthropic({ apiKey: 'sk-wrong', baseURL: gate.url, maxRetries: 0 })
  await expect(other.messages.create({ model: 'm', max_tokens: 1, messages })).rejects.toMatchObject({
    status: 401,
    error: { type: 'error', error: { type: 'authentication_error' } },
  })
})

test('a failure before the first byte is tried again, and no client hears of it', async () => {
  const before = mock.received.length
  mock.failures.push('reset', 'reset')
  const answer = await openai.chat.completions.create({ model: 'gpt-mock', messages })
  expect(answer.id).toBe('chatcmpl-1')
  expect(mock.received.length - before).toBe(3)
})

test('an upstream that dies midway ends the stream with an error in the protocol', async () => {
  const stream = await openai.chat.completions.create({ model: 'dies', messages, stream: true })
  const reading = (async () => {
    for await (const _ of stream);
  })()
  await expect(reading).rejects.toMatchObject({ code: 'upstream.died' })
  const other = anthropic.messages.stream({ model: 'dies', max_tokens: 1, messages })
  await expect(other.finalMessage()).rejects.toMatchObject({ error: { error: { type: 'api_error' } } })
})

test('an upstream that goes silent midway is given up', async () => {
  const stream = anthropic.messages.stream({ model: 'hangs', max_tokens: 1, messages })
  await expect(stream.finalMessage()).rejects.toThrow()
})

test('a client that leaves takes its upstream request with it', async () => {
  const before = mock.aborted
  const stream = await openai.chat.completions.create({ model: 'hangs', messages, stream: true })
  for await (const _ of stream) break
  await expect.poll(() => mock.aborted).toBe(before + 1)
  const abort = new AbortController()
  const waiting = openai.chat.completions.create({ model: 'silent', messages }, { signal: abort.signal })
  await expect.poll(() => mock.last.body).toContain('silent')
  abort.abort()
  await expect(waiting).rejects.toThrow()
  await expect.poll(() => mock.aborted).toBe(before + 2)
})

test('every exchange is in the ledger with its decision, its outcome and its tokens, and no prompt', async () => {
  await anthropic.messages.stream({ model: 'counted', max_tokens: 77, messages }).finalMessage()
  const entries = gate.entries()
  const exchange = entries.find((entry) => entry.kind === 'exchange' && entry.model === 'counted')
  expect(exchange).toMatchObject({ account: 'acct-example', max_tokens: 77, decision: { action: 'allow' } })
  const completion = entries.find((entry) => entry.kind === 'completion' && entry.id === exchange?.id)
  expect(completion).toMatchObject({ status: 200, outcome: 'answered', input_tokens: 14, output_tokens: 15 })
  expect(JSON.stringify(entries)).not.toContain('Say hello')
  const outcomes = new Set(entries.filter(({ kind }) => kind === 'completion').map(({ outcome }) => outcome))
  expect([...outcomes].sort()).toEqual(['answered', 'client-gone', 'upstream-died'])
  expect(entries.some(({ kind, rule }) => kind === 'refusal' && rule === 'key.unknown')).toBe(true)
})

test('health, readiness and metrics', async () => {
  expect((await fetch(`${gate.url}/healthz`)).status).toBe(200)
  expect((await fetch(`${gate.url}/readyz`)).status).toBe(200)
  expect((await fetch(`${gate.url}/metrics`)).status).toBe(404)
  const metrics = await (await fetch(`${gate.consoleUrl}/metrics`)).text()
  expect(metrics).toMatch(
    /portcullis_exchanges_total\{endpoint="messages",outcome="answered",upstream="an"\} \d+/,
  )
  expect(metrics).toContain('portcullis_ledger_well 1')
  expect((await fetch(`${gate.url}/nowhere`)).status).toBe(404)
})
