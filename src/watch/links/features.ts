// Which accounts share which feature (a word run, a system prompt, a whole prompt): the bipartite graph.

/** Distinct accounts after which a feature is followed account by account. Below it, only the names so far are kept. */
export const SHARED_MIN = 7
const CANDIDATES_LOG2 = 21
const EDGES_INITIAL_LOG2 = 16
const CANDIDATE_ACCOUNTS = SHARED_MIN - 1

export type FeatureKind = 'shingle' | 'system' | 'whole'
const kinds: readonly FeatureKind[] = ['shingle', 'system', 'whole']

/**
 * Two tiers, so that memory follows what is shared and not what is said: a fixed table of candidates (a feature and
 * the first few accounts that used it), from which the oldest unshared ones are dropped when it fills, and a growing
 * table of edges for the features that SHARED_MIN accounts have used.
 */
export class Features {
  readonly #mask: number
  readonly #tags: Uint32Array
  readonly #counts: Uint8Array
  readonly #age: Uint8Array
  readonly #accounts: Uint32Array
  #load = 0
  #now = 0

  readonly hashes: number[] = []
  readonly kind: FeatureKind[] = []
  /** Distinct accounts of shared feature i. */
  readonly accounts: number[] = []
  /** Exchanges that hold shared feature i, from the time it was shared. */
  readonly uses: number[] = []
  readonly #shared = new Map<number, number>()
  readonly #edges = new Edges()

  constructor(candidatesLog2 = CANDIDATES_LOG2) {
    const size = 2 ** candidatesLog2
    this.#mask = size - 1
    this.#tags = new Uint32Array(size)
    this.#counts = new Uint8Array(size)
    this.#age = new Uint8Array(size)
    this.#accounts = new Uint32Array(size * CANDIDATE_ACCOUNTS)
  }

