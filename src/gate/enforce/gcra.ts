const ROUNDING_MS = 1e-3
const MINUTE_MS = 60_000
/** Subjects stand in the order of their use, to this much: to put one in its place anew costs more than to count it. */
const ORDER_MS = 1_000

type Arrival = { at: number; movedAt: number }

/**
 * The generic cell rate algorithm: one number a subject (the time at which its bucket would be empty) gives a smooth
 * rate with a burst of one window's worth, a minute's unless said, without windows whose edge an attacker can straddle.
 */
export class Gcra {
  readonly #arrivals = new Map<string, Arrival>()
  readonly #subjectsMax: number

  constructor(subjectsMax = 1_000_000) {
    this.#subjectsMax = subjectsMax
  }

  /** Zero when there is room now, else the milliseconds to wait. Takes nothing. */
  waitMs(subject: string, perWindow: number, cost: number, now: number, windowMs = MINUTE_MS): number {
    if (perWindow === 0) return 0
    const interval = windowMs / perWindow
    const at = Math.max(this.#arrivals.get(subject)?.at ?? 0, now)
    const early = at + Math.max(cost - 1, 0) * interval - now - (windowMs - interval)
    // Whoever waited as long as it was told must pass, so rounding errors count in its favour.
    return Math.max(0, Math.ceil(early - ROUNDING_MS))
  }

  /** Takes `cost`, even beyond what is left: what was used was used, and the subject waits for it later. */
  take(subject: string, perWindow: number, cost: number, now: number, windowMs = MINUTE_MS): void {
    if (perWindow === 0 || cost === 0) return
    const known = this.#arrivals.get(subject)
    const spent = (cost * windowMs) / perWindow
    if (known !== undefined && now - known.movedAt < ORDER_MS) {
      known.at = Math.max(known.at, now) + spent
      return
    }
    // Re-inserting keeps the map in order of use, so that the first entries are the ones to forget.
    this.#arrivals.delete(subject)
    this.#arrivals.set(subject, { at: Math.max(known?.at ?? 0, now) + spent, movedAt: now })
    if (this.#arrivals.size > this.#subjectsMax) this.#forget(now)
  }

  get subjects(): number {
    return this.#arrivals.size
  }

  /** A subject whose time is past is the same as one never seen. */
  #forget(now: number): void {
    let left = 16
    for (const [subject, { at }] of this.#arrivals) {
      if (left-- === 0) break
      if (at <= now || this.#arrivals.size > this.#subjectsMax) this.#arrivals.delete(subject)
    }
  }
}
