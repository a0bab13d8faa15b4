import type { IncomingHttpHeaders } from 'node:http'
import type { Config, Protocol } from '../config/config.ts'
import { type ActId, parseActId } from '../gate/act.ts'
import type { Caller } from '../gate/caller.ts'
import type { CompletionEntry } from '../gate/entry.ts'
import type { Endpoint, ExchangeAct } from '../gate/exchange-act.ts'
import type { ExchangeGate, Judgement } from '../gate/exchange-gate.ts'
import type { Ticket } from '../gate/record/recorder.ts'
import { GateError } from '../kernel/gate-error.ts'
import { answerEdits, noEdits, unsealed } from './answer-edits.ts'
import { anthropic } from './anthropic/anthropic.ts'
import { applyChanges } from './apply-changes.ts'
import { changeNotes, modelAfter, waitFor } from './decision-effects.ts'
import type { DecisionIds } from './decision-ids.ts'
import { countsTokens, usedTokens } from './estimated-usage.ts'
import {
  bodyFailures,
  type Failure,
  gateFailed,
  identityFailures,
  ledgerFull,
  noUpstream,
} from './exchange-failures.ts'
import type { GateMetrics } from './gate-metrics.ts'
import type { ModelRequests } from './http/client-connection.ts'
import type { ModelRequest, ModelResponse } from './http/model-message.ts'
import type { ModelDoor } from './model-door.ts'
import { mergedModels } from './model-list.ts'
import { openai } from './openai/openai.ts'
import { parseFields, textsOf } from './parse-fields.ts'
import { keptId, pathFields, responseId } from './path-fields.ts'
import { BodyRoom, readBody } from './read-body.ts'
import { sendRefusal } from './refuse.ts'
import type { SpanExporter } from './spans.ts'
import { droppedHeaders, requestHeaders } from './upstream/headers.ts'
import { Relay } from './upstream/relay.ts'
import type { RelayResult } from './upstream/relay-request.ts'
import type { Routes } from './upstream/routes.ts'
import type { SentHeaders } from './upstream/sent-headers.ts'
import { Summariser } from './upstream/summariser.ts'
import type { Upstream } from './upstream/upstream.ts'

export type ExchangeDoorParts = {
  readonly gate: ExchangeGate
  readonly routes: Routes
  readonly ids: DecisionIds
  readonly metrics: GateMetrics
  readonly spans?: SpanExporter | undefined
  readonly now: () => number
}

/** One request on its way through: what every step needs. */
type Passage = {
  readonly request: ModelRequest
  readonly response: ModelResponse
  readonly door: ModelDoor
  readonly endpoint: Endpoint
  readonly id: ActId
  readonly started: number
}

/** What is asked, by whom, and what of it only the answer's edits need. */
type Asked = {
  readonly caller: Caller
  readonly act: ExchangeAct
  readonly body: Buffer | null
  readonly opening: string | undefined
  readonly isProse: boolean
}

const modelDoors: Readonly<Record<Protocol, ModelDoor>> = { openai, anthropic }
const CLIENT_CLOSED = 499
/** A long conversation carries many; the last ones say whose it is. */
const REASONING_BLOCKS_MAX = 64
/** What the watch sees. */
const SKETCHED: ReadonlySet<Endpoint> = new Set(['chat.completions', 'responses', 'messages', 'embeddings'])
/** Only these endpoints have reasoning that is signed. */
const SIGNING: ReadonlySet<Endpoint> = new Set(['messages', 'responses', 'responses.read', 'responses.items'])

/** The model doors' common road: identify, read, judge, and relay or refuse. */
export class ExchangeDoor implements ModelRequests {
  readonly #parts: ExchangeDoorParts
  #routes: Routes
  #summariser: Summariser
  #config: Config
  #dropped: Readonly<Record<Protocol, ReadonlySet<string>>>
  #inFlight = 0
  #countsTokens: boolean
  readonly #room: BodyRoom

