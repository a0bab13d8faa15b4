// One OpenTelemetry span an exchange, by the conventions for generative AI, as OTLP/HTTP JSON. The official packages would
// bring some thirty others for what is one POST of one shape; this holds no text of a prompt, an answer or an account.
import { randomBytes } from 'node:crypto'
import { request } from 'undici'
import type { TelemetryConfig } from '../config/telemetry-section.ts'
import type { CompletionEntry } from '../gate/entry.ts'
import type { Endpoint, ExchangeAct } from '../gate/exchange-act.ts'
import type { GaugeSource } from './gate-metrics.ts'
import type { Tap } from './upstream/tap.ts'

const SPANS_MAX = 4_096
const BATCH_MAX = 512
const EXPORT_MS = 2_000
const ANSWER_MS = 10_000
const NS_A_MS = 1_000_000n
/** `SPAN_KIND_CLIENT` and `STATUS_CODE_ERROR` of the protocol. */
const KIND_CLIENT = 3
const STATUS_ERROR = 2

type Value =
  | { readonly stringValue: string }
  | { readonly intValue: string }
  | { readonly doubleValue: number }
  | { readonly arrayValue: { readonly values: readonly Value[] } }
type Attribute = { readonly key: string; readonly value: Value }

const operations: Readonly<Record<Endpoint, string | undefined>> = {
  'chat.completions': 'chat',
  responses: 'chat',
  messages: 'chat',
  embeddings: 'embeddings',
  count_tokens: undefined,
  'responses.read': undefined,
  'responses.items': undefined,
  'responses.cancel': undefined,
  'responses.delete': undefined,
  models: undefined,
}

export class SpanExporter implements AsyncDisposable {
  readonly #url: string
  readonly #headers: Readonly<Record<string, string>>
  readonly #service: string
  readonly #timer: NodeJS.Timeout
  #spans: object[] = []
  #sending: Promise<void> = Promise.resolve()
  #sent = 0
  #dropped = 0

  private constructor(url: string, { headers, service }: TelemetryConfig) {
    this.#url = `${url.replace(/\/+$/, '')}/v1/traces`
    this.#headers = headers
    this.#service = service
    this.#timer = setInterval(() => this.#flush(), EXPORT_MS)
    this.#timer.unref()
  }

  static open(config: TelemetryConfig): SpanExporter | undefined {
    return config.otlp === undefined ? undefined : new SpanExporter(config.otlp, config)
  }

