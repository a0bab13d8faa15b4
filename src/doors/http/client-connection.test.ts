import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Limits } from '../../config/config.ts'
import { DecisionIds } from '../decision-ids.ts'
import { Front, type Handler } from '../front.ts'
import { BodyRoom, readBody } from '../read-body.ts'
import type { ModelRequests } from './client-connection.ts'
import type { ModelRequest, ModelResponse } from './model-message.ts'

const PATH = '/v1/chat/completions'
const limits: Limits = {
  bodyBytesMax: 300_000,
  bodiesBytesMax: 1_000_000,
  headerBytesMax: 4_096,
  headersMs: 60_000,
  bodyMs: 60_000,
  connectionsMax: 100,
  connectionsPerAddressMax: 100,
  exchangesMax: 100,
  drainMs: 1_000,
}
const room = new BodyRoom(limits.bodiesBytesMax)
let left = 0
let closed = 0

/** Answers with what was asked, in the form that the body names. */
const models: ModelRequests = {
  answers: (method, path) => method === 'POST' && path === PATH,
  handle: (request, response, path) => {
    if (!models.answers(request.method ?? '', path)) return false
    left++
    response.once('close', () => {
      left--
      closed++
    })
    void reply(request, response)
    return true
  },
}

async function reply(request: ModelRequest, response: ModelResponse): Promise<void> {
  const share = room.share()
  response.once('close', share.give)
  const read = await readBody(request, limits.bodyBytesMax, share)
  if (!read.ok) {
    if (read.error === 'client-gone') return
    response.writeHead(413, ['content-length', '0', 'connection', 'close'])
    response.end()
    return
  }
  const [form = '', text = ''] = read.value.toString('latin1').split('|')
  if (form === 'never') return
  if (form === 'later') await turn()
  if (form === 'none') {
    response.writeHead(204, ['x-form', 'none'])
    response.end()
    return
  }
  const said = Buffer.from(`${request.headers['x-n']} ${text.length} ${text.slice(0, 20)}`)
  if (form === 'stream') {
    response.writeHead(200, ['content-type', 'text/event-stream'])
    response.flushHeaders()
    for (const part of [said, Buffer.alloc(0), Buffer.alloc(40_000, 'x')]) response.write(part)
    response.end('end')
  } else {
    response.writeHead(200, [
      'Content-Length',
      String(said.length),
      ...(form === 'last' ? ['connection', 'close'] : []),
    ])
    response.end(said)
  }
}

const other: Handler = (request, response, path) => {
  if (path !== '/other') return false
  response.writeHead(200, { 'content-length': 5 })
  request.resume()
  response.end('other')
  return true
}

let plain: Front
let node: Front
let hasty: Front

beforeAll(async () => {
  const shared = {
    ...{ address: { host: '127.0.0.1', port: 0 }, limits, ids: new DecisionIds(), now: Date.now },
    handlers: [models.handle, other] satisfies Handler[],
  }
  plain = await Front.open({ ...shared, models })
  node = await Front.open(shared)
  hasty = await Front.open({ ...shared, models, limits: { ...limits, headersMs: 200, bodyMs: 200 } })
})
afterAll(async () => {
  await plain[Symbol.asyncDispose]()
  await node[Symbol.asyncDispose]()
  await hasty[Symbol.asyncDispose]()
})

async function open(front: Front): Promise<Socket> {
  const socket = connect(front.address.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.setNoDelay(true)
  await once(socket, 'connect')
  return socket
}

/** All that comes back for these pieces, until the gate ends the connection; dates and ids are not compared. */
async function ask(front: Front, pieces: readonly Buffer[]): Promise<string> {
  const socket = await open(front)
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
  })
  // Not `once`: a gate that ends a connection early is an error for whoever still writes, and no failure.
  const { promise: end, resolve } = Promise.withResolvers<void>()
  socket.on('close', () => resolve())
  for (const piece of pieces) {
    socket.write(piece)
    await turn()
  }
  await end
  return text.replaceAll(/Date: [^\r]*|d_\w+|content-length: 2\d\d/g, '')
}

function post(n: number, body: string, headers = ''): string {
  return `POST ${PATH} HTTP/1.1\r\nhost: x\r\nx-n: ${n}\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`
}

const last = `GET /other HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`

test('an answer has the same bytes from here as from Node’s server', async () => {
  for (const form of ['length', 'stream', 'none', 'later', 'last']) {
    const bytes = [Buffer.from(post(1, `${form}|hello`) + last)]
    expect(`${form}: ${await ask(plain, bytes)}`).toBe(`${form}: ${await ask(node, bytes)}`)
  }
  const expecting = [Buffer.from(post(3, 'length|x', 'expect: 100-continue\r\n') + last)]
  expect(await ask(plain, expecting)).toBe(await ask(node, expecting))
  const closing = [Buffer.from(post(1, 'length|hello', 'connection: close\r\n'))]
  const answer = await ask(plain, closing)
  expect(answer).toBe(await ask(node, closing))
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*connection: close\r\n[\s\S]*1 5 hello$/i)
})

