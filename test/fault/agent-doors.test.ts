import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestAgent, testAgent } from '../e2e/a2a-agent.ts'
import { legacyServer, type TestServer, text } from '../e2e/mcp-servers.ts'
import { RunningGate } from '../e2e/running-gate.ts'

// Bad input at every agent door: an error of its protocol with a decision, that decision in the ledger, memory bounded,
// and the ledger whole (the running gate checks that when it is closed).

const SEED = 20_261_122
const FRAMES = 150
const MIB = 1024 * 1024
const MEMORY_MAX = 500 * MIB

let server: TestServer
let agent: TestAgent
/** An agent that takes a request and dies, or never answers. */
let dying: Server
let taken = 0
let gate: RunningGate

beforeAll(async () => {
  server = await legacyServer([{ name: 'add', call: ({ a, b }) => text(String(Number(a) + Number(b))) }])
  agent = await testAgent((said) => `You said: ${said}`)
  dying = createServer((request, response) => {
    request.resume()
    taken++
    if (request.url === '/dies') response.destroy()
  })
  dying.listen(0, '127.0.0.1')
  await once(dying, 'listening')
  const address = `http://127.0.0.1:${(dying.address() as AddressInfo).port}`
  gate = await RunningGate.open(
    `mode: enforce
upstreams: [{ name: none, protocol: openai, url: "http://127.0.0.1:9/v1" }]
watch: { enabled: false }
mcp: [{ name: one, url: "${server.url}", access: loopback, messageMiB: 1 }]
a2a:
  - { name: planner, url: "${agent.url}", access: loopback, messageMiB: 1 }
  - { name: dies, url: "${address}/dies", access: loopback }
  - { name: hangs, url: "${address}/hangs", access: loopback, callsMax: 3 }
`,
  )
}, 60_000)

