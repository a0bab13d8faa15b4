import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import OpenAI from 'openai'
import { expect, test } from 'vitest'
import { holding } from './held.ts'
import { MockUpstream } from './mock-upstream.ts'
import { RunningGate } from './running-gate.ts'

const held = holding()
const SHARE = 3
const HEAD = 'host: x\r\nauthorization: Bearer sk-one\r\nconnection: close\r\n'
const MODELS = `GET /v1/models HTTP/1.1\r\n${HEAD}\r\n`

async function gateWith(more = '', limits = '') {
  const vendor = held(await MockUpstream.open())
  return held(
    await RunningGate.open(`upstreams: [{ name: u, protocol: openai, url: "${vendor.url}" }]
watch: { enabled: false }
keys: [{ key: sk-one, account: one }]
limits: { connectionsPerAddressMax: ${SHARE}${limits} }
${more}`),
  )
}

async function opened(gate: RunningGate, localAddress = '127.0.0.1'): Promise<Socket> {
  const { port } = gate.gateway.front.address
  const socket = connect({ port, host: '127.0.0.1', localAddress })
  socket.on('error', () => {})
  await once(socket, 'connect')
  held({ [Symbol.asyncDispose]: async () => void socket.destroy() })
  return socket
}

async function answerTo(socket: Socket, bytes: string): Promise<string> {
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString()
  })
  socket.write(bytes)
  await once(socket, 'close')
  return text
}

/** Of one address: all that it may hold, saying nothing. */
async function crowd(gate: RunningGate, localAddress?: string): Promise<readonly Socket[]> {
  const sockets = await Promise.all(Array.from({ length: SHARE }, () => opened(gate, localAddress)))
  await expect.poll(() => gate.gateway.front.connections).toBe(SHARE)
  return sockets
}

test('one address holds its share of connections and no more, and others go on', async () => {
  const gate = await gateWith()
  const [first] = await crowd(gate)
  const refused = await answerTo(await opened(gate), MODELS)
  expect(refused).toMatch(/^HTTP\/1\.1 429 .*\r\nretry-after: 1\r\n/)
  expect(refused).toMatch(/too many connections from this address \(d_/)
  expect(await answerTo(await opened(gate, '127.0.0.2'), MODELS)).toMatch(/^HTTP\/1\.1 200/)
  first?.destroy()
  await expect.poll(() => gate.gateway.front.connections).toBe(SHARE - 1)
  expect(await answerTo(await opened(gate), MODELS)).toMatch(/^HTTP\/1\.1 200/)
  expect(gate.gateway.metrics.text()).toContain(
    'portcullis_refusals_total{rule="connection.address-limit"} 1',
  )
})

test('the official client is told so as a rate limit, and comes in when there is room', async () => {
  const gate = await gateWith()
  const sockets = await crowd(gate)
  const once = new OpenAI({ baseURL: `${gate.url}/v1`, apiKey: 'sk-one', maxRetries: 0 })
  await expect(once.models.list()).rejects.toBeInstanceOf(OpenAI.RateLimitError)
  setTimeout(() => sockets[0]?.destroy(), 200)
  const patient = new OpenAI({ baseURL: `${gate.url}/v1`, apiKey: 'sk-one', maxRetries: 3 })
  expect((await patient.models.list()).data.length).toBeGreaterThan(0)
})

test('a large request that is turned away hears why', async () => {
  const gate = await gateWith()
  await crowd(gate)
  const body = 'x'.repeat(2_000_000)
  const post = `POST /v1/chat/completions HTTP/1.1\r\n${HEAD}content-length: ${body.length}\r\n\r\n${body}`
  expect(await answerTo(await opened(gate), post)).toContain('too many connections')
})

test('a proxy that is trusted brings many clients', async () => {
  const gate = await gateWith('trust: { hops: 1, proxies: ["127.0.0.1"] }')
  await crowd(gate)
  expect(await answerTo(await opened(gate), MODELS)).toMatch(/^HTTP\/1\.1 200/)
})
