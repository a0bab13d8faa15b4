import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { doctor } from './doctor.ts'

let cwd = ''
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'doctor-'))
})
afterAll(() => rmSync(cwd, { recursive: true }))

async function examined(options: Record<string, string | boolean>, env: Record<string, string> = {}) {
  let out = ''
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      out += String(chunk)
      done()
    },
  })
  const signal = new AbortController().signal
  const code = await doctor.run([], options, {
    stdin: Readable.from([]),
    stdout,
    stderr: stdout,
    env,
    cwd,
    signal,
    now: Date.now,
  })
  return { code, out }
}

test('a machine that can run the main job is well', async () => {
  const { code, out } = await examined({ json: true })
  const report = JSON.parse(out)
  expect(code).toBe(0)
  expect(report).toMatchObject({ ok: true, node: process.versions.node, systemNode: null })
  expect(report.checks.map(({ name }: { name: string }) => name)).toEqual([
    'runtime',
    'memory',
    'cores',
    'store',
    'zstd',
    'chromium',
    'bubblewrap',
    'socat',
    'ripgrep',
    'java',
  ])
})

test('an optional tool is found along PATH and nothing is run', async () => {
  const path = join(cwd, 'bwrap')
  writeFileSync(path, '#!/bin/sh\ntouch ran\n')
  chmodSync(path, 0o755)
  const found = JSON.parse((await examined({ json: true }, { PATH: cwd })).out)
  const state = (name: string) => found.checks.find((check: { name: string }) => check.name === name).state
  expect(state('bubblewrap')).toBe('present')
  expect(state('java')).toBe('missing')
})

test('a missing optional tool says what to do and fails nothing', async () => {
  const { code, out } = await examined({}, { PATH: '' })
  expect(code).toBe(0)
  expect(out).toMatch(/– java\s+not on PATH\n.*install\s+java/s)
})

test('a store that cannot be written fails the main job', async () => {
  const { code, out } = await examined({ store: '/proc/none' })
  expect(code).toBe(1)
  expect(out).toContain('✗ store')
})

test('the bundled runtime is named as such', async () => {
  expect((await examined({}, { PORTCULLIS_SYSTEM_NODE: '20.1.0' })).out).toContain(
    'bundled (the system has 20.1.0)',
  )
})

test('of a configuration it says what is wrong in it, whether its upstreams answer, and whether anybody can ask', async () => {
  const server = createServer((request, response) => {
    const isIn = request.headers.authorization === 'Bearer sk-good'
    response.writeHead(request.url === '/moved/v1/models' ? 301 : isIn ? 200 : 401, { location: '/' })
    response.end('{"object":"list","data":[{"id":"a"},{"id":"b"}]}')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const file = join(cwd, 'portcullis.yaml')
  writeFileSync(
    file,
    `store: ./data
upstreams:
  - { name: good, protocol: openai, url: "${url}/v1", key: "env:KEY" }
  - { name: wrong, protocol: openai, url: "${url}/v1", key: sk-other }
  - { name: moved, protocol: openai, url: "${url}/moved/v1", key: sk-good }
  - { name: gone, protocol: openai, url: "http://127.0.0.1:1/v1" }
data:
  - { data: local-only, accounts: [clinic] }
`,
  )
  const page = await examined({ config: file }, { KEY: 'sk-good' })
  server.close()
  expect(page.code).toBe(0)
  const said = page.out.replaceAll(/\s+/g, ' ')
  expect(said).toContain(`✓ config ${file}`)
  expect(said).toMatch(/✓ good \S+ answers 200, 2 models/)
  expect(said).toMatch(/– wrong \S+ answers 401 it does not take this key/)
  expect(said).toMatch(/– moved \S+ answers 301 it sends its clients elsewhere/)
  expect(said).toMatch(/– gone \S+ ECONNREFUSED it does not answer/)
  expect(said).toMatch(/– data no upstream is local/)
  expect(said).toMatch(/– keys none nobody can ask yet/)
  expect(page.out).not.toMatch(/sk-/)
  writeFileSync(file, 'upstreams:\n  - { name: good, protocol: openai, url: "localhost:1" }\nkeys: 7\n')
  const bad = await examined({ config: file })
  expect(bad.code).toBe(1)
  expect(bad.out).toMatch(/✗ config .*portcullis.yaml:2:37: upstreams.0.url: must be a URL.*and 1 more/)
})

test('a key that can be found by trying is named by its account', async () => {
  const file = join(cwd, 'weak.yaml')
  writeFileSync(
    file,
    'upstreams: [{ name: gone, protocol: openai, url: "http://127.0.0.1:1/v1" }]\nkeys: [{ key: sk-short, account: acct }]\n',
  )
  const { out } = await examined({ config: file })
  expect(out).toMatch(/– keys\s+short ones, of acct\n\s+can be found by trying/)
  expect(out).not.toContain('sk-short')
})
