import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { portcullis } from './command-line.ts'
import { MockUpstream } from './mock-upstream.ts'
import { RunningGate } from './running-gate.ts'

const AUDIENCE = 'portcullis'
let mock: MockUpstream
let gate: RunningGate
let issuer: string
let server: Server
let published: JWK[] = []
let fetches = 0
const digest = 'a'.repeat(64)

const first = await generateKeyPair('ES256', { extractable: true })
const second = await generateKeyPair('ES256', { extractable: true })

beforeAll(async () => {
  mock = await MockUpstream.open()
  server = createServer((request, response) => {
    const path = request.url ?? ''
    response.setHeader('content-type', 'application/json')
    if (path === '/.well-known/openid-configuration')
      response.end(JSON.stringify({ issuer, jwks_uri: `${issuer}/keys` }))
    else if (path === '/keys') {
      fetches++
      response.end(JSON.stringify({ keys: published }))
    } else response.end(JSON.stringify({ models: [{ name: 'llama-pinned:latest', digest }] }))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  published = [await jwk(first.publicKey, 'one')]
  gate = await RunningGate.open(`
upstreams:
  - { name: far, protocol: openai, url: "${mock.url}", key: far, models: ["gpt-*"] }
  - { name: near, protocol: openai, url: "${mock.url}", key: near, models: ["llama-3", "gpt-local"], local: true }
  - { name: pinned, protocol: openai, url: "${issuer}/v1", models: ["llama-pinned"], local: true, digests: { llama-pinned: "sha256:${'a'.repeat(64)}" } }
  - { name: other, protocol: openai, url: "${issuer}/v1", models: ["llama-other"], local: true, digests: { llama-other: "${'b'.repeat(64)}" } }
keys:
  - { key: "sk-scoped", account: scoped, scopes: [embeddings] }
  - { key: "sk-alice", account: alice, tenant: acme }
  - { key: "sk-bruno", account: bruno, tenant: acme }
  - { key: "sk-daily", account: daily }
identity:
  issuers:
    - { issuer: "${issuer}", audience: [${AUDIENCE}], algorithms: [ES256], claims: { tenant: org, scopes: scope } }
rates:
  tenant: { requestsPerMinute: 80 }
  account: { tokensPerDay: 1000 }
data:
  - { data: local-only, secrets: true }
`)
})
afterAll(async () => {
  await gate[Symbol.asyncDispose]()
  await mock[Symbol.asyncDispose]()
  server.close()
})

async function jwk(key: CryptoKey, kid: string): Promise<JWK> {
  return { ...(await exportJWK(key)), kid, alg: 'ES256', use: 'sig' }
}

type Claims = {
  readonly exp?: string
  readonly aud?: string
  readonly iss?: string
  readonly kid?: string
  readonly scope?: string
  readonly sub?: string
}

async function token(key: CryptoKey, claims: Claims = {}): Promise<string> {
  return await new SignJWT({ org: 'acme-oidc', scope: claims.scope ?? 'openid chat.completions' })
    .setProtectedHeader({ alg: 'ES256', kid: claims.kid ?? 'one' })
    .setSubject(claims.sub ?? 'user-7')
    .setIssuer(claims.iss ?? issuer)
    .setAudience(claims.aud ?? AUDIENCE)
    .setIssuedAt()
    .setExpirationTime(claims.exp ?? '5m')
    .sign(key)
}

async function ask(
  key: string,
  body: object = {},
  path = '/v1/chat/completions',
): Promise<{ status: number; code: string }> {
  const response = await fetch(`${gate.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({ model: 'gpt-mock', messages: [{ role: 'user', content: 'Hi' }], ...body }),
  })
  const { error } = (await response.json()) as { error?: { code?: string } }
  return { status: response.status, code: error?.code ?? '' }
}

test('a signed token stands in for a key: its account, tenant and scopes are the caller’s', async () => {
  const good = await token(first.privateKey)
  expect((await ask(good)).status).toBe(200)
  const asked = fetches
  expect((await ask(good)).status).toBe(200)
  expect(fetches).toBe(asked)
  expect(gate.entries().findLast(({ kind }) => kind === 'exchange')).toMatchObject({
    account: 'user-7',
    tenant: 'acme-oidc',
    key: expect.stringMatching(/^t_/),
  })
  expect(await ask(good, { input: 'x' }, '/v1/embeddings')).toEqual({ status: 403, code: 'key.scopes' })
})

test('a signed token that no door has seen yet is good at the hook door, and an expired one is not', async () => {
  const event = {
    session_id: 's',
    hook_event_name: 'PreToolUse',
    tool_name: 'Bash',
    tool_input: { command: 'ls' },
  }
  const hook = async (key: string) =>
    await fetch(`${gate.url}/hook`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(event),
    })
  expect((await hook(await token(first.privateKey, { sub: 'agent-9' }))).status).toBe(200)
  expect(gate.entries().findLast(({ kind }) => kind === 'agent-act')).toMatchObject({
    tenant: 'acme-oidc',
    agent: 'agent-9',
  })
  expect((await hook(await token(first.privateKey, { exp: '-5m' }))).status).toBe(401)
})

test('a token that is expired, for others, from others or altered is refused and says which', async () => {
  expect(await ask(await token(first.privateKey, { exp: '-5m' }))).toEqual({
    status: 401,
    code: 'token.expired',
  })
  const invalid = { status: 401, code: 'token.invalid' }
  expect(await ask(await token(first.privateKey, { aud: 'another' }))).toEqual(invalid)
  expect(await ask(await token(first.privateKey, { iss: 'https://elsewhere.example' }))).toEqual(invalid)
  expect(await ask(await token(second.privateKey))).toEqual(invalid)
  const good = await token(first.privateKey)
  expect(await ask(`${good.slice(0, -8)}AAAAAAAA`)).toEqual(invalid)
  const [, payload = ''] = good.split('.')
  const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
  expect(await ask(`${none}.${payload}.`)).toEqual(invalid)
  const shared = Buffer.from(JSON.stringify({ alg: 'HS256', kid: 'one' })).toString('base64url')
  expect(await ask(`${shared}.${payload}.${Buffer.alloc(32).toString('base64url')}`)).toEqual(invalid)
})

test('a key the issuer has just begun to use is fetched when it is met, and the old one goes with it', async () => {
  published = [await jwk(second.publicKey, 'two')]
  const rotated = await token(second.privateKey, { kid: 'two', sub: 'user-8' })
  // Not at once: made-up keys must not cost the issuer a fetch each.
  expect((await ask(rotated)).code).toBe('token.invalid')
  expect(fetches).toBe(1)
})

test('a key may be used for what its scopes say', async () => {
  expect(await ask('sk-scoped')).toEqual({ status: 403, code: 'key.scopes' })
  expect((await ask('sk-scoped', { input: 'x' }, '/v1/embeddings')).status).toBe(200)
  const made = await portcullis(
    '/',
    'keys',
    'create',
    '--account',
    's',
    '--scopes',
    'models',
    '--json',
    '--store',
    gate.config.store,
  )
  const { key } = JSON.parse(made.out) as { key: string }
  await expect.poll(async () => (await ask(key)).code).toBe('key.scopes')
})

test('a prompt that holds a secret stays on local models, wherever in the request it stands', async () => {
  expect((await ask('sk-alice', { model: 'gpt-4' })).status).toBe(200)
  // Assembled, so that scanners stay quiet.
  const key = ['-----BEGIN', 'PRIVATE KEY-----\nMIIE'].join(' ')
  const messages = [
    { role: 'user', content: [{ type: 'text', text: `Look at this: ${key}` }] },
    { role: 'assistant', content: 'Yes.' },
    { role: 'user', content: 'Go on.' },
  ]
  const before = mock.received.length
  expect(await ask('sk-alice', { model: 'gpt-4', messages })).toEqual({
    status: 403,
    code: 'data.local-only',
  })
  expect(mock.received.length).toBe(before)
  expect((await ask('sk-alice', { model: 'gpt-local', messages })).status).toBe(200)
  expect(mock.last.headers.authorization).toBe('Bearer near')
})

test('a local model is asked only while its server says that it is the pinned one', async () => {
  await expect.poll(async () => (await ask('sk-alice', { model: 'llama-pinned' })).status).toBe(200)
  expect((await ask('sk-alice', { model: 'llama-other' })).status).toBe(404)
})

test('a tenant’s accounts share its rate, and a day’s tokens are a day’s', async () => {
  const daily: string[] = []
  for (let index = 0; index < 60; index++) daily.push((await ask('sk-daily')).code)
  expect(new Set(daily)).toEqual(new Set(['', 'rate.tokens']))
  expect(daily.indexOf('rate.tokens')).toBe(48)
  const codes = new Set<string>()
  for (let index = 0; index < 110; index++) codes.add((await ask(index % 2 ? 'sk-alice' : 'sk-bruno')).code)
  expect(codes.has('rate.requests')).toBe(true)
})
