import type { McpServerConfig } from '../../config/mcp.ts'
import type { JsonObject, JsonValue, JudgedAct, SessionId } from '../../gate/act.ts'
import type { Passage } from '../../gate/agent-road.ts'
import type { Finding } from '../../gate/finding.ts'
import { inspectElicitation } from '../../gate/inspect/offer/elicitation.ts'
import type { Judge } from '../judge-act.ts'
import { textsOf } from '../texts.ts'
import { notesOf, SAID_CHARACTERS_MIN } from './beside.ts'
import type { Step } from './guard.ts'
import { failureStop, refuseServer, type Stop, stopOf } from './refusals.ts'
import { gateCodes, idKey, isObject, type RpcMessage } from './rpc.ts'

type Parts = {
  readonly server: McpServerConfig
  readonly session: SessionId
  readonly judge: Judge
  readonly pass: (act: JudgedAct, seen?: readonly Finding[]) => Promise<Passage>
}

type Said = {
  readonly from: string
  readonly to: string
  readonly text: string
  readonly what: string
  readonly seen?: readonly Finding[]
}

/** Texts let go are remembered, so that what a client says with every call is judged once. */
const TEXTS_MAX = 256
const TEXT_CHARACTERS_MAX = 512

/** What a server asks of the client, its user and its model, and what they answer: messages, both ways. */
export class Questions {
  readonly #parts: Parts
  readonly #open = new Map<string, string>()
  readonly #letGo = new Set<string>()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  forget(): void {
    this.#open.clear()
  }

  /** A question that is a request of the server's own. */
  async asked(text: string, { id, method, params }: RpcMessage & { kind: 'request' }): Promise<Step> {
    const { server, judge } = this.#parts
    const refused = (reason: string): Step => {
      const stop = failureStop(judge.nextId(), gateCodes.limit, reason)
      return { kind: 'answer', text: refuseServer(id, method, stop) }
    }
    if (this.#open.size >= server.pendingMax) return refused('too many questions are open')
    // Else the second would decide how the answer to the first is read.
    if (this.#open.has(idKey(id))) return refused('a question with this id is still open')
    this.#open.set(idKey(id), method)
    const stop = await this.let(method, params)
    if (stop === undefined) return { kind: 'forward', text }
    this.#open.delete(idKey(id))
    return { kind: 'answer', text: refuseServer(id, method, stop) }
  }

  async answered(text: string, message: RpcMessage & { kind: 'result' | 'error' }): Promise<Step> {
    if (message.id === undefined) return { kind: 'drop' }
    const method = this.#open.get(idKey(message.id))
    // Nobody asked: an answer to nothing could be meant for somebody else's question.
    if (method === undefined) return { kind: 'drop' }
    this.#open.delete(idKey(message.id))
    const said = {
      from: method === 'sampling/createMessage' ? 'model' : 'user',
      to: `mcp:${this.#parts.server.name}`,
      what: `The answer to ${method}`,
    }
    const stop =
      message.kind === 'error'
        ? await this.letOnce({ ...said, text: textsOf(message.error).text })
        : await this.letSay({ ...said, text: textsOf(message.result).text })
    return { kind: 'forward', text: stop === undefined ? text : refuseServer(message.id, method, stop) }
  }

  /** Questions within an answer, wherever its version puts them. */
  async letWithin(answer: JsonValue): Promise<Stop | undefined> {
    for (const { method, params, beside } of questionsWithin(answer)) {
      const stop = await this.let(method, params, beside)
      if (stop !== undefined) return stop
    }
    return undefined
  }

  /** `beside`: what else came with the question. */
  async let(method: string, params: JsonObject, beside: JsonValue = null): Promise<Stop | undefined> {
    const { _meta, ...rest } = params
    const notes = textsOf([notesOf(_meta), beside]).text
    const { text } = textsOf(rest)
    return await this.letSay({
      from: `mcp:${this.#parts.server.name}`,
      to: method === 'sampling/createMessage' ? 'model' : 'user',
      text: notes.length < SAID_CHARACTERS_MIN ? text : `${text}\n${notes}`,
      what: `The request ${method}`,
      seen: method === 'elicitation/create' ? inspectElicitation(params) : [],
    })
  }

  /** The same text again has been judged. */
  async letOnce(said: Said): Promise<Stop | undefined> {
    if (said.text === '' || this.#letGo.has(said.text)) return undefined
    const stop = await this.letSay(said)
    if (stop !== undefined || said.text.length > TEXT_CHARACTERS_MAX) return stop
    this.#letGo.add(said.text)
    const [oldest] = this.#letGo
    if (this.#letGo.size > TEXTS_MAX && oldest !== undefined) this.#letGo.delete(oldest)
    return undefined
  }

  async letSay({ from, to, text, what, seen = [] }: Said): Promise<Stop | undefined> {
    const { judge, session, pass } = this.#parts
    if (text === '' && seen.length === 0) return undefined
    const passage = await pass({ kind: 'message', id: judge.nextId(), session, from, to, text }, seen)
    if (passage.decision.action !== 'allow') return stopOf(passage, what)
    await judge.end(passage, 'done')
    return undefined
  }
}

type Question = { readonly method: string; readonly params: JsonObject; readonly beside: JsonValue }

const asking: ReadonlySet<string> = new Set(['elicitation/create', 'sampling/createMessage', 'roots/list'])

/**
 * `inputRequests` of the stateless era, and addresses to be visited that come as the reason of an error (−32042). The server chose
 * the names of its questions too, and their form: what is no question is read beside one.
 */
function questionsWithin(answer: JsonValue): readonly Question[] {
  if (!isObject(answer)) return []
  const { inputRequests = null, data } = answer
  const visits = isObject(data) && Array.isArray(data.elicitations) ? data.elicitations : []
  return [
    ...(isObject(inputRequests) ? Object.entries(inputRequests).map(named) : odd(inputRequests)),
    ...(visits as readonly JsonValue[]).map(
      (params): Question => ({
        method: 'elicitation/create',
        params: isObject(params) ? params : {},
        beside: null,
      }),
    ),
  ]
}

function named([name, request]: readonly [name: string, request: JsonValue]): Question {
  if (!isObject(request)) return { method: '', params: {}, beside: [name, request] }
  const { method, params = {}, ...rest } = request
  const isKnown = typeof method === 'string' && asking.has(method)
  return {
    method: isKnown ? method : '',
    params: isObject(params) ? params : {},
    beside: [name, rest, isKnown ? null : (method ?? null), isObject(params) ? null : params],
  }
}

function odd(requests: JsonValue): readonly Question[] {
  return requests === null ? [] : [{ method: '', params: {}, beside: requests }]
}

/** What was judged as questions, and what the client hands back unread, apart from the rest. */
export function withoutQuestions(value: JsonValue, isModern: boolean) {
  if (!isObject(value)) return { kept: {}, rest: value }
  const { inputRequests, requestState, ...rest } = value
  const kept = {
    ...(inputRequests === undefined ? {} : { inputRequests }),
    ...(requestState === undefined || !isModern ? {} : { requestState }),
  }
  return { kept, rest: isModern || requestState === undefined ? rest : { ...rest, requestState } }
}

export function withThese(value: JsonValue, kept: JsonObject): JsonValue {
  return isObject(value) ? { ...value, ...kept } : value
}