  constructor(config: Config, parts: ExchangeDoorParts) {
    this.#parts = parts
    this.#routes = parts.routes
    this.#summariser = this.#summariserOf(config)
    this.#config = config
    this.#room = new BodyRoom(config.limits.bodiesBytesMax)
    this.#dropped = droppedBy(config)
    this.#countsTokens = countsTokens(config.rates)
  }

  use(config: Config, routes: Routes): void {
    this.#config = config
    this.#routes = routes
    this.#summariser = this.#summariserOf(config)
    this.#dropped = droppedBy(config)
    this.#countsTokens = countsTokens(config.rates)
  }

  #summariserOf({ reasoning }: Config): Summariser {
    return new Summariser(reasoning.summary, this.#routes, Object.values(modelDoors), this.#parts.now)
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** Whether requests of this kind are for a model door, whatever their headers say. */
  answers(method: string, path: string): boolean {
    return doorFor({}, path).endpointOf(method, path) !== undefined
  }

  /** Whether a model door answers this path at all; if so, it does. */
  handle(request: ModelRequest, response: ModelResponse, path: string): boolean {
    const door = doorFor(request.headers, path)
    const endpoint = door.endpointOf(request.method ?? '', path)
    if (endpoint === undefined) return false
    const { ids, now, metrics } = this.#parts
    const started = now()
    const passage: Passage = { request, response, door, endpoint, id: actId(ids.next(started)), started }
    this.#inFlight++
    response.once('close', () => {
      this.#inFlight--
    })
    this.#pass(passage).catch((error: unknown) => {
      metrics.failed(error)
      const isLedger = error instanceof GateError && error.code === 'ledger-full'
      if (response.headersSent) response.destroy()
      else sendRefusal(response, door, { ...(isLedger ? ledgerFull : gateFailed), id: passage.id })
    })
    return true
  }

  async #pass(passage: Passage): Promise<void> {
    const { request, door, endpoint, id, started } = passage
    const { gate } = this.#parts
    if (this.#inFlight > this.#config.limits.exchangesMax)
      return this.#refuse(passage, {
        status: 503,
        rule: 'gate.busy',
        reason: 'the gate is at its limit',
        retryAfterMs: 1_000,
      })
    const credentials = {
      key: door.credential(request.headers),
      headers: request.headers,
      socketAddress: request.socket.remoteAddress,
      memo: request.memo,
    }
    const checking = gate.prepare(credentials)
    if (checking !== undefined) await checking
    const caller = gate.identify(credentials)
    if (!caller.ok) return this.#refuse(passage, identityFailures[caller.error])
    let body: Buffer | null = null
    let fields = pathFields(endpoint, request.url ?? '')
    if (fields === undefined) {
      const share = this.#room.share()
      passage.response.once('close', share.give)
      const reading = readBody(request, this.#config.limits.bodyBytesMax, share)
      const read = reading instanceof Promise ? await reading : reading
      if (!read.ok) {
        if (read.error === 'client-gone') return
        return this.#refuse(passage, bodyFailures[read.error], caller.value)
      }
      body = read.value
      const parsed = parseFields(door, endpoint, body)
      if ('status' in parsed) return this.#refuse(passage, parsed, caller.value)
      fields = parsed
    }
    const { opening, isProse, reasoningSignatures, references, system, prompt } = fields
    const response = keptId(endpoint, request.url ?? '')
    if (response !== undefined) await gate.hearOf(caller.value, response)
    const reasoning = gate.readReasoning(
      { account: caller.value.account, opening },
      reasoningSignatures.slice(-REASONING_BLOCKS_MAX),
      references.slice(-REASONING_BLOCKS_MAX),
    )
    const act: ExchangeAct = {
      kind: 'exchange',
      id,
      ts: caller.value.time ?? started,
      protocol: door.protocol,
      endpoint,
      // Named one by one: to copy what is left of an object costs more than most steps of an exchange.
      model: fields.model,
      response,
      isStream: fields.isStream,
      system,
      prompt,
      maxTokens: fields.maxTokens,
      temperature: fields.temperature,
      n: fields.n,
      sketch: SKETCHED.has(endpoint) ? gate.sketchOf(system, prompt) : undefined,
      hasSecret: body !== null && gate.looksForSecrets && gate.holdsSecret(textsOf(body)),
      reasoningBlocks: reasoning.blocks,
      reasoning: reasoning.state,
    }
    if (body !== null && reasoning.sealed.length > 0) body = unsealed(body, reasoning.sealed, door)
    const judged = gate.judge(caller.value, act)
    const asked = { caller: caller.value, act, body, opening, isProse }
    await this.#enforce(passage, asked, judged instanceof Promise ? await judged : judged)
  }

  async #enforce(
    passage: Passage,
    { caller, act, body, opening, isProse }: Asked,
    { decision, ticket }: Judgement,
  ): Promise<void> {
    const { gate, metrics, now } = this.#parts
    metrics.decided(act, decision)
    if (ticket.kind === 'refused') return this.#say(passage, ledgerFull)
    if (decision.action === 'deny') {
      const ended = { ...gateEnded, status: decision.status }
      await this.#finish(passage, caller, act, ticket, ended)
      return this.#say(passage, decision)
    }
    let sent = body
    if (decision.action === 'throttle') {
      const hasWaited = await waitFor(passage.response, decision.delayMs)
      if (!hasWaited) return await this.#finish(passage, caller, act, ticket, clientLeft)
      if (body !== null) sent = applyChanges(body, act.endpoint, decision.changes)
    }
    const model = modelAfter(act.model, decision)
    const candidates = this.#routes.candidates(act.protocol, model, decision.pin, now())
    if (candidates.length === 0) {
      await this.#finish(passage, caller, act, ticket, noneAnswered)
      return this.#say(passage, noUpstream)
    }
    const { request, response, door } = passage
    const headers = requestHeaders(request, this.#dropped[door.protocol])
    if (candidates.length > 1 && act.endpoint === 'models' && act.model === '')
      return await this.#list(passage, caller, act, ticket, { candidates, headers })
    const seal = gate.sealFor({ account: caller.account, opening }, decision)
    Relay.start({
      response,
      door,
      endpoint: act.endpoint,
      id: act.id,
      method: request.method ?? 'POST',
      path: request.url ?? '/',
      headers,
      body: act.endpoint === 'responses.cancel' ? noBody : sent,
      candidates,
      notes: ['x-portcullis-decision', act.id, ...changeNotes(decision)],
      whenRecorded: () => (gate.recorder.isSafe(ticket) ? undefined : gate.recorder.safe(ticket)),
      whenFinished: (result) => this.#finish(passage, caller, act, ticket, result, sent),
      refuse: (refusal) => this.#say(passage, refusal),
      edits:
        seal === undefined && decision.action === 'allow'
          ? noEdits
          : answerEdits({
              ...{ door, endpoint: act.endpoint, decision, isProse, seal },
              canary: (campaign) => gate.canary(campaign),
              summarise: this.#summariser.for(decision.pin),
            }),
      onSignature: SIGNING.has(act.endpoint)
        ? (signature) => gate.bindReasoning(caller, signature)
        : undefined,
      now,
    })
  }

  /** Several upstreams have a list each; the caller sees one, of what it may ask for. */
  async #list(
    passage: Passage,
    caller: Caller,
    act: ExchangeAct,
    ticket: Ticket,
    ask: { readonly candidates: readonly Upstream[]; readonly headers: SentHeaders },
  ): Promise<void> {
    const { gate } = this.#parts
    const body = await mergedModels({
      ...ask,
      door: passage.door,
      mayUse: (model) => gate.mayUse(caller, model),
    })
    const result: RelayResult = { ...gateEnded, outcome: 'answered', status: 200, bytes: body?.length ?? 0 }
    await gate.recorder.safe(ticket)
    await this.#finish(passage, caller, act, ticket, body === undefined ? noneAnswered : result)
    if (body === undefined) return this.#say(passage, noUpstream)
    passage.response.writeHead(200, [
      'content-type',
      'application/json',
      'content-length',
      String(body.length),
    ])
    passage.response.end(body)
  }

  #finish(
    { started, request }: Passage,
    caller: Caller,
    act: ExchangeAct,
    ticket: Ticket,
    result: RelayResult,
    body: Buffer | null = null,
  ): Promise<void> {
    const { gate, metrics, spans, now } = this.#parts
    const ts = now()
    const kept = act.endpoint === 'responses' ? responseId(result) : undefined
    if (kept !== undefined) gate.bindResponse(caller, kept)
    const used = usedTokens(act.endpoint, body, result, this.#countsTokens)
    const completion: CompletionEntry = {
      kind: 'completion',
      id: act.id,
      ts,
      status: result.status || statusOf(result),
      outcome: result.outcome,
      upstream: result.upstream,
      attempts: result.attempts > 1 ? result.attempts : undefined,
      ms: ts - started,
      first_ms: result.firstMs,
      bytes: result.bytes,
      input_tokens: used.input,
      output_tokens: used.output,
      tokens_estimated: used.isEstimated || undefined,
    }
    metrics.finished(act, completion)
    spans?.finished(act, completion, { ...result, traceparent: request.headers.traceparent?.toString() })
    return gate.finish(caller, act, ticket, completion, used.counted)
  }

  /** A request that never became an act. Recorded like everything else, and only then said. */
  async #refuse(passage: Passage, failure: Failure, caller?: Caller): Promise<void> {
    const { gate, metrics, now } = this.#parts
    const { request, id } = passage
    const forwarded = request.headers['x-forwarded-for']?.toString()
    metrics.refused(failure.rule)
    await gate.refuse({
      kind: 'refusal',
      id,
      ts: now(),
      ip: caller?.address ?? gate.addressOf(request.socket.remoteAddress, forwarded),
      ...(caller ? { account: caller.account } : {}),
      status: failure.status,
      rule: failure.rule,
    })
    this.#say(passage, failure)
  }

  #say({ response, door, id }: Passage, failure: Failure): void {
    if (!response.headersSent && !response.destroyed) sendRefusal(response, door, { ...failure, id })
  }
}

