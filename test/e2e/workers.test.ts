import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MeasureStore } from '../../src/store/embedded/measure-store.ts'
import { openState } from '../../src/store/embedded/state.ts'
import { type Answer, ManyWorkers } from './many-workers.ts'
import { MockUpstream } from './mock-upstream.ts'

const WORKERS = 3
/** Connections are dealt out by chance: among so many, one in 60,000 times a worker gets none. */
const ENOUGH = 30
const START_MS = 120_000
const BURST = 20
const REFUSALS = 20

/** Has made one response, and keeps it. */
const keeps = createServer((request, response) => {
  request.resume()
  response.end(JSON.stringify({ id: `resp_${'0'.repeat(24)}`, object: 'response', output: [] }))
})
let mock: MockUpstream
let gate: ManyWorkers
let config = ''

beforeAll(async () => {
  mock = await MockUpstream.open()
  keeps.listen(0, '127.0.0.1')
  await once(keeps, 'listening')
  config = `
upstreams:
  - { name: keeps, protocol: openai, url: "http://127.0.0.1:${(keeps.address() as AddressInfo).port}", models: [kept] }
  - { name: m, protocol: openai, url: "${mock.url}" }
  - { name: a, protocol: anthropic, url: "${mock.url}" }
keys:
  - { key: sk-alice, account: alice }
  - { key: sk-bob, account: bob }
  - { key: sk-mallory, account: mallory }
  - { key: sk-reader, account: reader }
rates: { account: { requestsPerMinute: ${BURST} }, refusalsPerMinute: ${REFUSALS} }
trust: { hops: 1, proxies: ["127.0.0.1/32"] }
`
  gate = await ManyWorkers.start(config, WORKERS)
}, START_MS)
afterAll(async () => {
  await gate.stop()
  const { holds, open } = gate.verify()
  gate.remove()
  await mock[Symbol.asyncDispose]()
  keeps.close()
  expect({ holds, open }).toEqual({ holds: true, open: 0 })
}, START_MS)

function processesOf(answers: readonly Answer[]): number {
  return new Set(answers.map((answer) => answer.process)).size
}

test('all workers together give what one budget has, not one each', { timeout: START_MS }, async () => {
  const started = Date.now()
  const answers = await Promise.all(Array.from({ length: BURST * WORKERS }, () => gate.chat('sk-mallory')))
  const given = answers.filter(({ status }) => status === 200).length
  const refilled = Math.ceil(((Date.now() - started) * BURST) / 60_000)
  expect(processesOf(answers)).toBe(WORKERS)
  expect(given).toBeGreaterThanOrEqual(BURST)
  expect(given).toBeLessThanOrEqual(BURST + refilled)
  expect(answers.filter(({ status }) => status === 429).length).toBe(answers.length - given)
})

test('refused keys from one address count in every worker', { timeout: START_MS }, async () => {
  // One after the other, so that each is heard of everywhere before the next; a network of its own for each test.
  const headers = { 'x-forwarded-for': '192.0.2.7' }
  const answers: Answer[] = []
  for (let guess = 0; guess < REFUSALS * WORKERS; guess++)
    answers.push(await gate.ask('/v1/chat/completions', { key: `sk-guess-${guess}`, body: '{}', headers }))
  expect(processesOf(answers)).toBe(WORKERS)
  expect(answers.filter(({ status }) => status === 401).length).toBeLessThan(2 * REFUSALS)
  expect(answers.at(-1)?.status).toBe(429)
})

test('a block that was made for one account is foreign from another, whichever worker is asked', {
  timeout: START_MS,
}, async () => {
  const ask = async (key: string, signature?: string): Promise<Answer> => {
    const thinking = [{ type: 'thinking', thinking: 'Hm.', signature }]
    const earlier = signature === undefined ? [] : [{ role: 'assistant', content: thinking }]
    const messages = [{ role: 'user', content: 'Hi' }, ...earlier]
    const body = JSON.stringify({ model: 'thinks', max_tokens: 9, messages })
    return await gate.ask('/v1/messages', { key, body, headers: { 'x-api-key': key } })
  }
  const made = await ask('sk-alice')
  const signature = /"signature":"([^"]+)"/.exec(made.text)?.[1] ?? ''
  expect(signature).not.toBe('')
  const asked: Answer[] = []
  await expect
    .poll(
      async () => {
        const answer = await ask('sk-bob', signature)
        asked.push(answer)
        return answer.status
      },
      { timeout: 30_000 },
    )
    .toBe(403)
  const seen = new Set([made.process])
  for (let turn = 0; turn < ENOUGH; turn++) {
    const answer = await ask('sk-bob', signature)
    seen.add(answer.process)
    if (answer.status !== 429) expect(answer.text).toContain('reasoning.foreign')
  }
  expect(seen.size).toBe(WORKERS)
})

