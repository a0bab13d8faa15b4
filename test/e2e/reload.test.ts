import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { readConfig } from '../../src/config/read-config.ts'
import { MockUpstream } from './mock-upstream.ts'
import { RunningGate } from './running-gate.ts'

const main = fileURLToPath(new URL('../../bin/portcullis.js', import.meta.url))

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

test('a file that changes while the gate still starts is taken as well', { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'reload-'))
  const file = join(folder, 'portcullis.yaml')
  const put = (mode: string): void => {
    const upstream = '{ name: m, protocol: openai, url: "http://127.0.0.1:9/v1" }'
    const text = `mode: ${mode}\nlisten: 127.0.0.1:0\nstore: ./data\nupstreams: [${upstream}]\nkeys: []\n`
    writeFileSync(`${file}.new`, text)
    renameSync(`${file}.new`, file)
  }
  put('observe')
  const gate = spawn(process.execPath, [main, 'up', '--config', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exit = once(gate, 'exit')
  try {
    let log = ''
    gate.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString()
    })
    // The configuration has been read once there is a store.
    await vi.waitFor(() => expect(existsSync(join(folder, 'data'))).toBe(true), {
      timeout: 60_000,
      interval: 2,
    })
    put('enforce')
    await vi.waitFor(() => expect(log).toContain('mode: observe → enforce'), { timeout: 60_000 })
  } finally {
    gate.kill('SIGTERM')
    await exit
    rmSync(folder, { recursive: true, force: true })
  }
})

test('a gate takes a changed file by itself or at a SIGHUP, says what changed, and nothing of one with errors', {
  timeout: 120_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'reload-'))
  const file = join(folder, 'portcullis.yaml')
  const text = (extra: string): string =>
    `listen: 127.0.0.1:0\nstore: ./data\nupstreams:\n  - { name: m, protocol: openai, url: "http://127.0.0.1:9/v1" }\nkeys:\n  - { key: sk-alice, account: a }\n${extra}`
  // At once and whole: the gate may look at any moment.
  const put = (extra: string): void => {
    writeFileSync(`${file}.new`, text(extra))
    renameSync(`${file}.new`, file)
  }
  put('mode: observe\n')
  const gate = spawn(process.execPath, [main, 'up', '--config', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exit = once(gate, 'exit')
  try {
    const lines: Record<string, unknown>[] = []
    const log = createInterface({ input: gate.stderr })
    log.on('line', (line) => lines.push(JSON.parse(line) as Record<string, unknown>))
    const logged = async (event: string): Promise<Record<string, unknown> | undefined> => {
      await vi.waitFor(() => expect(lines.map((line) => line.event)).toContain(event), {
        timeout: 60_000,
      })
      return lines.findLast((line) => line.event === event)
    }
    await logged('up')
    put('mode: enforce\nlimits: { drainMs: 1000 }\n')
    expect(await logged('reloaded')).toMatchObject({
      changed: 'mode, limits, agents',
      diff: 'mode: observe → enforce; limits.drainMs: 30000 → 1000; agents.mode: observe → enforce',
      needsRestart: 'limits',
    })
    put('mode: enforced\n')
    expect(await logged('reload-refused')).toMatchObject({ problems: expect.stringContaining('mode') })
    // The signal does not wait for the file to be looked at.
    gate.kill('SIGHUP')
    await vi.waitFor(
      () => expect(lines.filter(({ event }) => event === 'reload-refused').length).toBeGreaterThan(1),
      { timeout: 60_000 },
    )
    expect(lines.filter(({ event }) => event === 'reloaded')).toHaveLength(1)
  } finally {
    gate.kill('SIGTERM')
    await exit
    rmSync(folder, { recursive: true, force: true })
  }
})
