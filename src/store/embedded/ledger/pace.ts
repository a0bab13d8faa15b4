/**
 * How long the writer naps before it looks by itself for what came: not at all while it does better to be woken, and the
 * longer the more comes, as a block costs the same whether two records are in it or two hundred.
 */
export class Pace {
  static readonly WINDOW_MS = 10
  /** In a window, and the nap for as many. */
  static readonly BUSY_RECORDS = 30
  static readonly BUSY_MS = 1
  /** 6,000 exchanges a second: requests wait longer for their turn than for this. */
  static readonly FULL_RECORDS = 120
  static readonly FULL_MS = 2
  #windowStart = 0
  #records = 0
  #napMs = 0

  napMs(records: number, now: number): number {
    this.#records += records
    const passedMs = now - this.#windowStart
    if (passedMs >= Pace.WINDOW_MS) {
      const isSteady = passedMs < 2 * Pace.WINDOW_MS
      if (!isSteady || this.#records < Pace.BUSY_RECORDS) this.#napMs = 0
      else this.#napMs = this.#records < Pace.FULL_RECORDS ? Pace.BUSY_MS : Pace.FULL_MS
      this.#windowStart = now
      this.#records = 0
    }
    return this.#napMs
  }
}
