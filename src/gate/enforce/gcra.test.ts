import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Gcra } from './gcra.ts'

test('a burst of one minute passes, then the rate', () => {
  const gcra = new Gcra()
  let passed = 0
  for (let index = 0; index < 100; index++)
    if (gcra.waitMs('a', 60, 1, 0) === 0) {
      gcra.take('a', 60, 1, 0)
      passed++
    }
  expect(passed).toBe(60)
  expect(gcra.waitMs('a', 60, 1, 0)).toBe(1_000)
  expect(gcra.waitMs('a', 60, 1, 999)).toBe(1)
  expect(gcra.waitMs('a', 60, 1, 1_000)).toBe(0)
})

test('over any stretch no more passes than the burst and the rate together', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 600 }),
      fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 1, maxLength: 300 }),
      (perMinute, gaps) => {
        const gcra = new Gcra()
        let now = 1_000_000
        const started = now
        let passed = 0
        for (const gap of gaps) {
          now += gap
          if (gcra.waitMs('a', perMinute, 1, now) > 0) continue
          gcra.take('a', perMinute, 1, now)
          passed++
        }
        return passed <= perMinute + ((now - started) * perMinute) / 60_000 + 1
      },
    ),
    { seed: 3 },
  )
})

test('after the wait it named, the subject passes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: 5_000 }), (perMinute, used) => {
      const gcra = new Gcra()
      gcra.take('a', perMinute, used, 0)
      const wait = gcra.waitMs('a', perMinute, 1, 0)
      return gcra.waitMs('a', perMinute, 1, wait) === 0
    }),
    { seed: 3 },
  )
})

test('no limit means no limit, and subjects do not touch one another', () => {
  const gcra = new Gcra()
  gcra.take('a', 0, 1_000_000, 0)
  expect(gcra.waitMs('a', 0, 1, 0)).toBe(0)
  gcra.take('a', 1, 10, 0)
  expect(gcra.waitMs('b', 1, 1, 0)).toBe(0)
})

test('subjects are forgotten before they are too many', () => {
  const gcra = new Gcra(100)
  for (let index = 0; index < 10_000; index++) gcra.take(`s${index}`, 10, 1, index)
  expect(gcra.subjects).toBeLessThanOrEqual(116)
})
