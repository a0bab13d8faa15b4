// A growing set of (feature, account) pairs with a use count each, listed by feature.

const EDGES_INITIAL = 2 ** 16
const USES_MAX = 0xffff

export class Edges {
  count = 0
  #size = EDGES_INITIAL
  #features = new Uint32Array(this.#size)
  #accounts = new Uint32Array(this.#size)
  #uses = new Uint16Array(this.#size)
  /** The pair before this one in its feature's list, plus one. */
  #next = new Uint32Array(this.#size)
  /** The last pair of each feature's list, plus one. */
  readonly #heads: number[] = []
  /** Open addressing from a pair to its position plus one. */
  #table = new Uint32Array(this.#size * 2)

  /** Counts one use. True if the pair is new. */
  add(feature: number, account: number, uses = 1): boolean {
    const slot = this.#find(feature, account)
    const edge = this.#table[slot] ?? 0
    if (edge !== 0) {
      this.#uses[edge - 1] = Math.min(USES_MAX, (this.#uses[edge - 1] ?? 0) + uses)
      return false
    }
    if (this.count === this.#size) {
      this.#grow()
      return this.add(feature, account, uses)
    }
    const at = this.count++
    this.#features[at] = feature
    this.#accounts[at] = account
    this.#uses[at] = Math.min(USES_MAX, uses)
    this.#next[at] = this.#heads[feature] ?? 0
    this.#heads[feature] = at + 1
    this.#table[slot] = at + 1
    return true
  }

  each(feature: number, visit: (account: number, uses: number) => void): void {
    for (let edge = this.#heads[feature] ?? 0; edge !== 0; edge = this.#next[edge - 1] ?? 0)
      visit(this.#accounts[edge - 1] ?? 0, this.#uses[edge - 1] ?? 0)
  }

  /** A copy with the pairs of some features only. */
  only(isKept: (feature: number) => boolean): Edges {
    const kept = new Edges()
    for (let edge = 0; edge < this.count; edge++) {
      const feature = this.#features[edge] ?? 0
      if (isKept(feature)) kept.add(feature, this.#accounts[edge] ?? 0, this.#uses[edge] ?? 0)
    }
    return kept
  }

  /** The slot of the table that holds the pair, or where it belongs. */
  #find(feature: number, account: number): number {
    const mask = this.#table.length - 1
    let slot = hashPair(feature, account) & mask
    for (;;) {
      const edge = this.#table[slot] ?? 0
      if (edge === 0 || (this.#features[edge - 1] === feature && this.#accounts[edge - 1] === account))
        return slot
      slot = (slot + 1) & mask
    }
  }

  #grow(): void {
    this.#size *= 2
    this.#features = copied(this.#features, this.#size)
    this.#accounts = copied(this.#accounts, this.#size)
    this.#next = copied(this.#next, this.#size)
    const uses = new Uint16Array(this.#size)
    uses.set(this.#uses)
    this.#uses = uses
    this.#table = new Uint32Array(this.#size * 2)
    for (let edge = 0; edge < this.count; edge++)
      this.#table[this.#find(this.#features[edge] ?? 0, this.#accounts[edge] ?? 0)] = edge + 1
  }
}

function copied(from: Uint32Array<ArrayBuffer>, size: number): Uint32Array<ArrayBuffer> {
  const to = new Uint32Array(size)
  to.set(from)
  return to
}

function hashPair(a: number, b: number): number {
  const h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77)
  return (h ^ (h >>> 15)) >>> 0
}
