import type { Result } from '../../kernel/result.ts'
import type { Adapter, AdapterContext } from './adapter.ts'
import { type ExchangeRecord, isRecord } from './exchange-log.ts'
import { exchangeRecord, type Fields, number, text, unixMs } from './fields.ts'
import { jsonRecordsOf } from './records.ts'
import type { Refusal } from './rejection.ts'

/**
 * OpenAI Batch API: output and error files (`BatchRequestOutput`: id, custom_id, response {status_code, request_id,
 * body}, error) joined by `custom_id` with the input file (`BatchRequestInput`: custom_id, method, url, body).
 * Source: the OpenAPI document at github.com/openai/openai-openapi. The files name no account: `--set account=…`.
 */
export const openaiBatch: Adapter = {
  name: 'openai-batch',
  summary: 'OpenAI batch files (give input and output together)',
  framing: 'lines',
  detect: ({ first }) => isRecord(first) && (isAnswer(first) || isQuestion(first)),
  request: (record) =>
    isRecord(record) && isQuestion(record) ? [String(record.custom_id), record.body as Fields] : undefined,
  open: (context) => (block) => jsonRecordsOf(block, (record) => [readAnswer(record, context)]),
}

function isQuestion(record: Fields): boolean {
  return typeof record.custom_id === 'string' && isRecord(record.body) && 'url' in record
}

function isAnswer(record: Fields): boolean {
  return typeof record.custom_id === 'string' && 'response' in record && 'error' in record
}

function readAnswer(record: unknown, { set, requests }: AdapterContext): Result<ExchangeRecord, Refusal> {
  if (!isRecord(record)) return { ok: false, error: { reason: 'not-an-object' } }
  if (isQuestion(record)) return { ok: false, error: { reason: 'batch-response-missing' } }
  if (!isAnswer(record)) return { ok: false, error: { reason: 'record-unknown' } }
  const response = isRecord(record.response) ? record.response : {}
  const body = isRecord(response.body) ? response.body : {}
  const usage = isRecord(body.usage) ? body.usage : {}
  const request = requests.get(String(record.custom_id)) ?? {}
  return exchangeRecord(
    {
      // Chat completions say `created`, responses `created_at`; a failed request has neither.
      ts: unixMs(body.created ?? body.created_at),
      id: text(record.id, response.request_id, record.custom_id),
      account: set.get('account') ?? text(request.user, request.safety_identifier),
      model: text(request.model, body.model),
      ...askedOf(request),
      input_tokens: number(usage.prompt_tokens, usage.input_tokens),
      output_tokens: number(usage.completion_tokens, usage.output_tokens),
      max_tokens: number(request.max_completion_tokens, request.max_output_tokens, request.max_tokens),
      temperature: number(request.temperature),
      n: number(request.n),
      status: number(response.status_code) ?? (record.error ? 500 : 200),
    },
    set,
  )
}

/** Chat completions carry `messages`, responses `instructions` and `input`, embeddings `input`. */
function askedOf(request: Fields): Fields {
  if (Array.isArray(request.messages)) return { messages: request.messages }
  const system = text(request.instructions)
  if (Array.isArray(request.input)) {
    const isConversation = request.input.some((entry) => isRecord(entry) && 'role' in entry)
    return isConversation ? { system, messages: request.input } : { system, prompt: text(...request.input) }
  }
  return { system, prompt: text(request.input, request.prompt) }
}
