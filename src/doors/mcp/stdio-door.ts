import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import type { McpServerConfig } from '../../config/mcp.ts'
import type { JsonValue } from '../../gate/act.ts'
import type { Judge } from '../judge-act.ts'
import { linesOf } from '../lines.ts'
import { readWireJson, wireReasons } from '../wire-json.ts'
import type { McpGuard, Step } from './guard.ts'
import { headerValue, mirrored, valueAt } from './header-check.ts'
import { failureStop } from './refusals.ts'
import {
  envelopeText,
  errorMessage,
  gateCodes,
  idKey,
  isObject,
  type RpcMessage,
  readMessage,
  rpcReasons,
  versionOf,
} from './rpc.ts'
import { type McpUpstream, type ServerEvent, ServerGone } from './upstream.ts'

export type StdioDoorParts = {
  readonly server: McpServerConfig
  readonly upstream: McpUpstream
  readonly guard: McpGuard
  readonly judge: Judge
  readonly schemaOf: (tool: string) => JsonValue | undefined
  readonly output: Writable
}

const ACCEPT = 'application/json, text/event-stream'
/** Why a client that opened a session has to start again. */
const OVER = 'the session with the server is over'

/** One local client on standard streams, one message a line, in front of a server on any transport. */
export class StdioDoor {
  readonly #parts: StdioDoorParts
  readonly #going = new Map<string, AbortController>()
  readonly #work = new Set<Promise<void>>()
  readonly #ending = new AbortController()
  #session: string | undefined
  #version: string | undefined
  #failure: unknown
  #isOver = false
  #listening: Promise<void> = Promise.resolve()

  constructor(parts: StdioDoorParts) {
    this.#parts = parts
  }

