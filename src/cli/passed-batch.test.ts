import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  BatchWriter,
  exchangeIn,
  type PassedBatch,
  type PassedExchange,
  type ShownText,
  written,
} from './passed-batch.ts'

const passed = fc.record({
  ts: fc.nat(),
  id: fc.uuid(),
  account: fc.string({ unit: 'grapheme', maxLength: 40 }),
  key: fc.constant('k_1'),
  model: fc.string({ unit: 'binary', maxLength: 40 }),
  status: fc.constant(200),
  sketched: fc.option(
    fc.uint32Array({ maxLength: 40 }).map((words) => Buffer.from(words.buffer).toString('base64')),
    { nil: undefined },
  ),
})

const shown = fc.record({
  text: fc.string({ unit: 'grapheme', maxLength: 900 }),
  end: fc.constant(undefined),
})
const untold: ShownText = { text: '', end: undefined }

function readAll({ bytes, ends, textEnds }: PassedBatch): unknown[] {
  const buffer = Buffer.from(bytes.buffer)
  return ends.map((end, at) => exchangeIn(buffer, textEnds[at - 1] ?? 0, end))
}

function textsIn({ bytes, ends, textEnds }: PassedBatch): string[] {
  const buffer = Buffer.from(bytes.buffer)
  return ends.map((end, at) => buffer.toString('utf8', end, textEnds[at]))
}

test('what is passed comes out as it went in, in order, with its sketch as numbers', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(passed, shown), { minLength: 1, maxLength: 20 }), (both) => {
      const exchanges = both.map(([exchange]) => exchange)
      const writer = new BatchWriter()
      for (const [at, [exchange, text]] of both.entries())
        expect(writer.add(written(exchange, text), at)).toBe(true)
      const batch = writer.take()
      expect(batch.ids).toEqual(exchanges.map(({ id }) => id))
      expect(batch.times).toEqual(exchanges.map(({ ts }) => ts))
      expect(batch.froms).toEqual([...exchanges.keys()])
      const sketches = exchanges.map(({ sketched }) =>
        sketched === undefined
          ? undefined
          : [...new Uint32Array(Uint8Array.from(Buffer.from(sketched, 'base64')).buffer)],
      )
      expect(readAll(batch)).toMatchObject(
        exchanges.map(({ id, ts, account, model }, at) =>
          JSON.parse(JSON.stringify({ id, ts, account, model, sketch: sketches[at] })),
        ),
      )
      expect(textsIn(batch)).toEqual(both.map(([, { text }]) => text))
      expect(writer.count).toBe(0)
    }),
    { seed: 20_261_123, numRuns: 100 },
  )
})

const plain: PassedExchange = {
  ...{ ts: 1, id: 'a', account: 'b', key: 'k', model: 'm', status: 200 },
  sketched: undefined,
}

test('a prompt that was cut says so where it was cut', () => {
  const writer = new BatchWriter()
  writer.add(written(plain, { text: 'the beginning', end: 'the end' }), 0)
  expect(textsIn(writer.take())).toEqual(['the beginning … the end'])
})

test('an exchange there is no room for waits for the next batch, whatever its size', () => {
  const writer = new BatchWriter()
  expect(writer.add(written(plain, untold), 0)).toBe(true)
  const huge = { ...plain, model: 'é'.repeat(2_000_000) }
  expect(writer.add(written(huge, untold), 1)).toBe(false)
  expect(writer.take().ids).toHaveLength(1)
  expect(writer.add(written(huge, untold), 1)).toBe(true)
  expect(readAll(writer.take())).toMatchObject([{ model: huge.model }])
})

test('a batch is full before it is too large to be one message', () => {
  const writer = new BatchWriter()
  while (!writer.isFull) expect(writer.add(written(plain, untold), 0)).toBe(true)
  expect(writer.count).toBe(256)
})

test('bytes that come back are written again, where they are as many as usual', () => {
  const writer = new BatchWriter()
  const batchOf = (): PassedBatch => {
    writer.add(written(plain, untold), 0)
    return writer.take()
  }
  const first = batchOf()
  writer.reuse(first.bytes)
  const second = batchOf()
  expect(second.bytes.buffer).toBe(first.bytes.buffer)
  expect(readAll(second)).toMatchObject([{ id: plain.id }])
  writer.reuse(new Uint8Array(8))
  expect(batchOf().bytes.byteLength).toBe(first.bytes.byteLength)
})

test('of all that come back only a few are kept', () => {
  const writer = new BatchWriter()
  const batches = Array.from({ length: 40 }, () => {
    writer.add(written(plain, untold), 0)
    return writer.take().bytes
  })
  for (const bytes of batches) writer.reuse(bytes)
  const known = new Set(batches.map(({ buffer }) => buffer))
  let again = 0
  for (let at = 0; at < batches.length; at++) {
    writer.add(written(plain, untold), 0)
    if (known.has(writer.take().bytes.buffer)) again++
  }
  expect(again).toBe(8)
})
