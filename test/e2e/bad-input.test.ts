import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MockUpstream } from './mock-upstream.ts'
import { RunningGate } from './running-gate.ts'

let mock: MockUpstream
let liar: Server
let gate: RunningGate
/** What the raw upstream answers, byte for byte, before it hangs up. */
let lie = ''
const strong = `sk-${randomBytes(16).toString('hex')}`

beforeAll(async () => {
  mock = await MockUpstream.open()
  liar = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end(lie))
  })
  await new Promise<void>((done) => liar.listen(0, '127.0.0.1', done))
  gate = await RunningGate.open(`
upstreams:
  - { name: liar, protocol: openai, url: "http://127.0.0.1:${(liar.address() as AddressInfo).port}", models: [lies], retries: 0 }
  - { name: gone, protocol: openai, url: "http://127.0.0.1:1", models: [gone], retries: 0, breaker: { failures: 3, openMs: 60000 } }
  - { name: m, protocol: openai, url: "${mock.url}", models: [gpt-mock, silent, floods], firstByteMs: 1500, retries: 0 }
  - { name: a, protocol: anthropic, url: "${mock.url}" }
keys:
  - { key: "sk-example", account: acct-example }
  - { key: "${strong}", account: neighbour }
limits: { bodyBytesMax: 100000, headerBytesMax: 8192, headersMs: 1000, bodyMs: 1000 }
rates: { refusalsPerMinute: 50 }
`)
})
afterAll(async () => {
  await gate[Symbol.asyncDispose]()
  await mock[Symbol.asyncDispose]()
  liar.close()
})

