import fc from 'fast-check'
import { expect, test } from 'vitest'
import { repeatsTopLevelKey } from './repeated-key.ts'

test.each([
  ['{"model":"a","model":"b"}', true],
  ['{"model":"a","mod\\u0065l":"b"}', true],
  ['{"a":{"model":1},"model":2}', false],
  ['{"a":[{"b":1},{"b":2}],"b":3}', false],
  ['{"text":"\\"model\\":1,\\"model\\":2","model":1}', false],
  ['{"a\\\\":1,"a":2}', false],
  ['{"a\\\\":1,"a\\\\":2}', true],
  ['{"a" :1 , "b"\n:2,\t"a"\r\n: 3}', true],
  ['{}', false],
  ['["a","a"]', false],
  ['[{"a":1,"a":2}]', false],
  ['"a"', false],
  ['{"__proto__":1,"model":2}', false],
  ['{"__proto__":1,"__proto__":2}', true],
  ['{"10":1,"9":2,"10":3}', true],
])('%s repeats a key: %s', (text, repeats) => {
  expect(repeatsTopLevelKey(text, JSON.parse(text))).toBe(repeats)
})

test('what JSON.stringify writes never repeats a key, whatever its strings hold', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (value) => {
      return [JSON.stringify(value), JSON.stringify(value, null, 2)].every(
        (text) => !repeatsTopLevelKey(text, JSON.parse(text)),
      )
    }),
    { seed: 9 },
  )
})

test('a key put in twice is found wherever it stands', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.nat(), (value, pick) => {
      const keys = Object.keys(value)
      const key = keys[pick % keys.length] ?? ''
      const text = `${JSON.stringify(value).slice(0, -1)},${JSON.stringify(key)}:0}`
      return repeatsTopLevelKey(text, JSON.parse(text))
    }),
    { seed: 9 },
  )
})
