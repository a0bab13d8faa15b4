import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Piece } from './block.ts'
import { LineFramer } from './lines.ts'

const SIZES = { blockBytes: 8, lineBytesMax: 20 }
const START = { bytes: 0, lines: 0 }

/** What the framer must give, said the slow way. */
function expected(text: string): string[] {
  const lines = text.split('\n')
  const tail = lines.pop()
  if (tail) lines.push(tail)
  return lines.map((line, at) => `${at + 1}:${line.length > SIZES.lineBytesMax ? 'line-too-long' : line}`)
}

function seen(pieces: readonly Piece[]): string[] {
  return pieces.flatMap((piece) => {
    if (piece.kind === 'rejection') return [`${piece.rejection.line}:${piece.rejection.reason}`]
    const lines = Buffer.from(piece.bytes).toString('latin1').split('\n')
    if (piece.isFinished) lines.pop()
    return lines.map((line, at) => `${piece.firstLine + at}:${line}`)
  })
}

function framed(chunks: readonly string[], from = START): Piece[] {
  const framer = new LineFramer('log', from, SIZES)
  return [...chunks.flatMap((chunk) => [...framer.push(Buffer.from(chunk, 'latin1'))]), ...framer.end(false)]
}

const chunks = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\n', '\r'), maxLength: 40 }), {
  maxLength: 12,
})

test('any chunking gives the same lines, numbered alike, and the same lines too long', () => {
  fc.assert(
    fc.property(chunks, (cut) => {
      expect(seen(framed(cut))).toEqual(expected(cut.join('')))
    }),
    { seed: 7, numRuns: 2000 },
  )
})

test('reading on from any piece gives what was left', () => {
  fc.assert(
    fc.property(chunks, fc.nat(), (cut, pick) => {
      const text = cut.join('')
      const pieces = framed(cut)
      const at = pieces.length === 0 ? 0 : pick % pieces.length
      const from = pieces[at]?.next ?? START
      const rest = framed([text.slice(from.bytes)], from)
      expect([...seen(pieces.slice(0, at + 1)), ...seen(rest)]).toEqual(expected(text))
    }),
    { seed: 7, numRuns: 2000 },
  )
})

test('a block owns its bytes, so that it can be transferred', () => {
  const [first, second] = framed(['aaaaaaa\nbbbbbbb\n', 'ccccccc\n'])
  expect(
    first?.kind === 'block' && second?.kind === 'block' && first.bytes.buffer !== second.bytes.buffer,
  ).toBe(true)
})

test('an input that breaks off keeps its last line back', () => {
  const framer = new LineFramer('log', START, SIZES)
  const pieces = [...framer.push(Buffer.from('one\ntwo\nthr')), ...framer.end(true)]
  expect(seen(pieces)).toEqual(['1:one', '2:two'])
  expect(framer.line()).toBe(3)
})
