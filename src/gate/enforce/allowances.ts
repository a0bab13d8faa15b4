import type { Rate, Rates } from '../../config/config.ts'
import type { Caller } from '../caller.ts'
import { Gcra } from './gcra.ts'

export type Beyond = { readonly what: 'requests' | 'tokens'; readonly retryAfterMs: number }

/** Whose requests and tokens are counted. */
export type Counted = Pick<Caller, 'key' | 'account' | 'tenant' | 'standing'>

/** Counts what callers may use, in whichever process the counters are. */
export type AllowanceBook = {
  readonly use: (rates: Rates) => void
  /** Takes one request when every limit has room for it, and says which limit has not. */
  readonly takeRequest: (caller: Counted, now: number) => Beyond | undefined | Promise<Beyond | undefined>
  /** Tokens are known only afterwards; a caller who overdraws waits until it is paid back. */
  readonly takeTokens: (caller: Counted, tokens: number, now: number) => void
  readonly mayTryKey: (address: string, now: number) => boolean
  readonly countRefusal: (address: string, now: number) => void
}

const DAY_MS = 86_400_000

/** Counts requests and tokens per key, account, tenant and campaign, and refused keys per address. */
export class Allowances implements AllowanceBook {
  readonly #gcra = new Gcra()
  #rates: Rates

  constructor(rates: Rates) {
    this.#rates = rates
  }

  use(rates: Rates): void {
    this.#rates = rates
  }

  takeRequest(caller: Counted, now: number): Beyond | undefined {
    const scopes = this.#scopes(caller)
    for (const [subject, rate] of scopes) {
      const requests = this.#gcra.waitMs(`r${subject}`, rate.requestsPerMinute, 1, now)
      if (requests > 0) return { what: 'requests', retryAfterMs: requests }
      const tokens = Math.max(
        this.#gcra.waitMs(`t${subject}`, rate.tokensPerMinute, 1, now),
        this.#gcra.waitMs(`d${subject}`, rate.tokensPerDay, 1, now, DAY_MS),
      )
      if (tokens > 0) return { what: 'tokens', retryAfterMs: tokens }
    }
    for (const [subject, rate] of scopes) this.#gcra.take(`r${subject}`, rate.requestsPerMinute, 1, now)
    return undefined
  }

  takeTokens(caller: Counted, tokens: number, now: number): void {
    for (const [subject, rate] of this.#scopes(caller)) {
      this.#gcra.take(`t${subject}`, rate.tokensPerMinute, tokens, now)
      this.#gcra.take(`d${subject}`, rate.tokensPerDay, tokens, now, DAY_MS)
    }
  }

  mayTryKey(address: string, now: number): boolean {
    return this.#gcra.waitMs(`a${address}`, this.#rates.refusalsPerMinute, 1, now) === 0
  }

  countRefusal(address: string, now: number): void {
    this.#gcra.take(`a${address}`, this.#rates.refusalsPerMinute, 1, now)
  }

  /** Whether anything of this caller is counted at all. */
  counts(caller: Counted): boolean {
    return this.#scopes(caller).length > 0
  }

  #scopes(caller: Counted): readonly (readonly [subject: string, rate: Rate])[] {
    const { standing, account, key, tenant } = caller
    const scopes: [string, Rate][] = []
    if (isSet(this.#rates.key)) scopes.push([`k${key}`, this.#rates.key])
    if (isSet(this.#rates.account)) scopes.push([`c${account}`, this.#rates.account])
    if (isSet(this.#rates.tenant)) scopes.push([`n${tenant}`, this.#rates.tenant])
    if (standing.kind === 'clear') return scopes
    if (standing.campaign !== undefined && isSet(this.#rates.campaign))
      scopes.push([`g${standing.campaign}`, this.#rates.campaign])
    if (standing.kind === 'limited') {
      const { requestsPerMinute } = standing
      scopes.push([`s${account}`, { requestsPerMinute, tokensPerMinute: 0, tokensPerDay: 0 }])
    }
    return scopes
  }
}

function isSet(rate: Rate): boolean {
  return rate.requestsPerMinute > 0 || rate.tokensPerMinute > 0 || rate.tokensPerDay > 0
}
