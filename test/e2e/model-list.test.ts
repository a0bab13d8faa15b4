import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RunningGate } from './running-gate.ts'

const servers: Server[] = []
let gate: RunningGate

async function listing(answer: string, status = 200): Promise<string> {
  const server = createServer((request, response) => {
    const id = /^\/v1\/models\/(.+)/.exec(request.url ?? '')?.[1]
    const has = id === undefined || answer.includes(`"id":"${id}"`)
    response.writeHead(has ? status : 404).end(id === undefined ? answer : `{"id":"${id}"}`)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  servers.push(server)
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}

beforeAll(async () => {
  const near = await listing('{"data":[{"id":"llama-3","own":1},{"id":"shared","from":"near"}]}')
  const far = await listing('{"data":[{"id":"gpt-4"},{"id":"shared","from":"far"},{"id":"hidden"},{"id":7}]}')
  const broken = await listing('<html>', 500)
  gate = await RunningGate.open(`
upstreams:
  - { name: near, protocol: openai, url: "${near}", local: true, models: ["llama-*", "shared"] }
  - { name: far, protocol: openai, url: "${far}", models: ["gpt-*", "shared"] }
  - { name: broken, protocol: openai, url: "${broken}" }
  - { name: gone, protocol: openai, url: "http://127.0.0.1:1" }
keys:
  - { key: sk-alice, account: alice }
  - { key: sk-bruno, account: bruno, models: ["gpt-*"] }
  - { key: sk-clara, account: clara, labels: [patients] }
data: [{ data: local-only, labels: [patients] }]
`)
})
afterAll(async () => {
  await gate[Symbol.asyncDispose]()
  for (const server of servers) server.close()
})

async function modelsFor(key: string, query = ''): Promise<unknown> {
  const response = await fetch(`${gate.url}/v1/models${query}`, {
    headers: { authorization: `Bearer ${key}` },
  })
  return ((await response.json()) as { data: unknown }).data
}

test('the lists of several upstreams are one list, and a broken upstream is left out of it', async () => {
  expect(await modelsFor('sk-alice')).toEqual([
    { id: 'llama-3', own: 1 },
    { id: 'shared', from: 'near' },
    { id: 'gpt-4' },
  ])
})

test('a caller sees what it may use, and local-only data sees local models', async () => {
  expect(await modelsFor('sk-bruno')).toEqual([{ id: 'gpt-4' }])
  expect(await modelsFor('sk-clara')).toEqual([
    { id: 'llama-3', own: 1 },
    { id: 'shared', from: 'near' },
  ])
})

test('a list that is asked for with a query is the same list', async () => {
  expect(await modelsFor('sk-alice', '?limit=1000')).toEqual(await modelsFor('sk-alice'))
  expect(await modelsFor('sk-bruno', '?limit=1000')).toEqual([{ id: 'gpt-4' }])
})

test('one model is asked for where it is served, by whom may use it', async () => {
  const status = async (key: string, id: string): Promise<number> =>
    (await fetch(`${gate.url}/v1/models/${id}`, { headers: { authorization: `Bearer ${key}` } })).status
  expect(await status('sk-alice', 'gpt-4')).toBe(200)
  expect(await status('sk-alice', 'llama-3')).toBe(200)
  expect(await status('sk-bruno', 'gpt-4')).toBe(200)
  expect(await status('sk-bruno', 'llama-3')).toBe(403)
  expect(await status('sk-clara', 'gpt-4')).toBe(403)
})
