import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readConfig } from '../config/read-config.ts'
import { KeyStore } from '../store/embedded/key-store.ts'
import { openState } from '../store/embedded/state.ts'
import { firstConfig, vendors } from './first-config.ts'
import { init } from './init.ts'
import { findLocalServers } from './local-servers.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'init-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

async function runInit(env: Record<string, string>): Promise<string> {
  let out = ''
  const stdout = { write: (text: string) => (out += text) }
  const console = { env, cwd: directory, now: Date.now, stdout }
  await init.run([], { json: true }, console as unknown as Parameters<typeof init.run>[2])
  return out
}

test('the file written is valid, only its owner reads it, and it holds no secret', async () => {
  const env = { ANTHROPIC_API_KEY: 'sk-ant-very-secret' }
  const { file, key, upstreams } = JSON.parse(await runInit(env)) as Record<string, string>
  const text = readFileSync(file ?? '', 'utf8')
  expect(statSync(file ?? '').mode & 0o777).toBe(0o600)
  expect(text).not.toContain('very-secret')
  expect(text).not.toContain(key)
  expect(upstreams).toContain('anthropic')
  expect(readConfig(text, file ?? '', env)).toMatchObject({ ok: true, value: { mode: 'observe' } })
  const state = openState(join(directory, 'portcullis-data'))
  expect(new KeyStore(state).list()).toMatchObject([{ account: 'first' }])
  state.close()
})

test('an existing file is never overwritten', async () => {
  await runInit({})
  const before = readFileSync(join(directory, 'portcullis.yaml'), 'utf8')
  await expect(runInit({})).rejects.toMatchObject({ code: 'usage' })
  expect(readFileSync(join(directory, 'portcullis.yaml'), 'utf8')).toBe(before)
})

test('whatever was found, the configuration is valid, and so is every line of its comments', () => {
  for (const count of [0, 1, vendors.length]) {
    const some = vendors.slice(0, count)
    const env = Object.fromEntries(some.map(({ variable }) => [variable, 'x']))
    const servers =
      count === 1 ? [] : [{ name: 'ollama', url: 'http://127.0.0.1:11434/v1', models: ['a"b: c', 'd'] }]
    const text = firstConfig({ listen: 1, console: 2, servers, vendors: some })
    expect(readConfig(text, '/x.yaml', env)).toMatchObject({ ok: true })
    const uncommented = text.replace(/^# ((?:rates|data|allow|trust|ledger|keys| {2}).*)$/gm, '$1')
    expect(readConfig(uncommented, '/x.yaml', { ...env, SERVICE_KEY: 'sk-service' })).toMatchObject({
      ok: true,
    })
  }
})

test('a model server is known by its answer, not by its port', async () => {
  const server = createServer((request, response) => {
    response.end(request.url === '/v1/models' ? '{"data":[{"id":"llama"}]}' : 'no')
  })
  const other = createServer((_request, response) => response.end('<html>'))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
  const port = (server.address() as AddressInfo).port
  const found = await findLocalServers(new Set(), [
    ['here', port],
    ['web', (other.address() as AddressInfo).port],
    ['nothing', 1],
  ])
  expect(found).toEqual([{ name: 'here', url: `http://127.0.0.1:${port}/v1`, models: ['llama'] }])
  expect(await findLocalServers(new Set([port]), [['here', port]])).toEqual([])
  server.close()
  other.close()
})
