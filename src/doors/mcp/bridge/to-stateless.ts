import { randomUUID } from 'node:crypto'
import type { McpServerConfig } from '../../../config/mcp.ts'
import type { JsonObject, JsonValue } from '../../../gate/act.ts'
import { headerValue, mirrored, valueAt } from '../header-check.ts'
import { idKey, isObject, type RpcId, type RpcMessage } from '../rpc.ts'
import { type McpUpstream, type ServerAnswer, ServerGone, type ServerRequest } from '../upstream.ts'
import {
  ACCEPT,
  answered,
  askable,
  type ClientSide,
  errorText,
  infoOf,
  METHOD_NOT_FOUND,
  messageIn,
  messagesOf,
  messageText,
  SPOKEN,
  serverInfoOf,
  settled,
  shared,
  streamed,
  taken,
  told,
  usable,
  withEra,
} from './era.ts'

type Request = RpcMessage & { readonly kind: 'request' }
type Answer = RpcMessage & { readonly kind: 'result' | 'error' }

type Session = {
  readonly owner: string
  readonly client: ClientSide
  logLevel: string | undefined
  /** Questions of the server's that the client has not answered. */
  readonly asked: Map<string, (answer: Answer) => void>
  readonly going: Map<string, AbortController>
}

/** Times a server may ask within one call. */
const ROUNDS_MAX = 16
const QUESTIONS_MAX = 16
const TOOLS_MAX = 10_000
const PAGES_MAX = 20
/** Versions of the handshake that a client may hold the bridge to. */
const versions = new Set(['2025-11-25', '2025-06-18', '2025-03-26'])
/** A server that only wants to be asked again says so without a question. */
const AGAIN_MS = 250

/** Clients of the handshake era in front of a server that knows no sessions: the sessions are the bridge's own. */
export class ToStateless {
  readonly #upstream: McpUpstream
  readonly #config: McpServerConfig
  readonly #sessions = new Map<string, Session>()
  readonly #schemas = new Map<string, JsonValue>()
  #ids = 0

  constructor(upstream: McpUpstream, config: McpServerConfig) {
    this.#upstream = upstream
    this.#config = config
  }

  has(session: string): boolean {
    return this.#sessions.has(session)
  }

  forget(id: string): boolean {
    const session = this.#sessions.get(id)
    for (const going of session?.going.values() ?? []) going.abort()
    return this.#sessions.delete(id)
  }

