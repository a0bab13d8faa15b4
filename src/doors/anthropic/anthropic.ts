import type { IncomingHttpHeaders } from 'node:http'
import type { Endpoint } from '../../gate/exchange-act.ts'
import { failure, type Result, success } from '../../kernel/result.ts'
import { asRecord, firstUsage, joinedText, lastUsage, listOf, numberOf, textOf } from '../json-fields.ts'
import { type ExchangeFields, listEndpoint, type ModelDoor, type Refusal, type Usage } from '../model-door.ts'
import { mark, signatureOf, signaturesIn, veil } from './answers.ts'
import { summarise, withoutSummaries } from './summarise.ts'

const posted: ReadonlyMap<string, Endpoint> = new Map([
  ['/v1/messages', 'messages'],
  ['/v1/messages/count_tokens', 'count_tokens'],
])

const LAST_EVENT = Buffer.from('event: message_stop')

/** Messages, token counting and models as Anthropic defines them. */
export const anthropic: ModelDoor = {
  protocol: 'anthropic',
  endpointOf: (method, path) => (method === 'POST' ? posted.get(path) : listEndpoint(method, path)),
  credential,
  readFields,
  refusalBody,
  refusalEvent: (refusal) => `event: error\ndata: ${refusalBody(refusal)}\n\n`,
  isLastEvent: (_endpoint, chunk) => chunk.includes(LAST_EVENT),
  readUsage,
  boundKeys: ['"signature"', '"data"'].map((key) => Buffer.from(key)),
  reasoningKeys: [Buffer.from('"signature"'), Buffer.from('"redacted_thinking"')],
  signaturesIn,
  veil,
  summarise,
  withoutSummaries,
  mark,
  keyHeaders: ['x-api-key', 'authorization'],
  putKey: (key) => ['x-api-key', key],
}

function credential(headers: IncomingHttpHeaders): string | undefined {
  const key = textOf(headers['x-api-key'])
  if (key !== undefined) return key
  const { authorization } = headers
  return authorization !== undefined && /^bearer /i.test(authorization)
    ? authorization.slice(7).trim()
    : undefined
}

function readFields(_endpoint: Endpoint, body: unknown): Result<ExchangeFields, string> {
  const request = asRecord(body)
  if (request === undefined) return failure('the body must be a JSON object')
  const model = textOf(request.model)
  if (model === undefined || model === '') return failure('model: Field required')
  let prompt: string | undefined
  let opening: string | undefined
  const reasoningSignatures: string[] = []
  for (const item of listOf(request.messages)) {
    const message = asRecord(item)
    if (message?.role === 'user') {
      prompt = joinedText(message.content) ?? prompt
      opening ??= prompt
    }
    // Anthropic takes its own blocks from the assistant's messages only.
    else for (const part of listOf(message?.content)) reasoningSignatures.push(signatureOf(part) ?? '')
  }
  return success({
    model,
    isStream: request.stream === true,
    system: joinedText(request.system),
    prompt,
    maxTokens: numberOf(request.max_tokens),
    temperature: numberOf(request.temperature),
    n: undefined,
    opening,
    isProse: request.output_format === undefined && request.output_config === undefined,
    reasoningSignatures,
    references: [],
  })
}

function refusalBody({ status, rule, reason, id }: Refusal): string {
  return JSON.stringify({
    type: 'error',
    error: { type: errorType(status), message: `${reason} [${rule}] (${id})` },
    request_id: id,
  })
}

function errorType(status: number): string {
  if (status === 401) return 'authentication_error'
  if (status === 403) return 'permission_error'
  if (status === 404) return 'not_found_error'
  if (status === 413) return 'request_too_large'
  if (status === 429) return 'rate_limit_error'
  if (status === 503) return 'overloaded_error'
  return status >= 500 ? 'api_error' : 'invalid_request_error'
}

/** The input's size comes with the first event of a stream, the output's with one of the last. */
function readUsage(head: Buffer, tail: Buffer): Usage {
  const last = lastUsage(tail)
  const first = firstUsage(head)
  return {
    inputTokens: inputTokens(last) ?? inputTokens(first) ?? numberOf(last?.input_tokens),
    outputTokens: numberOf(last?.output_tokens),
  }
}

function inputTokens(usage: Readonly<Record<string, unknown>> | undefined): number | undefined {
  const plain = numberOf(usage?.input_tokens)
  if (plain === undefined) return undefined
  return (
    plain +
    (numberOf(usage?.cache_creation_input_tokens) ?? 0) +
    (numberOf(usage?.cache_read_input_tokens) ?? 0)
  )
}
