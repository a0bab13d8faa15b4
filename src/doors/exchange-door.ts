import { isUtf8 } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config, Protocol } from '../config/config.ts'
import { type ActId, parseActId } from '../gate/act.ts'
import type { Caller, IdentityFailure } from '../gate/caller.ts'
import type { CompletionEntry } from '../gate/entry.ts'
import type { Endpoint, ExchangeAct } from '../gate/exchange-act.ts'
import type { ExchangeDecision } from '../gate/exchange-decision.ts'
import type { ExchangeGate, Judgement } from '../gate/exchange-gate.ts'
import type { Ticket } from '../gate/record/recorder.ts'
import { anthropic } from './anthropic/anthropic.ts'
import { applyChanges } from './apply-changes.ts'
import type { DecisionIds } from './decision-ids.ts'
import type { GateMetrics } from './gate-metrics.ts'
import type { ExchangeFields, ModelDoor, Refusal } from './model-door.ts'
import { openai } from './openai/openai.ts'
import { type BodyFailure, BodyRoom, readBody } from './read-body.ts'
import { sendRefusal } from './refuse.ts'
import { repeatsTopLevelKey } from './repeated-key.ts'
import { droppedHeaders, requestHeaders } from './upstream/headers.ts'
import { Relay, type RelayResult } from './upstream/relay.ts'
import type { Routes } from './upstream/routes.ts'

export type ExchangeDoorParts = {
  readonly gate: ExchangeGate
  readonly routes: Routes
  readonly ids: DecisionIds
  readonly metrics: GateMetrics
  readonly now: () => number
}

type Failure = Omit<Refusal, 'id'>

/** One request on its way through: what every step needs. */
type Passage = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly door: ModelDoor
  readonly endpoint: Endpoint
  readonly id: ActId
  readonly started: number
}

const modelDoors: Readonly<Record<Protocol, ModelDoor>> = { openai, anthropic }
const CLIENT_CLOSED = 499
/** A long conversation carries many; the last ones say whose it is. */
const REASONING_BLOCKS_MAX = 64
/** Only these endpoints have reasoning that is signed. */
const SIGNING: ReadonlySet<Endpoint> = new Set(['messages', 'responses'])

const identityFailures: Readonly<Record<IdentityFailure, Failure>> = {
  'key-missing': { status: 401, rule: 'key.missing', reason: 'no API key was given' },
  'key-unknown': { status: 401, rule: 'key.unknown', reason: 'the API key is not valid' },
  'key-expired': { status: 401, rule: 'key.expired', reason: 'the API key has expired' },
  'too-many-refusals': {
    status: 429,
    rule: 'rate.refusals',
    reason: 'too many refused keys from this address',
    retryAfterMs: 60_000,
  },
}

/** The model doors' common road: identify, read, judge, and relay or refuse. */
export class ExchangeDoor {
  readonly #parts: ExchangeDoorParts
  #routes: Routes
  #config: Config
  #dropped: Readonly<Record<Protocol, ReadonlySet<string>>>
  #inFlight = 0
  readonly #room: BodyRoom

  constructor(config: Config, parts: ExchangeDoorParts) {
    this.#parts = parts
    this.#routes = parts.routes
    this.#config = config
    this.#room = new BodyRoom(config.limits.bodiesBytesMax)
    this.#dropped = droppedBy(config)
  }

