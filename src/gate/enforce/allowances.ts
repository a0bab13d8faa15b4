import type { Rate, Rates } from '../../config/config.ts'
import { unreachable } from '../../kernel/unreachable.ts'
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

type ScopeName = 'key' | 'account' | 'tenant' | 'campaign' | 'limited'

type Scope = { readonly name: ScopeName; readonly rate: Rate; readonly books: Books }

/** What is counted of one kind of subject. */
class Books {
  readonly requests = new Gcra()
  readonly tokens = new Gcra()
  readonly tokensOfDay = new Gcra()
}

/** Counts requests and tokens per key, account, tenant and campaign, and refused keys per address. */
export class Allowances implements AllowanceBook {
  readonly #books: Readonly<Record<ScopeName, Books>> = {
    key: new Books(),
    account: new Books(),
    tenant: new Books(),
    campaign: new Books(),
    limited: new Books(),
  }
  readonly #refusals = new Gcra()
  #rates: Rates
  /** What counts for every caller. */
  #usual: readonly Scope[]

  constructor(rates: Rates) {
    this.#rates = rates
    this.#usual = this.#usualScopes(rates)
  }

  use(rates: Rates): void {
    this.#rates = rates
    this.#usual = this.#usualScopes(rates)
  }

  takeRequest(caller: Counted, now: number): Beyond | undefined {
    const scopes = this.#scopes(caller)
    for (const { name, rate, books } of scopes) {
      const subject = subjectOf(name, caller)
      const requests = books.requests.waitMs(subject, rate.requestsPerMinute, 1, now)
      if (requests > 0) return { what: 'requests', retryAfterMs: requests }
      const tokens = Math.max(
        books.tokens.waitMs(subject, rate.tokensPerMinute, 1, now),
        books.tokensOfDay.waitMs(subject, rate.tokensPerDay, 1, now, DAY_MS),
      )
      if (tokens > 0) return { what: 'tokens', retryAfterMs: tokens }
    }
    for (const { name, rate, books } of scopes)
      books.requests.take(subjectOf(name, caller), rate.requestsPerMinute, 1, now)
    return undefined
  }

  takeTokens(caller: Counted, tokens: number, now: number): void {
    for (const { name, rate, books } of this.#scopes(caller)) {
      const subject = subjectOf(name, caller)
      books.tokens.take(subject, rate.tokensPerMinute, tokens, now)
      books.tokensOfDay.take(subject, rate.tokensPerDay, tokens, now, DAY_MS)
    }
  }

  mayTryKey(address: string, now: number): boolean {
    return this.#refusals.waitMs(address, this.#rates.refusalsPerMinute, 1, now) === 0
  }

  countRefusal(address: string, now: number): void {
    this.#refusals.take(address, this.#rates.refusalsPerMinute, 1, now)
  }

  /** Whether anything of this caller is counted at all. */
  counts(caller: Counted): boolean {
    return this.#scopes(caller).length > 0
  }

  #usualScopes(rates: Rates): readonly Scope[] {
    const names = ['key', 'account', 'tenant'] as const
    return names
      .filter((name) => isSet(rates[name]))
      .map((name) => ({ name, rate: rates[name], books: this.#books[name] }))
  }

  #scopes({ standing }: Counted): readonly Scope[] {
    if (standing.kind === 'clear') return this.#usual
    const scopes = [...this.#usual]
    const { campaign } = this.#rates
    if (standing.campaign !== undefined && isSet(campaign))
      scopes.push({ name: 'campaign', rate: campaign, books: this.#books.campaign })
    if (standing.kind === 'limited') {
      const { requestsPerMinute } = standing
      const rate = { requestsPerMinute, tokensPerMinute: 0, tokensPerDay: 0 }
      scopes.push({ name: 'limited', rate, books: this.#books.limited })
    }
    return scopes
  }
}

/** The subject's name as it came: its hash is known, while that of a text made of it would be made anew each time. */
function subjectOf(name: ScopeName, { key, account, tenant, standing }: Counted): string {
  switch (name) {
    case 'key':
      return key
    case 'account':
    case 'limited':
      return account
    case 'tenant':
      return tenant
    case 'campaign':
      return standing.kind === 'clear' ? '' : (standing.campaign ?? '')
    default:
      return unreachable(name)
  }
}

function isSet(rate: Rate): boolean {
  return rate.requestsPerMinute > 0 || rate.tokensPerMinute > 0 || rate.tokensPerDay > 0
}
