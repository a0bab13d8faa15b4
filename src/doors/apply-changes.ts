import type { Endpoint } from '../gate/exchange-act.ts'
import type { Change } from '../gate/exchange-decision.ts'
import { asRecord, type JsonRecord, numberOf, textOf } from './json-fields.ts'

/** The request as the decision alters it. The body was parsed once at the door, so it parses here. */
export function applyChanges(body: Buffer, endpoint: Endpoint, changes: readonly Change[]): Buffer {
  const ofRequest = changes.filter(({ kind }) => kind === 'cap' || kind === 'model')
  if (ofRequest.length === 0) return body
  let request: JsonRecord = { ...asRecord(JSON.parse(body.toString('utf8'))) }
  for (const change of ofRequest) {
    if (change.kind === 'model') request = { ...request, model: change.model }
    else if (change.kind === 'cap') request = capped(request, endpoint, change.maxTokens)
  }
  return Buffer.from(JSON.stringify(request))
}

const limitNames: Readonly<Partial<Record<Endpoint, readonly string[]>>> = {
  'chat.completions': ['max_completion_tokens', 'max_tokens'],
  responses: ['max_output_tokens'],
  messages: ['max_tokens'],
}

/** Asks for more than one answer, for log-probabilities, or for a length beside the one that is capped (llama.cpp, vLLM). */
const dropped: ReadonlySet<string> = new Set([
  'n',
  'best_of',
  'logprobs',
  'top_logprobs',
  'prompt_logprobs',
  'n_probs',
  'n_predict',
  'min_tokens',
])
/**
 * OpenAI's models that reason take no `max_tokens`; most that speak like OpenAI know only that, and would not be held by the other
 * name. `ft:o4-mini:acme::id` and `openai/gpt-5` are such models too, `gpt-oss` is none.
 */
const REASONS = /(?:^|[/:])(?:o[1-9]\d*|gpt-(?:[5-9]|[1-9]\d))(?![\da-z])/i
const LOGPROBS_INCLUDED = 'message.output_text.logprobs'

function capped(request: JsonRecord, endpoint: Endpoint, maxTokens: number): JsonRecord {
  const names = limitNames[endpoint]
  if (names === undefined) return request
  const kept = Object.fromEntries(Object.entries(request).filter(([name]) => !dropped.has(name)))
  // A limit that is no whole number above zero means something else to every server: -1 is none to llama.cpp.
  const used = names.filter((name) => kept[name] != null)
  const missing = REASONS.test(textOf(kept.model) ?? '') ? names.slice(0, 1) : names.slice(-1)
  const limits = (used.length > 0 ? used : missing).map((name) => {
    const asked = numberOf(kept[name]) ?? 0
    return [name, asked >= 1 ? Math.min(Math.floor(asked), maxTokens) : maxTokens]
  })
  const { include, thinking } = kept
  return {
    ...kept,
    ...Object.fromEntries(limits),
    ...(Array.isArray(include) ? { include: include.filter((part) => part !== LOGPROBS_INCLUDED) } : {}),
    ...(thinksBeyond(thinking, maxTokens) ? { thinking: { type: 'disabled' } } : {}),
  }
}

/** Anthropic refuses a request whose thinking may take more than the whole answer. */
function thinksBeyond(thinking: unknown, maxTokens: number): boolean {
  return (numberOf(asRecord(thinking)?.budget_tokens) ?? 0) >= maxTokens
}
