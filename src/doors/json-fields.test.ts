import { expect, test } from 'vitest'
import { anthropic } from './anthropic/anthropic.ts'
import { firstUsage, joinedText, lastUsage } from './json-fields.ts'
import { openai } from './openai/openai.ts'

test('the last usage counts, a null one does not, and text that looks like one is text', () => {
  const stream =
    'data: {"usage":null}\n\ndata: {"text":"\\"usage\\":{\\"a\\":9}","usage":{"a":1,"b":{"c":2}}}\n\ndata: {"usage":null}\n\ndata: [DONE]\n\n'
  expect(lastUsage(Buffer.from(stream))).toEqual({ a: 1, b: { c: 2 } })
  expect(lastUsage(Buffer.from('{"usage":{"a":'))).toBeUndefined()
  expect(lastUsage(Buffer.alloc(0))).toBeUndefined()
  expect(firstUsage(Buffer.from('{"usage":{"a":1}}{"usage":{"a":2}}'))).toEqual({ a: 1 })
})

test('text is a string or the text of its parts', () => {
  expect(joinedText([{ type: 'text', text: 'a' }, { type: 'image_url' }, { type: 'text', text: 'b' }])).toBe(
    'a\nb',
  )
  expect(joinedText([{ type: 'image_url' }])).toBeUndefined()
  expect(joinedText(7)).toBeUndefined()
})

test('the prompt is the last user message, and the signature that of a reasoning block sent back', () => {
  const messages = [
    { role: 'user', content: 'first' },
    { role: 'assistant', content: [{ type: 'thinking', thinking: '…', signature: 'sig' }] },
    { role: 'user', content: [{ type: 'text', text: 'last' }] },
  ]
  const body = { model: 'm', system: [{ type: 'text', text: 's' }], messages, max_tokens: 5 }
  expect(anthropic.readFields('messages', body)).toMatchObject({
    ok: true,
    value: {
      prompt: 'last',
      system: 's',
      reasoningSignatures: expect.arrayContaining(['sig']),
      maxTokens: 5,
    },
  })
  const input = [
    { type: 'reasoning', encrypted_content: 'enc' },
    { role: 'user', content: [{ type: 'input_text', text: 'q' }] },
  ]
  expect(openai.readFields('responses', { model: 'm', input, instructions: 'i' })).toMatchObject({
    ok: true,
    value: { prompt: 'q', system: 'i', reasoningSignatures: ['enc'] },
  })
})

test('a tool result does not stand for the prompt', () => {
  const messages = [
    { role: 'user', content: 'the question' },
    { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'n', input: {} }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'the result' }] },
  ]
  expect(anthropic.readFields('messages', { model: 'm', messages })).toMatchObject({
    value: { prompt: 'the question' },
  })
})

test('hostile shapes are read as absent, not thrown at', () => {
  const shapes: unknown[] = [
    { model: 'm', messages: 'no list' },
    { model: 'm', messages: [null, 7, [], { role: {} }, { role: 'user', content: { a: 1 } }] },
    { model: 'm', max_tokens: '5', temperature: Number.NaN, n: null, stream: 'true' },
  ]
  for (const door of [openai, anthropic])
    for (const shape of shapes)
      expect(door.readFields(door === openai ? 'chat.completions' : 'messages', shape)).toMatchObject({
        ok: true,
        value: { maxTokens: undefined, isStream: false },
      })
})
