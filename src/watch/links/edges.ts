// A growing set of (feature, account) pairs with a use count each, listed by feature.
import assert from 'node:assert/strict'
import type { Spill, SpilledRows } from '../state/spill.ts'

const EDGES_INITIAL = 2 ** 16
const USES_MAX = 0xffff
/** Words of a pair: one cache line is read for it, not one a column. */
const ROW = 4
const FEATURE = 0
const ACCOUNT = 1
const USES = 2
/** The pair before this one in its feature's list, plus one. */
const NEXT = 3

/**
 * A slot of the table is a pair's position plus one and, above it, bits of the pair's hash: whose bits are others is another
 * pair, and its row, which is seldom in the cache, is not read.
 */
const POSITION_MASK = 2 ** 25 - 1
const TAG_MASK = ~POSITION_MASK

/** Of the memory that what is spilled may have. */
const SPILL_SHARE = 0.375

export class Edges {
  count = 0
  #size = EDGES_INITIAL
  #rows: Uint32Array<ArrayBuffer>
  readonly #spill: Spill | undefined
  /** In place of `#rows`, where pairs are spilled: then these are those of the pages that are held. */
  readonly #paged: SpilledRows<Uint32Array<ArrayBuffer>> | undefined
  /** The last pair of each feature's list, plus one. */
  readonly #heads: number[] = []
  /** Open addressing from a pair to its position plus one. */
  #table = new Uint32Array(this.#size * 2)

  constructor(spill?: Spill) {
    this.#spill = spill
    this.#paged = spill?.rows32(ROW, SPILL_SHARE)
    this.#rows = this.#paged?.cells ?? new Uint32Array(this.#size * ROW)
  }

  /** Counts one use. True if the pair is new. */
  add(feature: number, account: number, uses = 1): boolean {
    const hash = hashPair(feature, account)
    const slot = this.#find(feature, account, hash)
    const edge = (this.#table[slot] ?? 0) & POSITION_MASK
    if (edge !== 0) {
      const at = this.#at(edge - 1, true) + USES
      this.#rows[at] = Math.min(USES_MAX, (this.#rows[at] ?? 0) + uses)
      return false
    }
    if (this.count === this.#size) {
      this.#grow()
      return this.add(feature, account, uses)
    }
    const position = this.count++
    const at = this.#at(position, true)
    this.#rows[at + FEATURE] = feature
    this.#rows[at + ACCOUNT] = account
    this.#rows[at + USES] = Math.min(USES_MAX, uses)
    this.#rows[at + NEXT] = this.#heads[feature] ?? 0
    this.#heads[feature] = position + 1
    this.#table[slot] = (position + 1) | (hash & TAG_MASK)
    return true
  }

  each(feature: number, visit: (account: number, uses: number) => void): void {
    for (let edge = this.#heads[feature] ?? 0; edge !== 0; ) {
      const at = this.#at(edge - 1)
      const account = this.#rows[at + ACCOUNT] ?? 0
      const uses = this.#rows[at + USES] ?? 0
      edge = this.#rows[at + NEXT] ?? 0
      visit(account, uses)
    }
  }

  /** The pairs and the heads of their lists, to be kept. */
  keep(): { readonly rows: Uint32Array<ArrayBuffer>; readonly heads: Uint32Array<ArrayBuffer> } {
    assert(!this.#paged, 'pairs that are spilled are not kept')
    return {
      rows: this.#rows.subarray(0, this.count * ROW),
      heads: Uint32Array.from({ length: this.#heads.length }, (_, feature) => this.#heads[feature] ?? 0),
    }
  }

  /** Kept pairs: they can be listed, and none can be added. */
  static recall(rows: Uint32Array<ArrayBuffer>, heads: Iterable<number>): Edges {
    const edges = new Edges()
    edges.#rows = rows
    edges.count = rows.length / ROW
    edges.#size = edges.count
    for (const head of heads) edges.#heads.push(head)
    return edges
  }

  /** Kept pairs to which more are added. */
  static resume(kept: Uint32Array<ArrayBuffer>, heads: Iterable<number>): Edges {
    const edges = Edges.recall(kept, heads)
    edges.#size = EDGES_INITIAL
    while (edges.#size < edges.count) edges.#size *= 2
    edges.#resize()
    return edges
  }

  /** A copy with the pairs of some features only. */
  only(isKept: (feature: number) => boolean): Edges {
    const kept = new Edges(this.#spill)
    for (let edge = 0; edge < this.count; edge++) {
      const at = this.#at(edge)
      const feature = this.#rows[at + FEATURE] ?? 0
      if (isKept(feature)) kept.add(feature, this.#rows[at + ACCOUNT] ?? 0, this.#rows[at + USES] ?? 0)
    }
    this.#paged?.close()
    return kept
  }

  /** Where a pair begins in `#rows`. */
  #at(edge: number, isWritten = false): number {
    return this.#paged ? this.#paged.at(edge, isWritten) : edge * ROW
  }

  /** The slot of the table that holds the pair, or where it belongs. */
  #find(feature: number, account: number, hash: number): number {
    const mask = this.#table.length - 1
    let slot = hash & mask
    for (;;) {
      const held = this.#table[slot] ?? 0
      if (held === 0) return slot
      if (((held ^ hash) & TAG_MASK) === 0) {
        const at = this.#at((held & POSITION_MASK) - 1)
        if (this.#rows[at + FEATURE] === feature && this.#rows[at + ACCOUNT] === account) return slot
      }
      slot = (slot + 1) & mask
    }
  }

  #grow(): void {
    this.#size *= 2
    this.#resize()
  }

  #resize(): void {
    assert(this.#size <= POSITION_MASK, 'a position leaves room for bits of the hash')
    if (!this.#paged) {
      const rows = new Uint32Array(this.#size * ROW)
      rows.set(this.#rows)
      this.#rows = rows
    }
    const table = new Uint32Array(this.#size * 2)
    const mask = table.length - 1
    // No pair stands twice, so none need be compared with another.
    for (let edge = 0; edge < this.count; edge++) {
      const at = this.#at(edge)
      const hash = hashPair(this.#rows[at + FEATURE] ?? 0, this.#rows[at + ACCOUNT] ?? 0)
      let slot = hash & mask
      while (table[slot] !== 0) slot = (slot + 1) & mask
      table[slot] = (edge + 1) | (hash & TAG_MASK)
    }
    this.#table = table
  }
}

/** Lists of pairs that are known as a whole, one feature after the other. */
export class PairRows {
  readonly #rows: Uint32Array<ArrayBuffer>
  readonly #heads: number[] = []
  #count = 0

  constructor(pairs: number) {
    this.#rows = new Uint32Array(pairs * ROW)
  }

  /** @param pairs of an account and its uses, in the order in which they are to be listed. */
  add(feature: number, pairs: Uint32Array): void {
    if (pairs.length > 0) this.#heads[feature] = this.#count + 1
    for (let k = 0; k < pairs.length; k += 2) {
      const at = this.#count++ * ROW
      this.#rows[at + FEATURE] = feature
      this.#rows[at + ACCOUNT] = pairs[k] ?? 0
      this.#rows[at + USES] = pairs[k + 1] ?? 0
      this.#rows[at + NEXT] = k + 2 < pairs.length ? this.#count + 1 : 0
    }
  }

  /** Pairs that can be listed, and none can be added. */
  edges(features: number): Edges {
    return Edges.recall(
      this.#rows,
      Array.from({ length: features }, (_, feature) => this.#heads[feature] ?? 0),
    )
  }
}

function hashPair(a: number, b: number): number {
  const h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77)
  return (h ^ (h >>> 15)) >>> 0
}
