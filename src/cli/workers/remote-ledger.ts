import type { LedgerEnd, LedgerHealth } from '../../store/embedded/ledger/ledger-end.ts'
import { RECORD_PAYLOAD_BYTES_MAX, type RecordKind } from '../../store/embedded/ledger/records.ts'
import { isAtLeast, type Position, type Watermark } from '../../store/embedded/ledger/ring.ts'
import { ledgerGone, WaitList } from '../../store/embedded/ledger/wait-list.ts'
import type { SentRecord } from './messages.ts'

/**
 * A worker's end of the ledger that the primary writes. Positions count the records sent; what the primary says to be safe
 * has reached the mark that the configuration waits for, which is the only one ever asked about here.
 */
export class RemoteLedger implements LedgerEnd {
  readonly #post: (record: SentRecord) => void
  readonly #bytesMax: number
  readonly #waiters = new WaitList()
  /** Sizes of the records that are not safe yet, oldest first. */
  readonly #unsafe: number[] = []
  #unsafeBytes = 0
  #sent = 0
  #safe = 0
  #nextRef = 1
  #health: LedgerHealth
  #whenRoom: (() => void)[] = []

  constructor(
    post: (record: SentRecord) => void,
    options: { readonly bytesMax: number; readonly health: LedgerHealth },
  ) {
    this.#post = post
    this.#bytesMax = options.bytesMax
    this.#health = options.health
  }

  get health(): LedgerHealth {
    return this.#health
  }

  begin(payload: string): { readonly ref: number; readonly position: Position } | undefined {
    const position = this.append('intent', this.#nextRef, payload)
    return position === undefined ? undefined : { ref: this.#nextRef++, position }
  }

  append(record: RecordKind, ref: number, payload: string): Position | undefined {
    const bytes = Buffer.byteLength(payload)
    if (this.#health === 'failed' || bytes > RECORD_PAYLOAD_BYTES_MAX) return undefined
    if (this.#unsafeBytes + bytes > this.#bytesMax) return undefined
    this.#post({ kind: 'record', record, ref, payload })
    this.#unsafe.push(bytes)
    this.#unsafeBytes += bytes
    return positionOf(++this.#sent)
  }

  has(_mark: Watermark, position: Position): boolean {
    return isAtLeast(positionOf(this.#safe), position)
  }

  reached(mark: Watermark, position: Position, timeoutMs: number): Promise<void> {
    if (this.has(mark, position)) return Promise.resolve()
    if (this.#health === 'failed') return Promise.reject(ledgerGone())
    return this.#waiters.wait(position, timeoutMs)
  }

  async room(timeoutMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, timeoutMs)
    this.#whenRoom.push(resolve)
    await promise
    clearTimeout(timer)
  }

  /** The primary says how many of the records sent so far are safe. */
  raise(records: number): void {
    for (const bytes of this.#unsafe.splice(0, records - this.#safe)) this.#unsafeBytes -= bytes
    this.#safe = records
    this.#waiters.release(positionOf(records))
    for (const resolve of this.#whenRoom.splice(0)) resolve()
  }

  setHealth(health: LedgerHealth): void {
    this.#health = health
    if (health === 'failed') this.#waiters.fail()
  }

  close(): void {
    this.#waiters.close()
  }
}

function positionOf(records: number): Position {
  return (records | 0) as Position
}
