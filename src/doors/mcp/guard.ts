import type { McpServerConfig } from '../../config/mcp.ts'
import type { JsonObject, JsonValue, SessionId } from '../../gate/act.ts'
import type { AgentCaller } from '../../gate/agent-caller.ts'
import type { Passage } from '../../gate/agent-road.ts'
import type { Finding } from '../../gate/finding.ts'
import { unreachable } from '../../kernel/unreachable.ts'
import type { Judge } from '../judge-act.ts'
import { textsOf } from '../texts.ts'
import { saidBeside } from './beside.ts'
import { type Carried, withCredentials, withoutCredentials } from './credentials.ts'
import { EventIds } from './event-ids.ts'
import { listed } from './listed.ts'
import { followUps, listings, silent } from './methods.ts'
import { noticeOf, unaddressed } from './notices.ts'
import { Questions, withoutQuestions, withThese } from './questions.ts'
import { failureStop, refuse, type Stop, stopOf } from './refusals.ts'
import type { RequestStates } from './request-states.ts'
import { errorMessage, gateCodes, idKey, isObject, type RpcId, type RpcMessage, versionOf } from './rpc.ts'
import type { McpTasks } from './tasks.ts'
import type { ToolOffers } from './tool-offers.ts'

/** What becomes of one message. */
export type Step =
  /** It goes on; `text` is the very text it came in unless a decision changed it. */
  | { readonly kind: 'forward'; readonly text: string }
  /** Its sender gets this instead. */
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'drop' }

export type GuardParts = {
  readonly server: McpServerConfig
  readonly caller: AgentCaller
  readonly session: SessionId
  readonly judge: Judge
  readonly offers: ToolOffers
  readonly tasks: McpTasks
  readonly states: RequestStates
}

/** Answered requests are remembered a while: a stream that is resumed delivers an answer again. */
const ANSWERED_MAX = 256

type Pending = {
  readonly id: RpcId
  readonly method: string
  /** The tool's name, or the method where it is not a tool that is called. */
  readonly tool: string
  readonly isModern: boolean
  passage: Passage | undefined
  isAnswered: boolean
  /** Aborted once nobody waits for the answer. */
  readonly leaving: AbortController
}

/** Everything both sides of one conversation say passes here, message by message. */
export class McpGuard {
  readonly #parts: GuardParts
  readonly #pending = new Map<string, Pending>()
  readonly #questions: Questions
  readonly #ending = new AbortController()
  /** Where streams of this conversation stood. */
  readonly events = new EventIds()
  #open = 0

  constructor(parts: GuardParts) {
    this.#parts = parts
    const { server, session, judge } = parts
    this.#questions = new Questions({ server, session, judge, pass: (act, seen) => this.#pass(act, seen) })
  }

