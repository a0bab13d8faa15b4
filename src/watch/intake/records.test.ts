import { expect, test } from 'vitest'
import type { Block } from './block.ts'
import { exchangeAdapter } from './exchange-adapter.ts'

const line = (id: string, ua = 'u') =>
  JSON.stringify({ ts: 1_780_000_000_000, id, account: 'a', key: 'k', model: 'm', status: 200, ua })

function read(bytes: Buffer, isFinished = true) {
  const block: Block = {
    kind: 'block',
    file: 'log',
    firstLine: 11,
    bytes,
    isFinished,
    next: { bytes: 0, lines: 0 },
  }
  const sample = { text: '', first: undefined, isLined: true }
  return [
    ...exchangeAdapter.open({ sample, map: new Map(), set: new Map(), requests: new Map() })(block),
  ].map((entry) =>
    entry.kind === 'exchange'
      ? `${entry.line} ${entry.exchange.id}${entry.isMended ? ' mended' : ''}`
      : `${entry.rejection.line} ${entry.rejection.reason}`,
  )
}

test('lines are numbered, blank lines are nothing, CRLF is a line end', () => {
  expect(read(Buffer.from(`${line('a')}\r\n\r\n  \n${line('b')}\n{\n[]\n`))).toEqual([
    '11 a',
    '14 b',
    '15 json-malformed',
    '16 not-an-object',
  ])
})

test('bytes that are not UTF-8 are replaced and the exchange is kept', () => {
  const bytes = Buffer.concat([
    Buffer.from(line('a', 'caf\u00e9'), 'latin1'),
    Buffer.from(`\n${line('b', 'caf\u00e9')}\n`),
  ])
  expect(read(bytes)).toEqual(['11 a mended', '12 b'])
})

test('a last line still being written is told from a malformed one', () => {
  expect(read(Buffer.from(`${line('a')}\n{"ts":17`), false)).toEqual(['11 a', '12 line-unfinished'])
})
