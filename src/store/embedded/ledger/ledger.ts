import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { GateError } from '../../../kernel/gate-error.ts'
import { moduleUrl } from '../../../kernel/module-url.ts'
import { lockLedger } from './lock.ts'
import type { RecordKind } from './records.ts'
import { type Recovery, recover } from './recover.ts'
import { isAtLeast, type Position, Ring, type Watermark } from './ring.ts'
import { openSigningKey } from './signing.ts'
import type { WriterMessage, WriterStart } from './writer-worker.ts'

export type LedgerOptions = {
  readonly directory: string
  readonly ringBytes: number
  readonly segmentBytes: number
  readonly retainMs: number
  readonly retainBytes: number
  readonly checkpointMs: number
  /** Time between two syncs while there is something to sync. */
  readonly syncMs: number
}

export type LedgerHealth = 'well' | 'stalled' | 'failed'

/** How late a wait may be noticed to have failed. */
const SWEEP_MS = 100
const OPENING_MS = 30_000

type Waiter = {
  readonly position: Position
  readonly deadline: number
  readonly resolve: () => void
  readonly reject: (error: GateError) => void
}

/** The gate's end of the ledger: puts records into the ring and says when they have reached the disk. */
export class Ledger implements AsyncDisposable {
  readonly recovery: Recovery
  readonly #ring: Ring
  readonly #worker: Worker
  readonly #lock: Disposable
  readonly #waiters: Readonly<Record<Watermark, Waiter[]>> = { written: [], durable: [] }
  readonly #watching: Record<Watermark, boolean> = { written: false, durable: false }
  #nextRef: number
  #isWakePlanned = false
  #sweeper: NodeJS.Timeout | undefined
  #health: LedgerHealth = 'well'
  #isClosing = false