  /** Records that `account` used the feature. Returns its index once it is shared, and -1 before. */
  add(kind: number, hash: number, account: number): number {
    const tag = (hash ^ Math.imul(kind, 0x3c6ef372)) >>> 0 || 1
    const shared = this.#shared.get(tag)
    if (shared !== undefined) {
      this.#use(shared, account, 1)
      return shared
    }
    let slot = Math.imul(tag, 0x9e3779b1) >>> 8
    for (;;) {
      slot &= this.#mask
      if (this.#counts[slot] === 0) break
      if (this.#tags[slot] === tag) return this.#meet(slot, tag, kind, account)
      slot++
    }
    this.#tags[slot] = tag
    this.#counts[slot] = 1
    this.#age[slot] = this.#now
    this.#accounts[slot * CANDIDATE_ACCOUNTS] = account
    if (++this.#load > this.#mask * 0.7) this.#drop()
    return -1
  }

  edgesOf(feature: number): Iterable<readonly [account: number, uses: number]> {
    return this.#edges.of(feature)
  }

  get edgeCount(): number {
    return this.#edges.count
  }

  #meet(slot: number, tag: number, kind: number, account: number): number {
    const count = this.#counts[slot] ?? 0
    const base = slot * CANDIDATE_ACCOUNTS
    this.#age[slot] = this.#now
    for (let k = 0; k < count; k++) if (this.#accounts[base + k] === account) return -1
    if (count < CANDIDATE_ACCOUNTS) {
      this.#accounts[base + count] = account
      this.#counts[slot] = count + 1
      return -1
    }
    const feature = this.hashes.length
    this.#shared.set(tag, feature)
    this.hashes.push(tag)
    this.kind.push(kinds[kind] ?? 'shingle')
    this.accounts.push(0)
    this.uses.push(0)
    for (let k = 0; k < count; k++) this.#use(feature, this.#accounts[base + k] ?? 0, 1)
    this.#use(feature, account, 1)
    // The slot stays as a tombstone until the next drop: probing must not end there.
    return feature
  }

  #use(feature: number, account: number, uses: number): void {
    this.uses[feature] = (this.uses[feature] ?? 0) + uses
    if (this.#edges.add(feature, account, uses)) this.accounts[feature] = (this.accounts[feature] ?? 0) + 1
  }

  /** Rebuilds the candidate table without the features that only one account used, oldest first, and the tombstones. */
  #drop(): void {
    let kept: number[] = []
    for (const limit of [2, 1]) {
      kept = []
      for (let slot = 0; slot <= this.#mask; slot++) {
        const count = this.#counts[slot] ?? 0
        if (count === 0 || this.#shared.has(this.#tags[slot] ?? 0)) continue
        const age = (this.#now - (this.#age[slot] ?? 0)) & 0xff
        if (count >= 2 || age < limit) kept.push(slot)
      }
      if (kept.length < this.#mask * 0.4) break
    }
    if (kept.length > this.#mask * 0.5) kept = kept.filter((slot) => (this.#counts[slot] ?? 0) >= 2)
    if (kept.length > this.#mask * 0.5) kept.splice(Math.floor(this.#mask * 0.5))
    const rows = kept.map((slot) => ({
      tag: this.#tags[slot] ?? 0,
      count: this.#counts[slot] ?? 0,
      age: this.#age[slot] ?? 0,
      accounts: this.#accounts.slice(slot * CANDIDATE_ACCOUNTS, (slot + 1) * CANDIDATE_ACCOUNTS),
    }))
    this.#counts.fill(0)
    for (const row of rows) {
      let slot = Math.imul(row.tag, 0x9e3779b1) >>> 8
      while (this.#counts[(slot &= this.#mask)] !== 0) slot++
      this.#tags[slot] = row.tag
      this.#counts[slot] = row.count
      this.#age[slot] = row.age
      this.#accounts.set(row.accounts, slot * CANDIDATE_ACCOUNTS)
    }
    this.#load = rows.length
    this.#now = (this.#now + 1) & 0xff
  }
}

/** A growing set of (feature, account) pairs with a use count, listed by feature. */
class Edges {
  count = 0
  #size = 2 ** EDGES_INITIAL_LOG2
  #features = new Uint32Array(this.#size)
  #accounts = new Uint32Array(this.#size)
  #uses = new Uint16Array(this.#size)
  /** Position + 1 of the edge that came before in the same feature's list; lists are kept by insertion index. */
  #table = new Uint32Array(this.#size * 2)
  #next = new Uint32Array(this.#size)
  readonly #heads: number[] = []

  /** True if the pair is new. */
  add(feature: number, account: number, uses: number): boolean {
    const mask = this.#table.length - 1
    let slot = hashPair(feature, account)
    for (;;) {
      slot &= mask
      const edge = this.#table[slot] ?? 0
      if (edge === 0) break
      if (this.#features[edge - 1] === feature && this.#accounts[edge - 1] === account) {
        this.#uses[edge - 1] = Math.min(0xffff, (this.#uses[edge - 1] ?? 0) + uses)
        return false
      }
      slot++
    }
    if (this.count === this.#size) {
      this.#grow()
      return this.add(feature, account, uses)
    }
    const edge = this.count++
    this.#features[edge] = feature
    this.#accounts[edge] = account
    this.#uses[edge] = uses
    this.#next[edge] = this.#heads[feature] ?? 0
    this.#heads[feature] = edge + 1
    this.#table[slot] = edge + 1
    return true
  }

  *of(feature: number): Generator<readonly [account: number, uses: number]> {
    for (let edge = this.#heads[feature] ?? 0; edge !== 0; edge = this.#next[edge - 1] ?? 0)
      yield [this.#accounts[edge - 1] ?? 0, this.#uses[edge - 1] ?? 0]
  }

  #grow(): void {
    this.#size *= 2
    const { count } = this
    const copy = (from: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> => {
      const to = new Uint32Array(this.#size)
      to.set(from)
      return to
    }
    this.#features = copy(this.#features)
    this.#accounts = copy(this.#accounts)
    this.#next = copy(this.#next)
    const uses = new Uint16Array(this.#size)
    uses.set(this.#uses)
    this.#uses = uses
    this.#table = new Uint32Array(this.#size * 2)
    const mask = this.#table.length - 1
    for (let edge = 0; edge < count; edge++) {
      let slot = hashPair(this.#features[edge] ?? 0, this.#accounts[edge] ?? 0)
      while (this.#table[(slot &= mask)] !== 0) slot++
      this.#table[slot] = edge + 1
    }
  }
}

function hashPair(a: number, b: number): number {
  const h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77)
  return (h ^ (h >>> 15)) >>> 0
}