  end(): void {
    for (const id of [...this.#sessions.keys()]) this.forget(id)
  }

  /** Answers a handshake with what the server says of itself. */
  async open(request: ServerRequest, { id, params }: Request): Promise<ServerAnswer> {
    if (this.#sessions.size >= this.#config.sessionsMax) throw new ServerGone('there are too many sessions')
    const session: Session = {
      owner: request.owner,
      client: { capabilities: usable(params.capabilities), info: infoOf(params.clientInfo) },
      logLevel: undefined,
      asked: new Map(),
      going: new Map(),
    }
    const { message } = await settled(
      this.#upstream,
      this.#request(session, 'server/discover', {}, request.signal),
    )
    if (message?.kind === 'error') return answered(messageText({ id, error: message.error }))
    if (message?.kind !== 'result' || !isObject(message.result))
      throw new ServerGone('the server did not say what it is')
    const { capabilities, instructions } = message.result
    const sessionId = randomUUID()
    this.#sessions.set(sessionId, session)
    const asked = String(params.protocolVersion)
    const result = {
      protocolVersion: versions.has(asked) ? asked : SPOKEN.handshake,
      capabilities: carried(capabilities),
      serverInfo: serverInfoOf(message.result),
      ...(instructions === undefined ? {} : { instructions }),
    }
    return answered(messageText({ id, result }), { 'mcp-session-id': sessionId })
  }

  async ask(id: string, { verb, text, signal }: ServerRequest): Promise<ServerAnswer> {
    const session = this.#sessions.get(id)
    if (session === undefined) return { kind: 'empty', status: 404, headers: {} }
    if (verb === 'DELETE') {
      this.forget(id)
      return { kind: 'empty', status: 200, headers: {} }
    }
    // A server without sessions has nothing to say to nobody in particular.
    if (verb === 'GET') return { kind: 'empty', status: 405, headers: { allow: 'POST, DELETE' } }
    // The text is what was let go: in it, credentials have been put in.
    const message = messageIn(text ?? '')
    switch (message.kind) {
      case 'notification': {
        const { requestId } = message.params
        if (message.method === 'notifications/cancelled' && isRpcId(requestId))
          session.going.get(idKey(requestId))?.abort()
        return taken
      }
      case 'result':
      case 'error':
        if (message.id !== undefined) session.asked.get(idKey(message.id))?.(message)
        return taken
      case 'request':
        return await this.#carry(session, message, signal)
    }
  }

  async #carry(session: Session, message: Request, signal: AbortSignal): Promise<ServerAnswer> {
    const { id, method, params } = message
    if (method === 'ping') return answered(messageText({ id, result: {} }))
    if (method === 'logging/setLevel') {
      session.logLevel = typeof params.level === 'string' ? params.level : undefined
      return answered(messageText({ id, result: {} }))
    }
    if (!shared.has(method)) {
      const reason = `${method} has no like in the version ${SPOKEN.stateless} that this server speaks`
      return answered(errorText(id, METHOD_NOT_FOUND, reason))
    }
    const going = new AbortController()
    session.going.set(idKey(id), going)
    const both = AbortSignal.any([signal, going.signal])
    return await streamed(this.#run(session, message, both))
  }

  async *#run(
    session: Session,
    { id, method, params }: Request,
    signal: AbortSignal,
  ): AsyncGenerator<string> {
    try {
      if (method === 'tools/call') await this.#learn(session, String(params.name), signal)
      let extra: JsonObject = {}
      for (let round = 0; round < ROUNDS_MAX; round++) {
        const required = yield* this.#round(session, { id, method, params: { ...params, ...extra } }, signal)
        if (required === undefined) return
        const responses = yield* this.#questions(session, required, signal)
        if ('code' in responses) {
          yield messageText({ id, error: responses })
          return
        }
        const { requestState } = required
        extra = { inputResponses: responses, ...(requestState === undefined ? {} : { requestState }) }
      }
      yield errorText(id, METHOD_NOT_FOUND, `the server asked more than ${ROUNDS_MAX} times within one call`)
    } finally {
      session.going.delete(idKey(id))
    }
  }

  /** Asks once. Returns what the server needs to know first, if it does. */
  async *#round(
    session: Session,
    { id, method, params }: { id: RpcId; method: string; params: JsonObject },
    signal: AbortSignal,
  ): AsyncGenerator<string, JsonObject | undefined> {
    const answer = await this.#upstream.ask(this.#request(session, method, params, signal))
    for await (const message of messagesOf(answer)) {
      if (message.kind === 'notification' && told.has(message.method)) yield message.text
      if (message.kind === 'error') {
        yield messageText({ id, error: message.error })
        return undefined
      }
      if (message.kind !== 'result') continue
      const { result } = message
      if (!isObject(result)) throw new ServerGone('the server sent what cannot be read')
      if (result.resultType === 'input_required' && askable.has(method)) return result
      if (method === 'tools/list') this.#remember(result)
      const { resultType: _, ttlMs: __, cacheScope: ___, ...rest } = result
      yield messageText({ id, result: rest })
      return undefined
    }
    throw new ServerGone('the server did not answer')
  }

  /** Puts the server's questions to the client, each a request of its own, and waits for the answers. */
  async *#questions(
    session: Session,
    { inputRequests }: JsonObject,
    signal: AbortSignal,
  ): AsyncGenerator<string, JsonObject | { readonly code: number; readonly message: string }> {
    const questions = Object.entries(isObject(inputRequests) ? inputRequests : {}).slice(0, QUESTIONS_MAX)
    if (questions.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
      return {}
    }
    const ends = AbortSignal.any([signal, AbortSignal.timeout(this.#config.callMs)])
    const answers: Record<string, JsonValue> = {}
    for (const [key, question] of questions) {
      if (!isObject(question) || typeof question.method !== 'string') continue
      const id = `gate-${++this.#ids}`
      const waiting = this.#answerTo(session, id, ends)
      yield messageText({ id, method: question.method, params: question.params ?? {} })
      const answer = await waiting
      if (answer.kind === 'result') answers[key] = answer.result
      else {
        const { message } = answer.error
        return { code: METHOD_NOT_FOUND, message: `the client did not answer the server: ${String(message)}` }
      }
    }
    return answers
  }

  #answerTo(session: Session, id: string, signal: AbortSignal): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Answer>()
    const give = (answer: Answer): void => {
      session.asked.delete(idKey(id))
      signal.removeEventListener('abort', leave)
      resolve(answer)
    }
    const leave = (): void =>
      give({ kind: 'error', id, error: { code: METHOD_NOT_FOUND, message: 'it took too long, or left' } })
    signal.addEventListener('abort', leave, { once: true })
    session.asked.set(idKey(id), give)
    return promise
  }

  /** Which arguments a call repeats in headers is in the tool's schema, so that has to be known first. */
  async #learn(session: Session, tool: string, signal: AbortSignal): Promise<void> {
    if (this.#schemas.has(tool)) return
    let cursor: JsonValue | undefined
    for (let page = 0; page < PAGES_MAX; page++) {
      const params = cursor === undefined ? {} : { cursor }
      const asked = this.#request(session, 'tools/list', params, signal)
      const { message } = await settled(this.#upstream, asked)
      if (message?.kind !== 'result' || !isObject(message.result)) return
      this.#remember(message.result)
      cursor = message.result.nextCursor
      if (cursor === undefined || this.#schemas.has(tool)) return
    }
  }

  #remember({ tools }: JsonObject): void {
    for (const tool of Array.isArray(tools) ? (tools as readonly JsonValue[]) : []) {
      if (!isObject(tool) || typeof tool.name !== 'string') continue
      if (this.#schemas.size >= TOOLS_MAX) this.#schemas.delete(this.#schemas.keys().next().value ?? '')
      this.#schemas.set(tool.name, tool.inputSchema ?? {})
    }
  }

  #request(session: Session, method: string, params: JsonObject, signal: AbortSignal): ServerRequest {
    const id = `gate-${++this.#ids}`
    const full = withEra(params, session.client, session.logLevel)
    const headers: Record<string, string> = {
      accept: ACCEPT,
      'content-type': 'application/json',
      'mcp-protocol-version': SPOKEN.stateless,
      'mcp-method': method,
    }
    const named = params.name ?? params.uri
    if (askable.has(method) && typeof named === 'string') headers['mcp-name'] = headerValue(named)
    if (method === 'tools/call' && typeof params.name === 'string')
      for (const { header, path } of mirrored(this.#schemas.get(params.name))) {
        const value = valueAt(params.arguments, path)
        if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
          headers[`mcp-param-${header.toLowerCase()}`] = headerValue(value)
      }
    return {
      verb: 'POST',
      headers,
      text: messageText({ id, method, params: full }),
      message: { kind: 'request', id, method, params: full },
      owner: session.owner,
      signal,
    }
  }
}

/** What of a server's capabilities the bridge carries: not lists that change by themselves, nor subscriptions. */
function carried(capabilities: JsonValue | undefined): JsonObject {
  if (!isObject(capabilities)) return {}
  const { tools, prompts, resources, completions, logging } = capabilities
  return {
    ...(tools === undefined ? {} : { tools: {} }),
    ...(prompts === undefined ? {} : { prompts: {} }),
    ...(resources === undefined ? {} : { resources: {} }),
    ...(completions === undefined ? {} : { completions: {} }),
    ...(logging === undefined ? {} : { logging: {} }),
  }
}

function isRpcId(value: JsonValue | undefined): value is RpcId {
  return typeof value === 'string' || typeof value === 'number'
}
