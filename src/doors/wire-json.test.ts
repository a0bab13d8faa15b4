import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NESTING_MAX, readJsonText, readWireJson } from './wire-json.ts'

test('any JSON value is read as the standard parser reads it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(undefined, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      expect(readJsonText(text)).toEqual({ ok: true, value: JSON.parse(text) })
    }),
    { seed: 5, numRuns: 500 },
  )
})

test.each([['{"a":1,"a":2}'], ['{"a":1, "\\u0061" : 2}'], ['[{"x":{"b":1,"c":[],"b":{}}}]']])(
  'a repeated key is refused wherever it stands: %s',
  (text) => {
    expect(readJsonText(text)).toEqual({ ok: false, error: 'repeated-key' })
  },
)

test('the same key in two objects, or as a value, is no repetition', () => {
  const text = '{"a":{"a":"a"},"b":["a","a",{"a":1},{"a":2}]}'
  expect(readJsonText(text)).toEqual({ ok: true, value: JSON.parse(text) })
})

test('nesting is bounded before it is parsed', () => {
  const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
  expect(readJsonText(deep(NESTING_MAX)).ok).toBe(true)
  expect(readJsonText(deep(NESTING_MAX + 1))).toEqual({ ok: false, error: 'too-deep' })
  expect(readJsonText('['.repeat(10_000_000))).toEqual({ ok: false, error: 'too-deep' })
})

test('bytes that are not UTF-8, a byte order mark and broken JSON are refused', () => {
  expect(readWireJson(Buffer.from([0x22, 0xff, 0x22]))).toEqual({ ok: false, error: 'not-utf8' })
  expect(readWireJson(Buffer.from('\ufeff{}'))).toEqual({ ok: false, error: 'not-json' })
  expect(readWireJson(Buffer.from('{"a":'))).toEqual({ ok: false, error: 'not-json' })
})

test('arbitrary text never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const read = readJsonText(text)
      if (!read.ok) expect(['not-json', 'too-deep', 'repeated-key']).toContain(read.error)
    }),
    { seed: 7, numRuns: 2_000 },
  )
})
