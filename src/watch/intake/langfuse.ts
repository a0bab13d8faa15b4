import type { Result } from '../../kernel/result.ts'
import type { Adapter } from './adapter.ts'
import { type ExchangeRecord, isRecord } from './exchange-log.ts'
import { exchangeRecord, type Fields, fieldsOf, number, text, unixMs, unpacked } from './fields.ts'
import { jsonRecordsOf } from './records.ts'
import type { Refusal } from './rejection.ts'

/**
 * Langfuse observations: the blob storage export (`observations_v2/`, snake case, trace fields on each row), the
 * public API and the table export (camel case), and one trace downloaded as JSON with its observations inside.
 * Fields from langfuse.com/docs/api-and-data-platform/features/blob-storage-export-fields.
 */
export const langfuse: Adapter = {
  name: 'langfuse',
  summary: 'Langfuse export (observations, or a trace with its observations)',
  framing: 'json',
  containers: ['data', 'observations'],
  detect: ({ first }) => isRecord(first) && isLangfuse(first),
  open:
    ({ set }) =>
    (block) =>
      jsonRecordsOf(block, (record) => observationsOf(record).map((entry) => readObservation(entry, set))),
}

function isLangfuse(record: Fields): boolean {
  const list = record.data ?? record.observations
  if (Array.isArray(list) && isRecord(list[0])) return isObservation(list[0])
  return isObservation(record)
}

export function isObservation(record: Fields): boolean {
  return (
    typeof record.type === 'string' &&
    ('traceId' in record || 'trace_id' in record) &&
    ('startTime' in record || 'start_time' in record)
  )
}

/** The observations of a page, a trace or a row; a trace lends them its user. */
function observationsOf(record: unknown): readonly unknown[] {
  if (!isRecord(record)) return [record]
  if (Array.isArray(record.data)) return record.data
  const trace = isRecord(record.trace) ? record.trace : record
  if (!Array.isArray(record.observations)) return [record]
  const user = trace.userId ?? trace.user_id
  return record.observations.map((entry) => (isRecord(entry) ? { userId: user, ...entry } : entry))
}

/** Langfuse calls a model call a generation; an embedding is one too. Spans, tools and events are not. */
const CALLS: ReadonlySet<unknown> = new Set(['GENERATION', 'EMBEDDING'])

export function readObservation(
  value: unknown,
  set: ReadonlyMap<string, string>,
): Result<ExchangeRecord, Refusal> {
  if (!isRecord(value)) return { ok: false, error: { reason: 'not-an-object' } }
  if (!isObservation(value)) return { ok: false, error: { reason: 'record-unknown' } }
  if (!CALLS.has(value.type)) return { ok: false, error: { reason: 'record-irrelevant' } }
  const row = value
  const parameters = fieldsOf(row.modelParameters ?? row.model_parameters)
  const usage = fieldsOf(row.usageDetails ?? row.usage_details ?? row.usage)
  const metadata = fieldsOf(row.metadata)
  return exchangeRecord(
    {
      ts: unixMs(row.startTime ?? row.start_time),
      id: text(row.id),
      account: text(row.userId, row.user_id, metadata.user_id, row.sessionId, row.session_id),
      key: text(metadata.api_key_id, metadata.key),
      org: text(metadata.organization_id),
      ip: text(metadata.ip, metadata.client_ip),
      ua: text(metadata.user_agent),
      model: text(row.model, row.providedModelName, row.provided_model_name),
      ...asked(row.input),
      input_tokens: number(usage.input, usage.promptTokens, row.promptTokens, row.inputUsage),
      output_tokens: number(usage.output, usage.completionTokens, row.completionTokens, row.outputUsage),
      max_tokens: number(parameters.max_completion_tokens, parameters.max_tokens, parameters.maxTokens),
      temperature: number(parameters.temperature),
      n: number(parameters.n),
      status: row.level === 'ERROR' ? 500 : 200,
    },
    set,
  )
}

/** The input of a generation: a text, messages, or a request body that holds them. A prompt may itself be JSON. */
function asked(written: unknown): Fields {
  const input = unpacked(written)
  if (Array.isArray(input) && input.some((entry) => isRecord(entry) && 'role' in entry))
    return { messages: input }
  if (isRecord(input)) {
    if (Array.isArray(input.messages)) return { messages: input.messages, system: text(input.system) }
    const prompt = text(input.prompt, input.input, input.query, input.content)
    if (prompt !== undefined) return { prompt }
  }
  if (typeof written === 'string') return written === '' ? {} : { prompt: written }
  return input === undefined || input === null ? {} : { prompt: JSON.stringify(input) }
}
