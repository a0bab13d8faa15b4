import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { moduleUrl } from '../../../kernel/module-url.ts'
import { Chain } from './chain.ts'
import type { LedgerEnd, LedgerHealth } from './ledger-end.ts'
import { lockLedger } from './lock.ts'
import { NearWriter } from './near-writer.ts'
import type { RecordKind } from './records.ts'
import { type Recovery, recover } from './recover.ts'
import { isAtLeast, type Position, Ring, type Watermark } from './ring.ts'
import { openSigningKey } from './signing.ts'
import { ledgerGone, WaitList } from './wait-list.ts'
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
  /** Told when writing begins to fail, goes on again, or has failed for good; with the system's code. */
  readonly onHealth?: ((health: LedgerHealth, code: string | undefined) => void) | undefined
}

const OPENING_MS = 30_000

/** The gate's end of the ledger: puts records into the ring and says when they have reached the disk. */
export class Ledger implements LedgerEnd, AsyncDisposable {
  readonly recovery: Recovery
  readonly #ring: Ring
  readonly #near: NearWriter
  readonly #worker: Worker
  readonly #lock: Disposable
  readonly #waiters: Readonly<Record<Watermark, WaitList>> = {
    written: new WaitList(),
    durable: new WaitList(),
  }
  readonly #watching: Record<Watermark, boolean> = { written: false, durable: false }
  #nextRef: number
  #plannedWake: 'soon' | 'later' | undefined
  /** Records since the writer was woken, or did not need to be. */
  #records = 0
  #health: LedgerHealth = 'well'
  readonly #onHealth: LedgerOptions['onHealth']
  #isClosing = false

  private constructor(
    { ring, near }: { readonly ring: Ring; readonly near: NearWriter },
    worker: Worker,
    lock: Disposable,
    recovery: Recovery,
    onHealth: LedgerOptions['onHealth'],
  ) {
    this.#onHealth = onHealth
    this.#ring = ring
    this.#near = near
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
      const chain = Chain.create(recovery.head)
      const { ringBytes: _, onHealth, ...rest } = options
      const workerData: WriterStart = {
        ...rest,
        memory: ring.memory,
        chain: chain.memory,
      }
      const worker = new Worker(moduleUrl('./writer-worker', import.meta.url), { workerData, name: 'ledger' })
      // Not 'online': the thread is that before it has read its own code, and nothing would be written meanwhile.
      await once(worker, 'message')
      const near = new NearWriter({ ring, chain, segmentBytes: options.segmentBytes, now: Date.now })
      const ledger = new Ledger({ ring, near }, worker, lock, recovery, onHealth)
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
    if (position === undefined) return undefined
    this.#records++
    this.#planWake(kind)
    return position
  }

  /** The reference of the next intent. */
  get nextRef(): number {
    return this.#nextRef
  }

  /** Resolves once all that was appended so far is written; rejects when it is not in time. */
  async written(timeoutMs: number): Promise<void> {
    await this.reached('written', this.#ring.head(), timeoutMs)
  }

  has(mark: Watermark, position: Position): boolean {
    return isAtLeast(this.#ring.watermark(mark), position)
  }

  /** Resolves once everything before `position` has reached the mark; rejects when it has not in time. */
  reached(mark: Watermark, position: Position, timeoutMs: number): Promise<void> {
    if (this.has(mark, position)) return Promise.resolve()
    if (this.#health === 'failed') return Promise.reject(ledgerGone())
    const reached = this.#waiters[mark].wait(position, timeoutMs)
    // What is planned may write it here and now, and then there is nothing to watch.
    if (this.#plannedWake === undefined) void this.#watch(mark)
    return reached
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
    for (const mark of ['written', 'durable'] as const) {
      this.#waiters[mark].release(this.#ring.watermark(mark))
      this.#waiters[mark].close()
    }
    this.#lock[Symbol.dispose]()
  }

  /**
   * All records of this turn of the event loop share one wake-up and, usually, one block. To write it, or to wake the thread
   * that does, takes its time: for an intent that is after what this turn sends to upstreams, for all else at its end.
   */
  #planWake(kind: RecordKind): void {
    const planned = this.#plannedWake
    if (planned === 'soon' || (planned === 'later' && kind === 'intent')) return
    this.#plannedWake = kind === 'intent' ? 'later' : 'soon'
    setImmediate(kind === 'intent' ? this.#wakeLater : this.#wake)
  }

  readonly #wakeLater = (): void => {
    if (this.#plannedWake === 'later') setImmediate(this.#wake)
    else this.#wake()
  }

  readonly #wake = (): void => {
    if (this.#plannedWake === undefined) return
    this.#plannedWake = undefined
    const records = this.#records
    this.#records = 0
    const { written, durable } = this.#waiters
    // Only the writer syncs.
    const isNear = durable.size === 0 && this.#health === 'well' && this.#near.write(records)
    if (isNear) written.release(this.#ring.watermark('written'))
    else this.#ring.wakeWriter()
    if (written.size > 0) void this.#watch('written')
    if (durable.size > 0) void this.#watch('durable')
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
    while (this.#waiters[mark].size > 0) {
      const seen = this.#ring.watermark(mark)
      this.#waiters[mark].release(seen)
      if (this.#waiters[mark].size > 0) await this.#ring.whenRaised(mark, seen)
    }
    this.#watching[mark] = false
  }

  #hear(message: WriterMessage): void {
    if (message.kind === 'stalled') this.#health = 'stalled'
    else if (message.kind === 'resumed') this.#health = 'well'
    else if (message.kind === 'failed') this.#fail('failed')
    else return
    this.#onHealth?.(this.#health, 'code' in message ? message.code : undefined)
  }

  #fail(health: LedgerHealth): void {
    this.#health = health
    for (const mark of ['written', 'durable'] as const) this.#waiters[mark].fail()
  }
}
