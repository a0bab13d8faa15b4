import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { consoleFiles } from './console-files.ts'

const GZIP_BYTES_MAX = 120_000
const build = fileURLToPath(new URL('build.mjs', import.meta.url))
const built = fileURLToPath(new URL('../../dist/console/files/', import.meta.url))

let server: Server
let url: string
beforeAll(async () => {
  execFileSync(process.execPath, [build, '--if-stale'])
  server = await served(built)
  url = urlOf(server)
})
afterAll(() => {
  server.close()
})

async function served(directory: string): Promise<Server> {
  const handle = consoleFiles(directory)
  const made = createServer((request, response) => {
    if (!handle(request, response, new URL(request.url ?? '/', 'http://x').pathname))
      response.writeHead(404).end()
  })
  await new Promise<void>((listening) => made.listen(0, '127.0.0.1', listening))
  return made
}

function urlOf(of: Server): string {
  return `http://127.0.0.1:${(of.address() as AddressInfo).port}`
}

function names(): string[] {
  return (JSON.parse(readFileSync(join(built, 'manifest.json'), 'utf8')) as { files: string[] }).files
}

test(`all of the console is at most ${GZIP_BYTES_MAX / 1_000} kB, compressed`, () => {
  const bytes = names().map((name) => readFileSync(join(built, `${name}.gz`)).length)
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(GZIP_BYTES_MAX)
})

test('every screen is the same page, and says that nothing inline or from elsewhere may run', async () => {
  for (const path of ['/', '/campaigns/c_1/graph', '/settings/users', '/signin']) {
    const response = await fetch(url + path)
    expect(response.status).toBe(200)
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).not.toContain('unsafe')
    expect(response.headers.get('cache-control')).toBe('no-cache')
    const page = await response.text()
    expect(page).not.toMatch(/<script(?![^>]*src=)|<style|style=|\son\w+=|https?:\/\//)
  }
})

test('hashed files are kept for ever, come compressed to who can read that and plain to who cannot', async () => {
  const script = names().find((name) => name.endsWith('.js')) ?? ''
  const packed = await fetch(`${url}/console/${script}`)
  expect(packed.headers.get('content-encoding')).toBe('gzip')
  expect(packed.headers.get('cache-control')).toContain('immutable')
  const plain = await fetch(`${url}/console/${script}`, { headers: { 'accept-encoding': 'identity' } })
  expect(plain.headers.get('content-encoding')).toBeNull()
  expect(await plain.text()).toBe(await packed.text())
})

test('the API, the health checks and what does not exist are not answered here', async () => {
  for (const path of [
    '/api/me',
    '/metrics',
    '/healthz',
    '/nosuch',
    '/console/../../package.json',
    '/console/nosuch.js',
  ])
    expect((await fetch(url + path)).status).toBe(404)
  expect((await fetch(url, { method: 'POST' })).status).toBe(404)
})

test('where the console was not built, the page says how to build it', async () => {
  const bare = await served(mkdtempSync(join(tmpdir(), 'console-')))
  const response = await fetch(urlOf(bare))
  expect(response.status).toBe(503)
  expect(await response.text()).toContain('npm run build:console')
  bare.close()
})
