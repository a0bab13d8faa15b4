// Puts exchanges in time order as they end beside a running gate. The gate knows which are still under way, so order
// needs no guess: an exchange is shown once none that began before it can still end, and once it has rested a moment.

/** Requests reach the gate out of order by as long as connections differ; this long is waited for stragglers. */
export const REST_MS = 2_000

type Waiting<Item> = {
  readonly ts: number
  readonly tie: number
  readonly item: Item
  readonly came: number
}

/** All that began at the same time. A busy gate has dozens of exchanges a millisecond, so a heap of all is deep and cold. */
type Moment<Item> = {
  readonly ts: number
  /** Once it is sorted, the first tie is the last of it. */
  readonly waiting: Waiting<Item>[]
  isSorted: boolean
}

export class LiveOrder<Item> {
  /** A binary heap, earliest first; no moment in it is empty. */
  readonly #heap: Moment<Item>[] = []
  readonly #moments = new Map<number, Moment<Item>>()
  #waiting = 0

  get waiting(): number {
    return this.#waiting
  }

  /** What waits, in no order. */
  *items(): Generator<Item> {
    for (const { waiting } of this.#heap) for (const { item } of waiting) yield item
  }

  /** `tie` orders equal times; `came` is when it came here, by a clock that only goes forward. */
  push(ts: number, tie: number, item: Item, came: number): void {
    this.#waiting++
    const known = this.#moments.get(ts)
    if (known === undefined) {
      const moment: Moment<Item> = { ts, waiting: [{ ts, tie, item, came }], isSorted: true }
      this.#moments.set(ts, moment)
      this.#add(moment)
    } else {
      known.waiting.push({ ts, tie, item, came })
      known.isSorted = false
    }
  }

  /** All that can be shown now, in order: begun before everything that is `open`, and rested. */
  *ready(open: number, now: number): Generator<{ readonly ts: number; readonly item: Item }> {
    for (let first = this.#first(); first; first = this.#first()) {
      if (first.ts > open || now - first.came < REST_MS) return
      this.#drop()
      yield first
    }
  }

  *all(): Generator<{ readonly ts: number; readonly item: Item }> {
    for (let first = this.#first(); first; first = this.#first()) {
      this.#drop()
      yield first
    }
  }

  #first(): Waiting<Item> | undefined {
    const moment = this.#heap[0]
    if (moment === undefined) return undefined
    if (!moment.isSorted) {
      moment.waiting.sort((left, right) => right.tie - left.tie)
      moment.isSorted = true
    }
    return moment.waiting.at(-1)
  }

  /** Takes out what is first. */
  #drop(): void {
    const moment = this.#heap[0]
    if (moment === undefined) return
    this.#waiting--
    moment.waiting.pop()
    if (moment.waiting.length > 0) return
    this.#moments.delete(moment.ts)
    this.#take()
  }

  #add(moment: Moment<Item>): void {
    const heap = this.#heap
    heap.push(moment)
    let at = heap.length - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#isBefore(at, parent)) return
      this.#swap(at, parent)
      at = parent
    }
  }

  #take(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    heap[0] = last
    for (let at = 0; ; ) {
      const left = 2 * at + 1
      if (left >= heap.length) return
      const least = left + 1 < heap.length && this.#isBefore(left + 1, left) ? left + 1 : left
      if (!this.#isBefore(least, at)) return
      this.#swap(least, at)
      at = least
    }
  }

  #isBefore(left: number, right: number): boolean {
    const a = this.#heap[left]
    const b = this.#heap[right]
    return a !== undefined && b !== undefined && a.ts < b.ts
  }

  #swap(left: number, right: number): void {
    const a = this.#heap[left]
    const b = this.#heap[right]
    if (!a || !b) return
    this.#heap[left] = b
    this.#heap[right] = a
  }
}
