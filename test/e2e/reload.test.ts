import { expect, test } from 'vitest'
import { readConfig } from '../../src/config/read-config.ts'
import { MockUpstream } from './mock-upstream.ts'
import { RunningGate } from './running-gate.ts'

test('a new configuration is taken without dropping a stream that is under way', async () => {
  await using first = await MockUpstream.open()
  await using second = await MockUpstream.open()
  const text = (url: string, key: string, extra = ''): string =>
    `upstreams:\n  - { name: m, protocol: openai, url: "${url}" }\nkeys:\n  - { key: ${key}, account: a }\n${extra}`
  await using gate = await RunningGate.open(text(first.url, 'sk-before'))
  const ask = async (key: string, stream = false): Promise<Response> =>
    await fetch(`${gate.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify({ model: stream ? 'dribbles' : 'gpt-mock', stream }),
    })
  const streaming = await ask('sk-before', true)

  const next = readConfig(
    text(second.url, 'sk-after', 'mode: observe\nlisten: 127.0.0.1:1\n'),
    gate.config.file,
    {},
  )
  if (!next.ok) throw new Error('the new configuration is not valid')
  expect(gate.gateway.use(next.value)).toMatchObject({
    changed: expect.arrayContaining(['mode', 'upstreams', 'keys', 'listen']),
    waiting: expect.arrayContaining(['listen']),
  })

  expect(await streaming.text()).toMatch(/data: \[DONE\]\n\n$/)
  expect((await ask('sk-before')).status).toBe(401)
  const before = first.received.length
  expect((await ask('sk-after')).status).toBe(200)
  expect(first.received.length).toBe(before)
  expect(second.received.length).toBe(1)
})

test('in observe mode a measure is recorded and nothing is held up', async () => {
  await using mock = await MockUpstream.open()
  await using gate = await RunningGate.open(
    `mode: observe\nupstreams:\n  - { name: m, protocol: openai, url: "${mock.url}" }\nkeys:\n  - { key: sk-alice, account: alice }\n`,
  )
  const { measures } = gate.gateway
  const ground = { reason: 'r', author: 'test', campaign: undefined, created: Date.now(), expires: undefined }
  measures.apply({ standing: 'quarantined', parameters: {}, ...ground }, ['alice'])
  await gate.gateway.refresh()
  const response = await fetch(`${gate.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-alice' },
    body: '{"model":"gpt-mock"}',
  })
  expect(response.status).toBe(200)
  await response.text()
  expect(gate.entries()).toContainEqual(
    expect.objectContaining({
      standing: 'quarantined',
      decision: { action: 'deny', rule: 'standing.quarantined', status: 403, enforced: false },
    }),
  )
})

test('a gate that is told to stop lets a stream end, takes nothing new, and says so', async () => {
  await using mock = await MockUpstream.open()
  const gate = await RunningGate.open(
    `upstreams:\n  - { name: m, protocol: openai, url: "${mock.url}" }\nkeys:\n  - { key: sk-alice, account: alice }\n`,
  )
  const streaming = await fetch(`${gate.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-alice' },
    body: '{"model":"dribbles","stream":true}',
  })
  const stopped = gate[Symbol.asyncDispose]()
  await expect(fetch(`${gate.url}/healthz`)).rejects.toThrow()
  expect(await streaming.text()).toMatch(/data: \[DONE\]\n\n$/)
  await stopped
})
