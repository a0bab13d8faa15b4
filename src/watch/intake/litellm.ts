import type { Result } from '../../kernel/result.ts'
import type { Adapter } from './adapter.ts'
import { type ExchangeRecord, isRecord } from './exchange-log.ts'
import { exchangeRecord, type Fields, fieldsOf, number, text, unixMs, unpacked } from './fields.ts'
import { jsonRecordsOf } from './records.ts'
import type { Refusal } from './rejection.ts'

/**
 * Rows of LiteLLM's table `LiteLLM_SpendLogs`, as `/spend/logs` or a database export gives them. Columns from
 * `schema.prisma` and `SpendLogsMetadata` in github.com/BerriAI/litellm. Prompts are there only where LiteLLM
 * ran with `store_prompts_in_spend_logs`.
 */
export const litellm: Adapter = {
  name: 'litellm',
  summary: 'LiteLLM spend logs (rows of LiteLLM_SpendLogs)',
  framing: 'json',
  containers: ['data', 'logs'],
  detect: ({ first }) => isSpendLog(isRecord(first) ? elementOf(first) : first),
  open:
    ({ set }) =>
    (block) =>
      jsonRecordsOf(block, (record) => rowsOf(record).map((row) => readSpendLog(row, set))),
}

const COLUMNS = ['request_id', 'startTime', 'api_key', 'call_type']

export function isSpendLog(row: unknown): boolean {
  return isRecord(row) && COLUMNS.every((column) => column in row)
}

function elementOf(first: Fields): unknown {
  const rows = first.data ?? first.logs
  return Array.isArray(rows) ? rows[0] : first
}

function rowsOf(record: unknown): readonly unknown[] {
  const rows = isRecord(record) ? (record.data ?? record.logs) : undefined
  return Array.isArray(rows) ? rows : [record]
}

export function readSpendLog(
  value: unknown,
  set: ReadonlyMap<string, string>,
): Result<ExchangeRecord, Refusal> {
  if (!isRecord(value)) return { ok: false, error: { reason: 'not-an-object' } }
  if (!isSpendLog(value)) return { ok: false, error: { reason: 'record-unknown' } }
  const row = value
  const metadata = fieldsOf(row.metadata)
  const request = requestOf(row)
  const key = text(row.api_key, metadata.user_api_key)
  return exchangeRecord(
    {
      ts: unixMs(row.startTime),
      id: text(row.request_id),
      // The internal user owns the key; `end_user` is whatever the client wrote into `user`.
      account: text(row.user, metadata.user_api_key_user_id, row.end_user, key),
      key,
      org: text(
        row.organization_id,
        metadata.user_api_key_org_id,
        row.team_id,
        metadata.user_api_key_team_id,
      ),
      ip: text(row.requester_ip_address, metadata.requester_ip_address),
      ua: text(metadata.user_agent) ?? userAgentOf(unpacked(row.request_tags)),
      model: text(row.model_group, row.model),
      messages: request.messages,
      system: text(request.system),
      prompt: text(request.prompt, request.input),
      input_tokens: number(row.prompt_tokens),
      output_tokens: number(row.completion_tokens),
      max_tokens: number(request.max_completion_tokens, request.max_tokens),
      temperature: number(request.temperature),
      n: number(request.n),
      status: statusOf(row, metadata),
    },
    set,
  )
}

/** The request as the client sent it, or what is left of it in the `messages` column. */
function requestOf(row: Fields): Fields {
  const sent = fieldsOf(row.proxy_server_request)
  const request = isRecord(sent.body) ? sent.body : sent
  if (Array.isArray(request.messages)) return request
  const messages = unpacked(row.messages)
  if (typeof messages === 'string')
    return { ...request, messages: undefined, prompt: request.prompt ?? messages }
  return { ...request, messages: Array.isArray(messages) ? messages : undefined }
}

/** LiteLLM files the client's user agent among the request tags. */
function userAgentOf(tags: unknown): string | undefined {
  if (!Array.isArray(tags)) return undefined
  const tag = tags.find((entry) => typeof entry === 'string' && entry.startsWith('User-Agent: '))
  return typeof tag === 'string' ? tag.slice('User-Agent: '.length) : undefined
}

function statusOf(row: Fields, metadata: Fields): number {
  const status = text(row.status, metadata.status)
  if (status === undefined || status === 'success') return 200
  const code = number(fieldsOf(metadata.error_information).error_code)
  return code !== undefined && Number.isInteger(code) && code >= 100 && code <= 599 ? code : 500
}
