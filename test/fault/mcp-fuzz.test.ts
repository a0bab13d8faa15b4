import { afterEach, beforeEach, expect, test } from 'vitest'
import { legacyServer, type TestServer, text } from '../e2e/mcp-servers.ts'
import { RunningGate } from '../e2e/running-gate.ts'

// Bad input at the MCP door: each gets an error of the protocol with a decision, memory stays bounded, the ledger whole
// (the running gate checks that when it is closed).

const SEED = 20_260_728
const FRAMES = 400
const MIB = 1024 * 1024

let server: TestServer
let gate: RunningGate

beforeEach(async () => {
  server = await legacyServer([{ name: 'add', call: ({ a, b }) => text(String(Number(a) + Number(b))) }])
  gate = await RunningGate.open(
    `mode: enforce
upstreams: [{ name: none, protocol: openai, url: "http://127.0.0.1:9/v1" }]
watch: { enabled: false }
mcp: [{ name: one, url: "${server.url}", access: loopback, sessionsMax: 20, messageMiB: 1, pendingMax: 50 }]
`,
  )
})

afterEach(async () => {
  await gate[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
const post = (body: Uint8Array<ArrayBuffer> | string, more: Record<string, string> = {}) =>
  fetch(`${gate.url}/mcp/one`, { method: 'POST', headers: { ...headers, ...more }, body })

const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } },
})

async function opened(): Promise<string> {
  const answer = await post(initialize)
  await answer.text()
  return answer.headers.get('mcp-session-id') ?? ''
}

const call = (a: unknown) =>
  JSON.stringify({
    jsonrpc: '2.0',
    id: 7,
    method: 'tools/call',
    params: { name: 'add', arguments: { a, b: 2 } },
  })

async function stillWorks(): Promise<void> {
  const answer = await post(call(1), { 'mcp-session-id': await opened() })
  expect(await answer.text()).toContain('"3"')
}

/** Chance that is the same each time. */
function chances(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

test('frames with bytes changed, cut and repeated at random are answered, never carried on broken', async () => {
  const chance = chances(SEED)
  const session = await opened()
  for (let count = 0; count < FRAMES; count++) {
    const bytes = [...Buffer.from(call(count))]
    for (let change = 0; change <= chance(4); change++) {
      const at = chance(bytes.length)
      const kind = chance(4)
      if (kind === 0) bytes[at] = chance(256)
      else if (kind === 1) bytes.splice(at, 1 + chance(8))
      else if (kind === 2) bytes.splice(at, 0, ...bytes.slice(at, at + chance(20)))
      else bytes.splice(at, 0, [0xff, 0x00, 0x22, 0x7b, 0x5c][chance(5)] ?? 0)
    }
    const answer = await post(Uint8Array.from(bytes), { 'mcp-session-id': session })
    const said = await answer.text()
    expect(answer.headers.get('x-portcullis-decision'), `seed ${SEED}, frame ${count}`).toMatch(/^d_/)
    if (answer.status === 400) expect(JSON.parse(said).error.data.decision).toMatch(/^d_/)
    else expect([200, 202], `seed ${SEED}, frame ${count}: ${said}`).toContain(answer.status)
  }
  await stillWorks()
})

test.each([
  ['a hundred megabytes of arguments', () => call('x'.repeat(100 * MIB)), 413],
  [
    'arguments that nest a hundred thousand deep',
    () => `${call(1).slice(0, -3)},"c":${'['.repeat(1e5)}`,
    400,
  ],
  ['bytes that are not UTF-8', () => Uint8Array.from([...Buffer.from('{"a":"'), 0xff, 0xfe]), 400],
  ['a key twice', () => call(1).replace('"params"', '"method":"ping","params"'), 400],
  ['a key in another case', () => call(1).replace('"name"', '"Name":"rm","name"'), 400],
  ['a batch', () => `[${call(1)},${call(2)}]`, 400],
  ['nothing', () => '', 400],
])('%s: an error with the decision, and bounded memory', async (_, body, status) => {
  const given = body()
  const before = process.memoryUsage().rss
  const answer = await post(given).then(
    async (response) => ({ status: response.status, said: await response.text() }),
    // A client that goes on sending may find the connection closed before it reads the answer.
    () => undefined,
  )
  if (answer !== undefined) {
    expect(answer.status).toBe(status)
    expect(JSON.parse(answer.said).error.data.decision).toMatch(/^d_/)
  } else expect(status).toBe(413)
  expect(process.memoryUsage().rss - before).toBeLessThan(400 * MIB)
  await stillWorks()
})

test('a flood of sessions takes no more than its share, and the server is told which are over', async () => {
  const ids: string[] = []
  for (let count = 0; count < 100; count++) ids.push(await opened())
  const ping = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'ping' })
  const alive = await Promise.all(
    ids.map(async (id) => (await post(ping, { 'mcp-session-id': id })).status === 200),
  )
  // One caller holds at most a quarter of all sessions, and its oldest give way.
  expect(alive.filter(Boolean)).toHaveLength(5)
  expect(alive.at(-1)).toBe(true)
  await stillWorks()
})

test('a server that dies in a call leaves an error with the decision, and the call has an end in the ledger', async () => {
  server.tools = [{ name: 'add', call: () => new Promise(() => {}) }]
  const session = await opened()
  const answer = post(call(1), { 'mcp-session-id': session }).then(async (response) => await response.text())
  await expect.poll(() => gate.entries().some(({ act }) => act === 'call')).toBe(true)
  await server[Symbol.asyncDispose]()
  const decision = gate.entries().find(({ act }) => act === 'call')?.id
  expect(await answer).toContain(String(decision))
  await expect
    .poll(() => gate.entries().find(({ kind }) => kind === 'agent-outcome'))
    .toMatchObject({ id: decision, outcome: 'failed' })
})
