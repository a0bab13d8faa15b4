import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KnownSecrets } from './known.ts'

const SEED = 20261123
// Put together at run time, so that scanners of this repository stay quiet.
const value = ['k7Qz2Vw', '9LmX4tRb', '6YhN1pSd', '3Fj'].join('')
const look = (text: string, secret = value) =>
  new KnownSecrets([{ name: 'x', value: secret }]).newTrail().look(`before ${text} after`)

const each = (text: string, spell: (byte: number) => string) => [...Buffer.from(text)].map(spell).join('')
const hex = (byte: number, width = 2) => byte.toString(16).padStart(width, '0')
const bits = (byte: number) => byte.toString(2).padStart(8, '0')
const changed = (text: string, by: (byte: number) => number) =>
  Buffer.from([...Buffer.from(text)].map((byte) => by(byte) & 0xff))

function inDigits(bytes: Buffer, digits: string): string {
  let text = ''
  const base = BigInt(digits.length)
  for (let rest = BigInt(`0x${bytes.toString('hex')}`); rest > 0n; rest /= base)
    text = `${digits[Number(rest % base)]}${text}`
  return text
}
const base58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const cyrillic = new Map([...'аесорхутмвн'].map((letter, at) => ['aecopxytmbh'[at] ?? '', letter]))

const dressings: readonly (readonly [name: string, dress: (text: string) => string])[] = [
  ['tags', (text) => String.fromCodePoint(...[...Buffer.from(text)].map((code) => 0xe0000 + code))],
  [
    'variation selectors',
    (text) => each(text, (byte) => String.fromCodePoint(byte < 16 ? 0xfe00 + byte : 0xe00f0 + byte)),
  ],
  ['braille', (text) => each(text, (byte) => String.fromCodePoint(0x2800 + byte))],
  [
    'bits that nobody sees',
    (text) => each(text, (byte) => bits(byte).replaceAll('0', '\u200b').replaceAll('1', '\u200c')),
  ],
  ['letters of another alphabet', (text) => [...text].map((sign) => cyrillic.get(sign) ?? sign).join('')],
  ['base58 of a longer text', (text) => inDigits(Buffer.from(`v=${text}`), base58)],
  [
    'base36 of a longer text',
    (text) => inDigits(Buffer.from(`v=${text}`), '0123456789abcdefghijklmnopqrstuvwxyz'),
  ],
  ['a number of a longer text', (text) => inDigits(Buffer.from(`v=${text}`), '0123456789')],
  ['gzip in base58', (text) => inDigits(gzipSync(text), base58)],
  ['gzip as a list of numbers', (text) => [...gzipSync(text)].join(', ')],
  [
    'gzip in hexadecimal with colons',
    (text) => (gzipSync(text).toString('hex').match(/../g) ?? []).join(':'),
  ],
  ['gzip in base64, backwards', (text) => [...gzipSync(text).toString('base64')].reverse().join('')],
  [
    'zlib without its end',
    (text) => deflateSync(`${text}, and more words`).subarray(0, -5).toString('base64'),
  ],
  ['brotli', (text) => brotliCompressSync(`${text} `.repeat(4)).toString('base64')],
  ['exclusive or in hexadecimal', (text) => changed(`v=${text};`, (byte) => byte ^ 0x91).toString('hex')],
  ['exclusive or in base64', (text) => changed(text, (byte) => byte ^ 0x2f).toString('base64')],
  ['a constant added, as numbers', (text) => [...changed(text, (byte) => byte + 5)].join(' ')],
  ['the next sign for each', (text) => each(text, (byte) => String.fromCharCode(byte + 1))],
  ['padded entities', (text) => each(text, (byte) => `&#x0000${hex(byte)};`)],
  ['long escapes', (text) => each(text, (byte) => `\\U000000${hex(byte)}`)],
  [
    'two bytes for one',
    (text) => each(text, (byte) => `%${hex(0xc0 | (byte >> 6))}%${hex(0x80 | (byte & 63))}`),
  ],
  ['two letters after each', (text) => [...text].map((sign) => `${sign}ab`).join('')],
  ['a numbered list', (text) => [...text].map((sign, at) => `${at + 1}. ${sign}`).join('\n')],
  [
    'a field for each',
    (text) => JSON.stringify(Object.fromEntries([...text].map((sign, at) => [`c${at}`, sign]))),
  ],
  [
    'three rails',
    (text) => [0, 1, 2].map((of) => [...text].filter((_, at) => at % 3 === of).join('')).join(''),
  ],
  ['pairs the other way', (text) => text.replace(/(.)(.)/g, '$2$1')],
  ['seven bits each', (text) => each(text, (byte) => `${byte.toString(2).padStart(7, '0')} `)],
  [
    'UTF-32',
    (text) => Buffer.from([...Buffer.from(text)].flatMap((byte) => [byte, 0, 0, 0])).toString('base64'),
  ],
]

test.each(dressings)('a known secret is found in %s, and another one is not', (_, dress) => {
  expect(look(dress(value)).map(({ name }) => name)).toEqual(['x'])
  expect(look(dress([...value].sort().join('')))).toEqual([])
})

test('a secret whose characters go up one by one is not seen in every list that does', () => {
  expect(look('0123456789012345678901234567', 'abcdefghijklmnopqrst')).toEqual([])
})

test('any byte that is combined with a secret leaves it to be found', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 255 }), fc.integer({ min: 1, max: 255 }), (mask, more) => {
      expect(look(changed(value, (byte) => byte ^ mask).toString('hex'))).toHaveLength(1)
      expect(look(changed(value, (byte) => byte + more).toString('base64'))).toHaveLength(1)
    }),
    { seed: SEED, numRuns: 100 },
  )
})

test('long words and long lines of quotes and numbers are looked through', () => {
  const texts = ['Ab3+'.repeat(20_000), `"'\``.repeat(20_000), '12, 34 '.repeat(10_000), 'ab:'.repeat(20_000)]
  for (const text of texts) expect(look(text)).toEqual([])
})

test.each([
  ['password', '1234'],
  ['hunter2', 'hunter2'],
  ['sunshine', '2024'],
])('the words %s and %s far apart are no secret in pieces', (first, second) => {
  const trail = new KnownSecrets([{ name: 'x', value: `${first}${second}` }]).newTrail()
  expect(trail.look(`set the ${first} on port 22`)).toEqual([])
  expect(trail.look(`listen on ${second} instead`)).toEqual([])
  expect(trail.look(`it is ${first}${second} today`)).toHaveLength(1)
})
