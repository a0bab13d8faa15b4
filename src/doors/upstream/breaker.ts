export type BreakerState = 'closed' | 'open' | 'half-open'
/** What exchanges have shown of an upstream; nobody asks it for this alone. */
export type UpstreamHealth = 'up' | 'down' | 'unknown'

/** After a run of failures an upstream is left alone for a while; then one exchange may try it. */
export class Breaker {
  readonly #failuresMax: number
  readonly #openMs: number
  #failures = 0
  #openUntil = 0
  #isProbing = false
  #hasAnswered = false

  constructor({ failures, openMs }: { readonly failures: number; readonly openMs: number }) {
    this.#failuresMax = failures
    this.#openMs = openMs
  }

  state(now: number): BreakerState {
    if (this.#failures < this.#failuresMax) return 'closed'
    return now < this.#openUntil ? 'open' : 'half-open'
  }

  get health(): UpstreamHealth {
    if (this.#failures >= this.#failuresMax || (this.#failures > 0 && !this.#hasAnswered)) return 'down'
    return this.#hasAnswered ? 'up' : 'unknown'
  }

  mayTry(now: number): boolean {
    const state = this.state(now)
    return state === 'closed' || (state === 'half-open' && !this.#isProbing)
  }

  begin(now: number): void {
    if (this.state(now) === 'half-open') this.#isProbing = true
  }

  succeed(): void {
    this.#hasAnswered = true
    this.#failures = 0
    this.#isProbing = false
  }

  fail(now: number): void {
    this.#failures++
    this.#isProbing = false
    if (this.#failures >= this.#failuresMax) this.#openUntil = now + this.#openMs
  }

  /** The exchange ended without telling anything about the upstream: its client went away. */
  letGo(): void {
    this.#isProbing = false
  }
}
