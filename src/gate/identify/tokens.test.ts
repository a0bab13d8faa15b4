import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Tokens } from './tokens.ts'

const NOW = 1_800_000_000_000
const MINUTE = 60_000
const rsa = await generateKeyPair('RS256', { extractable: true })
const other = await generateKeyPair('RS256', { extractable: true })
const third = await generateKeyPair('RS256', { extractable: true })
let server: Server
let issuer = ''
let fetches = 0
let answer: (response: ServerResponse) => void

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url?.startsWith('/.well-known'))
      return void response.end(JSON.stringify({ issuer: `${issuer}/found`, jwks_uri: `${issuer}/keys` }))
    fetches++
    answer(response)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())
beforeEach(() => {
  fetches = 0
})

async function publish(...keys: readonly (readonly [key: CryptoKey, more: object])[]): Promise<void> {
  const published: JWK[] = await Promise.all(
    keys.map(async ([key, more]) => ({ ...(await exportJWK(key)), ...more })),
  )
  answer = (response) => response.end(JSON.stringify({ keys: published }))
}

function tokens(): Tokens {
  const claims = { account: 'sub' }
  return new Tokens({
    issuers: [
      {
        ...{ issuer, jwks: `${issuer}/keys`, audience: ['gate', 'gate-2'], algorithms: ['RS256'] },
        ...{ tenant: 'acme', models: ['*'], claims },
      },
    ],
  })
}

type Claims = {
  readonly kid?: string
  readonly exp?: number
  readonly more?: object
  readonly header?: object
}

async function signed(key: CryptoKey, { kid, exp = NOW + 60 * MINUTE, more = {}, header = {} }: Claims = {}) {
  return await new SignJWT({ sub: 'user', iss: issuer, aud: 'gate', exp: exp / 1_000, ...more })
    .setProtectedHeader({ alg: 'RS256', ...(kid === undefined ? {} : { kid }), ...header })
    .sign(key)
}

async function outcome(known: Tokens, token: string, now = NOW): Promise<string> {
  if (known.find(token, now) === undefined) await known.check(token, now)
  const found = known.find(token, now)
  if (found === undefined) return 'unknown'
  return found.ok ? found.value.account : found.error
}

test('a token is only taken with the algorithm, key, issuer and audience that were agreed on', async () => {
  await publish([rsa.publicKey, { kid: 'one' }], [other.publicKey, { kid: 'enc', use: 'enc' }])
  const known = tokens()
  const is = async (token: string): Promise<string> => await outcome(known, token)
  expect(await is(await signed(rsa.privateKey, { kid: 'one' }))).toBe('user')
  expect(await is(await signed(rsa.privateKey, { kid: 'one', more: { aud: ['x', 'gate-2'] } }))).toBe('user')
  const [, payload = ''] = (await signed(rsa.privateKey)).split('.')
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const pem = new TextEncoder().encode(await exportSPKI(rsa.publicKey))
  const hmac = await new SignJWT({ sub: 'user', iss: issuer, aud: 'gate', exp: NOW / 1_000 + 60 })
    .setProtectedHeader({ alg: 'HS256', kid: 'one' })
    .sign(pem)
  const bad = [
    `${part({ alg: 'none' })}.${payload}.`,
    `${part({ alg: 'None', kid: 'one' })}.${payload}.`,
    hmac,
    await signed(other.privateKey, { kid: 'one' }),
    await signed(other.privateKey, { kid: 'enc' }),
    await signed(other.privateKey, { kid: '../one' }),
    // The key it brings along, or says where to find, is nobody's.
    await signed(other.privateKey, { kid: 'one', header: { jwk: await exportJWK(other.publicKey) } }),
    await signed(other.privateKey, { kid: 'one', header: { jku: `${issuer}/keys` } }),
    await signed(rsa.privateKey, { kid: 'one', more: { iss: [issuer] } }),
    await signed(rsa.privateKey, { kid: 'one', more: { iss: `${issuer}/` } }),
    await signed(rsa.privateKey, { kid: 'one', more: { aud: ['x'] } }),
    await signed(rsa.privateKey, { kid: 'one', more: { aud: [] } }),
    await signed(rsa.privateKey, { kid: 'one', more: { sub: '' } }),
    await signed(rsa.privateKey, { kid: 'one', more: { sub: { a: 1 } } }),
    await signed(rsa.privateKey, { kid: 'one', more: { nbf: NOW / 1_000 + 300 } }),
  ]
  for (const [index, token] of bad.entries())
    expect([index, await is(token)]).toEqual([index, 'token-invalid'])
})

