import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Tap } from './tap.ts'

test('however an answer is cut, its first and last kilobytes are kept', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20_000), { maxLength: 40 }), (sizes) => {
      const tap = new Tap()
      let next = 0
      const chunks = sizes.map((size) => Buffer.from(Uint8Array.from({ length: size }, () => next++ % 251)))
      for (const chunk of chunks) tap.push(chunk)
      const whole = Buffer.concat(chunks)
      const head = whole.subarray(0, Tap.HEAD_BYTES)
      const tail = whole.subarray(Math.max(0, whole.length - Tap.TAIL_BYTES))
      expect(tap.head().equals(head)).toBe(true)
      expect(
        tap
          .tail()
          .subarray(-tail.length || tap.tail().length)
          .equals(tail),
      ).toBe(true)
      expect(tap.tail().length).toBeLessThanOrEqual(2 * Tap.TAIL_BYTES)
      expect(tap.bytes).toBe(whole.length)
    }),
    { seed: 2, numRuns: 60 },
  )
})
