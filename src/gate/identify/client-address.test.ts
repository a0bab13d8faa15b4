import { expect, test } from 'vitest'
import { networkOf, TrustedProxies } from './client-address.ts'

const proxies = ['10.0.0.0/8', '2001:db8::/32', '192.0.2.7']

test('without hops the socket says who the client is, whatever a header claims', () => {
  expect(new TrustedProxies(proxies, 0).clientAddress('10.1.1.1', '198.51.100.9')).toBe('10.1.1.1')
})

test('a header from an address that is not trusted is not believed', () => {
  expect(new TrustedProxies(proxies, 2).clientAddress('203.0.113.5', '198.51.100.9')).toBe('203.0.113.5')
})

test('the walk goes right to left over trusted hops and stops at the first that is not', () => {
  const trusted = new TrustedProxies(proxies, 3)
  expect(trusted.clientAddress('10.1.1.1', '198.51.100.9')).toBe('198.51.100.9')
  // The client claims to be 1.1.1.1; the proxies appended what they saw.
  expect(trusted.clientAddress('10.1.1.1', '1.1.1.1, 198.51.100.9, 10.2.2.2')).toBe('198.51.100.9')
  expect(trusted.clientAddress('2001:db8::1', '198.51.100.9')).toBe('198.51.100.9')
})

test('no more hops are walked than were said', () => {
  const one = new TrustedProxies(proxies, 1)
  expect(one.clientAddress('10.1.1.1', '198.51.100.9, 10.2.2.2')).toBe('10.2.2.2')
})

test('a claim that is no address ends the walk', () => {
  const trusted = new TrustedProxies(proxies, 3)
  expect(trusted.clientAddress('10.1.1.1', 'unknown')).toBe('10.1.1.1')
  expect(trusted.clientAddress('10.1.1.1', "' OR 1=1")).toBe('10.1.1.1')
  expect(trusted.clientAddress('10.1.1.1', '')).toBe('10.1.1.1')
})

test('an IPv4 address in IPv6 clothes is the IPv4 address', () => {
  const trusted = new TrustedProxies(proxies, 1)
  expect(trusted.clientAddress('::ffff:192.0.2.7', '::ffff:198.51.100.9')).toBe('198.51.100.9')
  expect(trusted.isTrusted('nonsense')).toBe(false)
})

test('a host that has 64 bits of IPv6 to choose its address from is one network, an IPv4 address is one', () => {
  const same = ['2001:db8:0:7::1', '2001:0db8:0000:0007:ffff::', '2001:db8:0:7:1:2:3:4', '2001:DB8:0:7::a:b']
  expect(new Set(same.map(networkOf))).toEqual(new Set(['2001:db8:0:7::']))
  expect(networkOf('2001:db8::7:0:0:0:1')).toBe('2001:db8:0:7::')
  expect(networkOf('2001:db8:0:8::1')).toBe('2001:db8:0:8::')
  expect([networkOf('::1'), networkOf('::'), networkOf('fe80::1%eth0')]).toEqual([
    '0:0:0:0::',
    '0:0:0:0::',
    'fe80:0:0:0::',
  ])
  expect([networkOf('198.51.100.9'), networkOf('')]).toEqual(['198.51.100.9', ''])
})
