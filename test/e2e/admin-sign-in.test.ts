import { afterAll, beforeAll, expect, test } from 'vitest'
import { MockUpstream } from './mock-upstream.ts'
import { RunningGate } from './running-gate.ts'

const TOKEN = 'a-console-token-for-tests'
const PASSWORD = 'correct horse battery staple'
let upstream: MockUpstream
let gate: RunningGate

type Headers = Record<string, string>
type Session = { readonly cookie: string; readonly csrf: string }

beforeAll(async () => {
  upstream = await MockUpstream.open()
  gate = await RunningGate.open(`
consoleToken: ${TOKEN}
upstreams: [{ name: far, protocol: openai, url: "${upstream.url}" }]
keys: [{ key: "sk-alice", account: alice, tenant: acme }, { key: "sk-bruno", account: bruno, tenant: other }]
`)
})
afterAll(async () => {
  await gate[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
})

async function call(method: string, path: string, headers: Headers = {}, body?: unknown): Promise<Response> {
  return await fetch(`${gate.consoleUrl}/api/${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

async function codeOf(answer: Response): Promise<unknown> {
  return ((await answer.json()) as { code?: unknown }).code
}

async function signIn(body: object): Promise<Session> {
  const answer = await call('POST', 'session', {}, body)
  expect(answer.status).toBe(200)
  const set = answer.headers.get('set-cookie') ?? ''
  expect(set).toContain('HttpOnly')
  expect(set).toContain('SameSite=Strict')
  const { csrf } = (await answer.json()) as { csrf: string }
  return { cookie: set.split(';')[0] ?? '', csrf }
}

function reading({ cookie }: Session): Headers {
  return { cookie }
}

function writing({ cookie, csrf }: Session): Headers {
  return { cookie, 'x-portcullis-csrf': csrf, origin: gate.consoleUrl }
}

const bearer = { authorization: `Bearer ${TOKEN}` }

async function add(name: string, role: string, tenant: string | null = null): Promise<void> {
  const user = { name, role, tenant, password: PASSWORD, reason: 'joins the team' }
  expect((await call('POST', 'users', bearer, user)).status).toBe(200)
}

test('without a session nothing is told but how to sign in', async () => {
  for (const path of ['me', 'campaigns', 'acts', 'events', 'ledger', 'settings'])
    expect(await codeOf(await call('GET', path)), path).toBe('sign-in-needed')
  expect((await call('GET', 'signin')).status).toBe(200)
  expect(await codeOf(await call('GET', 'me', { authorization: 'Bearer wrong' }))).toBe('sign-in-needed')
})

test('answers carry headers that keep them from being framed, guessed or kept', async () => {
  const { headers } = await call('GET', 'me', bearer)
  expect(headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('cache-control')).toBe('no-store')
})

test('a session reads by its cookie alone and writes only with its own csrf value', async () => {
  const session = await signIn({ secret: TOKEN })
  expect((await call('GET', 'me', reading(session))).status).toBe(200)
  const body = { twoPersonRule: 'off', reason: 'as it was' }
  expect(await codeOf(await call('POST', 'settings', reading(session), body))).toBe('cross-site')
  const wrong = { ...writing(session), 'x-portcullis-csrf': 'guessed' }
  expect(await codeOf(await call('POST', 'settings', wrong, body))).toBe('cross-site')
  expect((await call('POST', 'settings', writing(session), body)).status).toBe(200)
})

test('what another site makes a browser send is refused', async () => {
  const session = await signIn({ secret: TOKEN })
  const other = { ...writing(session), origin: 'https://evil.example' }
  expect(await codeOf(await call('GET', 'me', other))).toBe('cross-site')
  expect(await codeOf(await call('GET', 'me', { ...reading(session), 'sec-fetch-site': 'cross-site' }))).toBe(
    'cross-site',
  )
  const form = await fetch(`${gate.consoleUrl}/api/settings`, {
    method: 'POST',
    headers: { ...writing(session), 'content-type': 'text/plain' },
    body: '{}',
  })
  expect(await codeOf(form)).toBe('media-type')
})

test('each role may what it may and no more', async () => {
  for (const role of ['viewer', 'analyst', 'operator', 'owner']) await add(`${role}@example`, role)
  const tries: readonly (readonly [least: string, method: string, path: string, body: object])[] = [
    ['analyst', 'POST', 'measures/preview', { standing: 'watched', accounts: ['x'] }],
    ['operator', 'POST', 'allowed', { account: 'x', reason: 'a partner' }],
    ['owner', 'POST', 'settings', { reason: 'nothing changes' }],
  ]
  const roles = ['viewer', 'analyst', 'operator', 'owner']
  for (const role of roles) {
    const session = await signIn({ name: `${role}@example`, secret: PASSWORD })
    expect((await call('GET', 'overview', reading(session))).status).toBe(200)
    for (const [least, method, path, body] of tries) {
      const { status } = await call(method, path, writing(session), body)
      expect(status, `${role} ${path}`).toBe(roles.indexOf(role) >= roles.indexOf(least) ? 200 : 403)
    }
  }
})

test("a tenant's user sees that tenant's acts and nothing of all tenants", async () => {
  await add('ann', 'operator', 'acme')
  for (const key of ['sk-alice', 'sk-bruno'])
    await fetch(`${gate.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify({ model: 'gpt-mock', messages: [{ role: 'user', content: 'Hi' }] }),
    }).then((answer) => answer.text())
  const session = await signIn({ name: 'ann', secret: PASSWORD })
  let items: { tenant: string; account: string }[] = []
  for (let tries = 0; items.length === 0 && tries < 1_200; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    const answer = await call('GET', 'acts', reading(session))
    items = ((await answer.json()) as { items: typeof items }).items
  }
  expect(items.map(({ account }) => account)).toEqual(['alice'])
  expect((await call('GET', 'accounts/bruno', reading(session))).status).toBe(404)
  expect((await call('GET', 'accounts/alice', reading(session))).status).toBe(200)
  for (const path of ['campaigns', 'ledger/entries', 'measures', 'keys', 'overview', 'policies', 'events'])
    expect(await codeOf(await call('GET', path, reading(session))), path).toBe('all-tenants-only')
})

