import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonValue } from './act.ts'
import { canonicalJson, digestOf } from './canonical.ts'

const SEED = 20260728
const canonicalDigest = (value: JsonValue) => digestOf(canonicalJson(value))

// Values and names as in the examples of RFC 8785, sections 3.2.2 and 3.2.3.
test('numbers, texts and names are written as RFC 8785 says', () => {
  expect(
    canonicalJson({
      numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 1e-27],
      string: '\u20ac$\u000f\nA\'B"\\\\"/',
      literals: [null, true, false],
    }),
  ).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  )
  const names = { '€': 1, '\r': 2, '\ufb33': 3, '1': 4, '😀': 5, '\u0080': 6, ö: 7 }
  expect(Object.values(JSON.parse(canonicalJson(names)) as object)).toHaveLength(7)
  expect(canonicalJson(names)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}')
})

function shuffled(value: JsonValue): JsonValue {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(shuffled)
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, inner]) => [name, shuffled(inner)]),
  )
}

test('the order of fields never changes the digest, and the text reads back as the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (json) => {
      const value = JSON.parse(JSON.stringify(json)) as JsonValue
      expect(canonicalDigest(shuffled(value))).toBe(canonicalDigest(value))
      expect(JSON.parse(canonicalJson(value))).toEqual(value)
    }),
    { seed: SEED, numRuns: 300 },
  )
})

test('another value has another digest', () => {
  expect(canonicalDigest({ amount: 1 })).not.toBe(canonicalDigest({ amount: 2 }))
  expect(canonicalDigest({ amount: 1 })).not.toBe(canonicalDigest({ amount: '1' }))
})
