import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Piece } from './block.ts'
import { CsvFramer } from './csv-rows.ts'

const START = { bytes: 0, lines: 0 }
const SIZES = { blockBytes: 16, lineBytesMax: 400 }

function framed(text: string, size: number, sizes = SIZES): Piece[] {
  const framer = new CsvFramer('log', START, sizes)
  const bytes = Buffer.from(text)
  const pieces: Piece[] = []
  for (let at = 0; at < bytes.length; at += size) pieces.push(...framer.push(bytes.subarray(at, at + size)))
  return [...pieces, ...framer.end(false)]
}

const cell = fc.string({ unit: fc.constantFrom('a', '"', '\n', ',', '\u00e9'), maxLength: 12 })
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`

test('blocks hold whole rows, line ends inside quotes included, and number their lines', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 1, maxLength: 3 }), { maxLength: 8 }),
      fc.integer({ min: 1, max: 50 }),
      (table, size) => {
        const rows = table.map((row) => `${row.map(quoted).join(',')}\n`)
        const text = rows.join('')
        const blocks = framed(text, size).flatMap((piece) => (piece.kind === 'block' ? [piece] : []))
        expect(blocks.map(({ bytes }) => Buffer.from(bytes).toString()).join('')).toBe(text)
        const ends = new Set(rows.map((_, at) => Buffer.byteLength(rows.slice(0, at + 1).join(''))))
        for (const { next } of blocks) expect(ends.has(next.bytes)).toBe(true)
        for (const { firstLine, bytes, next } of blocks) {
          const lines = Buffer.from(bytes).toString().split('\n').length - 1
          expect(next.lines).toBe(firstLine - 1 + lines)
        }
      },
    ),
    { seed: 7, numRuns: 1500 },
  )
})

test('a stray quote costs its own line and no other', () => {
  const rows = Array.from({ length: 60 }, (_, at) => `row,${at},abcdefgh\n`)
  rows[7] = 'row,"7,abcdefgh\n'
  for (const size of [1, 7, 100, 10_000]) {
    const pieces = framed(rows.join(''), size)
    const text = pieces
      .map((piece) => (piece.kind === 'block' ? Buffer.from(piece.bytes).toString() : ''))
      .join('')
    expect(text).toBe(rows.filter((_, at) => at !== 7).join(''))
    expect(pieces.flatMap((piece) => (piece.kind === 'rejection' ? [piece.rejection] : []))).toEqual([
      { file: 'log', line: 8, reason: 'csv-malformed' },
    ])
  }
})

test('a row without end is one rejection', () => {
  const pieces = framed(`a,b\n${'x'.repeat(1000)}\nc,d\n`, 64)
  expect(
    pieces.map((piece) =>
      piece.kind === 'block' ? Buffer.from(piece.bytes).toString() : piece.rejection.reason,
    ),
  ).toEqual(['a,b\n', 'line-too-long', 'c,d\n'])
})