  use(config: Config, routes: Routes): void {
    this.#config = config
    this.#routes = routes
    this.#dropped = droppedBy(config)
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** Whether a model door answers this path at all; if so, it does. */
  handle(request: IncomingMessage, response: ServerResponse, path: string): boolean {
    const door = doorFor(request, path)
    const endpoint = door.endpointOf(request.method ?? '', path)
    if (endpoint === undefined) return false
    const { ids, now, metrics } = this.#parts
    const started = now()
    const passage: Passage = { request, response, door, endpoint, id: actId(ids.next(started)), started }
    this.#inFlight++
    response.once('close', () => {
      this.#inFlight--
    })
    response.on('error', () => {})
    this.#pass(passage).catch((error: unknown) => {
      metrics.failed(error)
      const reason = 'the gate could not handle this request'
      if (response.headersSent) response.destroy()
      else sendRefusal(response, door, { status: 500, rule: 'gate.failed', reason, id: passage.id })
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
    const caller = gate.identify({
      key: door.credential(request.headers),
      headers: request.headers,
      socketAddress: request.socket.remoteAddress,
    })
    if (!caller.ok) return this.#refuse(passage, identityFailures[caller.error])
    let body: Buffer | null = null
    let fields = noFields
    if (endpoint !== 'models') {
      const share = this.#room.share()
      passage.response.once('close', share.give)
      const read = await readBody(request, this.#config.limits.bodyBytesMax, share)
      if (!read.ok) {
        if (read.error === 'client-gone') return
        return this.#refuse(passage, bodyFailures[read.error], caller.value)
      }
      body = read.value
      const parsed = parseFields(door, endpoint, body)
      if ('status' in parsed) return this.#refuse(passage, parsed, caller.value)
      fields = parsed
    }
    const { reasoningSignatures, ...rest } = fields
    const act: ExchangeAct = {
      kind: 'exchange',
      id,
      ts: caller.value.time ?? started,
      protocol: door.protocol,
      endpoint,
      ...rest,
      reasoningBlocks: reasoningSignatures
        .slice(-REASONING_BLOCKS_MAX)
        .map((signature) => gate.blockOf(signature))
        .filter((digest) => digest !== undefined),
    }
    const judged = gate.judge(caller.value, act)
    await this.#enforce(passage, caller.value, act, body, judged instanceof Promise ? await judged : judged)
  }

  async #enforce(
    passage: Passage,
    caller: Caller,
    act: ExchangeAct,
    body: Buffer | null,
    { decision, ticket }: Judgement,
  ): Promise<void> {
    const { gate, metrics, now } = this.#parts
    metrics.decided(act, decision)
    if (ticket.kind === 'refused') return this.#say(passage, ledgerFull)
    if (decision.action === 'deny') {
      await this.#finish(passage, caller, act, ticket, { ...gateEnded, status: decision.status })
      return this.#say(passage, decision)
    }
    let sent = body
    if (decision.action === 'throttle') {
      const waited = await waitFor(passage.response, decision.delayMs)
      if (!waited) {
        await this.#finish(passage, caller, act, ticket, {
          ...gateEnded,
          outcome: 'client-gone',
          status: CLIENT_CLOSED,
        })
        return
      }
      if (body !== null) sent = applyChanges(body, act.endpoint, decision.changes)
    }
    const model = modelAfter(act.model, decision)
    const candidates = this.#routes.candidates(act.protocol, model, decision.pin, now())
    if (candidates.length === 0) {
      await this.#finish(passage, caller, act, ticket, {
        ...gateEnded,
        outcome: 'upstream-failed',
        status: 503,
      })
      return this.#say(passage, noUpstream)
    }
    const { request, response, door } = passage
    Relay.start({
      request,
      response,
      door,
      endpoint: act.endpoint,
      id: act.id,
      method: act.endpoint === 'models' ? 'GET' : 'POST',
      path: request.url ?? '/',
      headers: requestHeaders(request, this.#dropped[door.protocol]),
      body: sent,
      candidates,
      notes: ['x-portcullis-decision', act.id, ...changeNotes(decision)],
      whenRecorded: () => (gate.recorder.isSafe(ticket) ? undefined : gate.recorder.safe(ticket)),
      whenFinished: (result) => this.#finish(passage, caller, act, ticket, result),
      refuse: (refusal) => this.#say(passage, refusal),
      onSignature: SIGNING.has(act.endpoint)
        ? (signature) => gate.bindReasoning(caller, signature)
        : undefined,
      now,
    })
  }

  #finish(
    { started }: Passage,
    caller: Caller,
    act: ExchangeAct,
    ticket: Ticket,
    result: RelayResult,
  ): Promise<void> {
    const { gate, metrics, now } = this.#parts
    const ts = now()
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
      input_tokens: result.usage.inputTokens,
      output_tokens: result.usage.outputTokens,
    }
    metrics.finished(act, completion)
    return gate.finish(caller, act, ticket, completion)
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