  get gauges(): readonly GaugeSource[] {
    return [
      {
        name: 'portcullis_spans_sent_total',
        help: 'Spans the collector has taken.',
        read: () => [[{}, this.#sent]],
      },
      {
        name: 'portcullis_spans_dropped_total',
        help: 'Spans given up because the collector did not take them.',
        read: () => [[{}, this.#dropped]],
      },
    ]
  }

  finished(act: ExchangeAct, completion: CompletionEntry, around: Around): void {
    const operation = operations[act.endpoint]
    const parent = parseTraceparent(around.traceparent)
    if (operation === undefined || parent?.isSampled === false) return
    if (this.#spans.length >= SPANS_MAX) {
      this.#dropped++
      return
    }
    this.#spans.push(spanOf(operation, act, completion, { ...around, parent }))
    if (this.#spans.length >= BATCH_MAX) this.#flush()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    this.#flush()
    await this.#sending
  }

  #flush(): void {
    if (this.#spans.length === 0) return
    const spans = this.#spans
    this.#spans = []
    this.#sending = this.#sending.then(() => this.#send(spans))
  }

  async #send(spans: readonly object[]): Promise<void> {
    const body = JSON.stringify({
      resourceSpans: [
        {
          resource: { attributes: [text('service.name', this.#service)] },
          scopeSpans: [{ scope: { name: 'portcullis' }, spans }],
        },
      ],
    })
    try {
      const answer = await request(this.#url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...this.#headers },
        body,
        headersTimeout: ANSWER_MS,
        bodyTimeout: ANSWER_MS,
      })
      await answer.body.dump()
      if (answer.statusCode < 300) this.#sent += spans.length
      else this.#dropped += spans.length
    } catch {
      this.#dropped += spans.length
    }
  }
}

/** What a span says of an exchange beside its act and its end. */
type Around = {
  /** The client's: its trace goes on here, and a trace that it does not sample is not exported. */
  readonly traceparent: string | undefined
  readonly server?: URL | undefined
  readonly answer?: Tap | undefined
}
type Parent = { readonly trace: string; readonly span: string; readonly isSampled: boolean }

function parseTraceparent(header: string | undefined): Parent | undefined {
  const match = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(header ?? '')
  const [, trace = '', span = '', flags = ''] = match ?? []
  if (!match || /^0+$/.test(trace) || /^0+$/.test(span)) return undefined
  return { trace, span, isSampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

function spanOf(
  operation: string,
  act: ExchangeAct,
  completion: CompletionEntry,
  { parent, server, answer }: Omit<Around, 'traceparent'> & { readonly parent: Parent | undefined },
): object {
  const { status, outcome, ts, ms, upstream } = completion
  const error = outcome !== 'answered' ? outcome : status >= 400 ? String(status) : undefined
  const attributes = [
    text('gen_ai.operation.name', operation),
    text('gen_ai.provider.name', act.protocol),
    text('gen_ai.request.model', act.model),
    whole('gen_ai.request.max_tokens', act.maxTokens),
    act.temperature === undefined
      ? undefined
      : { key: 'gen_ai.request.temperature', value: { doubleValue: act.temperature } },
    whole('gen_ai.request.choice.count', act.n),
    ...(answer === undefined ? [] : answerAttributes(answer)),
    whole('gen_ai.usage.input_tokens', completion.input_tokens),
    // As reported: an estimate would be taken for a bill.
    whole('gen_ai.usage.output_tokens', completion.tokens_estimated ? undefined : completion.output_tokens),
    whole('http.response.status_code', status),
    ...(server === undefined ? [] : serverAttributes(server)),
    error === undefined ? undefined : text('error.type', error),
    text('portcullis.decision.id', act.id),
    upstream === undefined ? undefined : text('portcullis.upstream', upstream),
  ].filter((attribute): attribute is Attribute => attribute !== undefined)
  return {
    traceId: parent?.trace ?? randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    ...(parent && { parentSpanId: parent.span }),
    name: `${operation} ${act.model}`,
    kind: KIND_CLIENT,
    startTimeUnixNano: String(BigInt(ts - ms) * NS_A_MS),
    endTimeUnixNano: String(BigInt(ts) * NS_A_MS),
    attributes,
    status: error === undefined ? {} : { code: STATUS_ERROR },
  }
}

/** What an answer says of itself: a quote inside a text is escaped, so none of these can be words of the model's. */
const RESPONSE_ID = /"id"\s*:\s*"([\w.:-]{1,128})"/
const RESPONSE_MODEL = /"model"\s*:\s*"([^"\\]{1,128})"/
const FINISH_REASON = /"(?:finish|stop)_reason"\s*:\s*"(\w{1,64})"/g
const FINISH_REASONS_MAX = 16

function answerAttributes(answer: Tap): readonly (Attribute | undefined)[] {
  const head = answer.head().toString('utf8')
  const id = RESPONSE_ID.exec(head)?.[1]
  const model = RESPONSE_MODEL.exec(head)?.[1]
  const reasons = [...answer.tail().toString('utf8').matchAll(FINISH_REASON)]
    .map(([, reason = '']) => ({ stringValue: reason }))
    .slice(-FINISH_REASONS_MAX)
  return [
    id === undefined ? undefined : text('gen_ai.response.id', id),
    model === undefined ? undefined : text('gen_ai.response.model', model),
    reasons.length === 0
      ? undefined
      : { key: 'gen_ai.response.finish_reasons', value: { arrayValue: { values: reasons } } },
  ]
}

function serverAttributes(server: URL): readonly (Attribute | undefined)[] {
  const port = Number(server.port) || (server.protocol === 'https:' ? 443 : 80)
  return [text('server.address', server.hostname), whole('server.port', port)]
}

function text(key: string, value: string): Attribute {
  return { key, value: { stringValue: value } }
}

function whole(key: string, value: number | undefined): Attribute | undefined {
  return value === undefined || !Number.isSafeInteger(value)
    ? undefined
    : { key, value: { intValue: String(value) } }
}
