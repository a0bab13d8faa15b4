import type { Result } from '../../kernel/result.ts'
import type { Adapter } from './adapter.ts'
import { type ExchangeRecord, isRecord } from './exchange-log.ts'
import { exchangeRecord, type Fields, number, text, unpacked } from './fields.ts'
import { conversationOf } from './otel-content.ts'
import { jsonRecordsOf } from './records.ts'
import type { Refusal } from './rejection.ts'

/**
 * OpenTelemetry GenAI spans as OTLP JSON (`resourceSpans`, one export request a line as the collector's file
 * exporter writes them, or one document), and the event `gen_ai.client.inference.operation.details` of
 * `resourceLogs`. Attributes from docs/gen-ai of github.com/open-telemetry/semantic-conventions, 1.36 and later;
 * the older span events and indexed attributes are in otel-content.ts.
 */
export const otel: Adapter = {
  name: 'otel',
  summary: 'OpenTelemetry GenAI spans (OTLP JSON)',
  framing: 'json',
  containers: ['resourceSpans', 'resourceLogs', 'resource_spans', 'resource_logs'],
  detect: ({ first, text: start }) =>
    (isRecord(first) && isOtlp(first)) || /^\s*\{\s*"resource_?([sS]pans|[lL]ogs)"/.test(start),
  open:
    ({ set }) =>
    (block) =>
      jsonRecordsOf(block, (record) => callsOf(record, set)),
}

function isOtlp(record: Fields): boolean {
  return [record.resourceSpans, record.resource_spans, record.resourceLogs, record.resource_logs].some(
    Array.isArray,
  )
}

const DETAILS = 'gen_ai.client.inference.operation.details'

function* callsOf(
  record: unknown,
  set: ReadonlyMap<string, string>,
): Generator<Result<ExchangeRecord, Refusal>> {
  if (!isRecord(record)) return yield { ok: false, error: { reason: 'not-an-object' } }
  if (!isOtlp(record)) return yield { ok: false, error: { reason: 'record-unknown' } }
  for (const group of list(record.resourceSpans ?? record.resource_spans)) {
    const resource = attributesOf(isRecord(group.resource) ? group.resource.attributes : undefined)
    for (const scope of list(group.scopeSpans ?? group.scope_spans))
      for (const span of list(scope.spans)) yield readSpan(span, resource, set)
  }
  for (const group of list(record.resourceLogs ?? record.resource_logs)) {
    const resource = attributesOf(isRecord(group.resource) ? group.resource.attributes : undefined)
    for (const scope of list(group.scopeLogs ?? group.scope_logs))
      for (const log of list(scope.logRecords ?? scope.log_records)) yield readLog(log, resource, set)
  }
}

/** Operations that call a model. The others (`execute_tool`, `invoke_agent`…) contain such calls as child spans. */
const CALLS: ReadonlySet<unknown> = new Set([
  'chat',
  'text_completion',
  'generate_content',
  'embeddings',
  'completion',
])

function isCall(attributes: Fields): boolean {
  const operation = attributes['gen_ai.operation.name'] ?? attributes['llm.request.type']
  if (operation !== undefined) return CALLS.has(operation)
  return 'gen_ai.request.model' in attributes
}

function readSpan(
  span: Fields,
  resource: Fields,
  set: ReadonlyMap<string, string>,
): Result<ExchangeRecord, Refusal> {
  const attributes = attributesOf(span.attributes)
  if (!isCall(attributes)) return { ok: false, error: { reason: 'record-irrelevant' } }
  const events = list(span.events).map((event) => ({
    name: text(event.name) ?? '',
    attributes: attributesOf(event.attributes),
  }))
  const status = isRecord(span.status) ? span.status.code : undefined
  const hasFailed = status === 2 || status === 'STATUS_CODE_ERROR'
  return exchangeRecord(
    {
      ts: nanoseconds(span.startTimeUnixNano ?? span.start_time_unix_nano),
      id: spanId(span),
      ...callFields(attributes, resource, hasFailed),
      ...conversationOf(attributes, events),
    },
    set,
  )
}

function readLog(
  log: Fields,
  resource: Fields,
  set: ReadonlyMap<string, string>,
): Result<ExchangeRecord, Refusal> {
  const attributes = attributesOf(log.attributes)
  const name = text(log.eventName, log.event_name, attributes['event.name'])
  if (name !== DETAILS) return { ok: false, error: { reason: 'record-irrelevant' } }
  const body = anyValue(log.body)
  const details = isRecord(body) ? { ...body, ...attributes } : attributes
  return exchangeRecord(
    {
      ts: nanoseconds(log.timeUnixNano ?? log.time_unix_nano ?? log.observedTimeUnixNano),
      id: spanId(log) ?? text(details['gen_ai.response.id']),
      ...callFields(details, resource, false),
      ...conversationOf(details, []),
    },
    set,
  )
}

function spanId(holder: Fields): string | undefined {
  const trace = text(holder.traceId, holder.trace_id)
  const span = text(holder.spanId, holder.span_id)
  return trace !== undefined && span !== undefined ? `${trace}-${span}` : span
}

function callFields(attributes: Fields, resource: Fields, hasFailed: boolean): Fields {
  const status = number(attributes['http.response.status_code'], attributes['error.type'])
  const account = text(
    attributes['enduser.id'],
    attributes['user.id'],
    attributes['gen_ai.user.id'],
    attributes['gen_ai.openai.request.user'],
    attributes['llm.user'],
    resource['enduser.id'],
    resource['service.name'],
  )
  return {
    account,
    key: text(attributes['gen_ai.request.api_key_id'], attributes['api_key.id']),
    org: text(attributes['organization.id'], attributes['tenant.id'], resource['tenant.id']),
    ip: text(attributes['client.address'], attributes['client.ip'], attributes['net.peer.ip']),
    ua: text(attributes['user_agent.original'], attributes['http.user_agent']),
    model: text(attributes['gen_ai.request.model'], attributes['gen_ai.response.model']),
    input_tokens: number(attributes['gen_ai.usage.input_tokens'], attributes['gen_ai.usage.prompt_tokens']),
    output_tokens: number(
      attributes['gen_ai.usage.output_tokens'],
      attributes['gen_ai.usage.completion_tokens'],
    ),
    max_tokens: number(attributes['gen_ai.request.max_tokens']),
    temperature: number(attributes['gen_ai.request.temperature']),
    n: number(attributes['gen_ai.request.choice.count']),
    status: status ?? (hasFailed || attributes['error.type'] !== undefined ? 500 : 200),
  }
}

function nanoseconds(value: unknown): number | undefined {
  if (typeof value === 'string' && /^\d{1,19}$/.test(value)) return Number(BigInt(value) / 1_000_000n)
  return typeof value === 'number' && Number.isFinite(value) ? Math.floor(value / 1e6) : undefined
}

/** OTLP's list of {key, value} as an object. Attributes written as a plain object are taken as they are. */
function attributesOf(attributes: unknown): Fields {
  if (isRecord(attributes)) return attributes
  const found: Record<string, unknown> = {}
  for (const entry of list(attributes)) {
    if (typeof entry.key === 'string') found[entry.key] = anyValue(entry.value)
  }
  return found
}

const DEPTH_MAX = 32

/** An OTLP AnyValue as the value it stands for. */
function anyValue(value: unknown, depth = 0): unknown {
  if (!isRecord(value) || depth > DEPTH_MAX) return value
  if ('stringValue' in value) return value.stringValue
  if ('intValue' in value) return number(value.intValue)
  if ('doubleValue' in value) return value.doubleValue
  if ('boolValue' in value) return value.boolValue
  if (isRecord(value.arrayValue))
    return list(value.arrayValue.values).map((entry) => anyValue(entry, depth + 1))
  if (!isRecord(value.kvlistValue)) return unpacked(value)
  const found: Record<string, unknown> = {}
  for (const entry of list(value.kvlistValue.values))
    if (typeof entry.key === 'string') found[entry.key] = anyValue(entry.value, depth + 1)
  return found
}

function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}
