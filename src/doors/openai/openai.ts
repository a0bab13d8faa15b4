import type { IncomingHttpHeaders } from 'node:http'
import type { Endpoint } from '../../gate/exchange-act.ts'
import { failure, type Result, success } from '../../kernel/result.ts'
import { asRecord, type JsonRecord, joinedText, lastUsage, listOf, numberOf, textOf } from '../json-fields.ts'
import { type ExchangeFields, listEndpoint, type ModelDoor, type Refusal, type Usage } from '../model-door.ts'
import { keptEndpoint } from '../path-fields.ts'
import { mark, signaturesIn, veil } from './answers.ts'
import { summarise, withoutSummaries } from './summarise.ts'

const posted: ReadonlyMap<string, Endpoint> = new Map([
  ['/v1/chat/completions', 'chat.completions'],
  ['/v1/responses', 'responses'],
  ['/v1/embeddings', 'embeddings'],
])

const DONE = Buffer.from('[DONE]')
/** `[DONE]` stands alone at the very end of a chat stream; only the end of a piece is looked at. */
const DONE_BYTES = 32
const RESPONSE_ENDS = [
  'event: response.completed',
  'event: response.failed',
  'event: response.incomplete',
].map((text) => Buffer.from(text))

/** Chat completions, responses, embeddings and models as OpenAI and all who speak like it define them. */
export const openai: ModelDoor = {
  protocol: 'openai',
  endpointOf: (method, path) =>
    (method === 'POST' ? posted.get(path) : listEndpoint(method, path)) ?? keptEndpoint(method, path),
  credential,
  readFields,
  refusalBody,
  refusalEvent: (refusal) => `data: ${refusalBody(refusal)}\n\n`,
  isLastEvent,
  readUsage,
  boundKeys: ['"encrypted_content"', '"id"'].map((key) => Buffer.from(key)),
  reasoningKeys: [Buffer.from('"encrypted_content"')],
  signaturesIn,
  veil,
  summarise,
  withoutSummaries,
  mark,
  keyHeaders: ['authorization', 'api-key', 'openai-organization', 'openai-project'],
  putKey: (key) => ['authorization', `Bearer ${key}`],
}

function credential(headers: IncomingHttpHeaders): string | undefined {
  const { authorization } = headers
  if (authorization !== undefined && /^bearer /i.test(authorization)) return authorization.slice(7).trim()
  return textOf(headers['api-key'])
}

function readFields(endpoint: Endpoint, body: unknown): Result<ExchangeFields, string> {
  const request = asRecord(body)
  if (request === undefined) return failure('the body must be a JSON object')
  const model = textOf(request.model)
  if (model === undefined || model === '') return failure('you must provide a model parameter')
  const text = endpoint === 'responses' ? responsesText(request) : chatText(request)
  return success({
    model,
    isStream: request.stream === true,
    system: text.system,
    prompt: text.prompt,
    opening: text.opening,
    isProse: text.isProse,
    reasoningSignatures: text.reasoningSignatures,
    references: endpoint === 'responses' ? references(request) : [],
    maxTokens:
      numberOf(request.max_completion_tokens) ??
      numberOf(request.max_tokens) ??
      numberOf(request.max_output_tokens),
    temperature: numberOf(request.temperature),
    n: numberOf(request.n),
  })
}

type Text = Pick<ExchangeFields, 'system' | 'prompt' | 'opening' | 'isProse' | 'reasoningSignatures'>

function chatText(request: JsonRecord): Text {
  let system: string | undefined
  let prompt: string | undefined
  let opening: string | undefined
  for (const item of listOf(request.messages)) {
    const message = asRecord(item)
    if (message?.role === 'system' || message?.role === 'developer') system ??= joinedText(message.content)
    else if (message?.role === 'user') {
      prompt = joinedText(message.content)
      opening ??= prompt
    }
  }
  const isProse = !isData(request.response_format)
  return { system, prompt: prompt ?? joinedText(request.input), opening, isProse, reasoningSignatures: [] }
}

function responsesText(request: JsonRecord): Text {
  let system = joinedText(request.instructions)
  let prompt = textOf(request.input)
  let opening = prompt
  const reasoningSignatures: string[] = []
  for (const entry of listOf(request.input)) {
    const item = asRecord(entry)
    if (item?.type === 'reasoning') reasoningSignatures.push(textOf(item.encrypted_content) ?? '')
    else if (item?.role === 'system' || item?.role === 'developer') system ??= joinedText(item.content)
    else if (item?.role === 'user') {
      prompt = joinedText(item.content)
      opening ??= prompt
    }
  }
  return { system, prompt, opening, isProse: !isData(asRecord(request.text)?.format), reasoningSignatures }
}

/** Ids of what the vendor keeps: it goes on from them for whoever has the upstream's key. */
function references(request: JsonRecord): readonly string[] {
  const { conversation } = request
  const items = listOf(request.input)
    .map(asRecord)
    .filter((item) => item?.type === 'item_reference' || item?.type === 'reasoning')
  return [
    request.previous_response_id,
    conversation,
    asRecord(conversation)?.id,
    ...items.map((item) => item?.id),
  ]
    .map(textOf)
    .filter((id) => id !== undefined)
}

/** The client asked for JSON: whatever is added to it would break it. */
function isData(format: unknown): boolean {
  const type = textOf(asRecord(format)?.type)
  return type !== undefined && type !== 'text'
}

function refusalBody({ status, rule, reason, id }: Refusal): string {
  return JSON.stringify({
    error: {
      message: `${reason} (${id})`,
      type: errorType(status),
      param: null,
      code: rule,
      decision_id: id,
    },
  })
}

function errorType(status: number): string {
  if (status === 401) return 'authentication_error'
  if (status === 403) return 'permission_error'
  if (status === 429) return 'rate_limit_error'
  return status >= 500 ? 'server_error' : 'invalid_request_error'
}

function isLastEvent(endpoint: Endpoint, chunk: Buffer): boolean {
  if (endpoint.startsWith('responses')) return RESPONSE_ENDS.some((end) => chunk.includes(end))
  return chunk.includes(DONE, Math.max(0, chunk.length - DONE_BYTES))
}

function readUsage(_head: Buffer, tail: Buffer): Usage {
  const usage = lastUsage(tail)
  return {
    inputTokens: numberOf(usage?.prompt_tokens) ?? numberOf(usage?.input_tokens),
    outputTokens: numberOf(usage?.completion_tokens) ?? numberOf(usage?.output_tokens),
  }
}
