import type { Rates } from '../../config/config.ts'
import { type AllowanceBook, Allowances, type Beyond, type Counted } from '../../gate/enforce/allowances.ts'
import type { ToPrimary } from './messages.ts'

/**
 * A worker's view of the counters that the primary has. A request that is limited by anything is taken there, so that all
 * workers together give no more than one would; refused keys are counted in every process.
 */
export class RemoteAllowances implements AllowanceBook {
  readonly #post: (message: ToPrimary) => void
  readonly #local: Allowances
  readonly #calls = new Map<number, (beyond: Beyond | undefined) => void>()
  #nextCall = 1

  constructor(rates: Rates, post: (message: ToPrimary) => void) {
    this.#local = new Allowances(rates)
    this.#post = post
  }

  use(rates: Rates): void {
    this.#local.use(rates)
  }

  takeRequest(caller: Counted, now: number): undefined | Promise<Beyond | undefined> {
    if (!this.#local.counts(caller)) return undefined
    const { promise, resolve } = Promise.withResolvers<Beyond | undefined>()
    const call = this.#nextCall++
    this.#calls.set(call, resolve)
    this.#post({ kind: 'take', call, caller: countedOf(caller), at: now })
    return promise
  }

  taken(call: number, beyond: Beyond | undefined): void {
    this.#calls.get(call)?.(beyond)
    this.#calls.delete(call)
  }

  takeTokens(caller: Counted, tokens: number, now: number): void {
    if (tokens === 0 || !this.#local.counts(caller)) return
    this.#post({ kind: 'tokens', caller: countedOf(caller), tokens, at: now })
  }

  mayTryKey(address: string, now: number): boolean {
    return this.#local.mayTryKey(address, now)
  }

  countRefusal(address: string, now: number): void {
    this.learnRefusal(address, now)
    this.#post({ kind: 'refused', address, at: now })
  }

  /** A key was refused in another process. */
  learnRefusal(address: string, now: number): void {
    this.#local.countRefusal(address, now)
  }
}

/** The rest of a caller is nothing to whoever counts. */
function countedOf({ key, account, tenant, standing }: Counted): Counted {
  return { key, account, tenant, standing }
}