async function post(
  path: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<Response> {
  return await fetch(`${gate.url}${path}`, {
    method: 'POST',
    body,
    headers: { authorization: 'Bearer sk-example', ...headers },
  })
}

/** Sends raw bytes and returns all that came back. */
async function raw(bytes: string, leaveOpen = false): Promise<string> {
  const socket = await connected()
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  socket.on('error', () => {})
  if (leaveOpen) socket.write(bytes)
  else socket.end(bytes)
  await once(socket, 'close')
  return text
}

async function connected(): Promise<Socket> {
  const socket = connect(gate.gateway.front.address.port, '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

const chat = '/v1/chat/completions'
const openaiError = {
  error: {
    message: expect.any(String),
    type: 'invalid_request_error',
    decision_id: expect.stringMatching(/^d_/),
  },
}

test('malformed bodies are refused in the protocol with a decision id', async () => {
  const bodies: [string, string | Buffer][] = [
    ['truncated JSON', '{"model":"gpt-mock"'],
    ['not JSON', 'model=gpt-mock'],
    ['no object', '["gpt-mock"]'],
    ['no model', '{"messages":[]}'],
    ['a model that is no text', '{"model":{"a":1},"messages":[]}'],
    ['a repeated key', '{"model":"cheap","messages":[],"model":"dear"}'],
    ['a repeated key written another way', '{"model":"cheap","mod\\u0065l":"dear"}'],
    ['invalid UTF-8', Buffer.from([...Buffer.from('{"model":"'), 0xff, 0xfe, ...Buffer.from('"}')])],
    ['nothing', ''],
  ]
  for (const [name, body] of bodies) {
    const response = await post(chat, body)
    expect([name, response.status]).toEqual([name, 400])
    expect(await response.json()).toMatchObject(openaiError)
  }
  const anthropic = await post('/v1/messages', '{', { 'x-api-key': 'sk-example' })
  expect(await anthropic.json()).toMatchObject({
    type: 'error',
    error: { type: 'invalid_request_error' },
    request_id: expect.stringMatching(/^d_/),
  })
})

test('an oversize body is refused whether it announces its size or not, and the connection ends', async () => {
  const large = `{"model":"gpt-mock","x":"${'a'.repeat(200_000)}"}`
  const announced = await raw(
    `POST ${chat} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-example\r\ncontent-length: 200000\r\n\r\n{"model":`,
    true,
  )
  expect(announced).toMatch(/^HTTP\/1\.1 413 /)
  expect(announced).toContain('body.too-large')
  const chunked = await raw(
    `POST ${chat} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-example\r\ntransfer-encoding: chunked\r\n\r\n${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`,
    true,
  )
  expect(chunked).toMatch(/^HTTP\/1\.1 413 /)
})

test('a compressed body cannot be inspected and is refused', async () => {
  const response = await post(chat, '{}', { 'content-encoding': 'gzip' })
  expect(response.status).toBe(415)
})

test('slow headers and slow bodies are cut off in time', async () => {
  const started = performance.now()
  const [headers, body] = await Promise.all([
    raw(`POST ${chat} HTTP/1.1\r\nhost: x\r\nx-slow: `, true),
    raw(
      `POST ${chat} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-example\r\ncontent-length: 500\r\n\r\n{"mod`,
      true,
    ),
  ])
  expect(performance.now() - started).toBeLessThan(60_000)
  expect(headers).toMatch(/^HTTP\/1\.1 408 /)
  expect(headers).toContain('decision_id')
  expect(body).toMatch(/^HTTP\/1\.1 408 |^$/)
})

test('header bombs, smuggling attempts and plain noise are refused as bad requests', async () => {
  const bomb = await raw(
    `GET /v1/models HTTP/1.1\r\nhost: x\r\n${'x-filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n'.repeat(1_000)}\r\n`,
  )
  expect(bomb).toMatch(/^HTTP\/1\.1 431 /)
  const both = await raw(
    `POST ${chat} HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
  )
  expect(both).toMatch(/^HTTP\/1\.1 400 /)
  expect(await raw('\x16\x03\x01\x02\x00\x01\x00')).toMatch(/^HTTP\/1\.1 400 |^$/)
  expect(await raw('GET / HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
})

test('an upstream that lies about lengths or dies early never passes for a whole answer', async () => {
  lie = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"id":"short"}'
  await expect(post(chat, '{"model":"lies"}').then((response) => response.text())).rejects.toThrow()
  lie =
    'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\n{"id":"longer than it said"}'
  const long = await post(chat, '{"model":"lies"}').then(
    (response) => response.text(),
    () => 'cut',
  )
  expect(long.length).toBeLessThanOrEqual(5)
  for (const nonsense of ['', 'nonsense', 'HTTP/1.1 200 OK\r\ncontent-length: 3, 5\r\n\r\nabc']) {
    lie = nonsense
    const response = await post(chat, '{"model":"lies"}')
    expect(response.status).toBe(502)
    expect(await response.json()).toMatchObject({
      error: { type: 'server_error', code: 'upstream.unreachable' },
    })
  }
})

test('an upstream cannot speak for the gate, nor a client ask it for more than models by way of them', async () => {
  lie =
    'HTTP/1.1 200 OK\r\nx-portcullis-decision: d_forged\r\nx-portcullis-model: forged\r\ncontent-length: 2\r\n\r\n{}'
  const { headers } = await post(chat, '{"model":"lies"}')
  expect(headers.get('x-portcullis-decision')).toMatch(/^d_(?!forged)\w+$/)
  expect(headers.get('x-portcullis-model')).toBeNull()
  const asked = (path: string) =>
    raw(`GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-example\r\n\r\n`)
  for (const path of ['/v1/models/../files', '/v1/models/%2e%2e/files'])
    expect(await asked(path)).toMatch(/^HTTP\/1\.1 404 .*does not carry GET \/v1\/models/s)
  expect(await asked('/v1/chat/completions')).toContain('there is POST /v1/chat/completions')
})

test('an upstream that stays silent is given up in time', async () => {
  const response = await post(chat, '{"model":"silent"}')
  expect(response.status).toBe(504)
  expect(await response.json()).toMatchObject({ error: { code: 'upstream.timeout' } })
})

test('an upstream that keeps failing is left alone', async () => {
  const codes: unknown[] = []
  for (let index = 0; index < 4; index++) {
    const response = await post(chat, '{"model":"gone"}')
    codes.push(((await response.json()) as { error: { code: string } }).error.code)
  }
  expect(codes).toEqual([
    'upstream.unreachable',
    'upstream.unreachable',
    'upstream.unreachable',
    'upstream.unavailable',
  ])
})

test('a client that closes its half is taken as gone, and its upstream request goes with it', async () => {
  // A client that aborts looks the same on the wire, and that is the common case: its tokens must not be paid for.
  const before = mock.aborted
  const body = '{"model":"silent"}'
  const answer = await raw(
    `POST ${chat} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-example\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
  expect(answer).toBe('')
  await expect.poll(() => mock.aborted).toBe(before + 1)
  await expect
    .poll(
      () =>
        gate.entries().filter(({ outcome, status }) => outcome === 'client-gone' && status === 499).length,
    )
    .toBeGreaterThan(0)
})

test('a request for two hosts is refused', async () => {
  const body = '{"model":"gpt-mock","messages":[]}'
  const answer = await raw(
    `POST ${chat} HTTP/1.1\r\nhost: x\r\nhost: y\r\nauthorization: Bearer sk-example\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    true,
  )
  expect(answer).toMatch(/^HTTP\/1.1 400 /)
  expect(answer).toContain('more than one host')
})

test('a client that never reads does not make the gate hold the whole stream', async () => {
  const before = process.memoryUsage().rss
  const sockets = await Promise.all(Array.from({ length: 20 }, connected))
  const body = '{"model":"floods","stream":true}'
  for (const socket of sockets) {
    socket.pause()
    socket.on('error', () => {})
    socket.write(
      `POST ${chat} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-example\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
  }
  await new Promise((done) => setTimeout(done, 1_500))
  const grownMiB = (process.memoryUsage().rss - before) / 1024 / 1024
  for (const socket of sockets) socket.destroy()
  // Unread, the twenty streams would be 20 × 64 MiB; the mock shares this process and is counted too.
  expect(grownMiB).toBeLessThan(400)
})

test('guessing keys is slowed down by address, and does not lock out keys that cannot be guessed', async () => {
  const codes = new Set<number>()
  const ask = async (key: string): Promise<number> => {
    const response = await post(chat, '{"model":"gpt-mock"}', { authorization: `Bearer ${key}` })
    await response.text()
    return response.status
  }
  for (let index = 0; index < 80; index++) codes.add(await ask(`sk-guess-${index}`))
  expect([...codes]).toEqual([401, 429])
  expect(await ask(strong)).toBe(200)
  // Whoever tries short ones must not hear which it was.
  expect([await ask('sk-example'), await ask('sk-wrong')]).toEqual([429, 429])
})
