import { expect, test } from 'vitest'
import { Pace } from './pace.ts'

/** The nap after some windows in which records came at this rate, a millisecond after the other. */
function napAt(recordsPerMs: number, ms = 200): number {
  const pace = new Pace()
  let nap = 0
  for (let now = 1_000; now < 1_000 + ms; now++) nap = pace.napMs(recordsPerMs, now)
  return nap
}

test('a writer to which little comes does not nap: it is woken', () => {
  expect(napAt(0)).toBe(0)
  expect(napAt(2)).toBe(0)
})

test('the more comes, the longer it naps, within two milliseconds', () => {
  expect(napAt(4)).toBe(Pace.BUSY_MS)
  expect(napAt(11)).toBe(Pace.BUSY_MS)
  expect(napAt(20)).toBe(Pace.FULL_MS)
  expect(napAt(2_000)).toBe(Pace.FULL_MS)
})

test('a pause ends the naps, however much came before and comes at once', () => {
  const pace = new Pace()
  for (let now = 1_000; now < 1_100; now++) pace.napMs(50, now)
  expect(pace.napMs(0, 1_100)).toBe(Pace.FULL_MS)
  expect(pace.napMs(500, 5_000)).toBe(0)
})
