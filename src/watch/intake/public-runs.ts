/** A run of words is public once this many accounts have written it. */
export const PUBLIC_ACCOUNTS_MIN = 5
const SLOTS = 2 ** 20
const PROBES = 4

/**
 * Counts the accounts behind each run of words, up to PUBLIC_ACCOUNTS_MIN, in 17 MiB whatever comes. Accounts are
 * remembered by 16 bits, runs by 32, and where the table is full the rarest make room: each of these can only keep
 * a run hidden longer, except that two runs of the same 32-bit hash count as one.
 */
export class PublicRuns {
  readonly #runs = new Uint32Array(SLOTS)
  readonly #accounts = new Uint16Array(SLOTS * PUBLIC_ACCOUNTS_MIN)
  readonly #counts = new Uint8Array(SLOTS)

  /** Notes that the account has written the run, and says whether enough have. */
  isPublic(run: number, account: number): boolean {
    const slot = this.#slotOf(run)
    const count = this.#counts[slot] ?? 0
    if (count >= PUBLIC_ACCOUNTS_MIN) return true
    const mark = (account ^ (account >>> 16)) & 0xffff
    const first = slot * PUBLIC_ACCOUNTS_MIN
    for (let at = first; at < first + count; at++) if (this.#accounts[at] === mark) return false
    this.#accounts[first + count] = mark
    this.#counts[slot] = count + 1
    return count + 1 >= PUBLIC_ACCOUNTS_MIN
  }

  #slotOf(run: number): number {
    let rarest = run % SLOTS
    for (let probe = 0; probe < PROBES; probe++) {
      const slot = (run + probe) % SLOTS
      if (this.#counts[slot] === 0 || this.#runs[slot] === run) {
        this.#runs[slot] = run
        return slot
      }
      if ((this.#counts[slot] ?? 0) < (this.#counts[rarest] ?? 0)) rarest = slot
    }
    this.#runs[rarest] = run
    this.#counts[rarest] = 0
    return rarest
  }
}
