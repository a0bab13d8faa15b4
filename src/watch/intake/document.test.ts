import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Piece } from './block.ts'
import { DocumentFramer } from './document.ts'

const START = { bytes: 0, lines: 0 }
const SIZES = { blockBytes: 16, lineBytesMax: 4000 }

function framed(
  text: string,
  cuts: readonly number[] = [],
  containers: readonly string[] = [],
  sizes = SIZES,
) {
  const framer = new DocumentFramer('log', START, containers, sizes)
  const bytes = Buffer.from(text)
  const pieces: Piece[] = []
  let from = 0
  for (const cut of [...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    pieces.push(...framer.push(bytes.subarray(from, cut)))
    from = cut
  }
  return [...pieces, ...framer.end(false)]
}

function records(pieces: readonly Piece[]): string[] {
  return pieces.flatMap((piece) =>
    piece.kind === 'block'
      ? Buffer.from(piece.bytes).toString().trimEnd().split('\n')
      : [`${piece.rejection.line}:${piece.rejection.reason}`],
  )
}

const parsed = (pieces: readonly Piece[]) => records(pieces).map((record) => JSON.parse(record))

const value = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 })
const values = fc.array(value, { maxLength: 6 })
const cuts = fc.array(fc.nat(), { maxLength: 8 })
const indent = fc.constantFrom(0, 1, 3)

test('the elements of an array are its records, however it is laid out and cut into chunks', () => {
  fc.assert(
    fc.property(values, cuts, indent, (elements, cut, spaces) => {
      expect(parsed(framed(JSON.stringify(elements, null, spaces), cut))).toEqual(
        JSON.parse(JSON.stringify(elements)),
      )
    }),
    { seed: 7, numRuns: 1500 },
  )
})

test('values that follow one another are records, one a line or spread over many', () => {
  fc.assert(
    fc.property(values, cuts, indent, (elements, cut, spaces) => {
      const text = elements.map((element) => JSON.stringify(element, null, spaces)).join('\n')
      expect(parsed(framed(text, cut))).toEqual(JSON.parse(JSON.stringify(elements)))
    }),
    { seed: 7, numRuns: 1500 },
  )
})

test('a large member is split between its elements and nothing is lost', () => {
  fc.assert(
    fc.property(values, cuts, indent, (elements, cut, spaces) => {
      const text = JSON.stringify({ name: 'x', data: elements, after: [1] }, null, spaces)
      const parts = parsed(framed(text, cut, ['data']))
      expect(parts.flatMap((part) => part.data)).toEqual(JSON.parse(JSON.stringify(elements)))
      expect(parts.every((part) => part.name === 'x')).toBe(true)
    }),
    { seed: 7, numRuns: 1500 },
  )
})

test('nothing inside a split object can be resumed from, only its end', () => {
  const text = JSON.stringify({ data: Array.from({ length: 20 }, (_, at) => ({ at })) })
  const positions = framed(text, [], ['data']).map((piece) => piece.next.bytes)
  expect(positions.length).toBeGreaterThan(3)
  expect(new Set(positions)).toEqual(new Set([0, text.length]))
})

test('each record is known by the line it starts on', () => {
  const [block] = framed('[\n  {"a": 1},\n  {\n    "b": 2\n  },\n\n  {"c": 3}\n]\n', [], [], {
    blockBytes: 1000,
    lineBytesMax: 1000,
  })
  expect(block?.kind === 'block' && block.lineOf).toEqual([2, 3, 7])
})

test('reading on from a piece gives what was left', () => {
  const text = JSON.stringify(
    Array.from({ length: 9 }, (_, at) => ({ at, text: 'x'.repeat(at) })),
    null,
    1,
  )
  const pieces = framed(text)
  pieces.forEach((piece, at) => {
    const framer = new DocumentFramer('log', piece.next, [], SIZES)
    const rest = [...framer.push(Buffer.from(text).subarray(piece.next.bytes)), ...framer.end(false)]
    expect([...records(pieces.slice(0, at + 1)), ...records(rest)]).toEqual(records(pieces))
  })
})

test('a string that breaks off at a line end costs one record', () => {
  const [first, broken, last] = records(framed('{"a":1}\n{"b":"oops\n{"c":3}\n'))
  expect([first, broken, last]).toEqual(['{"a":1}', '{"b":"oops', '{"c":3}'])
})

test('a record too long is counted and its neighbours are kept', () => {
  const text = `[{"a":1},{"b":"${'x'.repeat(5000)}"},{"c":3}]`
  expect(records(framed(text))).toEqual(['{"a":1}', '1:record-too-long', '{"c":3}'])
})

test('a document that ends too early is said to be cut', () => {
  expect(records(framed('[{"a":1},'))).toEqual(['{"a":1}', '1:input-truncated'])
  expect(records(framed('[{"a":1},\n{"b":'))).toEqual(['{"a":1}', '2:line-unfinished'])
})
