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
