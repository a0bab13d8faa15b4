import { Pool } from 'undici'
import type { McpServerConfig } from '../../config/mcp.ts'
import { readJsonText } from '../wire-json.ts'
import { EventReader } from './event-stream.ts'
import { JsonValueReader } from './json-values.ts'
import { startingWith } from './outlet.ts'
import { isObject } from './rpc.ts'
import {
  type McpUpstream,
  type ServerAnswer,
  type ServerEvent,
  ServerGone,
  type ServerRequest,
} from './upstream.ts'

const CONNECT_MS = 10_000
const KEEP_ALIVE_MS = 30_000
const CONNECTIONS_MAX = 1_024
const FORGET_MS = 5_000
/** What of an answer's headers belongs to the protocol. */
const passedBack = ['mcp-session-id', 'mcp-protocol-version', 'allow', 'retry-after']

type HttpLimits = Pick<McpServerConfig, 'callMs' | 'messageBytesMax'>
type HttpReach = { readonly url: URL; readonly headers: Readonly<Record<string, string>> }
type Body = AsyncIterable<Buffer> & { dump(): Promise<void> }

/** A server reached over streamable HTTP. What the client sent as its own credential never gets here. */
export class HttpUpstream implements McpUpstream {
  readonly #config: HttpLimits
  readonly #reach: HttpReach
  readonly #pool: Pool

  constructor(config: HttpLimits, reach: HttpReach) {
    this.#config = config
    this.#reach = reach
    this.#pool = new Pool(reach.url.origin, {
      connections: CONNECTIONS_MAX,
      connect: { timeout: CONNECT_MS },
      keepAliveTimeout: KEEP_ALIVE_MS,
      pipelining: 1,
      allowH2: false,
    })
  }

  async ask({ verb, path = '', headers, text, message, signal }: ServerRequest): Promise<ServerAnswer> {
    const { callMs } = this.#config
    const isLong =
      verb === 'GET' || (message?.kind === 'request' && message.method === 'subscriptions/listen')
    let response: Awaited<ReturnType<Pool['request']>>
    try {
      response = await this.#pool.request({
        method: verb,
        path: pathOf(this.#reach.url, path),
        headers: { ...headers, ...this.#reach.headers },
        body: text ?? null,
        headersTimeout: callMs,
        bodyTimeout: isLong ? 0 : callMs,
        signal,
      })
    } catch (cause) {
      throw goneBy(cause)
    }
    return await this.#answer(response)
  }

  async #answer(response: Awaited<ReturnType<Pool['request']>>): Promise<ServerAnswer> {
    const { statusCode: status, body } = response
    const headers: Record<string, string> = {}
    for (const name of passedBack) {
      const value = response.headers[name]
      if (typeof value === 'string') headers[name] = value
    }
    const [type = ''] = String(response.headers['content-type'] ?? '')
      .trim()
      .toLowerCase()
      .split(/ *;/)
    if (response.headers['content-encoding'] !== undefined) {
      await body.dump()
      throw new ServerGone('the server answered in a compressed form, which cannot be inspected')
    }
    if (type === 'text/event-stream' && status < 300)
      return { kind: 'events', status, headers, events: this.#events(body) }
    if (type === 'application/json' || type === 'application/a2a+json')
      return await this.#json(status, headers, body)
    await body.dump()
    if (status >= 300 || type === '' || status === 202) return { kind: 'empty', status, headers }
    throw new ServerGone(`the server answered with ${type}`)
  }

  async #json(status: number, headers: Readonly<Record<string, string>>, body: Body): Promise<ServerAnswer> {
    const values = this.#values(body)
    const first = await values.next()
    if (first.done === true) return { kind: 'empty', status, headers }
    const { data } = first.value
    // A question or a notification is not the answer, so more must follow.
    if (!isOpening(data)) {
      await values.return(undefined)
      return { kind: 'message', status, headers, text: data }
    }
    return { kind: 'values', status, headers, events: startingWith(first.value, values) }
  }

  async *#events(body: Body): AsyncGenerator<ServerEvent> {
    const reader = new EventReader(this.#config.messageBytesMax)
    try {
      for await (const chunk of body) {
        const events = reader.push(chunk)
        if (events === undefined) throw new ServerGone('the server sent a message that is too long')
        yield* events
      }
    } catch (cause) {
      throw goneBy(cause)
    }
  }

  async *#values(body: Body): AsyncGenerator<ServerEvent & { readonly data: string }> {
    const reader = new JsonValueReader(this.#config.messageBytesMax)
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    try {
      for await (const chunk of body) {
        const values = reader.push(chunk)
        if (values === undefined)
          throw new ServerGone('the server sent a message that is too long or no message')
        for (const value of values) yield { data: decoder.decode(value), raw: undefined, fields: [] }
      }
    } catch (cause) {
      throw goneBy(cause)
    }
    if (reader.isWithin) throw new ServerGone('the server broke off within a message')
  }

  forget(session: string): void {
    const headers = { 'mcp-session-id': session }
    const signal = AbortSignal.timeout(FORGET_MS)
    const request = {
      verb: 'DELETE',
      headers,
      text: undefined,
      message: undefined,
      owner: '',
      signal,
    } as const
    this.ask(request).catch(() => {})
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.destroy()
  }
}

function pathOf({ pathname, search }: URL, path: string): string {
  return path === '' ? `${pathname}${search}` : `${pathname.replace(/\/$/, '')}${path}`
}

function isOpening(text: string): boolean {
  const value = readJsonText(text)
  return value.ok && isObject(value.value) && 'method' in value.value
}

function goneBy(cause: unknown): ServerGone {
  if (cause instanceof ServerGone) return cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT')
    return new ServerGone('the server took too long', { isSlow: true, cause })
  return new ServerGone('the server cannot be reached or stopped answering', { cause })
}
