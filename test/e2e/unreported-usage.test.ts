import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ledgerDirectory } from '../../src/cli/gateway.ts'
import { endedExchanges } from '../../src/gate/export-exchanges.ts'
import { RunningGate } from './running-gate.ts'

const EVENTS = 400
let vendor: Server
let gate: RunningGate

/** As OpenAI streams to a client that does not ask for usage; `hangs` never ends. */
beforeAll(async () => {
  vendor = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const { model } = JSON.parse(body) as { model: string }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const event = {
      id: 'c',
      object: 'chat.completion.chunk',
      model,
      choices: [{ delta: { content: 'word ' } }],
    }
    for (let sent = 0; sent < EVENTS; sent++) response.write(`data: ${JSON.stringify(event)}\n\n`)
    if (model !== 'hangs') response.end('data: [DONE]\n\n')
  })
  await new Promise<void>((done) => vendor.listen(0, '127.0.0.1', done))
  gate = await RunningGate.open(`
upstreams:
  - { name: o, protocol: openai, url: "http://127.0.0.1:${(vendor.address() as AddressInfo).port}" }
keys:
  - { key: "sk-reads", account: reads }
  - { key: "sk-leaves", account: leaves }
rates: { account: { tokensPerDay: 1000 } }
`)
})
afterAll(async () => {
  vendor.closeAllConnections()
  await gate[Symbol.asyncDispose]()
  vendor.close()
})

async function stream(key: string, model: string, signal?: AbortSignal): Promise<Response> {
  return await fetch(`${gate.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'go on' }] }),
    ...(signal ? { signal } : {}),
  })
}

test('streams that report no usage count in a budget of tokens', async () => {
  const statuses: number[] = []
  for (let asked = 0; asked < 4; asked++) {
    const response = await stream('sk-reads', 'm')
    statuses.push(response.status)
    await response.text()
  }
  expect(statuses).toEqual([200, 200, 429, 429])
})

test('a client that leaves before the end of its streams does not read for nothing', async () => {
  const leave = async (): Promise<number> => {
    const left = new AbortController()
    const response = await stream('sk-leaves', 'hangs', left.signal)
    let bytes = 0
    if (response.status === 200)
      for await (const chunk of response.body ?? []) {
        bytes += chunk.length
        if (bytes > EVENTS * 100) break
      }
    left.abort()
    return response.status
  }
  await expect.poll(leave, { timeout: 20_000 }).toBe(429)
})

test('the ledger, its export and the metrics have what a stream without usage wrote, marked as an estimate', async () => {
  const ends = gate.entries().filter(({ kind, status }) => kind === 'completion' && status === 200)
  const [whole] = ends
  expect(whole).toMatchObject({ outcome: 'answered', tokens_estimated: true })
  expect(whole).not.toHaveProperty('input_tokens')
  expect(Number(whole?.output_tokens)).toBeGreaterThan(EVENTS * 0.9)
  expect(Number(whole?.output_tokens)).toBeLessThan(EVENTS * 1.5)
  const [exported] = endedExchanges(ledgerDirectory(gate.config))
  expect(exported?.exchange).toMatchObject({ output_tokens: whole?.output_tokens, tokens_estimated: true })
  const metrics = await (await fetch(`${gate.consoleUrl}/metrics`)).text()
  const all = ends.reduce((sum, { output_tokens }) => sum + Number(output_tokens), 0)
  expect(metrics).toContain(`portcullis_estimated_tokens_total{direction="output"} ${all}\n`)
  expect(metrics).toContain('portcullis_tokens_total{direction="output"} 0\n')
})
