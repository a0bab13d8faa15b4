/** Logs may be out of order by this much (contract C1). */
export const DISORDER_MS_MAX = 3_600_000
const JUMP_MS_MIN = 2 * DISORDER_MS_MAX

/**
 * Tells a clock that jumped from a log that was quiet: a time hours away from both of its neighbours, which are
 * close to each other; or a step back beyond the disorder a log may have.
 */
export class Clock {
  #before: number | undefined
  #last: number | undefined
  #latest = Number.NEGATIVE_INFINITY

  /** True when this time shows that a jump has happened. */
  hasJumped(ts: number): boolean {
    const before = this.#before
    const last = this.#last
    this.#before = last
    this.#last = ts
    if (last === undefined) {
      this.#latest = ts
      return false
    }
    if (
      before !== undefined &&
      Math.abs(last - before) >= JUMP_MS_MIN &&
      Math.abs(ts - before) <= DISORDER_MS_MAX
    ) {
      // The one between was alone: back is not a jump of its own, and its time is no measure for the others.
      this.#latest = Math.max(before, ts)
      return last > before
    }
    const isBack = ts < this.#latest - JUMP_MS_MIN
    this.#latest = isBack ? ts : Math.max(this.#latest, ts)
    return isBack
  }
}
