import type { McpServerConfig } from '../../../config/mcp.ts'
import type { JsonObject } from '../../../gate/act.ts'
import { canonicalJson } from '../../../gate/canonical.ts'
import { Outlet } from '../outlet.ts'
import { idKey, isObject, type RpcId, type RpcMessage } from '../rpc.ts'
import { type McpUpstream, type ServerAnswer, type ServerEvent, ServerGone } from '../upstream.ts'
import {
  ACCEPT,
  askable,
  type ClientSide,
  errorText,
  METHOD_NOT_FOUND,
  messageIn,
  messageText,
  SPOKEN,
  settled,
} from './era.ts'

type LinkOptions = {
  readonly upstream: McpUpstream
  readonly config: McpServerConfig
  readonly owner: string
  readonly client: ClientSide
  readonly now: number
}

const ANSWER_MS = 10_000

/** One session of the bridge's own with a server of the handshake era. */
export class Link {
  readonly #options: LinkOptions
  readonly #session: string | undefined
  readonly #askings = new Map<string, Asking>()
  readonly #ending = new AbortController()
  readonly opened: JsonObject
  readonly version: string
  last: number
  #ids = 0
  isOver = false

  private constructor(options: LinkOptions, session: string | undefined, opened: JsonObject) {
    this.#options = options
    this.#session = session
    this.opened = opened
    this.version = typeof opened.protocolVersion === 'string' ? opened.protocolVersion : SPOKEN.handshake
    this.last = options.now
  }

  /** Shakes hands in the client's name and with its capabilities. */
  static async open(options: LinkOptions): Promise<Link> {
    const { upstream, config, owner, client } = options
    const params = {
      protocolVersion: SPOKEN.handshake,
      capabilities: client.capabilities,
      clientInfo: client.info,
    }
    const { answer, message } = await settled(upstream, {
      verb: 'POST',
      headers: { accept: ACCEPT, 'content-type': 'application/json' },
      text: messageText({ id: 'gate-0', method: 'initialize', params }),
      message: { kind: 'request', id: 'gate-0', method: 'initialize', params },
      owner,
      signal: AbortSignal.timeout(config.callMs),
    })
    if (message?.kind !== 'result' || !isObject(message.result))
      throw new ServerGone('the server did not take the handshake that the gate offered for its client')
    const link = new Link(options, answer.headers['mcp-session-id'], message.result)
    await link.#tell(messageText({ method: 'notifications/initialized' }))
    link.#stand().catch(() => {})
    return link
  }

  get owner(): string {
    return this.#options.owner
  }

