import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LiveOrder, REST_MS } from './live-order.ts'

test('whatever order exchanges end in, they are shown in the order they began', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(50), fc.nat(1_000)), { maxLength: 200 }), (begun) => {
      const order = new LiveOrder<number>()
      for (const [index, [ts, tie]] of begun.entries()) order.push(ts, tie, index, 0)
      const shown = [...order.ready(Number.POSITIVE_INFINITY, REST_MS)].map(({ item }) => begun[item])
      const sorted = [...begun].sort((a, b) => a[0] - b[0] || a[1] - b[1])
      expect(shown.map((one) => one?.join())).toEqual(sorted.map((one) => one.join()))
      expect(order.waiting).toBe(0)
    }),
    { seed: 3 },
  )
})

test('nothing is shown while one that began before it is under way', () => {
  const order = new LiveOrder<string>()
  order.push(20, 0, 'later', 0)
  order.push(10, 0, 'first', 0)
  expect([...order.ready(15, REST_MS)].map(({ item }) => item)).toEqual(['first'])
  expect([...order.ready(21, REST_MS)].map(({ item }) => item)).toEqual(['later'])
})

test('what has just come rests, and a straggler that began earlier goes before it', () => {
  const order = new LiveOrder<string>()
  order.push(20, 0, 'early', 0)
  expect([...order.ready(99, REST_MS - 1)]).toEqual([])
  order.push(10, 0, 'straggler', 1)
  expect([...order.ready(99, REST_MS)]).toEqual([])
  expect([...order.ready(99, REST_MS + 1)].map(({ item }) => item)).toEqual(['straggler', 'early'])
})

test('what comes while a moment is being shown is shown in its place among the rest of that moment', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(20), fc.nat(4)), { maxLength: 120 }), (steps) => {
      const order = new LiveOrder<string>()
      let waiting: string[] = []
      const before = (left: string, right: string): number => {
        const [a = 0, b = 0] = left.split('-').map(Number)
        const [c = 0, d = 0] = right.split('-').map(Number)
        return a - c || b - d
      }
      for (const [ts, tie, take] of steps) {
        order.push(ts, tie, `${ts}-${tie}`, 0)
        waiting = [...waiting, `${ts}-${tie}`].sort(before)
        expect([...order.items()].sort(before)).toEqual(waiting)
        let left = take === 4 ? waiting.length : take === 3 ? 1 : 0
        if (left > 0)
          for (const { item } of order.ready(Number.POSITIVE_INFINITY, REST_MS)) {
            expect(item).toBe(waiting.shift())
            if (--left === 0) break
          }
        expect(order.waiting).toBe(waiting.length)
      }
    }),
    { seed: 3 },
  )
})
