import { isIPv4, isIPv6 } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Pseudonyms } from './pseudonyms.ts'

const pseudonyms = new Pseudonyms(Buffer.from('a key of at least sixteen bytes'))
const address = (ip: string) => String(pseudonyms.record({ ip }).ip)
const byte = fc.integer({ min: 0, max: 255 })

/** How many of the leading parts two addresses share. */
function shared(a: string, b: string, separator: string): number {
  const [left, right] = [a.split(separator), b.split(separator)]
  const at = left.findIndex((part, place) => part !== right[place])
  return at < 0 ? left.length : at
}

test('two IPv4 addresses share a /16, a /24 or all after exactly when they did before', () => {
  fc.assert(
    fc.property(
      fc.tuple(byte, byte, byte, byte),
      fc.tuple(byte, byte, byte, byte),
      fc.nat(4),
      (a, b, kept) => {
        const [left, right] = [a.join('.'), [...a.slice(0, kept), ...b.slice(kept)].join('.')]
        const before = shared(left, right, '.')
        const after = shared(address(left), address(right), '.')
        for (const parts of [2, 3, 4]) expect(after >= parts).toBe(before >= parts)
        expect(isIPv4(address(left))).toBe(true)
      },
    ),
    { seed: 7, numRuns: 500 },
  )
})

test('no two addresses of a network become one', () => {
  expect(new Set(Array.from({ length: 256 }, (_, at) => address(`198.51.100.${at}`))).size).toBe(256)
  expect(new Set(Array.from({ length: 256 }, (_, at) => address(`198.51.${at}.1`))).size).toBe(256)
})

test('IPv6 keeps its networks, however the address is written', () => {
  expect(address('2001:db8::1')).toBe(address('2001:0db8:0:0::1'))
  expect(isIPv6(address('2001:db8::1'))).toBe(true)
  expect(shared(address('2001:db8:1:2::5'), address('2001:db8:1:2:ffff::6'), ':')).toBe(4)
  expect(address('::ffff:192.0.2.1')).not.toContain('192.0.2')
})

test('what is no address is hashed, not kept', () => {
  expect(address('host.example')).toMatch(/^[0-9a-f]{24}$/)
})

test('another key gives other names, and only fields of the contract come through', () => {
  const other = new Pseudonyms(Buffer.from('another key of sixteen bytes'))
  const record = { account: 'a_1', key: 'sk_live', org: 'Acme', note: 'Jane', prompt: 'hello', model: 'm' }
  const named = pseudonyms.record(record)
  expect(named).toEqual({
    account: expect.stringMatching(/^a_[0-9a-f]{24}$/),
    key: expect.stringMatching(/^sk_[0-9a-f]{24}$/),
    org: expect.stringMatching(/^[0-9a-f]{24}$/),
    prompt: 'hello',
    model: 'm',
  })
  expect(other.record(record).account).not.toBe(named.account)
  expect(() => new Pseudonyms(Buffer.from('short'))).toThrow()
})
