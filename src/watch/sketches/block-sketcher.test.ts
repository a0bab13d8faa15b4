import { expect, test } from 'vitest'
import type { Exchange } from '../exchange.ts'
import { exchange } from '../exchanges.fixture.ts'
import { BlockSketcher } from './block-sketcher.ts'
import { field } from './record.ts'
import type { SketchedBlock } from './sketched.ts'

const SEED = 5

function job(lines: readonly string[]) {
  return {
    job: 1,
    reader: { adapter: 'exchange' },
    block: {
      kind: 'block',
      file: 'log',
      firstLine: 10,
      bytes: Buffer.from(lines.map((line) => `${line}\n`).join('')),
      isFinished: true,
      next: { bytes: 0, lines: 0 },
    },
  } as const
}

function line(said: Partial<Exchange>): string {
  return JSON.stringify(exchange(said))
}

function offsets({ records }: SketchedBlock): number[] {
  const at: number[] = []
  for (let next = 0; next < records.length; next += records[next + field.length] ?? records.length)
    at.push(next)
  return at
}

function textsOf(sketched: SketchedBlock): string[] {
  const { records, text } = sketched
  return offsets(sketched).map((at) =>
    Buffer.from(text.subarray(records[at + field.textStart], records[at + field.textEnd])).toString(),
  )
}

test('a block of lines becomes a record each, and a rejection for each line that is none', () => {
  const sketched = new BlockSketcher(SEED).sketch(
    job([line({ account: 'a' }), 'nonsense', line({ account: 'b' }), '', line({ account: 'a' })]),
  )
  expect(sketched.exchanges).toBe(3)
  expect(offsets(sketched).map((at) => sketched.records[at + field.account])).toEqual([1, 2, 1])
  expect(sketched.rejections).toMatchObject([{ file: 'log', line: 11, reason: 'json-malformed' }])
})

test('names are given once over all blocks, and absence is the number 0', () => {
  const sketcher = new BlockSketcher(SEED)
  const first = sketcher.sketch(job([line({ account: 'a', ua: 'sdk/1', plan: 'pro', model: 'm' })]))
  expect(first.names).toEqual([
    ['account', 1, 'a'],
    ['client', 1, 'sdk/1\n'],
    ['plan', 1, 'pro'],
    ['model', 1, 'm'],
  ])
  const second = sketcher.sketch(job([line({ account: 'a', model: 'n' })]))
  expect(second.names).toEqual([['model', 2, 'n']])
  expect([second.records[field.account], second.records[field.client], second.records[field.plan]]).toEqual([
    1, 0, 0,
  ])
})

test('a text travels whole when it is short, and as its head and tail when it is long', () => {
  const long = `${'h'.repeat(5000)}${'t'.repeat(5000)}`
  const texts = textsOf(
    new BlockSketcher(SEED).sketch(
      job([
        line({ prompt: 'short – ünïcode 語' }),
        line({}),
        line({ prompt: long }),
        line({ prompt: 'after' }),
      ]),
    ),
  )
  expect([texts[0], texts[1], texts[3]]).toEqual(['short – ünïcode 語', '', 'after'])
  expect(texts[2]?.length).toBeLessThan(1000)
  expect(texts[2]).toMatch(/^h+ … t+$/)
})

test('room for records and texts grows with the block', () => {
  const lines = Array.from({ length: 3000 }, (_, at) =>
    line({ account: `a${at}`, prompt: `${String(at).padStart(6, '0')} ${'語 word '.repeat(120)}` }),
  )
  const sketched = new BlockSketcher(SEED).sketch(job(lines))
  expect(offsets(sketched)).toHaveLength(3000)
  const texts = textsOf(sketched)
  expect(texts[0]?.startsWith('000000 語 word')).toBe(true)
  expect(texts[2999]?.startsWith('002999 語 word')).toBe(true)
})

test('what a block was given is not changed by the next', () => {
  const sketcher = new BlockSketcher(SEED)
  const first = sketcher.sketch(job([line({ prompt: 'the first text' })]))
  const kept = [...first.records]
  sketcher.sketch(job([line({ prompt: 'another text that is longer than the first one was' })]))
  expect([...first.records]).toEqual(kept)
  expect(textsOf(first)).toEqual(['the first text'])
})