test('clocks may differ by half a minute and no more', async () => {
  await publish([rsa.publicKey, { kid: 'one' }])
  const known = tokens()
  const ends = await signed(rsa.privateKey, { kid: 'one', exp: NOW - 20_000 })
  expect(await outcome(known, ends)).toBe('user')
  expect(await outcome(known, ends, NOW + 10_001)).toBe('token-expired')
  const early = await signed(rsa.privateKey, { kid: 'one', more: { nbf: NOW / 1_000 + 20 } })
  expect(await outcome(known, early)).toBe('user')
})

test('keys without names, of which there are two while an issuer changes them, are each tried', async () => {
  await publish([rsa.publicKey, {}], [other.publicKey, {}])
  const known = tokens()
  expect(await outcome(known, await signed(rsa.privateKey))).toBe('user')
  expect(await outcome(known, await signed(other.privateKey))).toBe('user')
  expect(await outcome(known, await signed(third.privateKey))).toBe('token-invalid')
  expect(await outcome(known, await signed(other.privateKey, { more: { aud: 'x' } }))).toBe('token-invalid')
})

test('a token whose key was withdrawn is refused within ten minutes, however long it lasts', async () => {
  await publish([rsa.publicKey, { kid: 'one' }])
  const known = tokens()
  const token = await signed(rsa.privateKey, { kid: 'one', exp: NOW + 1e9 * MINUTE })
  expect(await outcome(known, token)).toBe('user')
  expect(await outcome(known, token, NOW + 9 * MINUTE)).toBe('user')
  await publish([other.publicKey, { kid: 'two' }])
  // What was fetched is kept by the clock of the machine; a new set of issuers fetches it anew.
  const later = tokens()
  expect(await outcome(later, token, NOW + 11 * MINUTE)).toBe('token-invalid')
  expect(known.find(token, NOW + 11 * MINUTE)).toBeUndefined()
})

test('an issuer that is away is asked once in a while, not for every token, and is no fault of theirs', async () => {
  const known = tokens()
  const many = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      signed(rsa.privateKey, { kid: 'one', more: { jti: `${index}` } }),
    ),
  )
  const broken: ((response: ServerResponse) => void)[] = [
    (response) => response.writeHead(503).end(),
    (response) => response.end('no JSON'),
    (response) => response.end('"keys"'),
    (response) => response.end(`{"keys":["${'x'.repeat(2_000_000)}"]}`),
    (response) => response.destroy(),
  ]
  for (const [index, way] of broken.entries()) {
    answer = way
    fetches = 0
    const fresh = tokens()
    const found = await Promise.all(many.map(async (token) => await outcome(fresh, token)))
    for (const token of many) found.push(await outcome(fresh, token, NOW + 3_000))
    expect([index, [...new Set(found)]]).toEqual([index, ['token-unchecked']])
    if (index !== 2) expect([index, fetches]).toEqual([index, 1])
  }
  await publish([rsa.publicKey, { kid: 'one' }])
  expect(await outcome(known, many[0] ?? '')).toBe('user')
})

test('a document of another issuer is not believed', async () => {
  const claims = { account: 'sub' }
  const around = { audience: ['gate'], algorithms: ['RS256'] as const, tenant: 't', models: ['*'], claims }
  const known = new Tokens({ issuers: [{ issuer, ...around, algorithms: [...around.algorithms] }] })
  await publish([rsa.publicKey, { kid: 'one' }])
  expect(await outcome(known, await signed(rsa.privateKey, { kid: 'one' }))).toBe('token-unchecked')
  expect(fetches).toBe(0)
})

test('many bad tokens do not make good ones forgotten', async () => {
  await publish([rsa.publicKey, { kid: 'one' }])
  const known = tokens()
  const good = await signed(rsa.privateKey, { kid: 'one' })
  expect(await outcome(known, good)).toBe('user')
  const elsewhere = Buffer.from(JSON.stringify({ iss: 'https://elsewhere.example' })).toString('base64url')
  for (let index = 0; index < 25_000; index++) await known.check(`eyJ${index}.${elsewhere}.`, NOW)
  expect(known.find(good, NOW)?.ok).toBe(true)
})
