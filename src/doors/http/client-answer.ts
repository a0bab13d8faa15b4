import { Buffer } from 'node:buffer'
import type { Socket } from 'node:net'
import type { AnswerHeads } from './answer-heads.ts'
import type { ModelResponse } from './model-message.ts'

/** A piece up to this size is copied behind its head or between its frame: one write is cheaper than two. */
const COPIED_BYTES_MAX = 16 * 1024
const LAST_CHUNK = '0\r\n\r\n'
const none = Buffer.alloc(0)

/** Says the time of an answer; the text is made once a second. */
export class AnswerDate {
  readonly #now: () => number
  #second = 0
  #text = ''

  constructor(now: () => number) {
    this.#now = now
  }

  text(): string {
    const now = this.#now()
    const second = Math.floor(now / 1_000)
    if (second !== this.#second) {
      this.#second = second
      this.#text = new Date(now).toUTCString()
    }
    return this.#text
  }
}

export type ClientAnswerOptions = {
  readonly socket: Socket
  readonly req: { readonly complete: boolean }
  /** Whether the connection ends behind this answer, as far as is known when its head is made. */
  readonly isLast: () => boolean
  /** The headers by which an answer says that its connection is kept. */
  readonly keptText: string
  readonly date: AnswerDate
  /** The connection's. */
  readonly heads: AnswerHeads
  /** The answer has left, and `mayGoOn` says whether another may follow it. */
  readonly whenDone: (mayGoOn: boolean) => void
}

/** The answer to one request of a `ClientConnection`: what of Node's `ServerResponse` the model doors use, in fewer writes. */
export class ClientAnswer implements ModelResponse {
  readonly req: { readonly complete: boolean }
  sendDate = true
  readonly #options: ClientAnswerOptions
  readonly #socket: Socket
  #head: string | undefined
  #hasHead = false
  #isChunked = false
  #isLast = false
  #isEnded = false
  #isGone = false
  #closed: (() => void)[] = []
  #drained: (() => void) | undefined

  constructor(options: ClientAnswerOptions) {
    this.#options = options
    this.#socket = options.socket
    this.req = options.req
  }

  get headersSent(): boolean {
    return this.#hasHead
  }

  get destroyed(): boolean {
    return this.#isGone || this.#socket.destroyed
  }

  get writableEnded(): boolean {
    return this.#isEnded
  }

  get writableNeedDrain(): boolean {
    return this.#socket.writableNeedDrain
  }

  writeHead(status: number, headers: readonly string[]): this {
    if (this.#hasHead) throw new Error('an answer has one head')
    this.#isLast = this.#options.isLast()
    const { text, hasLength, hasConnection } = this.#options.heads.read(status, headers)
    let head = `${text}${headers.at(-1) ?? ''}\r\n`
    if (this.sendDate) head += `Date: ${this.#options.date.text()}\r\n`
    // The gate itself never says anything else of a connection than that it ends.
    if (hasConnection) this.#isLast = true
    else if (this.#isLast) head += 'Connection: close\r\n'
    else head += this.#options.keptText
    this.#isChunked = !hasLength && status !== 204 && status !== 304
    if (this.#isChunked) head += 'Transfer-Encoding: chunked\r\n'
    this.#head = `${head}\r\n`
    this.#hasHead = true
    return this
  }

  flushHeaders(): void {
    if (this.#head === undefined || this.destroyed) return
    this.#socket.write(this.#takeHead(), 'latin1')
  }

  write(piece: Buffer | string): boolean {
    if (this.destroyed || this.#isEnded) return true
    const chunk = typeof piece === 'string' ? Buffer.from(piece) : piece
    return chunk.length === 0 || this.#send(chunk, '')
  }

  end(piece: Buffer | string = none): this {
    if (this.#isEnded || this.destroyed) return this
    if (!this.#hasHead) throw new Error('an answer begins with its head')
    const chunk = typeof piece === 'string' ? Buffer.from(piece) : piece
    this.#isEnded = true
    const last = this.#isChunked ? LAST_CHUNK : ''
    if (chunk.length + last.length > 0 || this.#head !== undefined) this.#send(chunk, last)
    // What the system has taken has left; else the rest leaves first.
    if (this.#socket.writableLength === 0) this.#done()
    else this.#socket.write(none, () => this.#done())
    return this
  }

  destroy(): this {
    this.#socket.destroy()
    return this
  }

  once(event: 'close' | 'drain', listener: () => void): this {
    if (event === 'drain') this.#drained = listener
    else this.#closed.push(listener)
    return this
  }

  off(_event: 'close', listener: () => void): this {
    this.#closed = this.#closed.filter((each) => each !== listener)
    return this
  }

  /** The connection can take more. */
  drain(): void {
    const drained = this.#drained
    this.#drained = undefined
    drained?.()
  }

  /** The connection is gone, or the answer has left. */
  close(): void {
    if (this.#isGone) return
    this.#isGone = true
    const closed = this.#closed
    this.#closed = []
    for (const listener of closed) listener()
  }

  #done(): void {
    if (this.#isGone) return
    this.close()
    this.#options.whenDone(!this.#isLast)
  }

  #takeHead(): string {
    const head = this.#head ?? ''
    this.#head = undefined
    return head
  }

  /** One piece in its frame, behind the head if that has not left yet. */
  #send(chunk: Buffer, last: string): boolean {
    const isFramed = this.#isChunked && chunk.length > 0
    const before = this.#takeHead() + (isFramed ? `${chunk.length.toString(16)}\r\n` : '')
    const after = (isFramed ? '\r\n' : '') + last
    if (chunk.length === 0) return this.#socket.write(before + after, 'latin1')
    if (before.length + after.length === 0) return this.#socket.write(chunk)
    if (chunk.length <= COPIED_BYTES_MAX) {
      const bytes = Buffer.allocUnsafe(before.length + chunk.length + after.length)
      bytes.write(before, 0, 'latin1')
      chunk.copy(bytes, before.length)
      if (after.length > 0) bytes.write(after, before.length + chunk.length, 'latin1')
      return this.#socket.write(bytes)
    }
    this.#socket.cork()
    if (before.length > 0) this.#socket.write(before, 'latin1')
    this.#socket.write(chunk)
    if (after.length > 0) this.#socket.write(after, 'latin1')
    this.#socket.uncork()
    return !this.#socket.writableNeedDrain
  }
}
