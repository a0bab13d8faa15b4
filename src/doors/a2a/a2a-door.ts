import { createHash, type KeyObject } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { A2aAgentConfig } from '../../config/a2a.ts'
import type { Config } from '../../config/config.ts'
import type { JsonObject } from '../../gate/act.ts'
import type { AgentCaller } from '../../gate/agent-caller.ts'
import type { AgentRoad } from '../../gate/agent-road.ts'
import type { TaskOwnerStore } from '../../store/embedded/task-owner-store.ts'
import type { ToolPinStore } from '../../store/embedded/tool-pin-store.ts'
import {
  agentCaller,
  type Frame,
  type FrameFailure,
  fromOf,
  isJson,
  originOf,
  readFrame,
  wrongOrigin,
  wrongVerb,
} from '../agent-request.ts'
import { AgentSessionBook } from '../agent-session.ts'
import type { DecisionIds } from '../decision-ids.ts'
import { identityFailures } from '../exchange-failures.ts'
import { Judge } from '../judge-act.ts'
import { HttpUpstream } from '../mcp/http-upstream.ts'
import { isAllowedOrigin } from '../mcp/origin.ts'
import { failureStop, type Stop } from '../mcp/refusals.ts'
import { Reply } from '../mcp/reply.ts'
import { gateCodes, isObject, type RpcId } from '../mcp/rpc.ts'
import { ServerGone } from '../mcp/upstream.ts'
import { BodyRoom } from '../read-body.ts'
import { A2aGuard, a2aError, type Request } from './a2a-guard.ts'
import { BegunTasks } from './begun-tasks.ts'
import { keySet } from './card.ts'
import { CardDesk } from './card-desk.ts'
import { Delegations } from './delegation.ts'
import { withOneName } from './field-names.ts'
import { passAnswer } from './pass-answer.ts'
import { isRestPath, readRest } from './rest.ts'
import { RestReply } from './rest-reply.ts'
import { askRest } from './rest-upstream.ts'
import { SaidBefore } from './said-before.ts'

export type A2aDoorParts = {
  readonly road: AgentRoad
  readonly pins: ToolPinStore
  readonly owners: TaskOwnerStore
  readonly cardKey: KeyObject
  readonly ids: DecisionIds
  readonly now: () => number
  readonly onFailure: (error: unknown) => void
}

type Served = { readonly config: A2aAgentConfig; readonly upstream: HttpUpstream; readonly cards: CardDesk }

type Asked = Frame & { readonly message: Request }

type Going = {
  readonly id: string
  readonly request: IncomingMessage
  readonly reply: Reply
  readonly served: Served
  /** The path of a request in the HTTP+JSON binding. */
  readonly rest: string | undefined
}

const PATH = /^\/a2a\/([^/]+)(\/.*)?$/
const CARD = '/.well-known/agent-card.json'
const KEYS = '/.well-known/jwks.json'
const CARD_SECONDS = 60
const CONTENT_TYPE_NOT_SUPPORTED = -32_005
const tooManyCalls: FrameFailure = {
  status: 503,
  code: gateCodes.limit,
  reason: 'too many requests are under way',
  rule: 'call.limit',
}
/** A page can post text to anywhere without being asked for its origin; JSON it cannot. */
const wrongType: FrameFailure = {
  status: 415,
  code: CONTENT_TYPE_NOT_SUPPORTED,
  reason: 'requests are application/json',
  rule: 'request.media-type',
}
const notARequest: FrameFailure = {
  status: 400,
  code: gateCodes.invalid,
  reason: 'this is no request',
  rule: 'frame.not-a-request',
}
const twoNames: FrameFailure = {
  status: 400,
  code: gateCodes.invalid,
  reason: 'a field is there under two names',
  rule: 'frame.ambiguous-key',
}
const otherTenant: FrameFailure = {
  status: 400,
  code: gateCodes.params,
  reason: 'tenants of the agent are not served',
  rule: 'request.tenant',
}
/** What a caller's headers may say to the agent; names of extensions are judged, and anything else would leave unseen. */
const passedOn: Readonly<Record<string, RegExp>> = {
  'a2a-version': /^\d{1,3}(?:\.\d{1,3}){0,2}$/,
  'a2a-extensions': /^[\x20-\x7e]{1,2048}$/,
  accept:
    /^(?: *(?:\*\/\*|application\/(?:json|a2a\+json|\*)|text\/(?:event-stream|\*)) *(?:; *q=[\d.]{1,5} *)?(?:,|$))+$/i,
}

