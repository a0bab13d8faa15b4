// What a provider, or somebody in its place, may answer wrongly. A right provider is in test/e2e/oidc.test.ts.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import * as v from 'valibot'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type OidcConfig, oidcSchema } from '../../../config/oidc-section.ts'
import { OidcProvider } from './oidc-provider.ts'

const CLIENT = 'portcullis'
const NONCE = 'the-nonce-of-this-sign-in'

type Answers = { token: () => Promise<unknown>; userinfo: () => unknown; discovery: object; status: number }

const server = createServer()
const [good, other] = [await generateKeyPair('RS256'), await generateKeyPair('RS256')]
let issuer: string
let answers: Answers
let received: URLSearchParams[]
let authorizations: (string | undefined)[]

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const keys = { keys: [{ ...(await exportJWK(good.publicKey)), kid: 'good', alg: 'RS256', use: 'sig' }] }
  server.on('request', async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const say = (status: number, value: unknown): unknown =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    if (request.url?.startsWith('/.well-known/')) return say(200, discovery())
    if (request.url === '/keys') return say(200, keys)
    if (request.url === '/userinfo') return say(200, answers.userinfo())
    received.push(new URLSearchParams(body))
    authorizations.push(request.headers.authorization)
    return say(answers.status, await answers.token())
  })
})
afterAll(() => server.close())
beforeEach(() => {
  received = []
  authorizations = []
  answers = {
    token: async () => ({ id_token: await signed({}), access_token: 'an-access-token' }),
    userinfo: () => ({ sub: 'sub-1', groups: ['soc'], email: 'other@example.org' }),
    ...{ discovery: {}, status: 200 },
  }
})

function discovery(): object {
  return {
    ...{ issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token` },
    ...{ jwks_uri: `${issuer}/keys`, userinfo_endpoint: `${issuer}/userinfo` },
    ...answers.discovery,
  }
}

function claimsOf(change: JWTPayload): JWTPayload {
  const now = Math.floor(Date.now() / 1_000)
  return {
    ...{ iss: issuer, aud: CLIENT, sub: 'sub-1', nonce: NONCE, iat: now, exp: now + 300 },
    ...{ email: 'ann@example.org', groups: ['leads'] },
    ...change,
  }
}

async function signed(change: JWTPayload, key = good.privateKey): Promise<string> {
  return await new SignJWT(claimsOf(change)).setProtectedHeader({ alg: 'RS256', kid: 'good' }).sign(key)
}

function config(change: object = {}): OidcConfig {
  const given = {
    ...{ issuer, clientId: CLIENT, clientSecret: 'a secret: with signs', url: 'http://127.0.0.1:8081' },
    ...{ roles: { owner: ['leads'] }, ...change },
  }
  return v.parse(v.nonOptional(oidcSchema), given)
}

async function claims(change: object = {}): Promise<unknown> {
  const provider = await OidcProvider.open(config(change), Date.now)
  return await provider.claims('the-code', 'the-verifier', NONCE).catch((error: unknown) => {
    const { code, message } = error as { readonly code: string; readonly message: string }
    return `${code}: ${message}`
  })
}

test('a token that holds says who it is, and the code goes along with its verifier and the client’s secret', async () => {
  expect(await claims()).toMatchObject({ sub: 'sub-1', email: 'ann@example.org', groups: ['leads'] })
  expect(Object.fromEntries(received[0] ?? [])).toEqual({
    grant_type: 'authorization_code',
    code: 'the-code',
    redirect_uri: 'http://127.0.0.1:8081/api/oidc/callback',
    code_verifier: 'the-verifier',
  })
  const basic = Buffer.from(authorizations[0]?.slice('Basic '.length) ?? '', 'base64').toString()
  expect(basic).toBe('portcullis:a+secret%3A+with+signs')
})

test('where only the body is taken, the secret is in the body; a public client sends none', async () => {
  answers.discovery = { token_endpoint_auth_methods_supported: ['client_secret_post'] }
  await claims()
  expect(received[0]?.get('client_secret')).toBe('a secret: with signs')
  await claims({ clientSecret: undefined })
  expect([received[1]?.get('client_id'), received[1]?.has('client_secret'), authorizations[1]]).toEqual([
    ...[CLIENT, false, undefined],
  ])
})

const hour = 3_600
const wrongs: Readonly<Record<string, () => JWTPayload>> = {
  'of another issuer': () => ({ iss: 'http://127.0.0.1:1' }),
  'for another client': () => ({ aud: 'somebody-else' }),
  'for two clients, without saying whose': () => ({ aud: [CLIENT, 'somebody-else'] }),
  'for two clients, and the other’s': () => ({ aud: [CLIENT, 'x'], azp: 'x' }),
  'of another sign-in': () => ({ nonce: 'another' }),
  'without a nonce': () => ({ nonce: undefined }),
  'that has ended': () => ({ exp: Math.floor(Date.now() / 1_000) - hour }),
  'that was made long ago': () => ({ iat: Math.floor(Date.now() / 1_000) - hour }),
  'about nobody': () => ({ sub: '' }),
}

test.each(Object.entries(wrongs))('a token %s does not hold', async (_, change) => {
  answers.token = async () => ({ id_token: await signed(change()) })
  expect(await claims()).toMatch(/^invalid: /)
})

test('a token signed by another key, by none, or by a shared secret does not hold', async () => {
  const secret = new TextEncoder().encode('a secret: with signs, thirty-two')
  const made = [
    () => signed({}, other.privateKey),
    async () => new UnsecuredJWT(claimsOf({})).encode(),
    () => new SignJWT(claimsOf({})).setProtectedHeader({ alg: 'HS256' }).sign(secret),
  ]
  for (const make of made) {
    answers.token = async () => ({ id_token: await make() })
    expect(await claims()).toMatch(/^invalid: /)
  }
})

test('what the token does not say is asked for, and only about the same person', async () => {
  answers.token = async () => ({ id_token: await signed({ groups: undefined }), access_token: 'a' })
  // The token’s own word stands.
  expect(await claims()).toMatchObject({ groups: ['soc'], email: 'ann@example.org' })
  answers.userinfo = () => ({ sub: 'sub-2', groups: ['leads'] })
  expect(await claims()).toMatch(/^invalid: userinfo is about somebody else/)
})

test('a refusal, a broken provider and an answer without a token are told apart', async () => {
  ;[answers.status, answers.token] = [400, async () => ({ error: 'invalid_grant' })]
  expect(await claims()).toBe('refused: the code was not exchanged: invalid_grant')
  answers.status = 503
  expect(await claims()).toMatch(/^unreachable: /)
  ;[answers.status, answers.token] = [200, async () => 'hello']
  expect(await claims()).toMatch(/^invalid: there is no id token/)
})

test('a discovery document of another issuer, with an unsafe address or too long is not used', async () => {
  const wrong: object[] = [
    { issuer: 'https://id.example' },
    { token_endpoint: 'http://elsewhere.example/token' },
    { jwks_uri: undefined },
    { padding: 'x'.repeat(300_000) },
  ]
  for (const change of wrong) {
    answers.discovery = change
    await expect(OidcProvider.open(config(), Date.now)).rejects.toMatchObject({ code: 'unreachable' })
  }
})
