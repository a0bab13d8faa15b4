// The states found so far: rows of value numbers, looked up through an open-addressing table. Rows are compared in
// full, so two states are never taken for one.
import { mix } from './values.ts'

const ROWS_MIN = 1 << 12

/** A set of rows of integers of one width, numbered in order of arrival. */
export class RowSet {
  readonly width: number
  #rows: Int32Array
  #slots: Int32Array
  #mask: number
  #count = 0

  constructor(width: number) {
    this.width = width
    this.#rows = new Int32Array(Math.max(1, width) * ROWS_MIN)
    this.#slots = new Int32Array(ROWS_MIN * 4).fill(-1)
    this.#mask = this.#slots.length - 1
  }

  get count(): number {
    return this.#count
  }

  /** The number of the row if it was known, else -1 - its new number. */
  add(row: ArrayLike<number>): number {
    const { width } = this
    const rows = this.#rows
    let slot = this.#hash(row) & this.#mask
    for (;;) {
      const found = this.#slots[slot] as number
      if (found < 0) break
      let at = 0
      const base = found * width
      while (at < width && rows[base + at] === row[at]) at++
      if (at === width) return found
      slot = (slot + 1) & this.#mask
    }
    return this.#append(row, slot)
  }

  /** The number of a row, or -1. */
  find(row: ArrayLike<number>): number {
    const { width } = this
    let slot = this.#hash(row) & this.#mask
    for (;;) {
      const found = this.#slots[slot] as number
      if (found < 0) return -1
      let at = 0
      while (at < width && this.#rows[found * width + at] === row[at]) at++
      if (at === width) return found
      slot = (slot + 1) & this.#mask
    }
  }

  read(index: number, into: number[] | Int32Array): void {
    const base = index * this.width
    for (let at = 0; at < this.width; at++) into[at] = this.#rows[base + at] as number
  }

  get bytes(): number {
    return this.#rows.byteLength + this.#slots.byteLength
  }

  #hash(row: ArrayLike<number>): number {
    let hash = 0x811c9dc5
    for (let at = 0; at < this.width; at++)
      hash = Math.imul(hash ^ (row[at] as number), 0x01000193) ^ (hash >>> 15)
    return mix(hash)
  }

  #append(row: ArrayLike<number>, slot: number): number {
    const index = this.#count++
    const base = index * this.width
    if (base + this.width > this.#rows.length) this.#growRows()
    for (let at = 0; at < this.width; at++) this.#rows[base + at] = row[at] as number
    this.#slots[slot] = index
    if (this.#count * 2 > this.#mask) this.#growSlots()
    return -1 - index
  }

  #growRows(): void {
    const larger = new Int32Array(this.#rows.length * 2)
    larger.set(this.#rows)
    this.#rows = larger
  }

  #growSlots(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(-1)
    this.#mask = this.#slots.length - 1
    const row = new Int32Array(this.width)
    for (let index = 0; index < this.#count; index++) {
      this.read(index, row)
      let slot = this.#hash(row) & this.#mask
      while ((this.#slots[slot] as number) >= 0) slot = (slot + 1) & this.#mask
      this.#slots[slot] = index
    }
  }
}

/** A growing list of integers. */
export class Integers {
  #values = new Int32Array(ROWS_MIN)
  #count = 0

  push(value: number): void {
    if (this.#count === this.#values.length) {
      const larger = new Int32Array(this.#values.length * 2)
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[this.#count++] = value
  }

  at(index: number): number {
    return this.#values[index] as number
  }

  /** A view of the integers so far. */
  values(): Int32Array {
    return this.#values.subarray(0, this.#count)
  }

  get count(): number {
    return this.#count
  }

  get bytes(): number {
    return this.#values.byteLength
  }
}