  get pendingIds(): readonly RpcId[] {
    return [...this.#pending.values()].filter(({ isAnswered }) => !isAnswered).map(({ id }) => id)
  }

  /** At once where nothing has to be decided, so that what needs no decision keeps its order. */
  fromClient(text: string, message: RpcMessage): Step | Promise<Step> {
    switch (message.kind) {
      case 'request':
        return this.#clientRequest(text, message)
      case 'notification':
        return this.#clientNotification(text, message)
      case 'result':
      case 'error':
        return this.#questions.answered(text, message)
      default:
        return unreachable(message)
    }
  }

  fromServer(text: string, message: RpcMessage): Step | Promise<Step> {
    const clean = withoutCredentials(text, this.#parts.judge.broker)
    return clean === undefined ? this.#fromServer(text, message) : this.#fromServer(clean.text, clean.message)
  }

  #fromServer(text: string, message: RpcMessage): Step | Promise<Step> {
    switch (message.kind) {
      case 'request':
        return this.#questions.asked(text, message)
      case 'notification':
        return noticeOf(text, message, this.#parts)
      case 'result':
      case 'error':
        return this.#serverAnswer(text, message)
      default:
        return unreachable(message)
    }
  }

  /** The other side is gone: what it still owed is answered by the gate, with the decision that let each call go. */
  lost(
    reason: string,
    ids: readonly RpcId[] = this.pendingIds,
    code: number = gateCodes.upstream,
  ): readonly { readonly id: RpcId; readonly text: string }[] {
    const lost: { id: RpcId; text: string }[] = []
    for (const id of ids) {
      const pending = this.#pending.get(idKey(id))
      if (pending === undefined || pending.isAnswered) continue
      this.#settle(pending, 'failed')
      const decision = pending.passage?.id ?? this.#parts.judge.nextId()
      // A call has its end in the ledger by now; what was never judged has this.
      if (pending.passage === undefined)
        this.#parts.judge.noteRefused({ ...this.#about(decision, 'server.failed'), status: 502 })
      const stop = failureStop(decision, code, reason)
      lost.push({ id: pending.id, text: errorMessage(pending.id, stop.code, stop.text, stop.data) })
    }
    return lost
  }

  /** Who asked is gone. What waits for a person's approval is not made for nobody once it is given. */
  left(id: RpcId): void {
    const pending = this.#pending.get(idKey(id))
    if (pending !== undefined && !pending.isAnswered && pending.passage === undefined)
      this.#settle(pending, 'cancelled')
  }

  /** Nobody waits for anything any more. */
  end(): void {
    this.#ending.abort()
    for (const pending of this.#pending.values()) if (!pending.isAnswered) this.#settle(pending, 'cancelled')
    this.#pending.clear()
    this.#questions.forget()
  }

  #clientRequest(text: string, message: RpcMessage & { kind: 'request' }): Step | Promise<Step> {
    const { id, method, params } = message
    const { judge, server } = this.#parts
    const isModern = versionOf(params) !== undefined
    const key = idKey(id)
    if (this.#pending.get(key)?.isAnswered === false)
      return this.#refused(
        id,
        gateCodes.invalid,
        'a request with this id is still under way',
        'frame.id-used',
      )
    if (this.#open >= server.pendingMax)
      return this.#refused(id, gateCodes.limit, 'too many requests are under way', 'call.limit')
    const named = method === 'tools/call' || method === 'prompts/get' ? params.name : undefined
    if (method === 'tools/call' && !(typeof named === 'string' && isArguments(params.arguments)))
      return this.#refused(
        id,
        gateCodes.params,
        'a call needs a name and an object of arguments',
        'call.malformed',
      )
    if (!this.#parts.tasks.mayName(method, params))
      return this.#refused(id, gateCodes.params, 'there is no such task', 'task.unknown')
    const state = params.requestState
    if (typeof state === 'string' && this.#ownerOf(state) === 'another')
      return this.#refused(id, gateCodes.params, 'there is no such request state', 'state.unknown')
    const tool = method === 'tools/call' ? String(named) : method
    const leaving = new AbortController()
    const pending: Pending = { id, method, tool, isModern, passage: undefined, isAnswered: false, leaving }
    this.#remember(key, pending)
    const said = saidBeside(message, (given) => this.#ownerOf(given) === 'this')
    if (silent.has(method) || followUps.has(method)) {
      if (said === '') return { kind: 'forward', text }
      return this.#letCall({ text }, pending, () => this.#letBeside(said, method))
    }
    const { _meta, inputResponses, requestState, ...rest } = params
    const given = method === 'tools/call' ? (isObject(params.arguments) ? params.arguments : {}) : rest
    const act = {
      kind: 'call',
      id: judge.nextId(),
      session: this.#parts.session,
      tool,
      // What the user answered goes into the call as much as its arguments do, and makes it another call.
      arguments: inputResponses === undefined ? given : { ...given, inputResponses },
    } as const
    const seen = method === 'tools/call' ? this.#parts.offers.heldBack(server, tool) : []
    const carried = withCredentials(text, message, {
      broker: judge.broker,
      server,
      tool,
      caller: this.#parts.caller,
    })
    return this.#letCall(carried, pending, async () => {
      const stop =
        (await this.#letInput(inputResponses)) ?? (await this.#letBeside(said, `The call of ${tool}`))
      if (stop !== undefined) return stop
      const passage = await this.#pass(act, seen, leaving.signal)
      if (passage.decision.action !== 'allow') return stopOf(passage, `The call of ${tool}`)
      pending.passage = passage
      return undefined
    })
  }

  async #letInput(responses: JsonValue | undefined): Promise<Stop | undefined> {
    if (responses === undefined) return undefined
    const to = `mcp:${this.#parts.server.name}`
    return await this.#questions.letSay({
      from: 'user',
      to,
      text: textsOf(responses).text,
      what: 'The input',
    })
  }

  async #letBeside(text: string, what: string): Promise<Stop | undefined> {
    const { caller, server } = this.#parts
    return await this.#questions.letOnce({ from: caller.agent, to: `mcp:${server.name}`, text, what })
  }