const noBody = Buffer.alloc(0)

/** How an exchange ends that never reached an upstream. */
const gateEnded: RelayResult = {
  outcome: 'refused',
  status: 0,
  upstream: undefined,
  attempts: 0,
  firstMs: undefined,
  bytes: 0,
  usage: { inputTokens: undefined, outputTokens: undefined },
}

const clientLeft: RelayResult = { ...gateEnded, outcome: 'client-gone', status: CLIENT_CLOSED }
const noneAnswered: RelayResult = { ...gateEnded, outcome: 'upstream-failed', status: 503 }

/** `/v1/models` is in both protocols; Anthropic's clients always say which version of it they speak. */
function doorFor(headers: IncomingHttpHeaders, path: string): ModelDoor {
  if (path.startsWith('/v1/messages')) return modelDoors.anthropic
  const isAnthropic = path.startsWith('/v1/models') && headers['anthropic-version'] !== undefined
  return isAnthropic ? modelDoors.anthropic : modelDoors.openai
}

function droppedBy({ trust }: Config): Readonly<Record<Protocol, ReadonlySet<string>>> {
  const names = Object.values(trust.headers)
  return { openai: droppedHeaders(openai, names), anthropic: droppedHeaders(anthropic, names) }
}

function statusOf({ outcome }: RelayResult): number {
  return outcome === 'client-gone' ? CLIENT_CLOSED : outcome === 'gate-stopped' ? 503 : 502
}

function actId(text: string): ActId {
  const id = parseActId(text)
  if (!id.ok) throw new Error('a decision id must be an act id')
  return id.value
}
