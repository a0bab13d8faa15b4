import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvHeader, csvRow } from './csv.ts'

const SEED = 20260504
const columns = ['a', 'b']

test('any text comes back as it was, but for the apostrophe before what a spreadsheet would run', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (a, b) => {
      const text = csvHeader(columns) + csvRow(columns, { a, b })
      const [row] = parse(text, { columns: true, relax_quotes: false }) as Record<string, string>[]
      for (const [given, came] of [
        [a, row?.a ?? ''],
        [b, row?.b ?? ''],
      ] as const) {
        expect([given, `'${given}`]).toContain(came)
        expect(came).not.toMatch(/^[=+\-@\t\r\n|%]/)
      }
    }),
    { seed: SEED, numRuns: 300 },
  )
})

test('a formula behind white space is one too', () => {
  expect(csvRow(['a'], { a: ' =1+1' })).toBe(`"' =1+1"\r\n`)
})
