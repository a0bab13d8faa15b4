import type { Rate, Rates } from '../../config/config.ts'
import type { Caller } from '../caller.ts'
import { Gcra } from './gcra.ts'

export type Beyond = { readonly what: 'requests' | 'tokens'; readonly retryAfterMs: number }

/** Counts requests and tokens per key and per account, and refused keys per address. */
export class Allowances {
  readonly #gcra = new Gcra()
  #rates: Rates

  constructor(rates: Rates) {
    this.#rates = rates
  }

  use(rates: Rates): void {
    this.#rates = rates
  }

  /** Takes one request when every limit has room for it, and says which limit has not. */
  takeRequest(caller: Caller, now: number): Beyond | undefined {
    const scopes = this.#scopes(caller)
    for (const [subject, rate] of scopes) {
      const requests = this.#gcra.waitMs(`r${subject}`, rate.requestsPerMinute, 1, now)
      if (requests > 0) return { what: 'requests', retryAfterMs: requests }
      const tokens = this.#gcra.waitMs(`t${subject}`, rate.tokensPerMinute, 1, now)
      if (tokens > 0) return { what: 'tokens', retryAfterMs: tokens }
    }
    for (const [subject, rate] of scopes) this.#gcra.take(`r${subject}`, rate.requestsPerMinute, 1, now)
    return undefined
  }

  /** Tokens are known only afterwards; a caller who overdraws waits until it is paid back. */
  takeTokens(caller: Caller, tokens: number, now: number): void {
    for (const [subject, rate] of this.#scopes(caller))
      this.#gcra.take(`t${subject}`, rate.tokensPerMinute, tokens, now)
  }

  mayTryKey(address: string, now: number): boolean {
    return this.#gcra.waitMs(`a${address}`, this.#rates.refusalsPerMinute, 1, now) === 0
  }

  countRefusal(address: string, now: number): void {
    this.#gcra.take(`a${address}`, this.#rates.refusalsPerMinute, 1, now)
  }

  #scopes(caller: Caller): readonly (readonly [subject: string, rate: Rate])[] {
    const { standing, account, key } = caller
    const scopes: [string, Rate][] = []
    if (isSet(this.#rates.key)) scopes.push([`k${key}`, this.#rates.key])
    if (isSet(this.#rates.account)) scopes.push([`c${account}`, this.#rates.account])
    if (standing.kind === 'limited')
      scopes.push([`s${account}`, { requestsPerMinute: standing.requestsPerMinute, tokensPerMinute: 0 }])
    return scopes
  }
}

function isSet(rate: Rate): boolean {
  return rate.requestsPerMinute > 0 || rate.tokensPerMinute > 0
}
