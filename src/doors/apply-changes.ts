import type { Endpoint } from '../gate/exchange-act.ts'
import type { Change } from '../gate/exchange-decision.ts'
import { asRecord, numberOf } from './json-fields.ts'

/** The request as the decision alters it. The body was parsed once at the door, so it parses here. */
export function applyChanges(body: Buffer, endpoint: Endpoint, changes: readonly Change[]): Buffer {
  const ofRequest = changes.filter(({ kind }) => kind === 'cap' || kind === 'model')
  if (ofRequest.length === 0) return body
  let request = { ...asRecord(JSON.parse(body.toString('utf8'))) }
  for (const change of ofRequest) {
    if (change.kind === 'model') request.model = change.model
    else if (change.kind === 'cap') request = capped(request, endpoint, change.maxTokens)
  }
  return Buffer.from(JSON.stringify(request))
}

const limitNames: Readonly<Partial<Record<Endpoint, readonly string[]>>> = {
  'chat.completions': ['max_completion_tokens', 'max_tokens'],
  responses: ['max_output_tokens'],
  messages: ['max_tokens'],
}

function capped(
  request: Readonly<Record<string, unknown>>,
  endpoint: Endpoint,
  maxTokens: number,
): Record<string, unknown> {
  const names = limitNames[endpoint]
  if (names === undefined) return { ...request }
  const { logprobs: _, top_logprobs: __, n: ___, ...rest } = request
  const used = names.filter((name) => numberOf(rest[name]) !== undefined)
  const limits = (used.length > 0 ? used : names.slice(-1)).map((name) => [
    name,
    Math.min(numberOf(rest[name]) ?? maxTokens, maxTokens),
  ])
  return { ...rest, ...Object.fromEntries(limits) }
}
