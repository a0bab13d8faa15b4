import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readExchange } from './exchange-log.ts'

const least = { ts: 1_780_000_000_000, id: 'x1', account: 'a_1', key: 'k_1', model: 'm', status: 200 }

function refusal(change: object, drop?: string) {
  const record: Record<string, unknown> = { ...least, ...change }
  if (drop) delete record[drop]
  const result = readExchange(JSON.stringify(record))
  return result.ok ? 'taken' : `${result.error.reason} ${result.error.field ?? ''}`.trim()
}

test('every field of the contract is read and unknown ones are kept out', () => {
  const line = {
    ...least,
    ...{ org: 'o', ip: '192.0.2.1', asn: 64500, ua: 'u', ja4: 'j', created: 5, plan: 'pro', payment: 'p' },
    ...{ system: 's', prompt: 'q', input_tokens: 1, output_tokens: 2, max_tokens: 3, temperature: 0.5, n: 4 },
    ...{ reasoning_signature: 'r', region: 'unknown field' },
  }
  expect(readExchange(JSON.stringify(line))).toEqual({
    ok: true,
    value: {
      ...least,
      ...{ org: 'o', ip: '192.0.2.1', asn: 64500, ua: 'u', ja4: 'j', created: 5, plan: 'pro', payment: 'p' },
      ...{ system: 's', prompt: 'q', inputTokens: 1, outputTokens: 2, maxTokens: 3, temperature: 0.5, n: 4 },
      reasoningSignature: 'r',
    },
  })
})

test('optional fields may be missing or null', () => {
  expect(readExchange(JSON.stringify({ ...least, org: null, asn: null, messages: null }))).toEqual({
    ok: true,
    value: least,
  })
})

test.each([
  [{ ts: 1_780_000_000 }, 'ts-out-of-range ts'],
  [{ ts: 1_780_000_000_000_000 }, 'ts-out-of-range ts'],
  [{ ts: 1_780_000_000_000.5 }, 'ts-out-of-range ts'],
  [{ ts: '2026-05-04T00:00:00Z' }, 'field-type ts'],
  [{ id: 7 }, 'field-type id'],
  [{ account: '' }, 'field-missing account'],
  [{ account: 'a'.repeat(600) }, 'field-too-long account'],
  [{ status: '200' }, 'field-type status'],
  [{ status: 1e9 }, 'field-out-of-range status'],
  [{ asn: 'AS64500' }, 'field-type asn'],
  [{ max_tokens: -1 }, 'field-out-of-range max_tokens'],
  [{ prompt: ['hello'] }, 'field-type prompt'],
  [{ messages: 'hello' }, 'field-type messages'],
])('%j is refused as %s', (change, reason) => {
  expect(refusal(change)).toBe(reason)
})

test.each(['ts', 'id', 'account', 'key', 'model', 'status'])('%s is required', (field) => {
  expect(refusal({}, field)).toBe(`field-missing ${field}`)
})

test('an infinite number cannot slip in as 1e999', () => {
  const line = JSON.stringify({ ...least, temperature: 1 }).replace('"temperature":1', '"temperature":1e999')
  expect(readExchange(line)).toEqual({
    ok: false,
    error: { reason: 'field-out-of-range', field: 'temperature' },
  })
})

test('messages stand for system and prompt: the last user text, and all system texts', () => {
  const messages = [
    { role: 'system', content: 'be brief' },
    { role: 'user', content: 'first' },
    { role: 'developer', content: [{ type: 'text', text: 'and kind' }] },
    { role: 'assistant', content: 'answer' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'second' },
        { type: 'image', source: {} },
        { type: 'text', text: 'part' },
      ],
    },
    { role: 'user', content: [{ type: 'tool_result', content: 'not what the user said' }] },
    7,
    null,
  ]
  const result = readExchange(JSON.stringify({ ...least, messages }))
  expect(result.ok && [result.value.system, result.value.prompt]).toEqual([
    'be brief\nand kind',
    'second\npart',
  ])
})

test('a user agent of any length cannot get an exchange refused', () => {
  const result = readExchange(JSON.stringify({ ...least, ua: 'x'.repeat(1e6) }))
  expect(result.ok && result.value.ua?.length).toBe(1024)
})

test.each([
  ['{"ts":', 'json-malformed'],
  ['[1]', 'not-an-object'],
  ['"text"', 'not-an-object'],
  ['{"a":"\u0000"}', 'json-malformed'],
])('%s is refused as %s', (line, reason) => {
  expect(readExchange(line)).toEqual({ ok: false, error: { reason } })
})

test('JSON nested a million deep is read or refused, never a crash', () => {
  const deep = `${'['.repeat(1e6)}${']'.repeat(1e6)}`
  const result = readExchange(`${JSON.stringify(least).slice(0, -1)},"messages":${deep}}`)
  expect(result.ok || result.error.reason).toBeTruthy()
})

test('no line crashes it, and what it takes has the types it promises', () => {
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom(1_780_000_000_000, 200, 'x'))
  const record = fc.dictionary(
    fc.constantFrom('ts', 'id', 'account', 'key', 'model', 'status', 'asn', 'ua', 'prompt', 'messages'),
    value,
  )
  fc.assert(
    fc.property(record, (fields) => {
      const result = readExchange(JSON.stringify({ ...least, ...fields }))
      if (!result.ok) return
      const { ts, id, account, status, asn, prompt } = result.value
      expect([typeof ts, typeof id, typeof account, typeof status]).toEqual([
        'number',
        'string',
        'string',
        'number',
      ])
      expect(['number', 'undefined']).toContain(typeof asn)
      expect(['string', 'undefined']).toContain(typeof prompt)
    }),
    { seed: 7, numRuns: 2000 },
  )
})
