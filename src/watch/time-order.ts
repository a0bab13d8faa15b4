// Puts exchanges in time order as they come: logs are nearly sorted, and an hour of disorder is usual.
import { HOUR_MS, MINUTE_MS } from './time.ts'

/** How late an exchange may come and still be put in its place. */
export const DISORDER_MS = HOUR_MS
/** One wrong clock must not move the watermark: it follows the least of this many consecutive times. */
const WITNESSES = 64

type Entry<Item> = { readonly ts: number; readonly item: Item }

export class TimeOrder<Item> {
  readonly #minutes = new Map<number, Entry<Item>[]>()
  readonly #recent = new Float64Array(WITNESSES).fill(Number.NEGATIVE_INFINITY)
  #seen = 0
  #watermark = Number.NEGATIVE_INFINITY
  #delivered = Number.NEGATIVE_INFINITY
  /** Exchanges that came more than DISORDER_MS late and were delivered out of order. */
  late = 0

  get watermark(): number {
    return this.#watermark
  }

  push(ts: number, item: Item): void {
    this.#recent[this.#seen++ % WITNESSES] = ts
    if (this.#seen % (WITNESSES / 4) === 0)
      this.#watermark = Math.max(this.#watermark, Math.min(...this.#recent))
    if (ts < this.#delivered) this.late++
    const minute = Math.max(Math.floor(ts / MINUTE_MS), Math.floor(this.#delivered / MINUTE_MS))
    const entries = this.#minutes.get(minute)
    if (entries) entries.push({ ts, item })
    else this.#minutes.set(minute, [{ ts, item }])
  }

  /** Delivers all that lies DISORDER_MS before `until`, in order. Equal times keep the order `compare` gives. */
  *drain(until: number, compare: (a: Item, b: Item) => number): Generator<Entry<Item>> {
    const limit = Math.floor((until - DISORDER_MS) / MINUTE_MS)
    const ready = [...this.#minutes.keys()].filter((minute) => minute < limit).sort((a, b) => a - b)
    for (const minute of ready) {
      const entries = this.#minutes.get(minute) ?? []
      this.#minutes.delete(minute)
      entries.sort((a, b) => a.ts - b.ts || compare(a.item, b.item))
      this.#delivered = (minute + 1) * MINUTE_MS
      yield* entries
    }
  }
}