const noFields: ExchangeFields = {
  model: '',
  isStream: false,
  system: undefined,
  prompt: undefined,
  maxTokens: undefined,
  temperature: undefined,
  n: undefined,
  reasoningSignatures: [],
}

const bodyFailures: Readonly<Record<Exclude<BodyFailure, 'client-gone'>, Failure>> = {
  'no-room': { status: 503, rule: 'gate.busy', reason: 'the gate is at its limit', retryAfterMs: 1_000 },
  'too-large': {
    status: 413,
    rule: 'body.too-large',
    reason: 'the request body is larger than the gate takes',
  },
  encoded: { status: 415, rule: 'body.encoded', reason: 'a compressed request body cannot be inspected' },
}

const ledgerFull: Failure = {
  status: 503,
  rule: 'ledger.full',
  reason: 'the decision could not be recorded',
  retryAfterMs: 1_000,
}
const noUpstream: Failure = {
  status: 503,
  rule: 'upstream.unavailable',
  reason: 'no upstream for this model is up',
  retryAfterMs: 5_000,
}

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

function parseFields(door: ModelDoor, endpoint: Endpoint, body: Buffer): ExchangeFields | Failure {
  const malformed = (reason: string): Failure => ({ status: 400, rule: 'body.malformed', reason })
  if (!isUtf8(body)) return malformed('the body is not valid UTF-8')
  const text = body.toString('utf8')
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return malformed('the body is not valid JSON')
  }
  // Two readers may disagree about which of two equal keys counts, and the upstream is the other reader.
  if (repeatsTopLevelKey(text)) return malformed('the body repeats a key')
  const fields = door.readFields(endpoint, json)
  return fields.ok ? fields.value : malformed(fields.error)
}

/** `/v1/models` is in both protocols; Anthropic's clients always say which version of it they speak. */
function doorFor(request: IncomingMessage, path: string): ModelDoor {
  if (path.startsWith('/v1/messages')) return modelDoors.anthropic
  const isAnthropic = path.startsWith('/v1/models') && request.headers['anthropic-version'] !== undefined
  return isAnthropic ? modelDoors.anthropic : modelDoors.openai
}

function droppedBy({ trust }: Config): Readonly<Record<Protocol, ReadonlySet<string>>> {
  const names = Object.values(trust.headers)
  return { openai: droppedHeaders(openai, names), anthropic: droppedHeaders(anthropic, names) }
}

function statusOf({ outcome }: RelayResult): number {
  return outcome === 'client-gone' ? CLIENT_CLOSED : outcome === 'gate-stopped' ? 503 : 502
}

function modelAfter(model: string, decision: ExchangeDecision): string {
  if (decision.action !== 'throttle') return model
  return decision.changes.find((change) => change.kind === 'model')?.model ?? model
}

/** Whatever was altered is said: a customer hit by mistake must be able to see it. */
function changeNotes(decision: ExchangeDecision): readonly string[] {
  if (decision.action !== 'throttle') return []
  return decision.changes.flatMap((change) => ['x-portcullis-changed', change.kind])
}

/** False when the client left meanwhile. */
async function waitFor(response: ServerResponse, delayMs: number): Promise<boolean> {
  if (delayMs === 0) return !response.destroyed
  const gone = new AbortController()
  const leave = (): void => gone.abort()
  response.once('close', leave)
  try {
    await sleep(delayMs, undefined, { signal: gone.signal })
    return true
  } catch {
    return false
  } finally {
    response.off('close', leave)
  }
}

function actId(text: string): ActId {
  const id = parseActId(text)
  if (!id.ok) throw new Error('a decision id must be an act id')
  return id.value
}
