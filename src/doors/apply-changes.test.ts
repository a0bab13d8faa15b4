import { expect, test } from 'vitest'
import type { Endpoint } from '../gate/exchange-act.ts'
import { applyChanges } from './apply-changes.ts'

function capped(endpoint: Endpoint, request: object): unknown {
  const body = applyChanges(Buffer.from(JSON.stringify(request)), endpoint, [{ kind: 'cap', maxTokens: 256 }])
  return JSON.parse(body.toString())
}

test('a capped limit is never a word that a server takes for none', () => {
  for (const asked of [-1, 0, 0.5, 1e300, '4000', [9_000], 256.9])
    expect(capped('chat.completions', { max_tokens: asked })).toEqual({ max_tokens: 256 })
  expect(capped('chat.completions', { max_tokens: 7.5 })).toEqual({ max_tokens: 7 })
  expect(capped('chat.completions', { max_tokens: null })).toEqual({ max_tokens: 256 })
  expect(capped('chat.completions', { max_completion_tokens: '9', max_tokens: 5 })).toEqual({
    max_completion_tokens: 256,
    max_tokens: 5,
  })
})

test('a request without a limit gets the one its model takes', () => {
  const limits = (model: string) => Object.keys(capped('chat.completions', { model }) as object).slice(1)
  const reasoning = [
    'o1',
    'o3-mini',
    'o4-mini-2025-04-16',
    'openai/gpt-5-nano',
    'gpt-5.1',
    'ft:o4-mini:acme::id',
    'GPT-5',
  ]
  for (const model of reasoning) expect([model, limits(model)]).toEqual([model, ['max_completion_tokens']])
  for (const model of [
    'gpt-4o',
    'gpt-oss-20b',
    'llama-3',
    'yolo3',
    'o1labs',
    'gpt-50k',
    'qwen3:8b',
    'solar-o1',
  ])
    expect([model, limits(model)]).toEqual([model, ['max_tokens']])
  expect(capped('chat.completions', { model: 'o3', max_tokens: 9_000 })).toEqual({
    model: 'o3',
    max_tokens: 256,
  })
  expect(capped('responses', { model: 'o3' })).toEqual({ model: 'o3', max_output_tokens: 256 })
})

test('nothing beside the limit asks for more answers, log-probabilities or length', () => {
  const more = {
    n: 4,
    best_of: 4,
    n_predict: -1,
    min_tokens: 9_000,
    top_logprobs: 5,
    prompt_logprobs: 1,
    n_probs: 9,
  }
  expect(capped('chat.completions', { ...more, logprobs: true, seed: 1 })).toEqual({
    max_tokens: 256,
    seed: 1,
  })
  const include = ['reasoning.encrypted_content', 'message.output_text.logprobs']
  expect(capped('responses', { include })).toEqual({
    include: ['reasoning.encrypted_content'],
    max_output_tokens: 256,
  })
})

test('thinking that needs more than the whole answer is switched off, other thinking stays', () => {
  const messages = (budget_tokens: number) =>
    capped('messages', { max_tokens: 9_000, thinking: { type: 'enabled', budget_tokens } })
  expect(messages(4_096)).toEqual({ max_tokens: 256, thinking: { type: 'disabled' } })
  expect(messages(128)).toEqual({ max_tokens: 256, thinking: { type: 'enabled', budget_tokens: 128 } })
})

test('what is not capped stays, byte for byte, where nothing of the request changes', () => {
  const body = Buffer.from('{"model" : "m"}')
  expect(applyChanges(body, 'messages', [{ kind: 'veil' }])).toBe(body)
  expect(capped('embeddings', { n: 2 })).toEqual({ n: 2 })
})