afterAll(async () => {
  dying.closeAllConnections()
  dying.close()
  await gate[Symbol.asyncDispose]()
  await agent[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

type Body = Uint8Array<ArrayBuffer> | string
const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
const post = (path: string, body: Body, signal?: AbortSignal) =>
  fetch(`${gate.url}${path}`, { method: 'POST', headers, body, ...(signal && { signal }) })

const rpc = (method: string, params: unknown) => JSON.stringify({ jsonrpc: '2.0', id: 7, method, params })
const call = (a: unknown) => rpc('tools/call', { name: 'add', arguments: { a, b: 2 } })
const send = (said: unknown) =>
  rpc('SendMessage', { message: { messageId: 'm1', role: 'ROLE_USER', parts: [{ text: said }] } })
const event = (command: unknown) =>
  JSON.stringify({
    session_id: 's1',
    hook_event_name: 'PreToolUse',
    cwd: '/tmp',
    tool_name: 'Bash',
    tool_input: { command },
  })

const doors: readonly [string, (payload: unknown) => string][] = [
  ['/mcp/one', call],
  ['/a2a/planner', send],
  ['/hook', event],
]

/** Every decision that was told to somebody is on record. */
async function onRecord(said: readonly string[]): Promise<void> {
  const decisions = new Set(said.flatMap((each) => each.match(/\bd_[A-Za-z0-9_-]+/g) ?? []))
  expect(decisions.size).toBeGreaterThan(0)
  const missing = () => {
    const known = new Set(gate.entries().map(({ id }) => id))
    return [...decisions].filter((id) => !known.has(id))
  }
  await expect.poll(missing, { timeout: 30_000 }).toEqual([])
}

/** Chance that is the same each time. */
function chances(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

test.each(doors)(
  '%s answers frames changed at random, and every refusal is on record',
  async (path, make) => {
    const chance = chances(SEED)
    const said: string[] = []
    for (let count = 0; count < FRAMES; count++) {
      const bytes = [...Buffer.from(make(`echo ${count}`))]
      for (let change = 0; change <= chance(4); change++) {
        const at = chance(bytes.length)
        const kind = chance(4)
        if (kind === 0) bytes[at] = chance(256)
        else if (kind === 1) bytes.splice(at, 1 + chance(8))
        else if (kind === 2) bytes.splice(at, 0, ...bytes.slice(at, at + chance(20)))
        else bytes.splice(at, 0, [0xff, 0x00, 0x22, 0x7b, 0x5c][chance(5)] ?? 0)
      }
      const answer = await post(path, Uint8Array.from(bytes))
      const body = await answer.text()
      const where = `seed ${SEED}, frame ${count}: ${answer.status} ${body}`
      expect(answer.status, where).toBeLessThan(500)
      // What the gate let on may be refused by the server behind it in the server's own words; the header is the gate's.
      if (answer.status >= 400) expect(answer.headers.get('x-portcullis-decision'), where).toMatch(/^d_/)
      said.push(body)
    }
    await onRecord(said)
  },
  120_000,
)

const bad: readonly [string, (make: (payload: unknown) => string) => Body, readonly number[], RegExp][] = [
  ['a hundred megabytes', (make) => make('x'.repeat(100 * MIB)), [413], /^body\.too-large$/],
  [
    'a hundred thousand levels',
    (make) => make(0).replace(/:0([,}\]])/, `:${'['.repeat(1e5)}${']'.repeat(1e5)}$1`),
    [400],
    /^frame\.too-deep$/,
  ],
  [
    'bytes that are not UTF-8',
    (make) => Uint8Array.from([...Buffer.from(make('a')).subarray(0, -4), 0xff, 0xfe]),
    [400],
    /^frame\.not-utf8$/,
  ],
  ['a key twice', (make) => make('a').replace('{', '{"x":1,"x":2,'), [400], /^frame\.repeated-key$/],
  ['half a frame', (make) => make('a').slice(0, -5), [400], /^frame\.not-json$/],
  ['a list', (make) => `[${make('a')},${make('b')}]`, [400], /^(?:frame\.batch|event\.malformed)$/],
  ['nothing', () => '', [400], /^frame\.not-json$/],
]

test.each(doors)(
  '%s refuses what cannot be read, within bounds, and writes down why',
  async (path, make) => {
    for (const [name, body, statuses, rule] of bad) {
      const given = body(make)
      const before = process.memoryUsage().rss
      const answer = await post(path, given).then(
        async (response) => ({ status: response.status, said: await response.text() }),
        // A client that goes on sending may find the connection closed before it reads the answer.
        () => undefined,
      )
      expect(process.memoryUsage().rss - before, name).toBeLessThan(MEMORY_MAX)
      const last = () => gate.entries().findLast(({ kind }) => kind === 'refusal')
      await expect.poll(() => last()?.rule, { message: name, timeout: 30_000 }).toMatch(rule)
      expect(last(), name).toMatchObject({
        door: expect.stringMatching(/^(?:mcp|a2a|hook)\//),
        ip: '127.0.0.1',
      })
      if (answer === undefined) {
        expect(statuses, name).toContain(413)
        continue
      }
      expect(statuses, name).toContain(answer.status)
      await onRecord([answer.said])
    }
  },
  120_000,
)

test('a flood beyond the calls an agent may have under way is refused on record, and what is under way is not', async () => {
  const leaving = new AbortController()
  const before = taken
  const held = [1, 2, 3].map((count) =>
    post('/a2a/hangs', send(`wait ${count}`), leaving.signal).catch(() => {}),
  )
  await expect.poll(() => taken - before, { timeout: 30_000 }).toBe(3)
  const flood = await Promise.all(
    Array.from({ length: 100 }, async (_, count) => {
      const answer = await post('/a2a/hangs', send(`more ${count}`))
      return { status: answer.status, said: await answer.text() }
    }),
  )
  expect(new Set(flood.map(({ status }) => status))).toEqual(new Set([503]))
  await onRecord(flood.map(({ said }) => said))
  const refusals = gate.entries().filter(({ rule }) => rule === 'call.limit')
  expect(refusals).toHaveLength(100)
  leaving.abort()
  await Promise.all(held)
  const waiting = new Set(
    gate.entries().flatMap(({ act, tool, id }) => (act === 'message' && tool === 'a2a:hangs' ? [id] : [])),
  )
  const ended = () =>
    gate.entries().filter(({ id, outcome }) => waiting.has(id) && outcome === 'cancelled').length
  await expect.poll(ended, { timeout: 30_000 }).toBe(3)
}, 120_000)

test('an agent that dies in a call leaves an error with the decision, and the call has an end in the ledger', async () => {
  const answer = await post('/a2a/dies', send('hello'))
  const said = await answer.text()
  expect(answer.status).toBe(502)
  const decision = gate.entries().findLast(({ act, tool }) => act === 'message' && tool === 'a2a:dies')?.id
  expect(said).toContain(String(decision))
  await expect
    .poll(() => gate.entries().find(({ kind, id }) => kind === 'agent-outcome' && id === decision))
    .toMatchObject({ outcome: 'failed' })
})

test('a task that is another’s is refused on record', async () => {
  const answer = await post('/a2a/planner', rpc('GetTask', { id: 'somebody-elses' }))
  const said = await answer.text()
  expect(said).toContain('Task not found')
  await onRecord([said])
})
