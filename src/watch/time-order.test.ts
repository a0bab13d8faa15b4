import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from './time.ts'
import { DISORDER_MS, TimeOrder } from './time-order.ts'

const START = Date.UTC(2026, 4, 4)
const never = Number.POSITIVE_INFINITY

function drained(order: TimeOrder<number>, until: number): number[] {
  return [...order.drain(until, (a, b) => a - b)].map(({ ts }) => ts - START)
}

test('what comes within an hour of disorder leaves in order, at whatever points it is drained', () => {
  const jitter = fc.array(fc.integer({ min: 0, max: 30 * MINUTE_MS }), { minLength: 1, maxLength: 300 })
  const cuts = fc.uniqueArray(fc.nat(300), { maxLength: 10 })
  fc.assert(
    fc.property(jitter, cuts, (late, drains) => {
      const order = new TimeOrder<number>()
      const times = late.map((ms, at) => START + at * 7 * MINUTE_MS + ms)
      const out: number[] = []
      for (const [at, ts] of times.entries()) {
        order.push(ts, at)
        if (drains.includes(at)) out.push(...drained(order, order.watermark))
      }
      out.push(...drained(order, never))
      expect(out).toEqual(times.map((ts) => ts - START).sort((a, b) => a - b))
      expect(order.late).toBe(0)
    }),
    { seed: 14, numRuns: 100 },
  )
})

test('equal times keep the order of the comparison, not of arrival', () => {
  const order = new TimeOrder<number>()
  for (const item of [3, 1, 2]) order.push(START, item)
  expect([...order.drain(never, (a, b) => a - b)].map(({ item }) => item)).toEqual([1, 2, 3])
})

test('nothing leaves before an hour after it', () => {
  const order = new TimeOrder<number>()
  order.push(START, 0)
  expect(drained(order, START + DISORDER_MS)).toEqual([])
  expect(drained(order, START + DISORDER_MS + MINUTE_MS)).toEqual([0])
})

test('one clock far ahead does not move the watermark', () => {
  const order = new TimeOrder<number>()
  for (let at = 0; at < 640; at++) {
    const isWrong = at === 200
    order.push(isWrong ? START + 400 * 24 * HOUR_MS : START + at * MINUTE_MS, at)
  }
  expect(order.watermark).toBeGreaterThan(START + 500 * MINUTE_MS)
  expect(order.watermark).toBeLessThan(START + 640 * MINUTE_MS)
})

test('what comes too late is counted, delivered all the same, and later than what went before', () => {
  const order = new TimeOrder<number>()
  order.push(START + 10 * HOUR_MS, 1)
  drained(order, START + 12 * HOUR_MS)
  order.push(START, 2)
  expect(order.late).toBe(1)
  expect(drained(order, never)).toEqual([0])
})
