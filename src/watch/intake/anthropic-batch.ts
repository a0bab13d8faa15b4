import type { Result } from '../../kernel/result.ts'
import type { Adapter, AdapterContext } from './adapter.ts'
import { type ExchangeRecord, isRecord } from './exchange-log.ts'
import { exchangeRecord, type Fields, number, text } from './fields.ts'
import { contentText } from './messages.ts'
import { jsonRecordsOf } from './records.ts'
import type { Refusal } from './rejection.ts'

/**
 * Anthropic message batches: results ({custom_id, result {type: succeeded | errored | canceled | expired, message}})
 * joined by `custom_id` with the requests ({custom_id, params}, one a line or in `requests` of the create call).
 * Source: platform.claude.com/docs, Message Batches. A result carries neither time nor account:
 * `--set ts=… --set account=…` (the batch's `created_at` is the time to give).
 */
export const anthropicBatch: Adapter = {
  name: 'anthropic-batch',
  summary: 'Anthropic message batches (give requests and results together)',
  framing: 'json',
  containers: ['requests'],
  detect: ({ first }) => isRecord(first) && (isAnswer(first) || questionsOf(first).some(isQuestion)),
  request: (record) =>
    isRecord(record) && isQuestion(record) ? [String(record.custom_id), record.params as Fields] : undefined,
  open: (context) => (block) =>
    jsonRecordsOf(block, (record) => questionsOf(record).map((entry) => readAnswer(entry, context))),
}

/** The body of a create call holds many requests; any other record is one. */
export function questionsOf(record: unknown): readonly unknown[] {
  return isRecord(record) && Array.isArray(record.requests) ? record.requests : [record]
}

function isQuestion(record: unknown): boolean {
  return isRecord(record) && typeof record.custom_id === 'string' && isRecord(record.params)
}

function isAnswer(record: Fields): boolean {
  return typeof record.custom_id === 'string' && isRecord(record.result) && 'type' in record.result
}

const STATUS: Readonly<Record<string, number>> = { succeeded: 200, errored: 500 }

function readAnswer(record: unknown, { set, requests }: AdapterContext): Result<ExchangeRecord, Refusal> {
  if (!isRecord(record)) return { ok: false, error: { reason: 'not-an-object' } }
  if (isQuestion(record)) return { ok: false, error: { reason: 'batch-response-missing' } }
  if (!isAnswer(record)) return { ok: false, error: { reason: 'record-unknown' } }
  const result = isRecord(record.result) ? record.result : {}
  const status = STATUS[String(result.type)]
  // Canceled and expired requests never reached a model.
  if (status === undefined) return { ok: false, error: { reason: 'record-irrelevant' } }
  const message = isRecord(result.message) ? result.message : {}
  const usage = isRecord(message.usage) ? message.usage : {}
  const request = requests.get(String(record.custom_id)) ?? {}
  const metadata = isRecord(request.metadata) ? request.metadata : {}
  return exchangeRecord(
    {
      id: text(message.id, record.custom_id),
      account: set.get('account') ?? text(metadata.user_id),
      model: text(request.model, message.model),
      system: contentText(request.system),
      messages: Array.isArray(request.messages) ? request.messages : undefined,
      input_tokens: number(usage.input_tokens),
      output_tokens: number(usage.output_tokens),
      max_tokens: number(request.max_tokens),
      temperature: number(request.temperature),
      status,
    },
    set,
  )
}
