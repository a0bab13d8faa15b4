import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HeadReader } from './head-reader.ts'
import { readRequestHead } from './request-head.ts'

const BYTES_MAX = 4096

function headOf(length: string, more = ''): string {
  return `POST /v1/messages HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\nContent-Length: ${length}\r\n${more}\r\n`
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

test('a head that comes again is known, with what was worked out from it, whatever its length says', () => {
  const reader = new HeadReader()
  const first = reader.read(bytesOf(`${headOf('5')}hello`), BYTES_MAX)
  const same = reader.read(bytesOf(`${headOf('5')}other`), BYTES_MAX)
  const longer = reader.read(bytesOf(`${headOf('1234')}{`), BYTES_MAX)
  expect(same).toBe(first)
  expect(longer?.memo).toBe(first?.memo)
  expect(longer?.head).toEqual(readRequestHead(bytesOf(headOf('1234')), BYTES_MAX))
})

test.each([
  ['another key', headOf('5').replace('Bearer k', 'Bearer l')],
  ['another path', headOf('5').replace('messages', 'messaget')],
  ['a header more', headOf('5', 'x-a: b\r\n')],
  ['a header behind', headOf('5').replace(/\r\n$/, 'x-a: b\r\n\r\n')],
  ['the same length otherwise written', headOf('05')],
])('a head with %s is read anew', (_name, text) => {
  const reader = new HeadReader()
  const first = reader.read(bytesOf(headOf('5')), BYTES_MAX)
  const other = reader.read(bytesOf(text), BYTES_MAX)
  expect(other?.head).toEqual(readRequestHead(bytesOf(text), BYTES_MAX))
  const isSameHead = text === headOf('05')
  expect(other?.memo === first?.memo).toBe(isSameHead)
})

test.each([
  ['no length', headOf('')],
  ['a signed length', headOf('+5')],
  ['a length that is no number', headOf('5x')],
  ['a length and more', headOf('5, 5')],
  ['an endless length', headOf('9999999999999999')],
  ['a second length', headOf('5', 'content-length: 5\r\n')],
  ['no end', headOf('5').slice(0, -2)],
  ['too many bytes', headOf('123456789')],
])('a head that differs in %s from one that was read is not read', (_name, text) => {
  const reader = new HeadReader()
  const limit = headOf('12345').length
  expect(reader.read(bytesOf(headOf('5')), limit)).toBeDefined()
  expect(reader.read(bytesOf(text), limit)).toBeUndefined()
})

test('a client that never says the same twice is read like any other', () => {
  const reader = new HeadReader()
  for (let n = 0; n < 30; n++) {
    const bytes = bytesOf(headOf('5', `x-n: ${n}\r\n`))
    expect(reader.read(bytes, BYTES_MAX)?.head).toEqual(readRequestHead(bytes, BYTES_MAX))
  }
})

const change = fc.tuple(fc.nat(200), fc.constantFrom(0, 9, 10, 13, 32, 43, 44, 48, 49, 57, 58, 88, 255))

test('whatever came before, a head is read as if it came first', () => {
  let known = 0
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 99_999 }), fc.array(change, { maxLength: 2 })), {
        minLength: 2,
        maxLength: 8,
      }),
      (heads) => {
        const reader = new HeadReader()
        for (const [length, changes] of heads) {
          const bytes = bytesOf(`${headOf(String(length))}body`)
          for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte
          const read = reader.read(bytes, BYTES_MAX)
          expect(read?.head).toEqual(readRequestHead(bytes, BYTES_MAX))
          if (read !== undefined) known++
        }
      },
    ),
    { seed: 20_261_123, numRuns: 2_000 },
  )
  expect(known).toBeGreaterThan(1_000)
})