test('who is changed or disabled has to sign in again, and the last owner cannot be', async () => {
  await add('carla', 'analyst')
  const session = await signIn({ name: 'carla', secret: PASSWORD })
  const users = (await (await call('GET', 'users', bearer)).json()) as {
    items: { id: string; name: string; role: string }[]
  }
  const carla = users.items.find(({ name }) => name === 'carla')
  await call('POST', `users/${carla?.id}`, bearer, { role: 'viewer', reason: 'moved' })
  expect((await call('GET', 'me', reading(session))).status).toBe(401)
  await call('POST', `users/${carla?.id}`, bearer, { isDisabled: true, reason: 'left' })
  expect(await codeOf(await call('POST', 'session', {}, { name: 'carla', secret: PASSWORD }))).toBe(
    'sign-in-wrong',
  )
  const owner = users.items.find(({ role }) => role === 'owner')
  const demoted = await call('POST', `users/${owner?.id}`, bearer, { role: 'viewer', reason: 'a mistake' })
  expect(await codeOf(demoted)).toBe('state-conflict')
  expect(JSON.stringify(users)).not.toContain('scrypt')
})

test('signing out ends the session, for whoever kept its cookie too', async () => {
  const session = await signIn({ secret: TOKEN })
  const out = await call('DELETE', 'session', writing(session))
  expect(out.headers.get('set-cookie')).toContain('Max-Age=0')
  expect((await call('GET', 'me', reading(session))).status).toBe(401)
})

test('signing in again ends the session that the browser had', async () => {
  const before = await signIn({ secret: TOKEN })
  const again = await call('POST', 'session', writing(before), { secret: TOKEN })
  expect(again.status).toBe(200)
  expect((await call('GET', 'me', reading(before))).status).toBe(401)
})

test('guessing is slowed down by address and by name, and each guess is in the ledger', async () => {
  const codes: unknown[] = []
  for (let tries = 0; tries < 9; tries++)
    codes.push(await codeOf(await call('POST', 'session', {}, { name: 'ann', secret: `guess ${tries}` })))
  expect(codes).toContain('sign-in-wrong')
  expect(codes.at(-1)).toBe('too-many-tries')
  expect(gate.entries().filter(({ action }) => action === 'sign-in.failed').length).toBeGreaterThan(3)
  expect(JSON.stringify(gate.entries())).not.toContain('guess 1')
})
