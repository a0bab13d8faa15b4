import { Buffer } from 'node:buffer'
import { performance } from 'node:perf_hooks'
import type { buildConnector } from 'undici'
import { type AnswerHandler, type ConnectionOptions, HttpConnection } from './http-connection.ts'
import { SentHeaders } from './sent-headers.ts'

export type HttpRequest = {
  readonly method: string
  /** With its query. */
  readonly path: string
  /** Names and values in turn; without host, length and whatever is of the connection. */
  readonly headers: SentHeaders | readonly string[]
  readonly body: Buffer | null
}

/** An exchange in the hand of whoever asked for it. */
export type AnswerControl = {
  /** Ends it with this error, and the connection it is on; `onError` is told unless it has ended. */
  readonly abort: (error: Error) => void
  readonly pause: () => void
  readonly resume: () => void
}

export type HttpPoolOptions = ConnectionOptions & {
  readonly url: URL
  /** Its sockets are read by `reads`: they have no `data` events. */
  readonly connect: buildConnector.connector
  readonly connectionsMax: number
}

const LENGTH = 'content-length: '
const HEAD_END = '\r\n\r\n'
/** Every line of the head has its end already. */
const NO_BODY = '\r\n'
const SWEEP_MS = 250
/** A body up to this size is copied behind its head: one piece is sent faster than two. */
const COPIED_BYTES_MAX = 16 * 1024

/** Connections to one upstream that are kept and used again. HTTP/1.1, requests that are whole, answers that stream. */
export class HttpPool {
  readonly #options: HttpPoolOptions
  readonly #fixed: string
  readonly #connections = new Set<HttpConnection>()
  /** The one that was used last is the least likely to be closed by now. */
  readonly #free: HttpConnection[] = []
  readonly #queue = new Set<Exchange>()
  readonly #connecting = new Set<Exchange>()
  /** Requests on their connections that leave at the end of this turn. */
  #leaving: Exchange[] = []
  readonly #sweeper: NodeJS.Timeout
  #isClosing = false
  #whenDrained: (() => void) | undefined