test('a stored answer is its account’s in every worker as soon as it is there', {
  timeout: START_MS,
}, async () => {
  const { text, process } = await gate.ask('/v1/responses', {
    ...{ key: 'sk-reader', body: JSON.stringify({ model: 'kept', input: 'Hi' }) },
  })
  const id = /"id":"([^"]+)"/.exec(text)?.[1] ?? ''
  const read = (key: string) => gate.ask(`/v1/responses/${id}`, { key })
  const answers = await Promise.all(Array.from({ length: BURST - 2 }, () => read('sk-reader')))
  expect(new Set([...answers.map((answer) => answer.process), process]).size).toBeGreaterThan(1)
  expect(answers.map((answer) => answer.text)).toEqual(answers.map(() => text))
  expect((await read('sk-mallory')).text).toMatch(/response.unknown|rate.requests/)
})

test('a measure takes effect in every worker, and is noted once', { timeout: START_MS }, async () => {
  const state = openState(gate.store)
  const ground = { reason: 'r', author: 'test', campaign: undefined, created: Date.now(), expires: undefined }
  new MeasureStore(state).apply({ standing: 'quarantined', parameters: {}, ...ground }, ['alice'])
  state.close()
  const askAll = async (): Promise<readonly Answer[]> =>
    await Promise.all(Array.from({ length: ENOUGH }, () => gate.chat()))
  let last: readonly Answer[] = []
  await expect
    .poll(
      async () => {
        last = await askAll()
        return last.every(({ status }) => status === 403)
      },
      { timeout: 30_000 },
    )
    .toBe(true)
  expect(processesOf(last)).toBe(WORKERS)
  await expect.poll(() => gate.entries().filter(({ kind }) => kind === 'measure').length).toBe(1)
})

test('health, paths of agents and numbers are those of one gate', { timeout: START_MS }, async () => {
  expect(await gate.ask('/readyz')).toMatchObject({ status: 200, text: 'ready\n' })
  expect(await gate.ask('/nothing')).toMatchObject({ status: 404 })
  const headers = { 'content-type': 'application/json', 'x-portcullis-inner-address': '192.0.2.1' }
  const hook = await gate.ask('/hook', { body: '{}', headers })
  expect(hook.status).toBeLessThan(500)
  expect(hook.text).toContain('decision_id')
  const decided = (): number => gate.entries().filter(({ kind }) => kind === 'exchange').length
  await expect
    .poll(async () => (await gate.metric('portcullis_decisions_total')) - decided(), { timeout: 30_000 })
    .toBe(0)
})

test('a changed configuration is taken by every worker, and one with errors by none', {
  timeout: START_MS,
}, async () => {
  const file = join(gate.directory, 'portcullis.yaml')
  const listen = 'listen: 127.0.0.1:0\nconsole: 127.0.0.1:0\n'
  writeFileSync(file, `${listen}${config}nonsense: 1\n`)
  await expect.poll(() => gate.logged('reload-refused').length, { timeout: 30_000 }).toBe(1)
  expect((await gate.chat('sk-bob')).status).not.toBe(401)
  writeFileSync(file, `${listen}${config.replace('sk-bob', 'sk-bobby')}`)
  let last: readonly Answer[] = []
  await expect
    .poll(
      async () => {
        last = await Promise.all(Array.from({ length: ENOUGH }, () => gate.chat('sk-bobby')))
        return last.some(({ status }) => status === 401)
      },
      { timeout: 30_000 },
    )
    .toBe(false)
  expect(processesOf(last)).toBe(WORKERS)
})
