// Features that few accounts have used so far: a bounded, forgetful table in front of the graph.

/** Slots a generation starts with, and the most it may have (29 bytes each). */
const SLOTS_LOG2_MIN = 16
const LOAD_MAX = 0.7

/**
 * Two generations of an open-addressing table from a feature to the first few accounts that used it. When the young
 * one is full at its greatest size, the old one is forgotten and they change places: a feature that keeps coming is
 * carried over, one that does not is dropped after one to two generations. No sweep over the table is ever needed.
 */
export class Candidates {
  readonly #accountsMax: number
  readonly #slotsLog2Max: number
  #young: Generation
  #old: Generation | undefined

  constructor(accountsMax: number, slotsLog2Max: number) {
    this.#accountsMax = accountsMax
    this.#slotsLog2Max = slotsLog2Max
    this.#young = new Generation(Math.min(SLOTS_LOG2_MIN, slotsLog2Max), accountsMax)
  }

  /**
   * Records the account. Returns the accounts known for the feature once one more than `accountsMax` has used it
   * (the caller takes it over), and undefined before.
   */
  meet(tag: number, account: number): readonly number[] | undefined {
    const young = this.#young
    const slot = young.find(tag)
    if (slot >= 0) return young.join(slot, account)
    const known = this.#old?.take(tag)
    if (young.load >= LOAD_MAX * young.size) this.#makeRoom()
    if (known === undefined) this.#young.putOne(tag, account)
    else if (known.includes(account)) this.#young.put(tag, known)
    else if (known.length < this.#accountsMax) this.#young.put(tag, [...known, account])
    else return [...known, account]
    return undefined
  }

  #makeRoom(): void {
    const full = this.#young
    if (full.sizeLog2 < this.#slotsLog2Max) {
      this.#young = full.doubled()
      return
    }
    const next = this.#old ?? new Generation(this.#slotsLog2Max, this.#accountsMax)
    next.clear()
    this.#old = full
    this.#young = next
  }
}

class Generation {
  readonly sizeLog2: number
  readonly size: number
  load = 0
  readonly #accountsMax: number
  readonly #tags: Uint32Array
  /** Accounts in the slot, 0 where it is free; a slot that was taken over stays as TAKEN, so that probing goes on. */
  readonly #counts: Uint8Array
  readonly #accounts: Uint32Array

  constructor(sizeLog2: number, accountsMax: number) {
    this.sizeLog2 = sizeLog2
    this.size = 2 ** sizeLog2
    this.#accountsMax = accountsMax
    this.#tags = new Uint32Array(this.size)
    this.#counts = new Uint8Array(this.size)
    this.#accounts = new Uint32Array(this.size * accountsMax)
  }

  /** The slot of the tag, or -1. */
  find(tag: number): number {
    for (let slot = this.#home(tag); ; slot = (slot + 1) & (this.size - 1)) {
      const count = this.#counts[slot] ?? 0
      if (count === 0) return -1
      if (count !== TAKEN && this.#tags[slot] === tag) return slot
    }
  }

  join(slot: number, account: number): readonly number[] | undefined {
    const count = this.#counts[slot] ?? 0
    const base = slot * this.#accountsMax
    for (let k = 0; k < count; k++) if (this.#accounts[base + k] === account) return undefined
    if (count < this.#accountsMax) {
      this.#accounts[base + count] = account
      this.#counts[slot] = count + 1
      return undefined
    }
    const known = [...this.#accounts.subarray(base, base + count), account]
    this.#counts[slot] = TAKEN
    return known
  }

  put(tag: number, accounts: ArrayLike<number>): void {
    const slot = this.#free(tag)
    this.#counts[slot] = accounts.length
    this.#accounts.set(accounts, slot * this.#accountsMax)
  }

  /** Nearly every feature is met once and never again, so this path makes no garbage. */
  putOne(tag: number, account: number): void {
    const slot = this.#free(tag)
    this.#counts[slot] = 1
    this.#accounts[slot * this.#accountsMax] = account
  }

  #free(tag: number): number {
    let slot = this.#home(tag)
    while (this.#counts[slot] !== 0) slot = (slot + 1) & (this.size - 1)
    this.#tags[slot] = tag
    this.load++
    return slot
  }

  /** Removes the feature and returns its accounts. */
  take(tag: number): readonly number[] | undefined {
    const slot = this.find(tag)
    if (slot < 0) return undefined
    const base = slot * this.#accountsMax
    const accounts = [...this.#accounts.subarray(base, base + (this.#counts[slot] ?? 0))]
    this.#counts[slot] = TAKEN
    return accounts
  }

  doubled(): Generation {
    const larger = new Generation(this.sizeLog2 + 1, this.#accountsMax)
    for (let slot = 0; slot < this.size; slot++) {
      const count = this.#counts[slot] ?? 0
      if (count === 0 || count === TAKEN) continue
      const base = slot * this.#accountsMax
      if (count === 1) larger.putOne(this.#tags[slot] ?? 0, this.#accounts[base] ?? 0)
      else larger.put(this.#tags[slot] ?? 0, this.#accounts.subarray(base, base + count))
    }
    return larger
  }

  clear(): void {
    this.#counts.fill(0)
    this.load = 0
  }

  #home(tag: number): number {
    return Math.imul(tag, 0x9e3779b1) >>> (32 - this.sizeLog2)
  }
}

const TAKEN = 255