const piece = fc.oneof(
  fc
    .tuple(fc.nat(99), fc.constantFrom('length', 'stream', 'later', 'none'), fc.nat(60))
    .map(([n, form, length]) => post(n, `${form}|${'b'.repeat(length)}`)),
  fc.constantFrom(
    'GET /other HTTP/1.1\r\nhost: x\r\n\r\n',
    'GET /nowhere HTTP/1.1\r\nhost: x\r\n\r\n',
    `POST ${PATH} HTTP/1.1\r\nhost: x\r\nx-n: 7\r\ntransfer-encoding: chunked\r\n\r\n8\r\nlength|a\r\n0\r\n\r\n`,
    '\r\n',
  ),
)

test('whatever comes on a connection, in whatever pieces, is answered as Node’s server alone would', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { minLength: 1, maxLength: 5 }),
      fc.array(fc.nat(1_000), { maxLength: 6 }),
      async (requests, cuts) => {
        const bytes = Buffer.from(requests.join('') + last, 'latin1')
        const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length]
        const pieces = places.slice(1).map((to, index) => bytes.subarray(places[index], to))
        expect(await ask(plain, pieces)).toBe(await ask(node, pieces))
      },
    ),
    { seed: 20_261_122, numRuns: 150 },
  )
  expect(left).toBe(0)
}, 120_000)

test('what no two readers need read alike is refused as Node’s server does, alone or behind a good request', async () => {
  const head = `POST ${PATH} HTTP/1.1\r\nhost: x\r\n`
  for (const bad of [
    `${head}content-length: 4\r\ncontent-length: 5\r\n\r\nabcd`,
    `${head}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\nabcd`,
    `${head}content-length: 4\r\n x: y\r\n\r\nabcd`,
    `${head}content-length : 4\r\n\r\nabcd`,
    `POST ${PATH} HTTP/1.1\r\ncontent-length: 4\r\n\r\nabcd`,
    `${head}x: ${'a'.repeat(5_000)}\r\ncontent-length: 4\r\n\r\nabcd`,
    'noise\n\n',
  ]) {
    const alone = await ask(plain, [Buffer.from(bad)])
    expect(alone).toMatch(/^HTTP\/1\.1 4(00|31) /)
    expect(alone).toBe(await ask(node, [Buffer.from(bad)]))
    const behind = await ask(plain, [Buffer.from(post(1, 'length|a') + bad)])
    expect(behind).toMatch(/^HTTP\/1\.1 200 [\s\S]*1 1 aHTTP\/1\.1 4(00|31) /)
  }
})

test('a large body that comes in pieces is whole', async () => {
  const body = `length|${'y'.repeat(250_000)}`
  expect(await ask(plain, [Buffer.from(post(5, body) + last)])).toContain(`5 250000 ${'y'.repeat(20)}`)
  expect(
    await ask(plain, [Buffer.from(post(5, `length|${'y'.repeat(400_000)}`, 'connection: close\r\n'))]),
  ).not.toContain('200 OK')
})

test('a client that leaves is noticed, before its body has come and after', async () => {
  for (const bytes of [post(1, 'never|x'), post(1, 'never|x').slice(0, -2)]) {
    const before = closed
    const socket = await open(plain)
    socket.write(bytes)
    await expect.poll(() => left).toBe(1)
    socket.destroy()
    await expect.poll(() => [left, closed]).toEqual([0, before + 1])
  }
})

test('a connection on which nothing comes, and one whose body stops, are ended in time', async () => {
  expect(await ask(hasty, [])).toMatch(/^HTTP\/1\.1 408 [\s\S]*decision_id/)
  expect(await ask(hasty, [Buffer.from(post(1, 'length|hello').slice(0, -3))])).toMatch(/^HTTP\/1\.1 408 /)
  expect(left).toBe(0)
})

test('a request behind one that is not answered yet waits, and its client may leave', async () => {
  const socket = await open(plain)
  socket.write(post(1, 'never|') + post(2, 'length|'))
  await expect.poll(() => left).toBe(1)
  for (let turns = 0; turns < 50; turns++) await turn()
  expect(left).toBe(1)
  socket.destroy()
  await expect.poll(() => left).toBe(0)
})

test('what is sent ahead is not taken without end', async () => {
  const socket = await open(plain)
  socket.write(post(1, 'never|'))
  await expect.poll(() => left).toBe(1)
  // More than the systems on both sides hold, so it can only leave if somebody reads it.
  let isTaken = false
  socket.write(Buffer.alloc(64 * 1024 * 1024), () => {
    isTaken = true
  })
  for (let turns = 0; turns < 500; turns++) await turn()
  expect([left, isTaken]).toEqual([1, false])
  socket.destroy()
})
