import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sandboxObstacle } from '../../src/doors/shell/sandbox.ts'
import { binary, type Ended } from './binary.ts'
import { makeCertificate } from './self-signed.ts'

/** Makes the certificate of a test's server. */
const maker = 'openssl'
const obstacle =
  (await sandboxObstacle()) ??
  (spawnSync(maker, ['version']).status === 0 ? undefined : 'there is no openssl')
const needs =
  obstacle === undefined ? '' : ` — SKIPPED, needs bubblewrap, socat, ripgrep and openssl: ${obstacle}`
const value = ['ghp', 'x8Kq2Lm9ZtR4vB7nWc1D'].join('_')

let home: string
let project: string
let server: Server
let port: number
const seen: (string | undefined)[] = []

beforeAll(async () => {
  if (obstacle !== undefined) return
  home = mkdtempSync(join(tmpdir(), 'sandbox-credentials-'))
  project = join(home, 'project')
  mkdirSync(project)
  writeFileSync(join(home, 'key'), Buffer.alloc(32, 7).toString('base64'))
  const pem = (name: string) => join(home, name)
  expect(makeCertificate(home, 'localhost', '-addext', 'subjectAltName=DNS:localhost')).toBe(true)
  const identity = { key: readFileSync(pem('key.pem')), cert: readFileSync(pem('cert.pem')) }
  server = createServer(identity, (request, response) => {
    seen.push(request.headers.authorization)
    response.end(`you sent ${request.headers.authorization}\n`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
  const added = await command(
    ['credentials', 'add', 'demo', '--destinations', 'localhost', ...store(), ...key()],
    value,
  )
  expect(added).toMatchObject({ code: 0 })
  await command(
    ['credentials', 'add', 'other', '--destinations', 'api.example', ...store(), ...key()],
    `${value}2`,
  )
}, 60_000)
afterAll(() => {
  server?.close()
  if (home !== undefined) rmSync(home, { recursive: true, force: true })
})

const store = () => ['--store', join(home, 'data')]
const key = () => ['--key-file', join(home, 'key')]

async function command(
  argv: readonly string[],
  input = '',
  env: Record<string, string> = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [binary, ...argv], {
    cwd: project,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      NO_COLOR: '1',
      NODE_EXTRA_CA_CERTS: join(home, 'cert.pem'),
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(input)
  const texts = { out: '', err: '' }
  child.stdout.on('data', (chunk) => {
    texts.out += chunk
  })
  child.stderr.on('data', (chunk) => {
    texts.err += chunk
  })
  const [code] = await once(child, 'close')
  return { code, ...texts }
}

const run = (argv: readonly string[], env: Record<string, string> = {}) =>
  command(
    [...['run', '--credentials', join(home, 'data'), ...key(), '--allow-domain', 'localhost'], ...argv],
    '',
    env,
  )
const curl = (authorization: string) =>
  `curl -sS -m 20 --noproxy '' https://localhost:${port}/ -H "authorization: Bearer ${authorization}"`

describe.skipIf(obstacle !== undefined)(`credentials in the sandbox${needs}`, () => {
  test('a placeholder in a command is the credential at its host alone, and the answer does not give it away', async () => {
    const { code, out, err } = await run(['-c', `${curl('pc-credential-demo')}; echo pc-credential-demo`])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(seen.at(-1)).toBe(`Bearer ${value}`)
    expect(out).toBe('you sent Bearer pc-credential-demo\npc-credential-demo\n')
  }, 60_000)

  test('a placeholder in the environment is one too, and inside there is no credential', async () => {
    const env = { GITHUB_TOKEN: 'pc-credential-demo', OTHER_TOKEN: 'a-real-one' }
    const text = `env > all; cat /proc/self/environ >> all; ${curl('$GITHUB_TOKEN')}; echo "[$OTHER_TOKEN]"`
    const { out } = await run(['--policy', 'observe', '-c', text], env)
    expect(seen.at(-1)).toBe(`Bearer ${value}`)
    expect(out).toBe('you sent Bearer pc-credential-demo\n[]\n')
    expect(readFileSync(join(project, 'all'), 'utf8')).not.toContain(value)
  }, 60_000)

  test('a credential of another host is not put in here', async () => {
    const before = seen.length
    const named = await run(['-c', curl('pc-credential-other')])
    expect(named).toMatchObject({ code: 126, err: expect.stringContaining('credential.wrong-destination') })
    expect(seen).toHaveLength(before)
    const hidden = await run(['-c', `h=local; ${curl('$T').replace('localhost', '$' + '{h}host')}`], {
      T: 'pc-credential-other',
    })
    expect(hidden.code).toBe(0)
    expect(seen.at(-1)).toMatch(/^Bearer fake_value_/)
  }, 60_000)

  test('without TLS nothing is put in', async () => {
    const { out } = await run([
      '-c',
      `printf 'pc-credential-demo' > sent; cat sent; curl -sS -m 10 --noproxy '' http://localhost:${port}/ -H "authorization: Bearer pc-credential-demo"`,
    ])
    expect(out).toContain('pc-credential-demo')
    expect(readFileSync(join(project, 'sent'), 'utf8')).toMatch(/^fake_value_/)
    expect(JSON.stringify(seen)).not.toContain(`${value}2`)
  }, 60_000)
})