  constructor(options: HttpPoolOptions) {
    this.#options = options
    this.#fixed = `host: ${options.url.host}\r\nconnection: keep-alive\r\n`
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS)
    this.#sweeper.unref()
  }

  /** The handler is never called before this returns. */
  send(request: HttpRequest, handler: AnswerHandler): AnswerControl {
    const exchange = new Exchange(handler, (over) => this.#withdraw(over))
    try {
      exchange.bytes = requestBytes(request, this.#fixed)
      if (this.#isClosing) throw new Error('the upstream is no longer used')
    } catch (error) {
      queueMicrotask(() => exchange.onError(error instanceof Error ? error : new Error(String(error))))
      return exchange
    }
    const free = this.#takeFree()
    if (free !== undefined) this.#begin(exchange, free)
    else if (this.#connections.size + this.#connecting.size < this.#options.connectionsMax)
      this.#connect(exchange)
    else this.#queue.add(exchange)
    return exchange
  }

  /** Lets what is under way end. */
  async close(): Promise<void> {
    this.#isClosing = true
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#whenDrained = resolve
    for (const connection of this.#free.splice(0)) connection.fail(new Error('closed'))
    this.#drained()
    await promise
  }

  /** Ends what is under way. */
  destroy(): void {
    this.#isClosing = true
    clearInterval(this.#sweeper)
    const error = new Error('the gate stops')
    for (const exchange of [...this.#queue, ...this.#connecting]) exchange.abort(error)
    for (const connection of [...this.#connections]) connection.fail(error)
  }

  #takeFree(): HttpConnection | undefined {
    const now = performance.now()
    for (let free = this.#free.pop(); free !== undefined; free = this.#free.pop()) {
      if (free.isFresh(now)) return free
      free.fail(new Error('too long idle'))
    }
    return undefined
  }

  /**
   * Requests of one turn of the event loop leave together: the upstream, woken by the first, need not be woken for each,
   * and a write that wakes nobody costs half.
   */
  #begin(exchange: Exchange, connection: HttpConnection): void {
    exchange.beginOn(connection)
    this.#leaving.push(exchange)
    if (this.#leaving.length > 1) return
    setImmediate(() => {
      const leaving = this.#leaving
      this.#leaving = []
      for (const each of leaving) each.write()
    })
  }

  #connect(exchange: Exchange): void {
    const { url, connect } = this.#options
    this.#connecting.add(exchange)
    const { hostname, host, protocol, port } = url
    // An address in brackets is one in a URL only.
    const plain = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
    connect({ hostname: plain, host, protocol, port }, (error, socket) => {
      this.#connecting.delete(exchange)
      if (error !== null) {
        exchange.onError(error)
        this.#next()
        return
      }
      const connection = new HttpConnection(socket, this.#options, {
        whenFree: (free) => this.#freed(free),
        whenGone: (gone) => this.#gone(gone),
      })
      this.#connections.add(connection)
      if (exchange.isOver) this.#freed(connection)
      else this.#begin(exchange, connection)
    })
  }

  #freed(connection: HttpConnection): void {
    const [waiting] = this.#queue
    if (waiting !== undefined) {
      this.#queue.delete(waiting)
      this.#begin(waiting, connection)
    } else if (this.#isClosing) connection.fail(new Error('closed'))
    else this.#free.push(connection)
  }

  #gone(connection: HttpConnection): void {
    this.#connections.delete(connection)
    const index = this.#free.indexOf(connection)
    if (index >= 0) this.#free.splice(index, 1)
    this.#next()
  }

  /** There is room for another connection. */
  #next(): void {
    const [waiting] = this.#queue
    if (waiting !== undefined) {
      this.#queue.delete(waiting)
      this.#connect(waiting)
    } else this.#drained()
  }

  #withdraw(exchange: Exchange): void {
    this.#queue.delete(exchange)
  }

  #drained(): void {
    if (this.#whenDrained === undefined) return
    if (this.#connections.size + this.#connecting.size + this.#queue.size > 0) return
    clearInterval(this.#sweeper)
    this.#whenDrained()
  }

  #sweep(): void {
    const now = performance.now()
    for (const connection of [...this.#connections]) connection.sweep(now)
  }
}

/** One request from when it is made until its answer has ended, wherever it is. */
class Exchange implements AnswerControl, AnswerHandler {
  bytes: Buffer | readonly Buffer[] = []
  isOver = false
  readonly #handler: AnswerHandler
  readonly #withdraw: (exchange: Exchange) => void
  #connection: HttpConnection | undefined

  constructor(handler: AnswerHandler, withdraw: (exchange: Exchange) => void) {
    this.#handler = handler
    this.#withdraw = withdraw
  }

  beginOn(connection: HttpConnection): void {
    this.#connection = connection
    connection.begin(this)
  }

  write(): void {
    if (!this.isOver) this.#connection?.write(this.bytes)
    this.bytes = []
  }

  abort(error: Error): void {
    if (this.isOver) return
    this.#withdraw(this)
    if (this.#connection === undefined) this.onError(error)
    else this.#connection.fail(error)
  }

  pause(): void {
    if (!this.isOver) this.#connection?.pause()
  }

  resume(): void {
    if (!this.isOver) this.#connection?.resume()
  }

  onHead(status: number, headers: readonly string[]): void {
    this.#handler.onHead(status, headers)
  }

  onData(chunk: Buffer): void {
    if (!this.isOver) this.#handler.onData(chunk)
  }

  onEnd(): void {
    if (this.isOver) return
    this.isOver = true
    try {
      this.#handler.onEnd()
    } catch (error) {
      // The connection has done its part and may carry another exchange by now; only this one is lost.
      this.#handler.onError(error instanceof Error ? error : new Error(String(error)))
    }
  }

  onError(error: Error): void {
    if (this.isOver) return
    this.isOver = true
    this.#handler.onError(error)
  }
}

function requestBytes(
  { method, path, headers, body }: HttpRequest,
  fixed: string,
): Buffer | readonly Buffer[] {
  const lines = headers instanceof SentHeaders ? headers : new SentHeaders(headers)
  const head = lines.head(method, path, fixed)
  const end = body === null ? NO_BODY : `${LENGTH}${body.length}${HEAD_END}`
  const isCopied = body === null || body.length <= COPIED_BYTES_MAX
  const bytes = Buffer.allocUnsafe(head.length + end.length + (isCopied ? (body?.length ?? 0) : 0))
  head.copy(bytes)
  bytes.write(end, head.length, 'latin1')
  if (body === null) return bytes
  if (!isCopied) return [bytes, body]
  body.copy(bytes, head.length + end.length)
  return bytes
}
