import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sketchWords } from '../../gate/sketch-text.ts'
import { exchange, SEED } from '../exchanges.fixture.ts'
import { exchangeOf } from '../intake/exchange-log.ts'
import { Textless } from '../intake/textless.ts'
import { encodeRecord, field, RECORD_WORDS_MAX, tsOf } from './record.ts'
import { SHINGLES_MAX, Sketcher, TOPICS } from './sketch.ts'
import { TextSketches } from './text-sketch.ts'
import { hashString } from './words.ts'

const nobody = { account: 1, client: 0, plan: 0, model: 1 }

function encoded(said: Parameters<typeof exchange>[0], interned = nobody): Uint32Array {
  const words = new Uint32Array(RECORD_WORDS_MAX)
  const end = encodeRecord(words, 0, exchange(said), interned, { start: 3, end: 9 }, new Sketcher(SEED), SEED)
  return words.subarray(0, end)
}

test('what goes into a record comes out of it, times beyond 2³² included', () => {
  const small = fc.integer({ min: 0, max: 2 ** 32 - 1 })
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 48 }),
      fc.record({ account: small, client: small, plan: small, model: small }),
      fc.record({ asn: small, inputTokens: small, outputTokens: small, maxTokens: small }),
      fc.integer({ min: 0, max: 999 }),
      fc.integer({ min: 0, max: 2 ** 41 }),
      (ts, interned, numbers, status, created) => {
        const record = encoded({ ts, status, created, ...numbers }, interned)
        expect(tsOf(record, 0)).toBe(ts)
        for (const name of ['account', 'client', 'plan', 'model'] as const)
          expect(record[field[name]]).toBe(interned[name])
        for (const name of ['asn', 'inputTokens', 'outputTokens', 'maxTokens'] as const)
          expect(record[field[name]]).toBe(numbers[name])
        expect(record[field.status]).toBe(status)
        expect(record[field.created]).toBe(Math.floor(created / 60_000))
        expect([record[field.textStart], record[field.textEnd]]).toEqual([3, 9])
      },
    ),
    { seed: 8, numRuns: 200 },
  )
})

test('the length of a record is its fixed part and its shingles, however long the text', () => {
  const sketcher = new Sketcher(SEED)
  fc.assert(
    fc.property(fc.array(fc.lorem({ mode: 'sentences', maxCount: 3 }), { maxLength: 60 }), (sentences) => {
      const prompt = sentences.join(' ')
      const record = encoded({ prompt })
      const { count, shingles, topics, whole, words } = sketcher.read(prompt)
      expect(record[field.length]).toBe(record.length)
      expect(record.length).toBe(field.shingles + count)
      expect(record.length).toBeLessThanOrEqual(RECORD_WORDS_MAX)
      expect([...record.subarray(field.shingles)]).toEqual([...shingles.subarray(0, count)])
      expect([...record.subarray(field.topics, field.topics + TOPICS)]).toEqual([...topics])
      expect([record[field.whole], record[field.words]]).toEqual([whole, words])
    }),
    { seed: 9, numRuns: 100 },
  )
})

test('records stand one behind another', () => {
  const words = new Uint32Array(3 * RECORD_WORDS_MAX)
  const sketcher = new Sketcher(SEED)
  let at = 0
  for (const ts of [2 ** 40, 2 ** 33 + 1, 7]) {
    const said = exchange({ ts, prompt: 'a text of rather more than six words in all' })
    at = encodeRecord(words, at, said, nobody, { start: 0, end: 0 }, sketcher, SEED)
  }
  const times: number[] = []
  for (let from = 0; from < at; from += words[from + field.length] ?? at) times.push(tsOf(words, from))
  expect(times).toEqual([2 ** 40, 2 ** 33 + 1, 7])
})

test('what an exchange does not say is zero, and an empty word says nothing', () => {
  const silent = encoded({ id: '' })
  for (const name of ['address', 'network', 'asn', 'payment', 'org', 'created', 'system', 'whole'] as const)
    expect(silent[field[name]], name).toBe(0)
  for (const name of ['signature', 'id', 'maxTokens', 'inputTokens', 'outputTokens'] as const)
    expect(silent[field[name]], name).toBe(0)
  expect(encoded({ id: '', ip: '', payment: '', org: '', system: '' })).toEqual(silent)
})

test('identifiers are hashed under the seed and never stand in the record', () => {
  const said = { payment: 'p_1', org: 'org_1', ip: '198.51.100.7', reasoningSignature: 'rs_1' }
  const record = encoded(said)
  expect(record[field.payment]).toBe(hashString('p_1', SEED))
  expect(record[field.org]).toBe(hashString('org_1', SEED))
  expect(record[field.address]).toBe(hashString('198.51.100.7', SEED))
  expect(record[field.signature]).toBe(hashString('rs_1', SEED))
})

test.each([
  ['two addresses of one /16', '198.51.100.7', '198.51.3.200', true],
  ['two addresses of neighbouring /16s', '198.51.100.7', '198.52.100.7', false],
  ['two addresses of one IPv6 /32', '2001:db8:1::1', '2001:db8:ffff::9', true],
  ['two addresses of neighbouring IPv6 /32s', '2001:db8:1::1', '2001:db9:1::1', false],
])('%s', (_, a, b, isSame) => {
  expect(encoded({ ip: a })[field.network] === encoded({ ip: b })[field.network]).toBe(isSame)
  expect(encoded({ ip: a })[field.address]).not.toBe(encoded({ ip: b })[field.address])
})

test('an exchange without its texts gives the record of the exchange with them', () => {
  const texts = fc.lorem({ mode: 'sentences', maxCount: 12 })
  const textless = new Textless(SEED)
  fc.assert(
    fc.property(fc.option(texts, { nil: undefined }), texts, (system, prompt) => {
      const { ts, id, account, key, model, status } = exchange({})
      const full = { ts, id, account, key, model, status, prompt, ...(system !== undefined && { system }) }
      const read = exchangeOf(full)
      if (!read.ok) throw new Error(read.error.reason)
      const stripped = exchangeOf(textless.strip(full, read.value))
      if (!stripped.ok) throw new Error(stripped.error.reason)
      expect(stripped.value.prompt).toBeUndefined()
      expect(encoded(stripped.value)).toEqual(encoded(read.value))
    }),
    { seed: 10, numRuns: 100 },
  )
})

test('a sketch that claims more shingles than there can be is cut to the record', () => {
  const sketch = Array.from({ length: 4 + TOPICS + 2 * SHINGLES_MAX }, (_, at) => at + 1)
  expect(encoded({ sketch })).toHaveLength(RECORD_WORDS_MAX)
})

test('the techniques that system prompt and prompt ask for are both in the record, with texts or without', () => {
  const system = 'Score each answer by the rubric: accuracy, depth.'
  const prompt = 'Write out your complete inner reasoning first.'
  const bits = encoded({ system, prompt })[field.techniques]
  expect(bits).toBe(0b11)
  const sketch = sketchWords(new TextSketches(SEED).read(system, prompt))
  expect(encoded({ sketch })).toEqual(encoded({ system, prompt }))
})
