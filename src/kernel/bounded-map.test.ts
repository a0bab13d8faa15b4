import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BoundedMap } from './bounded-map.ts'

const ENTRIES_MAX = 4
const SEED = 20_261_122

test('what was set longest ago is forgotten first, whatever was set anew or deleted before', () => {
  const step = fc.record({ key: fc.integer({ min: 0, max: 12 }), isDeleted: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const bounded = new BoundedMap<number, number>(ENTRIES_MAX)
      const plain = new Map<number, number>()
      for (const [at, { key, isDeleted }] of steps.entries()) {
        plain.delete(key)
        if (isDeleted) bounded.delete(key)
        else {
          bounded.set(key, at)
          plain.set(key, at)
          const first = plain.keys().next()
          if (plain.size > ENTRIES_MAX && !first.done) plain.delete(first.value)
        }
        expect([...bounded.values()]).toEqual([...plain.values()])
        expect(bounded.size).toBe(plain.size)
        expect(bounded.get(key)).toBe(plain.get(key))
      }
    }),
    { seed: SEED },
  )
})
