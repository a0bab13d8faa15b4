/** Whether records come so fast that the writer does better to look by itself than to be woken for each. */
export class Pace {
  static readonly WINDOW_MS = 10
  static readonly BUSY_RECORDS = 30
  #windowStart = 0
  #records = 0
  #isBusy = false

  isBusy(records: number, now: number): boolean {
    this.#records += records
    if (now - this.#windowStart >= Pace.WINDOW_MS) {
      this.#isBusy = this.#records >= Pace.BUSY_RECORDS && now - this.#windowStart < 2 * Pace.WINDOW_MS
      this.#windowStart = now
      this.#records = 0
    }
    return this.#isBusy
  }
}