  private constructor(ring: Ring, worker: Worker, lock: Disposable, recovery: Recovery) {
    this.#ring = ring
    this.#worker = worker
    this.#lock = lock
    this.recovery = recovery
    // A reference is taken only with an intent, which takes a sequence number too: so none is ever used twice.
    this.#nextRef = recovery.head.nextSeq
    worker.on('message', (message: WriterMessage) => this.#hear(message))
    worker.on('error', () => this.#fail('failed'))
  }

  /** Repairs what the last end left, then starts the writer. Open intents are closed as interrupted. */
  static async open(options: LedgerOptions): Promise<Ledger> {
    mkdirSync(options.directory, { recursive: true, mode: 0o700 })
    const lock = lockLedger(options.directory)
    try {
      openSigningKey(options.directory)
      const recovery = recover(options.directory)
      const ring = Ring.create(options.ringBytes)
      const { ringBytes: _, ...rest } = options
      const workerData: WriterStart = {
        ...rest,
        memory: ring.memory,
        nextSeq: recovery.head.nextSeq,
        hash: Uint8Array.from(recovery.head.hash),
      }
      const worker = new Worker(moduleUrl('./writer-worker', import.meta.url), { workerData })
      // Not 'online': the thread is that before it has read its own code, and nothing would be written meanwhile.
      await once(worker, 'message')
      const ledger = new Ledger(ring, worker, lock, recovery)
      await ledger.#closeOpenIntents()
      return ledger
    } catch (error) {
      lock[Symbol.dispose]()
      throw error
    }
  }

  get health(): LedgerHealth {
    return this.#health
  }

  /** Opens an intent. Nothing when the ring is full. */
  begin(payload: string): { readonly ref: number; readonly position: Position } | undefined {
    const position = this.append('intent', this.#nextRef, payload)
    return position === undefined ? undefined : { ref: this.#nextRef++, position }
  }

  /** Nothing when the ring is full, the record too large, or the ledger closed. */
  append(kind: RecordKind, ref: number, payload: string): Position | undefined {
    if (this.#health === 'failed' || this.#isClosing) return undefined
    const position = this.#ring.push(kind, ref, payload)
    if (position !== undefined && !this.#isWakePlanned) {
      this.#isWakePlanned = true
      // All records of this turn of the event loop share one wake-up and, usually, one block.
      setImmediate(() => {
        this.#isWakePlanned = false
        this.#ring.wakeWriter()
      })
    }
    return position
  }

  has(mark: Watermark, position: Position): boolean {
    return isAtLeast(this.#ring.watermark(mark), position)
  }

  /** Resolves once everything before `position` has reached the mark; rejects when it has not in time. */
  reached(mark: Watermark, position: Position, timeoutMs: number): Promise<void> {
    if (this.has(mark, position)) return Promise.resolve()
    if (this.#health === 'failed') return Promise.reject(ledgerGone())
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#waiters[mark].push({ position, deadline: performance.now() + timeoutMs, resolve, reject })
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS)
    void this.#watch(mark)
    return promise
  }

  /** Waits until there is room again, at most `timeoutMs`. */
  async room(timeoutMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, timeoutMs)
    void this.#ring.whenRaised('written', this.#ring.watermark('written')).then(resolve)
    await promise
    clearTimeout(timer)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosing) return
    this.#isClosing = true
    if (this.#health === 'failed') await this.#worker.terminate()
    else {
      const exit = once(this.#worker, 'exit')
      this.#ring.setState('closing')
      await exit
    }
    this.#release('written')
    this.#release('durable')
    clearInterval(this.#sweeper)
    this.#lock[Symbol.dispose]()
  }

  async #closeOpenIntents(): Promise<void> {
    for (const ref of this.recovery.open) {
      const payload = JSON.stringify({ kind: 'interrupted', ts: Date.now() })
      while (this.append('interrupted', ref, payload) === undefined) await this.room(1_000)
    }
    if (this.recovery.open.length > 0) await this.reached('written', this.#ring.head(), OPENING_MS)
  }

  /** One loop a mark, alive only while somebody waits. */
  async #watch(mark: Watermark): Promise<void> {
    if (this.#watching[mark]) return
    this.#watching[mark] = true
    while (this.#waiters[mark].length > 0) {
      const seen = this.#ring.watermark(mark)
      this.#release(mark)
      if (this.#waiters[mark].length > 0) await this.#ring.whenRaised(mark, seen)
    }
    this.#watching[mark] = false
  }

  #release(mark: Watermark): void {
    const waiters = this.#waiters[mark]
    const reached = this.#ring.watermark(mark)
    let count = 0
    // Positions only grow, so the first that is not reached ends the walk.
    for (const { position, resolve } of waiters) {
      if (!isAtLeast(reached, position)) break
      resolve()
      count++
    }
    if (count > 0) waiters.splice(0, count)
  }

  /** One timer for all who wait: a timer each would cost more than the wait. */
  #sweep(): void {
    const now = performance.now()
    let waiting = 0
    for (const mark of ['written', 'durable'] as const) {
      const late = this.#waiters[mark].filter(({ deadline }) => deadline <= now)
      if (late.length > 0)
        this.#waiters[mark].splice(
          0,
          Infinity,
          ...this.#waiters[mark].filter(({ deadline }) => deadline > now),
        )
      for (const { reject } of late) reject(ledgerGone())
      waiting += this.#waiters[mark].length
    }
    if (waiting > 0) return
    clearInterval(this.#sweeper)
    this.#sweeper = undefined
  }

  #hear(message: WriterMessage): void {
    if (message.kind === 'stalled') this.#health = 'stalled'
    else if (message.kind === 'resumed') this.#health = 'well'
    else if (message.kind === 'failed') this.#fail('failed')
  }

  #fail(health: LedgerHealth): void {
    this.#health = health
    for (const mark of ['written', 'durable'] as const) {
      const waiters = this.#waiters[mark].splice(0)
      for (const { reject } of waiters) reject(ledgerGone())
    }
  }
}

function ledgerGone(): GateError {
  return new GateError('ledger-full', 'The ledger cannot be written.')
}
