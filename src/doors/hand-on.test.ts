import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admitInner, handOn } from './hand-on.ts'

const secret = 'the-shared-word'
const folder = mkdtempSync(join(tmpdir(), 'hand-on-'))
const path = join(folder, 'inner')
let inner: Server
let outer: Server
let seen: {
  readonly headers: IncomingMessage['headers']
  readonly raw: string[]
  readonly from: string | undefined
}
let aborted = 0

beforeAll(async () => {
  const admit = admitInner(secret)
  inner = createServer((asked, response) => {
    if (admit(asked, response, '')) return
    seen = { headers: asked.headers, raw: asked.rawHeaders, from: asked.socket.remoteAddress }
    response.on('close', () => {
      if (!response.writableFinished) aborted++
    })
    if (asked.url === '/silent')
      return void response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    response.writeHead(202, { 'x-answer': 'yes' })
    asked.pipe(response)
  })
  const handed = handOn({ path, secret })
  outer = createServer((asked, response: ServerResponse) => void handed(asked, response, asked.url ?? ''))
  await new Promise<void>((done) => inner.listen(path, done))
  await new Promise<void>((done) => outer.listen(0, '127.0.0.1', done))
})
afterAll(() => {
  inner.close()
  outer.close()
  inner.closeAllConnections()
  outer.closeAllConnections()
  rmSync(folder, { recursive: true, force: true })
})

function url(): string {
  return `http://127.0.0.1:${(outer.address() as AddressInfo).port}`
}

test('a request is handed on with its body, its headers and the address it came from', async () => {
  const headers = { 'x-own': 'a', 'X-Portcullis-Inner': 'forged', 'x-portcullis-inner-address': '192.0.2.1' }
  const response = await fetch(`${url()}/x`, { method: 'POST', body: 'hello', headers })
  expect([response.status, response.headers.get('x-answer'), await response.text()]).toEqual([
    202,
    'yes',
    'hello',
  ])
  expect(seen.from).toBe('127.0.0.1')
  expect(seen.headers['x-own']).toBe('a')
  expect(JSON.stringify([seen.headers, seen.raw])).not.toContain('portcullis-inner')
})

test('whoever does not know the word is not let in', async () => {
  for (const given of [undefined, '', 'the-shared-wor', 'the-shared-word2']) {
    const headers = given === undefined ? {} : { 'x-portcullis-inner': given }
    const status = await new Promise((done) => {
      request({ socketPath: path, path: '/x', headers }, (answer) => {
        answer.resume()
        done(answer.statusCode)
      }).end()
    })
    expect(status).toBe(403)
  }
})

test('a client that leaves takes what was handed on with it', async () => {
  const leaving = new AbortController()
  const before = aborted
  const response = await fetch(`${url()}/silent`, { signal: leaving.signal })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  leaving.abort()
  await expect.poll(() => aborted).toBe(before + 1)
})
