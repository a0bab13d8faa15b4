import fc from 'fast-check'
import { expect, test } from 'vitest'
import { recordsOf } from './records.ts'
import { type Position, Ring } from './ring.ts'

test('whatever is pushed comes out whole and in order, over any number of laps', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 250_000 }), fc.boolean()), { minLength: 1, maxLength: 60 }),
      (steps) => {
        const ring = Ring.create(1)
        const space = Buffer.alloc(4 * 1024 * 1024)
        const pushed: string[] = []
        const taken: string[] = []
        let at: Position = ring.watermark('written')
        const take = (): void => {
          const { end, bytes } = ring.take(at, space)
          for (const { payload } of recordsOf(space.subarray(0, bytes))) taken.push(payload.toString())
          at = end
          ring.raise('written', end)
        }
        for (const [index, [size, isTaking]] of steps.entries()) {
          const payload = `${index}é${'x'.repeat(size)}`
          if (ring.push('note', index, payload) !== undefined) pushed.push(payload)
          if (isTaking) take()
        }
        take()
        expect(taken.length).toBe(pushed.length)
        expect(taken.every((payload, index) => payload === pushed[index])).toBe(true)
      },
    ),
    { seed: 4, numRuns: 40 },
  )
})

test('a full ring takes nothing and loses nothing', () => {
  const ring = Ring.create(1)
  let count = 0
  while (ring.push('note', 0, 'y'.repeat(100_000)) !== undefined) count++
  const space = Buffer.alloc(4 * 1024 * 1024)
  expect(ring.take(ring.watermark('written'), space).records).toBe(count)
})
