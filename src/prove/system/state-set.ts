const CAPACITY_FIRST = 64
/** Share of the table that may be filled, as a fraction of two. */
const LOAD_SHIFT = 1

/** States in the order they were found, each with how it was reached. Compared in full, never by fingerprint. */
export class StateSet {
  readonly #width: number
  #words: Int32Array
  #table: Int32Array
  #parents: Int32Array
  #rows: Int32Array
  #size = 0

  constructor(width: number) {
    this.#width = width
    this.#words = new Int32Array(CAPACITY_FIRST * width)
    this.#table = new Int32Array(CAPACITY_FIRST << LOAD_SHIFT).fill(-1)
    this.#parents = new Int32Array(CAPACITY_FIRST)
    this.#rows = new Int32Array(CAPACITY_FIRST)
  }

  get size(): number {
    return this.#size
  }

  /** State `n` begins at `n` times the width. Replaced when the set grows. */
  get words(): Int32Array {
    return this.#words
  }

  parent(at: number): number {
    return this.#parents[at] as number
  }

  row(at: number): number {
    return this.#rows[at] as number
  }

  add(state: Int32Array, parent: number, row: number): boolean {
    const width = this.#width
    const words = this.#words
    const mask = this.#table.length - 1
    let slot = hashOf(state, width) & mask
    for (;;) {
      const found = this.#table[slot] as number
      if (found < 0) break
      const at = found * width
      let word = 0
      while (word < width && words[at + word] === state[word]) word++
      if (word === width) return false
      slot = (slot + 1) & mask
    }
    this.#table[slot] = this.#size
    const at = this.#size * width
    for (let word = 0; word < width; word++) words[at + word] = state[word] as number
    this.#parents[this.#size] = parent
    this.#rows[this.#size] = row
    this.#size++
    if (this.#size === this.#parents.length) this.#grow()
    return true
  }

  #grow(): void {
    const capacity = this.#parents.length * 2
    this.#words = enlarged(this.#words, capacity * this.#width)
    this.#parents = enlarged(this.#parents, capacity)
    this.#rows = enlarged(this.#rows, capacity)
    const table = new Int32Array(capacity << LOAD_SHIFT).fill(-1)
    const mask = table.length - 1
    const state = new Int32Array(this.#width)
    for (let at = 0; at < this.#size; at++) {
      for (let word = 0; word < this.#width; word++)
        state[word] = this.#words[at * this.#width + word] as number
      let slot = hashOf(state, this.#width) & mask
      while ((table[slot] as number) >= 0) slot = (slot + 1) & mask
      table[slot] = at
    }
    this.#table = table
  }
}

function enlarged(array: Int32Array, length: number): Int32Array {
  const made = new Int32Array(length)
  made.set(array)
  return made
}

function hashOf(state: Int32Array, width: number): number {
  let hash = 0
  for (let word = 0; word < width; word++) {
    hash = Math.imul(hash ^ (state[word] as number), 0x9e3779b1)
    hash ^= hash >>> 15
  }
  hash = Math.imul(hash, 0x85ebca6b)
  return (hash ^ (hash >>> 13)) & 0x7fffffff
}
