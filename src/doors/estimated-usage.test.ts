import { expect, test } from 'vitest'
import type { Endpoint } from '../gate/exchange-act.ts'
import { usedTokens as used } from './estimated-usage.ts'
import type { RelayResult } from './upstream/relay-request.ts'
import { Tap } from './upstream/tap.ts'

const prompt = 'word '.repeat(400)
const body = Buffer.from(JSON.stringify({ model: 'm', messages: [{ role: 'user', content: prompt }] }))

function result(answer: string, more: Partial<RelayResult> = {}): RelayResult {
  const tap = new Tap()
  for (let at = 0; at < answer.length; at += 1_000) tap.push(Buffer.from(answer.slice(at, at + 1_000)))
  return {
    outcome: 'answered',
    status: 200,
    upstream: 'u',
    attempts: 1,
    firstMs: 1,
    bytes: tap.bytes,
    usage: { inputTokens: undefined, outputTokens: undefined },
    answer: tap.bytes === 0 ? undefined : tap,
    ...more,
  }
}

function usedTokens(endpoint: Endpoint, asked: Buffer | null, answered: RelayResult): number {
  return used(endpoint, asked, answered, true).counted
}

function chatStream(events: number): string {
  return `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta: { content: 'word ' } }] })}\n\n`.repeat(
    events,
  )
}

test('a stream that reports nothing counts an event as a token, and the prompt by its length', () => {
  for (const events of [10, 100, 10_000]) {
    const used = usedTokens('chat.completions', body, result(chatStream(events)))
    expect(used / (500 + 1.25 * events)).toBeGreaterThan(0.9)
    expect(used / (500 + 1.25 * events)).toBeLessThan(1.1)
  }
})

test('one that is left early counts what was written, whatever its first event says', () => {
  const piece = {
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'text_delta', text: 'four words of it' },
  }
  const answer = `event: content_block_delta\ndata: ${JSON.stringify(piece)}\n\n`.repeat(1_000)
  const left = result(answer, { outcome: 'client-gone', usage: { inputTokens: 7, outputTokens: 1 } })
  expect(usedTokens('messages', body, left)).toBeGreaterThan(3_900)
  expect(usedTokens('messages', body, left)).toBeLessThan(4_200)
  const early = result('', { outcome: 'client-gone', status: 0 })
  expect(usedTokens('chat.completions', body, early)).toBeGreaterThan(450)
})

test('what is reported counts as reported; lists, refusals and failures count nothing', () => {
  const usage = { inputTokens: 9, outputTokens: 12 }
  const whole = result(chatStream(500), { usage })
  expect(usedTokens('chat.completions', body, whole)).toBe(21)
  expect(used('chat.completions', body, whole, false)).toEqual({
    ...{ input: 9, output: 12, isEstimated: false, counted: 21 },
  })
  expect(usedTokens('models', null, result('{"data":[{"id":"m"}]}'))).toBe(0)
  expect(usedTokens('count_tokens', body, result('{"input_tokens":500}'))).toBe(0)
  expect(usedTokens('messages', body, result('{"type":"error"}', { status: 429 }))).toBe(0)
  expect(usedTokens('messages', body, result('', { outcome: 'upstream-failed', status: 0 }))).toBe(0)
  expect(usedTokens('messages', body, result('', { outcome: 'refused', attempts: 0 }))).toBe(0)
})

test('the bytes of a picture are no words, and embeddings write none', () => {
  const url = `data:image/png;base64,${'iVBORw0KGgo'.repeat(50_000)}`
  const picture = Buffer.from(
    JSON.stringify({ model: 'm', messages: [{ content: [{ image_url: { url } }] }] }),
  )
  expect(usedTokens('chat.completions', picture, result(chatStream(1)))).toBeLessThan(50)
  expect(usedTokens('embeddings', body, result(`{"data":[${'0.1,'.repeat(9_000)}0]}`))).toBeLessThan(600)
})

test('an answer of one long text that reports nothing is not taken for none', () => {
  const whole = result(JSON.stringify({ choices: [{ message: { content: 'word '.repeat(8_000) } }] }))
  expect(used('chat.completions', body, whole, false)).toMatchObject({ input: undefined, isEstimated: true })
  expect(used('chat.completions', body, whole, false).output).toBeGreaterThan(9_000)
})