/** Agents behind the gate, each at /a2a/NAME over JSON-RPC, with a card of the gate's own signing. */
export class A2aDoor implements AsyncDisposable {
  readonly #parts: A2aDoorParts
  readonly #judge: Judge
  readonly #book = new AgentSessionBook()
  readonly #delegations: Delegations
  readonly #begun = new BegunTasks()
  readonly #heard = new SaidBefore()
  readonly #room: BodyRoom
  readonly #agents: ReadonlyMap<string, Served>
  #calls = 0

  constructor(config: Pick<Config, 'a2a' | 'limits'>, parts: A2aDoorParts) {
    this.#parts = parts
    this.#judge = new Judge(parts)
    this.#delegations = new Delegations(parts.now)
    this.#room = new BodyRoom(config.limits.bodiesBytesMax)
    this.#agents = new Map(config.a2a.map((agent) => [agent.name, this.#serve(agent)]))
  }

  #serve(config: A2aAgentConfig): Served {
    const { pins, cardKey, now } = this.#parts
    const upstream = new HttpUpstream(config, config)
    const cards = new CardDesk({ agent: config, judge: this.#judge, pins, key: cardKey, now })
    return { config, upstream, cards }
  }

  handle(request: IncomingMessage, response: ServerResponse, path: string): boolean {
    const [, name = '', rest = ''] = PATH.exec(path) ?? []
    const served = this.#agents.get(name)
    const isRest = isRestPath(rest)
    if (served === undefined || !(isRest || ['', '/', CARD, KEYS].includes(rest))) return false
    const id = this.#judge.nextId()
    const reply = isRest ? new RestReply(response, id) : new Reply(response, id)
    const going = { id, request, reply, served, rest: isRest ? rest : undefined }
    response.on('error', () => {})
    const work = isRest || rest === '' || rest === '/' ? this.#call(going) : this.#card(going, rest)
    work.catch((error: unknown) => {
      this.#parts.onFailure(error)
      if (going.reply.isOpen)
        this.#answer(
          going,
          500,
          undefined,
          failureStop(id, gateCodes.gate, 'the gate could not handle this request'),
        )
      else response.destroy()
    })
    return true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { upstream, cards } of this.#agents.values()) {
      await upstream[Symbol.asyncDispose]()
      await cards[Symbol.asyncDispose]()
    }
  }

  async #card(going: Going, rest: string): Promise<void> {
    const { request, reply, served } = going
    if (request.method !== 'GET')
      return await this.#refuse(going, { ...wrongVerb, reason: 'a card is read with GET' })
    const fresh = { 'cache-control': `private, max-age=${CARD_SECONDS}` }
    if (rest === KEYS) return reply.message(200, JSON.stringify(keySet(this.#parts.cardKey)), fresh)
    const card = await served.cards.card(originOf(request))
    if (card.ok) {
      const etag = tagOf(card.value)
      if (request.headers['if-none-match'] === etag) reply.empty(304, { ...fresh, etag })
      else reply.message(200, JSON.stringify(card.value), { ...fresh, etag })
    } else this.#answer(going, 502, undefined, card.error)
  }

  async #call(going: Going): Promise<void> {
    const { request, reply, served } = going
    const { config } = served
    if (going.rest === undefined && request.method !== 'POST')
      return await this.#refuse(going, { ...wrongVerb, reason: 'requests are posted' })
    if (!isAllowedOrigin(request, { access: config.access, origins: [] }))
      return await this.#refuse(going, wrongOrigin)
    if (this.#calls >= config.callsMax) return await this.#refuse(going, tooManyCalls)
    if (!isJson(request)) return await this.#refuse(going, wrongType)
    const caller = await agentCaller(request, config.access, this.#parts.road)
    if (!caller.ok) {
      const { status, reason, rule } = identityFailures[caller.error]
      if (status === 401) reply.response.setHeader('www-authenticate', 'Bearer')
      return await this.#refuse(going, { status, code: gateCodes.unauthenticated, reason, rule })
    }
    const frame = await this.#frame(going)
    if (frame === undefined) return
    if ('reason' in frame) return await this.#refuse(going, frame, caller.value)
    const { message } = frame
    if (message.kind !== 'request') return await this.#refuse(going, notARequest, caller.value)
    const asked = withParams({ ...frame, message })
    if (asked === undefined) return await this.#refuse(going, twoNames, caller.value)
    // To the agent all callers are the gate: with a tenant of its own they would get at those of others.
    if ((asked.message.params.tenant ?? '') !== '')
      return await this.#refuse(going, otherTenant, caller.value)
    const { now, owners } = this.#parts
    const leaving = new AbortController()
    reply.response.once('close', () => leaving.abort())
    const guard = new A2aGuard(asked.message, {
      agent: config,
      caller: caller.value,
      session: this.#book.sessionOf(caller.value, request.headers, now()),
      judge: this.#judge,
      owners,
      delegations: this.#delegations,
      begun: this.#begun,
      heard: this.#heard,
      now,
      signal: leaving.signal,
      wanted: String(request.headers['a2a-extensions'] ?? ''),
    })
    const stop = await guard.ask()
    if (stop !== undefined) return this.#answer(going, 200, message.id, stop)
    // Which extensions took effect is said with the name that the era has for the header.
    if (guard.extensions.length > 0)
      for (const name of ['a2a-extensions', 'x-a2a-extensions'])
        reply.response.setHeader(name, guard.extensions.join(', '))
    this.#calls++
    using _leg = this.#delegations.begin(
      caller.value.tenant,
      caller.value.agent,
      config.account ?? config.name,
    )
    try {
      await this.#ask(going, guard, asked, leaving.signal)
    } finally {
      this.#calls--
    }
  }

  async #frame({ request, reply, served, rest }: Going) {
    const { messageBytesMax: bytesMax } = served.config
    const room = this.#room
    return rest === undefined
      ? await readFrame(request, reply.response, bytesMax, room)
      : await readRest(request, reply.response, rest, { bytesMax, room })
  }

  async #ask(going: Going, guard: A2aGuard, { text, message }: Asked, signal: AbortSignal): Promise<void> {
    const { request, reply, served } = going
    const headers: Record<string, string> = { 'content-type': 'application/json' }
    for (const [name, form] of Object.entries(passedOn)) {
      const value = request.headers[name]
      if (typeof value === 'string' && form.test(value)) headers[name] = value
    }
    try {
      const asked = { verb: 'POST', headers, text, message, owner: '', signal } as const
      const answer =
        served.config.binding === 'http+json'
          ? await askRest(served.upstream, asked)
          : await served.upstream.ask(asked)
      await passAnswer({
        answer,
        guard,
        reply,
        request: message,
        cards: served.cards,
        origin: originOf(request),
      })
      guard.end('done')
    } catch (error) {
      if (!(error instanceof ServerGone)) throw error
      const { decision } = guard
      guard.end(signal.aborted ? 'cancelled' : 'failed')
      const code = error.isSlow ? gateCodes.upstreamSlow : gateCodes.upstream
      const stop = failureStop(decision, code, error.message.replace('server', 'agent'))
      if (!signal.aborted) this.#answer(going, error.isSlow ? 504 : 502, message.id, stop)
    }
  }

  #answer({ reply }: Going, status: number, id: RpcId | undefined, stop: Stop): void {
    reply.message(status, a2aError(id, stop))
  }

  /** Into the ledger first, like every decision. */
  async #refuse(
    going: Going,
    { status, code, reason, rule }: FrameFailure,
    caller?: AgentCaller,
  ): Promise<void> {
    const { id, request, served } = going
    const door = `a2a/${served.config.name}`
    await this.#judge.refused({ id, door, rule, status, caller, from: fromOf(request) })
    this.#answer(going, status, undefined, failureStop(id, code, reason))
  }
}

/** A signature is another each time; what it signs is not. */
function tagOf({ signatures: _, ...card }: JsonObject): string {
  return `"${createHash('sha256').update(JSON.stringify(card)).digest('base64url')}"`
}

/** The request as both the rules and the agent read it. Nothing when two readers could read two requests. */
function withParams(asked: Asked): Asked | undefined {
  const { message } = asked
  const params = withOneName(message.params)
  if (params === message.params) return asked
  if (!isObject(params)) return undefined
  const { id, method } = message
  return { message: { ...message, params }, text: JSON.stringify({ jsonrpc: '2.0', id, method, params }) }
}