  end(): void {
    if (this.isOver) return
    this.isOver = true
    for (const asking of [...this.#askings.values()]) asking.leave()
    this.#ending.abort()
    if (this.#session !== undefined) this.#options.upstream.forget(this.#session)
  }

  /** Resolves once the server has answered, or has asked something that has to be answered first. */
  async begin(method: string, params: JsonObject, signal: AbortSignal): Promise<Asking | 'session-over'> {
    const id = `gate-${++this.#ids}`
    const { upstream, owner } = this.#options
    const leaving = new AbortController()
    const asking = new Asking(this, { id, method, params, leaving })
    this.#askings.set(id, asking)
    const leave = (): void => asking.leave()
    signal.addEventListener('abort', leave, { once: true })
    const answering = upstream.ask({
      verb: 'POST',
      headers: this.#headers(),
      text: messageText({ id, method, params }),
      message: { kind: 'request', id, method, params },
      owner,
      signal: AbortSignal.any([leaving.signal, this.#ending.signal]),
    })
    try {
      const answer = await Promise.race([answering, asking.pushed])
      if (answer?.kind === 'empty' && answer.status === 404 && this.#session !== undefined) {
        this.drop(id)
        return 'session-over'
      }
    } catch (error) {
      this.drop(id)
      throw error
    } finally {
      signal.removeEventListener('abort', leave)
    }
    void asking.take(answering)
    return asking
  }

  drop(id: string): void {
    this.#askings.delete(id)
  }

  tell(text: string): Promise<void> {
    return this.#tell(text).catch((error: unknown) => {
      if (!(error instanceof ServerGone)) throw error
    })
  }

  async #tell(text: string): Promise<void> {
    const { upstream, owner } = this.#options
    const answer = await upstream.ask({
      verb: 'POST',
      headers: this.#headers(),
      text,
      message: messageIn(text),
      owner,
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    if (answer.kind === 'events' || answer.kind === 'values') for await (const _ of answer.events) break
  }

  /** A server may ask on a stream of its own; what it asks there is about a call that is under way. */
  async #stand(): Promise<void> {
    const { upstream, owner } = this.#options
    const answer = await upstream.ask({
      verb: 'GET',
      headers: this.#headers(),
      text: undefined,
      message: undefined,
      owner,
      signal: this.#ending.signal,
    })
    if (answer.kind !== 'events') return
    for await (const { data } of answer.events) {
      if (data === undefined || data === '') continue
      const message = messageIn(data)
      const asking = [...this.#askings.values()].findLast(({ method }) => askable.has(method))
      if (asking !== undefined) asking.push(data)
      else if (message.kind === 'request')
        await this.tell(
          errorText(message.id, METHOD_NOT_FOUND, 'no call is under way that this could belong to'),
        )
    }
  }

  #headers(): Record<string, string> {
    return {
      accept: ACCEPT,
      'content-type': 'application/json',
      'mcp-protocol-version': this.version,
      ...(this.#session === undefined ? {} : { 'mcp-session-id': this.#session }),
    }
  }
}

type AskingOptions = {
  readonly id: string
  readonly method: string
  readonly params: JsonObject
  readonly leaving: AbortController
}

/** One call under way with the server. It may outlive the request of the client's that began it. */
export class Asking {
  readonly link: Link
  readonly #options: AskingOptions
  readonly #outlet = new Outlet(() => {})
  readonly #events: AsyncGenerator<ServerEvent>
  readonly #pushed = Promise.withResolvers<undefined>()
  /** What the server waits for. */
  question: { readonly key: string; readonly id: RpcId } | undefined
  #isOver = false

  constructor(link: Link, options: AskingOptions) {
    this.link = link
    this.#options = options
    this.#events = this.#outlet[Symbol.asyncIterator]()
  }

  get method(): string {
    return this.#options.method
  }

  /** A client that comes back with an answer must come back to the very call that was judged. */
  isFor(method: string, params: JsonObject): boolean {
    const { _meta: _, ...now } = params
    const { _meta: __, ...then } = this.#options.params
    return method === this.method && canonicalJson(now) === canonicalJson(then)
  }

  push(data: string): void {
    this.#outlet.push(data)
    this.#pushed.resolve(undefined)
  }

  get pushed(): Promise<undefined> {
    return this.#pushed.promise
  }

  async take(answering: Promise<ServerAnswer>): Promise<void> {
    try {
      const answer = await answering
      if (answer.kind === 'message') this.push(answer.text)
      else if (answer.kind === 'empty') throw new ServerGone('the server did not answer')
      else for await (const { data } of answer.events) if (data !== undefined && data !== '') this.push(data)
      this.#outlet.close()
    } catch (cause) {
      const gone =
        cause instanceof ServerGone ? cause : new ServerGone('the server stopped answering', { cause })
      this.#outlet.fail(gone)
    }
  }

  /** From here on; leaving the loop keeps the rest for later. */
  async *messages(): AsyncGenerator<RpcMessage & { text: string }> {
    for (;;) {
      const next = await this.#events.next()
      if (next.done === true) return
      const { data = '' } = next.value
      const message = messageIn(data)
      const isAnswer = message.kind === 'result' || message.kind === 'error'
      if (isAnswer && message.id !== undefined && idKey(message.id) !== idKey(this.#options.id)) continue
      yield { ...message, text: data }
    }
  }

  async answer(result: JsonObject): Promise<void> {
    const { question } = this
    this.question = undefined
    if (question !== undefined) await this.link.tell(messageText({ id: question.id, result }))
  }

  async refuse(id: RpcId, reason: string): Promise<void> {
    await this.link.tell(errorText(id, METHOD_NOT_FOUND, reason))
  }

  done(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.link.drop(this.#options.id)
    this.#outlet.close()
    this.#options.leaving.abort()
  }

  /** Nobody waits for it any more, and the server is told so. */
  leave(): void {
    if (this.#isOver) return
    const params = { requestId: this.#options.id, reason: 'the client left' }
    void this.link.tell(messageText({ method: 'notifications/cancelled', params }))
    this.done()
  }
}
