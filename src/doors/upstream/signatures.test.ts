import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SignatureScanner } from './signatures.ts'

test('every signature is found once, however the stream is cut', () => {
  const stream = Buffer.from(
    'data: {"signature":""}\n\ndata: {"type":"signature_delta","signature":"AbC+/=="}\n\ndata: {"text":"\\"signature\\":\\"no\\""}\n\ndata: {"signature" :\r\n "zweite", "signature": null, "signature", "signature": {"signature":\t"dritte"}}\n\n',
  )
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 200 }), (sizes) => {
      const found: string[] = []
      const scanner = new SignatureScanner(Buffer.from('"signature"'), (signature) => found.push(signature))
      let at = 0
      for (const size of sizes) {
        scanner.push(stream.subarray(at, at + size))
        at += size
      }
      scanner.push(stream.subarray(at))
      expect(found).toEqual(['', 'AbC+/==', 'zweite', 'dritte'])
    }),
    { seed: 6 },
  )
})

test('a value without an end is let go of', () => {
  const found: string[] = []
  const scanner = new SignatureScanner(Buffer.from('"signature"'), (signature) => found.push(signature))
  scanner.push(Buffer.from('"signature":"'))
  for (let index = 0; index < 100; index++) scanner.push(Buffer.alloc(10_000, 'x'))
  scanner.push(Buffer.from('"signature":"later"'))
  expect(found).toContain('later')
})