  /** Until the input ends. False when the server's session ended first, so that the client had better start anew. */
  async run(input: Readable): Promise<boolean> {
    for await (const lines of linesOf(input, this.#parts.server.messageBytesMax))
      for (const line of lines) {
        if (this.#isOver) return false
        if (line === undefined)
          this.#refuse(gateCodes.limit, 'the message is longer than the gate takes', 'body.too-large')
        else if (line.length > 0) this.#take(line)
      }
    await Promise.all(this.#work)
    this.#ending.abort()
    await this.#listening
    this.#parts.guard.end()
    if (this.#failure !== undefined) throw this.#failure
    return !this.#isOver
  }

  #take(line: Buffer): void {
    const read = readWireJson(line)
    if (!read.ok) {
      this.#refuse(gateCodes.parse, wireReasons[read.error], `frame.${read.error}`)
      return
    }
    const message = readMessage(read.value.value)
    if (message.ok)
      this.#track(this.#fromClient(envelopeText(read.value.text, read.value.value), message.value))
    else this.#refuse(gateCodes.invalid, rpcReasons[message.error], `frame.${message.error}`)
  }

  /** Calls do not wait for one another; what fails is kept until the end. */
  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => {
        this.#failure ??= error
      })
      .finally(() => this.#work.delete(tracked))
    this.#work.add(tracked)
  }

  async #fromClient(text: string, message: RpcMessage): Promise<void> {
    const decided = this.#parts.guard.fromClient(text, message)
    const step = decided instanceof Promise ? await decided : decided
    if (message.kind === 'notification' && message.method === 'notifications/cancelled') {
      const { requestId } = message.params
      const isId = typeof requestId === 'string' || typeof requestId === 'number'
      // Without a session, leaving is how a request is cancelled.
      if (isId && this.#session === undefined) {
        this.#going.get(idKey(requestId))?.abort()
        return
      }
    }
    if (step.kind === 'answer') await this.#write(step.text)
    if (step.kind === 'forward') await this.#ask(step.text, message)
  }

  async #ask(text: string, message: RpcMessage): Promise<void> {
    const { upstream } = this.#parts
    const going = new AbortController()
    if (message.kind === 'request') this.#going.set(idKey(message.id), going)
    const signal = AbortSignal.any([going.signal, this.#ending.signal])
    try {
      const headers = this.#headersFor(message)
      const answer = await upstream.ask({ verb: 'POST', headers, text, message, owner: 'local', signal })
      this.#opened(message, answer.headers['mcp-session-id'])
      if (answer.kind === 'message') await this.#fromServer({ data: answer.text, raw: undefined, fields: [] })
      else if (answer.kind !== 'empty') for await (const event of answer.events) await this.#fromServer(event)
      else if (answer.status === 404) throw new ServerGone(OVER)
      await this.#owed(message, 'the server did not answer')
    } catch (error) {
      if (!(error instanceof ServerGone)) throw error
      if (error.message === OVER) this.#isOver = true
      if (!signal.aborted) await this.#owed(message, error.message, error.isSlow)
    } finally {
      if (message.kind === 'request') this.#going.delete(idKey(message.id))
    }
  }

  /** What the client still waits for, it gets from the gate. */
  async #owed(message: RpcMessage, reason: string, isSlow = false): Promise<void> {
    if (message.kind !== 'request') return
    const code = isSlow ? gateCodes.upstreamSlow : gateCodes.upstream
    for (const { text } of this.#parts.guard.lost(reason, [message.id], code)) await this.#write(text)
  }

  #opened(message: RpcMessage, session: string | undefined): void {
    if (message.kind !== 'request' || message.method !== 'initialize' || session === undefined) return
    this.#session = session
    const { protocolVersion } = message.params
    this.#version = typeof protocolVersion === 'string' ? protocolVersion : undefined
    this.#listening = this.#listen()
  }

  /** What the server says without being asked. Not every server has such a stream. */
  async #listen(): Promise<void> {
    const headers = this.#sessionHeaders()
    const { signal } = this.#ending
    const request = {
      verb: 'GET',
      headers,
      text: undefined,
      message: undefined,
      owner: 'local',
      signal,
    } as const
    try {
      const answer = await this.#parts.upstream.ask(request)
      if (answer.kind === 'events') for await (const event of answer.events) await this.#fromServer(event)
    } catch (error) {
      if (!(error instanceof ServerGone)) throw error
    }
  }

  async #fromServer({ data }: ServerEvent): Promise<void> {
    if (data === undefined || data === '') return
    const read = readWireJson(Buffer.from(data))
    const message = read.ok ? readMessage(read.value.value) : undefined
    if (!read.ok || !message?.ok) throw new ServerGone('the server sent what cannot be read')
    if (message.value.kind === 'result') this.#agreed(message.value.result)
    const step: Step = await this.#parts.guard.fromServer(
      envelopeText(read.value.text, read.value.value),
      message.value,
    )
    if (step.kind === 'forward') await this.#write(step.text)
    if (step.kind === 'answer') {
      const own = readMessage(JSON.parse(step.text))
      if (own.ok) await this.#ask(step.text, own.value)
    }
  }

  /** The version the handshake settled on is said in every later request. */
  #agreed(result: JsonValue): void {
    if (this.#session === undefined || !isObject(result)) return
    const { protocolVersion } = result
    if (typeof protocolVersion === 'string') this.#version = protocolVersion
  }

  #sessionHeaders(): Record<string, string> {
    return {
      accept: ACCEPT,
      ...(this.#session === undefined ? {} : { 'mcp-session-id': this.#session }),
      ...(this.#version === undefined ? {} : { 'mcp-protocol-version': this.#version }),
    }
  }

  #headersFor(message: RpcMessage): Record<string, string> {
    const headers = { ...this.#sessionHeaders(), 'content-type': 'application/json' }
    if (message.kind !== 'request') return headers
    const version = versionOf(message.params)
    if (version === undefined) return headers
    return { ...headers, 'mcp-protocol-version': version, ...this.#mirroredFrom(message) }
  }

  /** Over HTTP a stateless request says some of its body in headers too. */
  #mirroredFrom({ method, params }: RpcMessage & { kind: 'request' }): Record<string, string> {
    const headers: Record<string, string> = { 'mcp-method': headerValue(method) }
    const name = params.name ?? params.uri
    if (typeof name === 'string') headers['mcp-name'] = headerValue(name)
    if (method !== 'tools/call' || typeof params.name !== 'string') return headers
    for (const { header, path } of mirrored(this.#parts.schemaOf(params.name))) {
      const value = valueAt(params.arguments, path)
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
        headers[`mcp-param-${header.toLowerCase()}`] = headerValue(value)
    }
    return headers
  }

  #refuse(code: number, reason: string, rule: string): void {
    const { judge, server } = this.#parts
    const id = judge.nextId()
    const stop = failureStop(id, code, reason)
    const recorded = judge.refused({ id, rule, door: `mcp/${server.name}`, status: 400 })
    this.#track(recorded.then(() => this.#write(errorMessage(undefined, stop.code, stop.text, stop.data))))
  }

  async #write(text: string): Promise<void> {
    const line = text.includes('\n') || text.includes('\r') ? text.replace(/[\r\n]+/g, ' ') : text
    if (!this.#parts.output.write(`${line}\n`)) await once(this.#parts.output, 'drain')
  }
}
