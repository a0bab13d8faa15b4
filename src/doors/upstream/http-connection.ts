import { Buffer } from 'node:buffer'
import type { Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { AnswerReader } from './answer-reader.ts'
import type { SocketReads } from './socket-reads.ts'

/** Who asked hears of the answer here, each call in the order of the bytes; after `onEnd` or `onError` nothing more. */
export type AnswerHandler = {
  /** Names and values in turn, as they came. */
  readonly onHead: (status: number, headers: readonly string[]) => void
  readonly onData: (chunk: Buffer) => void
  readonly onEnd: () => void
  readonly onError: (error: Error) => void
}

/** What the gate waits for in vain. */
export class UpstreamTimeout extends Error {
  readonly code = 'UPSTREAM_TIMEOUT'
}

type ConnectionLimits = {
  /** From the request to the head of the answer. */
  readonly firstByteMs: number
  /** Between two pieces of the answer. */
  readonly idleMs: number
}

export type ConnectionOptions = ConnectionLimits & {
  /** Reads the socket. */
  readonly reads: SocketReads
}

/** A connection is not used again this long before the upstream may close it. */
const MARGIN_MS = 1_000
const KEEP_ALIVE_MS = 30_000
/**
 * A stream that comes in small pieces faster than this is read at this pace: to read and pass on a piece costs the same
 * whether one event is in it or a hundred. The first pieces of an answer are never waited with.
 */
const QUICK_MS = 1
const QUICK_PIECES = 16
const SMALL_BYTES = 8 * 1024

/** One connection to an upstream: one exchange at a time, never a second before the first has ended. */
export class HttpConnection {
  readonly #socket: Socket
  readonly #limits: ConnectionLimits
  readonly #reader: AnswerReader
  readonly #whenFree: (connection: HttpConnection) => void
  readonly #whenGone: (connection: HttpConnection) => void
  #handler: AnswerHandler | undefined
  #hasHead = false
  #isPaused = false
  #isGone = false
  /** The last time something happened on it. */
  #lastMs = 0
  /** Small pieces, each soon after the one before. */
  #quick = 0
  #isResting = false

  constructor(
    socket: Socket,
    options: ConnectionOptions,
    tell: {
      readonly whenFree: (connection: HttpConnection) => void
      readonly whenGone: (connection: HttpConnection) => void
    },
  ) {
    this.#socket = socket
    this.#limits = options
    this.#whenFree = tell.whenFree
    this.#whenGone = tell.whenGone
    this.#reader = new AnswerReader({
      onHead: (status, headers) => {
        this.#hasHead = true
        this.#handler?.onHead(status, headers)
      },
      onData: (chunk) => this.#handler?.onData(chunk),
      onEnd: () => this.#ended(),
    })
    options.reads.listen(socket, (chunk) => this.#read(chunk))
    socket.on('end', () => this.#closed())
    socket.on('error', (error) => this.fail(error))
    socket.on('close', () => this.#closed())
  }

  /** Takes an exchange, whose request is written next. The connection must be free. */
  begin(handler: AnswerHandler): void {
    this.#handler = handler
    this.#hasHead = false
    this.#reader.reset()
    this.#lastMs = performance.now()
    this.#quick = 0
  }

  write(request: Buffer | readonly Buffer[]): void {
    if (Buffer.isBuffer(request)) {
      this.#socket.write(request)
      return
    }
    this.#socket.cork()
    for (const part of request) this.#socket.write(part)
    this.#socket.uncork()
  }

  pause(): void {
    this.#isPaused = true
    this.#socket.pause()
  }

  resume(): void {
    this.#isPaused = false
    this.#lastMs = performance.now()
    if (!this.#isResting) this.#socket.resume()
  }

  /** Ends the connection, and the exchange on it with this error. */
  fail(error: Error): void {
    const handler = this.#handler
    this.#handler = undefined
    this.#leave()
    handler?.onError(error)
  }

  /** Ends what has waited too long: an exchange whose upstream is silent, or a connection nobody needs. */
  sweep(now: number): void {
    const waitedMs = now - this.#lastMs
    if (this.#handler === undefined) {
      if (waitedMs > this.#keepMs()) this.#leave()
    } else if (!this.#hasHead && waitedMs > this.#limits.firstByteMs)
      this.fail(new UpstreamTimeout('the upstream did not begin to answer in time'))
    else if (this.#hasHead && !this.#isPaused && waitedMs > this.#limits.idleMs)
      this.fail(new UpstreamTimeout('the upstream stopped in the middle of its answer'))
  }

  isFresh(now: number): boolean {
    return !this.#isGone && now - this.#lastMs <= this.#keepMs()
  }

  #keepMs(): number {
    const { keepAliveSeconds } = this.#reader
    if (keepAliveSeconds === undefined) return KEEP_ALIVE_MS
    return Math.min(KEEP_ALIVE_MS, keepAliveSeconds * 1_000 - MARGIN_MS)
  }

  #read(chunk: Buffer): void {
    // Nothing was asked: an answer to nothing would be taken for the next request's.
    if (this.#handler === undefined) {
      this.#leave()
      return
    }
    const now = performance.now()
    this.#quick = chunk.length < SMALL_BYTES && now - this.#lastMs < QUICK_MS ? this.#quick + 1 : 0
    this.#guarded(() => this.#reader.push(chunk))
    // A head that comes in drops, or interim answers without end, are no beginning.
    if (this.#hasHead) this.#lastMs = now
    if (this.#quick >= QUICK_PIECES) this.#rest()
  }

  #rest(): void {
    if (this.#handler === undefined || this.#isPaused || this.#isResting) return
    this.#isResting = true
    this.#socket.pause()
    setTimeout(() => {
      this.#isResting = false
      if (!this.#isPaused) this.resume()
    }, QUICK_MS)
  }

  #closed(): void {
    if (this.#handler === undefined) this.#leave()
    else this.#guarded(() => this.#reader.close())
  }

  /** Whatever is thrown on the way of an answer ends the exchange, and no other. */
  #guarded(act: () => void): void {
    try {
      act()
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #ended(): void {
    const handler = this.#handler
    this.#handler = undefined
    if (this.#isPaused) this.resume()
    // A request that is still leaving while its answer has ended would run into the next one.
    const isFree = this.#reader.keepsAlive && this.#socket.writableLength === 0 && !this.#socket.destroyed
    if (isFree) this.#whenFree(this)
    else this.#leave()
    handler?.onEnd()
  }

  #leave(): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#socket.destroy()
    this.#whenGone(this)
  }
}
