import { createServer, type Server, type ServerResponse } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { anthropic } from '../anthropic/anthropic.ts'
import type { ModelResponse } from '../http/model-message.ts'
import { openai } from '../openai/openai.ts'
import { Relay } from './relay.ts'
import type { RelayResult } from './relay-request.ts'
import { SentHeaders } from './sent-headers.ts'
import { Upstream } from './upstream.ts'

const BODY = JSON.stringify({ id: 'x', usage: { prompt_tokens: 3, completion_tokens: 4 } })

let server: Server
let upstream: Upstream
let answer: (response: ServerResponse) => void = () => {}

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume()
    answer(response)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  upstream = new Upstream({
    ...{ name: 'mock', protocol: 'openai', url: new URL(`http://127.0.0.1:${port}/v1`), key: undefined },
    ...{ models: ['*'], digests: {}, tlsFingerprint: undefined, local: true },
    ...{ connectMs: 10_000, firstByteMs: 30_000, idleMs: 30_000, retries: 0, connectionsMax: 10 },
    breaker: { failures: 100, openMs: 1_000 },
  })
})

afterAll(() => {
  upstream.destroy()
  server.close()
})

/** What a client would have seen so far, in the order it was sent. */
class Client implements ModelResponse {
  readonly req = { complete: true }
  readonly sent: string[] = []
  headersSent = false
  destroyed = false
  writableEnded = false
  writableNeedDrain = false
  sendDate = true
  writeHead(status: number): this {
    this.headersSent = true
    this.sent.push(`head ${status}`)
    return this
  }
  flushHeaders(): void {}
  write(chunk: Buffer | string): boolean {
    this.sent.push(chunk.toString())
    return true
  }
  end(chunk?: Buffer | string): this {
    if (chunk !== undefined) this.sent.push(chunk.toString())
    this.sent.push('end')
    this.writableEnded = true
    return this
  }
  destroy(): this {
    this.destroyed = true
    return this
  }
  once(): this {
    return this
  }
  off(): this {
    return this
  }
}

/** A promise that the test settles; nothing to wait for once it has resolved. */
class Mark {
  readonly #settled = Promise.withResolvers<void>()
  #isReached = false
  reach(): void {
    this.#isReached = true
    this.#settled.resolve()
  }
  fail(): void {
    this.#settled.reject(new Error('the ledger is full'))
  }
  wait(): Promise<void> {
    return this.#settled.promise
  }
  pending(): Promise<void> | undefined {
    return this.#isReached ? undefined : this.#settled.promise
  }
}

function relay(door = openai) {
  const client = new Client()
  const decided = new Mark()
  const ended = new Mark()
  const results: RelayResult[] = []
  const refusals: string[] = []
  Relay.start({
    response: client,
    door,
    ...{ endpoint: 'chat.completions', id: 'd_1', method: 'POST', path: '/v1/chat/completions' },
    headers: new SentHeaders([]),
    body: Buffer.from('{}'),
    candidates: [upstream],
    notes: [],
    whenRecorded: () => decided.pending(),
    whenFinished: (result) => {
      results.push(result)
      return ended.wait()
    },
    refuse: ({ rule }) => refusals.push(rule),
    ...{ edits: [], onSignature: undefined, now: Date.now },
  })
  return { client, decided, ended, results, refusals }
}

function whole(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': BODY.length })
  response.end(BODY)
}

test('a whole answer that comes before its decision is on record is said to have ended at once, and sent only then', async () => {
  answer = whole
  const { client, decided, ended, results } = relay()
  await expect.poll(() => results.length).toBe(1)
  expect(results[0]).toMatchObject({ outcome: 'answered', usage: { inputTokens: 3, outputTokens: 4 } })
  expect(client.sent).toEqual([])
  decided.reach()
  await decided.wait()
  expect(client.sent).toEqual([])
  ended.reach()
  await expect.poll(() => client.sent).toEqual(['head 200', BODY, 'end'])
})

test('an end that is on record does not stand for the decision: the head still asks for it', async () => {
  answer = whole
  const { client, decided, ended, results } = relay()
  await expect.poll(() => results.length).toBe(1)
  ended.reach()
  await ended.wait()
  await new Promise(setImmediate)
  expect(client.sent).toEqual([])
  decided.reach()
  await expect.poll(() => client.sent).toEqual(['head 200', BODY, 'end'])
})

test('a decision on record lets the head and all but the end of an answer go', async () => {
  let upstreamResponse: ServerResponse | undefined
  answer = (response) => {
    upstreamResponse = response
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: 1\n\n')
  }
  const { client, decided, ended, results } = relay()
  await expect.poll(() => upstreamResponse).toBeDefined()
  expect(client.sent).toEqual([])
  decided.reach()
  await expect.poll(() => client.sent).toEqual(['head 200', 'data: 1\n\n'])
  upstreamResponse?.end('data: [DONE]\n\n')
  await expect.poll(() => results.length).toBe(1)
  expect(client.sent).toHaveLength(2)
  ended.reach()
  await expect.poll(() => client.sent).toEqual(['head 200', 'data: 1\n\n', 'data: [DONE]\n\n', 'end'])
})

test('a client gets a refusal and no answer when neither the decision nor the end can be recorded', async () => {
  answer = whole
  const { client, decided, ended, results, refusals } = relay(anthropic)
  await expect.poll(() => results.length).toBe(1)
  ended.fail()
  decided.fail()
  await expect.poll(() => refusals).toEqual(['ledger.full'])
  expect(client.sent).toEqual([])
})