  #clientNotification(text: string, message: RpcMessage & { kind: 'notification' }): Step | Promise<Step> {
    // What calls off nothing only carries something.
    if (message.method === 'notifications/cancelled' && !this.#cancelled(message.params))
      return { kind: 'drop' }
    const said = saidBeside(message, () => false)
    if (said === '') return { kind: 'forward', text }
    return this.#letBeside(said, message.method).then((stop) =>
      stop === undefined ? { kind: 'forward', text } : { kind: 'drop' },
    )
  }

  async #letCall(carried: Carried, pending: Pending, decide: () => Promise<Stop | undefined>): Promise<Step> {
    // The act is judged with its placeholders, and only what was let go is filled in.
    const judged = await decide()
    const stop =
      judged ??
      ('text' in carried
        ? undefined
        : failureStop(pending.passage?.id ?? '', gateCodes.denied, carried.reason))
    if (stop === undefined && 'text' in carried && !pending.isAnswered)
      return { kind: 'forward', text: carried.text }
    // Cancelled while a person was asked: nobody waits for an answer.
    if (pending.isAnswered) {
      if (pending.passage !== undefined) void this.#parts.judge.end(pending.passage, 'cancelled')
      return { kind: 'drop' }
    }
    this.#settle(pending, 'blocked')
    return stop === undefined
      ? { kind: 'drop' }
      : { kind: 'answer', text: refuse(pending.id, pending.method, stop, pending.isModern) }
  }

  async #serverAnswer(text: string, message: RpcMessage & { kind: 'result' | 'error' }): Promise<Step> {
    if (message.id === undefined)
      return message.kind === 'error'
        ? await unaddressed(text, message.error, this.#parts, (act) => this.#pass(act))
        : { kind: 'drop' }
    const pending = this.#pending.get(idKey(message.id))
    if (pending === undefined) return { kind: 'drop' }
    const isFailed = message.kind === 'error' || (isObject(message.result) && message.result.isError === true)
    const step =
      message.kind === 'error'
        ? await this.#failed(text, message.error, pending)
        : await this.#result(text, message.result, pending)
    if (!pending.isAnswered) this.#settle(pending, isFailed ? 'failed' : 'done')
    return step
  }

  async #failed(text: string, error: JsonObject, pending: Pending): Promise<Step> {
    const stop = await this.#questions.letWithin(error)
    if (stop !== undefined) return this.#instead(pending, stop)
    return await this.#returned(text, error, pending, (changed) => ({ ...envelope(pending), error: changed }))
  }

  async #result(text: string, result: JsonValue, pending: Pending): Promise<Step> {
    const stop = await this.#questions.letWithin(result)
    if (stop !== undefined) return this.#instead(pending, stop)
    if (!this.#parts.tasks.claim(pending.method, result)) {
      const id = pending.passage?.id ?? this.#parts.judge.nextId()
      return this.#instead(pending, failureStop(id, gateCodes.params, 'the task is not this client’s'))
    }
    if (pending.isModern && isObject(result) && typeof result.requestState === 'string')
      this.#parts.states.give(this.#parts.server.name, this.#parts.caller.tenant, result.requestState)
    if (listings.has(pending.method) && isObject(result)) {
      const seen = await listed(pending.method, result, this.#parts, (act) => this.#pass(act))
      if ('stop' in seen) return this.#instead(pending, seen.stop)
      const isSame = seen.result === result
      return {
        kind: 'forward',
        text: isSame ? text : JSON.stringify({ ...envelope(pending), result: seen.result }),
      }
    }
    const own = pending.method === 'tasks/list' ? this.#parts.tasks.own(result) : result
    const wrap = (changed: JsonValue): JsonObject => ({ ...envelope(pending), result: changed })
    return await this.#returned(own === result ? text : JSON.stringify(wrap(own)), own, pending, wrap)
  }

  #instead(pending: Pending, stop: Stop): Step {
    return { kind: 'forward', text: refuse(pending.id, pending.method, stop, pending.isModern) }
  }

  /** What a tool returned, whether as a result or as an error: both are read by a model. */
  async #returned(
    text: string,
    value: JsonValue,
    pending: Pending,
    wrap: (changed: JsonValue) => JsonObject,
  ): Promise<Step> {
    const { kept, rest } = withoutQuestions(value, pending.isModern)
    const texts = textsOf(rest)
    if (texts.text === '') return { kind: 'forward', text }
    const { judge, session } = this.#parts
    const act = {
      kind: 'result',
      id: judge.nextId(),
      session,
      call: pending.passage?.id ?? '',
      tool: pending.tool,
      text: texts.text,
    } as const
    const passage = await this.#pass(act)
    if (passage.decision.action === 'allow') return { kind: 'forward', text }
    if (passage.decision.action === 'redact')
      return {
        kind: 'forward',
        text: JSON.stringify(wrap(withThese(texts.without(passage.decision.spans), kept))),
      }
    return this.#instead(pending, stopOf(passage, `What ${pending.tool} returned`))
  }

  async #pass(
    act: Parameters<Judge['pass']>[1],
    seen: readonly Finding[] = [],
    leaving?: AbortSignal,
  ): Promise<Passage> {
    const { judge, caller, server } = this.#parts
    const ending = this.#ending.signal
    const signal = leaving === undefined ? ending : AbortSignal.any([ending, leaving])
    return await judge.passOrAsk(caller, act, seen, server.approvalWaitMs, signal)
  }

  #ownerOf(state: string) {
    const { states, server, caller } = this.#parts
    return states.ownerOf(server.name, caller.tenant, state)
  }

  async #refused(id: RpcId, code: number, reason: string, rule: string): Promise<Step> {
    const decision = this.#parts.judge.nextId()
    await this.#parts.judge.refused({ ...this.#about(decision, rule), status: 200 })
    const stop = failureStop(decision, code, reason)
    return { kind: 'answer', text: errorMessage(id, stop.code, stop.text, stop.data) }
  }

  #about(id: string, rule: string) {
    const { server, caller } = this.#parts
    return { id, rule, door: `mcp/${server.name}`, caller }
  }

  /** False for a request that nobody knows. */
  #cancelled({ requestId }: JsonObject): boolean {
    if (typeof requestId !== 'string' && typeof requestId !== 'number') return false
    const pending = this.#pending.get(idKey(requestId))
    if (pending !== undefined && !pending.isAnswered) this.#settle(pending, 'cancelled')
    return pending !== undefined
  }

  #remember(key: string, pending: Pending): void {
    this.#pending.delete(key)
    this.#pending.set(key, pending)
    this.#open++
    if (this.#pending.size - this.#open <= ANSWERED_MAX) return
    for (const [old, { isAnswered }] of this.#pending)
      if (isAnswered) {
        this.#pending.delete(old)
        return
      }
  }

  #settle(pending: Pending, outcome: 'done' | 'failed' | 'blocked' | 'cancelled'): void {
    pending.isAnswered = true
    pending.leaving.abort()
    this.#open--
    if (pending.passage !== undefined) void this.#parts.judge.end(pending.passage, outcome)
  }
}

function envelope({ id }: Pending): JsonObject {
  return { jsonrpc: '2.0', id }
}

function isArguments(value: JsonValue | undefined): boolean {
  return value === undefined || isObject(value)
}
