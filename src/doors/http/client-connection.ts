import { Buffer } from 'node:buffer'
import type { Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { AnswerHeads } from './answer-heads.ts'
import { type AnswerDate, ClientAnswer } from './client-answer.ts'
import { HeadReader, type KnownHead } from './head-reader.ts'
import type { ModelRequest, ModelResponse } from './model-message.ts'
import type { RequestHead } from './request-head.ts'

/** Answers requests to models, whoever reads them from the connection. */
export type ModelRequests = {
  readonly answers: (method: string, path: string) => boolean
  readonly handle: (request: ModelRequest, response: ModelResponse, path: string) => boolean
}

export type ClientLimits = {
  readonly headBytesMax: number
  readonly bodyBytesMax: number
  /** From when a connection is made to its first byte. */
  readonly firstMs: number
  /** From the head of a request to the end of its body. */
  readonly bodyMs: number
  readonly keepAliveMs: number
}

export type ClientConnectionOptions = {
  readonly socket: Socket
  readonly limits: ClientLimits
  readonly requests: ModelRequests
  /** Node's server takes the connection over, with all that has come and was not read. */
  readonly handOver: (socket: Socket) => void
  readonly refuse: (socket: Socket) => void
  /** An answer more is owed, or one less. */
  readonly owe: (change: 1 | -1) => void
  readonly isDraining: () => boolean
  readonly date: AnswerDate
  readonly whenGone: (connection: ClientConnection) => void
}

/** What a client may send ahead of its answers before the system's buffers have to hold it. */
const WAITING_BYTES_MAX = 64 * 1024

type State = 'new' | 'idle' | 'body' | 'answering' | 'gone'

/**
 * A client's connection while nothing but plain requests to models come on it. With the first that is anything else, or of
 * which not even the head came in one piece, the connection goes to Node's server for good.
 */
export class ClientConnection {
  readonly #options: ClientConnectionOptions
  readonly #socket: Socket
  readonly #heads = new HeadReader()
  readonly #answerHeads = new AnswerHeads()
  readonly #keptText: string
  #state: State = 'new'
  #since = performance.now()
  #request: PlainRequest | undefined
  #answer: ClientAnswer | undefined
  /** Bytes of the body that are still to come. */
  #left = 0
  /** What came behind a request that is not answered yet. */
  #rest: Buffer | undefined
  readonly #listeners = {
    data: (chunk: Buffer): void => this.#read(chunk),
    end: (): void => this.#ended(),
    close: (): void => this.#closed(),
    drain: (): void => this.#answer?.drain(),
    error: (): void => {},
  }

  constructor(options: ClientConnectionOptions) {
    this.#options = options
    this.#socket = options.socket
    const seconds = options.limits.keepAliveMs / 1_000
    this.#keptText = `Connection: keep-alive\r\nKeep-Alive: timeout=${seconds}\r\n`
    for (const [event, listener] of Object.entries(this.#listeners)) this.#socket.on(event, listener)
  }

  /** Ends what has waited too long for its client. */
  sweep(now: number): void {
    const { limits, refuse } = this.#options
    const waitedMs = now - this.#since
    if (this.#state === 'idle' && waitedMs > limits.keepAliveMs) this.#socket.destroy()
    else if (
      (this.#state === 'new' && waitedMs > limits.firstMs) ||
      (this.#state === 'body' && waitedMs > limits.bodyMs)
    ) {
      const isUnanswered = this.#answer?.headersSent !== true
      this.#closed()
      if (isUnanswered) refuse(this.#socket)
      this.#socket.destroySoon()
    }
  }

  #read(chunk: Buffer): void {
    if (this.#state === 'body') this.#body(chunk)
    else if (this.#state === 'answering' || this.#rest !== undefined) this.#wait(chunk)
    else this.#begin(chunk)
  }

  #begin(bytes: Buffer): void {
    const { limits, requests } = this.#options
    const known = this.#heads.read(bytes, limits.headBytesMax)
    const head = known?.head
    if (
      known === undefined ||
      head === undefined ||
      head.bodyBytes > limits.bodyBytesMax ||
      !requests.answers('POST', head.path)
    ) {
      this.#handOver(bytes)
      return
    }
    this.#since = performance.now()
    const end = head.bytes + head.bodyBytes
    const isWhole = bytes.length >= end
    const request = new PlainRequest(
      known,
      this.#socket,
      isWhole ? bytes.subarray(head.bytes, end) : undefined,
    )
    this.#state = isWhole ? 'answering' : 'body'
    this.#left = isWhole ? 0 : head.bodyBytes
    this.#request = request
    const answer = this.#answerTo(request, head)
    this.#answer = answer
    if (bytes.length > end) this.#wait(bytes.subarray(end))
    this.#options.owe(1)
    requests.handle(request, answer, head.path)
    if (!isWhole) this.#body(bytes.subarray(head.bytes))
  }

  #answerTo(request: PlainRequest, { keepsAlive }: RequestHead): ClientAnswer {
    const { isDraining, date } = this.#options
    return new ClientAnswer({
      socket: this.#socket,
      req: request,
      isLast: () => !keepsAlive || isDraining() || !request.complete,
      keptText: this.#keptText,
      date,
      heads: this.#answerHeads,
      whenDone: (mayGoOn) => this.#done(mayGoOn),
    })
  }

  #body(bytes: Buffer): void {
    const request = this.#request
    if (request === undefined) return
    const isWhole = bytes.length >= this.#left
    const piece = bytes.length > this.#left ? bytes.subarray(0, this.#left) : bytes
    this.#left -= piece.length
    if (piece.length > 0) request.take(piece)
    if (!isWhole) return
    this.#state = 'answering'
    if (bytes.length > piece.length) this.#wait(bytes.subarray(piece.length))
    request.finish()
  }

  /** A request behind one that is under way is read when that has its answer. */
  #wait(bytes: Buffer): void {
    this.#rest = this.#rest === undefined ? bytes : Buffer.concat([this.#rest, bytes])
    // While it is read, it is noticed when the client leaves.
    if (this.#rest.length > WAITING_BYTES_MAX) this.#socket.pause()
  }

  #done(mayGoOn: boolean): void {
    const isWhole = this.#request?.complete === true
    this.#request = undefined
    this.#answer = undefined
    this.#options.owe(-1)
    if (this.#state === 'gone') return
    if (!mayGoOn || !isWhole) {
      this.#leave()
      this.#socket.on('data', () => {})
      this.#socket.destroySoon()
      return
    }
    this.#state = 'idle'
    this.#since = performance.now()
    if (this.#rest !== undefined) setImmediate(() => this.#next())
    else if (this.#socket.isPaused()) this.#socket.resume()
  }

  #next(): void {
    const rest = this.#rest
    this.#rest = undefined
    if (rest === undefined || this.#state !== 'idle') return
    this.#begin(rest)
    if (this.#answer !== undefined && this.#socket.isPaused()) this.#socket.resume()
  }

  #handOver(bytes: Buffer): void {
    this.#leave()
    this.#socket.unshift(bytes)
    this.#options.handOver(this.#socket)
    if (this.#socket.isPaused()) this.#socket.resume()
  }

  /** A client that closes its half is taken to have left. */
  #ended(): void {
    if (this.#answer === undefined) this.#socket.destroySoon()
    else this.#socket.destroy()
  }

  #closed(): void {
    if (this.#state === 'gone') return
    const { owe } = this.#options
    const answer = this.#answer
    const request = this.#request
    this.#leave()
    this.#answer = undefined
    this.#request = undefined
    if (answer === undefined) return
    request?.close()
    answer.close()
    owe(-1)
  }

  #leave(): void {
    this.#state = 'gone'
    this.#rest = undefined
    for (const [event, listener] of Object.entries(this.#listeners))
      if (event !== 'error') this.#socket.off(event, listener)
    this.#options.whenGone(this)
  }
}

/** What of Node's `IncomingMessage` the model doors use. */
class PlainRequest implements ModelRequest {
  readonly method = 'POST'
  readonly url: string
  readonly headers: RequestHead['headers']
  readonly rawHeaders: readonly string[]
  readonly socket: Socket
  readonly memo: KnownHead['memo']
  readonly whole: Buffer | undefined
  complete: boolean
  #data: ((chunk: Buffer) => void) | undefined
  #end: (() => void) | undefined
  #close: (() => void) | undefined
  #early: Buffer[]
  #isPaused = false

  constructor({ head, memo }: KnownHead, socket: Socket, whole: Buffer | undefined) {
    const { url, headers, rawHeaders } = head
    this.memo = memo
    this.whole = whole
    this.complete = whole !== undefined
    this.#early = whole === undefined || whole.length === 0 ? [] : [whole]
    this.url = url
    this.headers = headers
    this.rawHeaders = rawHeaders
    this.socket = socket
  }

  on(event: 'data', listener: (chunk: Buffer) => void): this
  on(event: 'end' | 'close', listener: () => void): this
  on(event: 'data' | 'end' | 'close', listener: (chunk: Buffer) => void): this {
    if (event === 'data') {
      this.#data = listener
      const early = this.#early.splice(0)
      for (const chunk of early) listener(chunk)
      if (early.length > 0 && !this.complete && !this.#isPaused) this.socket.resume()
    } else if (event === 'end') {
      this.#end = listener as () => void
      if (this.complete) this.#end()
    } else this.#close = listener as () => void
    return this
  }

  pause(): this {
    this.#isPaused = true
    this.socket.pause()
    return this
  }

  take(chunk: Buffer): void {
    if (this.#isPaused) return
    if (this.#data !== undefined) {
      this.#data(chunk)
      return
    }
    // Nobody counts these bytes yet, so no more of them are let in.
    this.#early.push(chunk)
    this.socket.pause()
  }

  finish(): void {
    this.complete = true
    this.#end?.()
  }

  close(): void {
    this.#close?.()
  }
}
