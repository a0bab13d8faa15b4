import { expect, test } from 'vitest'
import type { Trust } from '../../config/config.ts'
import { clear } from '../standing.ts'
import { TrustedProxies } from './client-address.ts'
import { identify } from './identify.ts'
import { KeyRing } from './key-ring.ts'

const trust: Trust = {
  hops: 1,
  proxies: ['10.0.0.1'],
  headers: { account: 'x-account', ja4: 'x-ja4', asn: 'x-asn', created: 'x-created' },
}
const keys = new KeyRing('pepper', [
  { key: 'sk-one', account: 'one', tenant: 't', plan: 'pro', labels: ['l'], models: ['*'] },
])
keys.useStored([
  {
    ...{ digest: 'nobody', id: 'k_x', tenant: 't', account: 'two', plan: undefined },
    ...{ labels: [], models: ['*'], expires: 1_000 },
  },
])
const parts = {
  keys,
  trust,
  proxies: new TrustedProxies(trust.proxies, trust.hops),
  standings: { standingOf: () => clear },
  now: () => 5_000,
}
const claims = { 'x-account': 'mallory', 'x-ja4': 'j', 'x-asn': 'AS64500', 'x-created': '1700000000' }

test('headers vouch for nothing unless a trusted proxy sent them', () => {
  const caller = identify({ key: 'sk-one', headers: claims, socketAddress: '198.51.100.9' }, parts)
  expect(caller).toMatchObject({
    ok: true,
    value: { account: 'one', ja4: undefined, asn: undefined, plan: 'pro' },
  })
})

test('a trusted proxy may say whose the request is and where it came from', () => {
  const caller = identify({ key: 'sk-one', headers: claims, socketAddress: '10.0.0.1' }, parts)
  expect(caller).toMatchObject({
    ok: true,
    value: { account: 'mallory', ja4: 'j', asn: 64_500, created: 1_700_000_000_000, tenant: 't' },
  })
})

test('no key, an unknown key and an empty one are told apart or not as they should be', () => {
  const fail = (key: string | undefined) => identify({ key, headers: {}, socketAddress: '1.1.1.1' }, parts)
  expect(fail(undefined)).toEqual({ ok: false, error: 'key-missing' })
  expect(fail('')).toEqual({ ok: false, error: 'key-missing' })
  expect(fail('sk-two')).toEqual({ ok: false, error: 'key-unknown' })
})

test('the name of a key cannot be made without the deployment’s pepper', () => {
  const named = (pepper: string) => {
    const found = new KeyRing(pepper, [
      { key: 'sk-one', account: 'one', tenant: 't', plan: undefined, labels: [], models: ['*'] },
    ]).find('sk-one', 0)
    return found.ok ? found.value.id : ''
  }
  expect(named('a')).toMatch(/^k_/)
  expect(named('a')).not.toBe(named('b'))
  expect(named('a')).not.toContain('sk-one')
})
