// Values to small integers and back, so that a state is a row of integers. Equal values get equal numbers.
import { equals, hashOf } from './relations.ts'
import { type Boxed, type Callable, type Fn, Model, SetOf, Text, TlaSet, type Value } from './values.ts'

const SLOTS_MIN = 1 << 16
const SMALL_MAX = 2 ** 29

export class Interner {
  readonly #values: Value[] = [false, true]
  #slots = new Int32Array(SLOTS_MIN).fill(-1)
  #mask = SLOTS_MIN - 1
  readonly #large = new Map<number, number>()

  /** Odd numbers are integers themselves; even ones index the table. */
  id(value: Value): number {
    if (typeof value === 'number') {
      if (value < SMALL_MAX && value >= -SMALL_MAX) return (value << 1) | 1
      return this.#largeId(value)
    }
    if (typeof value === 'boolean') return value ? 2 : 0
    if (value.id >= 0) return value.id
    if (value instanceof Text || value instanceof Model) return this.#add(value)
    return this.#composite(value)
  }

  value(id: number): Value {
    return id & 1 ? id >> 1 : (this.#values[id >> 1] as Value)
  }

  get count(): number {
    return this.#values.length
  }

  /** Forgets all numbers, so that the values can be numbered anew by another table. */
  release(): void {
    for (const value of this.#values) if (typeof value === 'object') value.id = -1
    this.#values.length = 2
    this.#slots.fill(-1)
  }

  #largeId(value: number): number {
    const known = this.#large.get(value)
    if (known !== undefined) return known
    const id = (this.#values.push(value) - 1) << 1
    this.#large.set(value, id)
    return id
  }

  #add(value: Value & Boxed): number {
    value.id = (this.#values.push(value) - 1) << 1
    return value.id
  }

  #composite(value: TlaSet | Callable): number {
    const plain: SetOf | Fn = value instanceof TlaSet ? value.listed() : value.force()
    if (plain.id >= 0) {
      value.id = plain.id
      return plain.id
    }
    const hash = hashOf(plain)
    let slot = hash & this.#mask
    for (;;) {
      const id = this.#slots[slot] as number
      if (id < 0) break
      const known = this.#values[id >> 1] as SetOf | Fn
      if (
        known.hash === hash &&
        known instanceof TlaSet === plain instanceof TlaSet &&
        equals(known, plain)
      ) {
        value.id = id
        plain.id = id
        return id
      }
      slot = (slot + 1) & this.#mask
    }
    this.#canonise(plain)
    const id = this.#add(plain)
    value.id = id
    // Numbering the parts may have grown the table, so the free slot is looked for again.
    this.#insert(id, hash)
    return id
  }

  /** Makes the parts of a new value the ones already known, so that comparing them later is comparing references. */
  #canonise(value: SetOf | Fn): void {
    const parts = (value instanceof SetOf ? value.elements : value.values) as Value[]
    for (let at = 0; at < parts.length; at++) {
      const part = parts[at] as Value
      if (typeof part === 'object') parts[at] = this.value(this.id(part))
    }
  }

  #insert(id: number, hash: number): void {
    if (this.#values.length * 2 > this.#mask) this.#grow()
    let slot = hash & this.#mask
    while ((this.#slots[slot] as number) >= 0) slot = (slot + 1) & this.#mask
    this.#slots[slot] = id
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new Int32Array(old.length * 4).fill(-1)
    this.#mask = this.#slots.length - 1
    for (const id of old) {
      if (id < 0) continue
      let slot = (this.#values[id >> 1] as Boxed).hash & this.#mask
      while ((this.#slots[slot] as number) >= 0) slot = (slot + 1) & this.#mask
      this.#slots[slot] = id
    }
  }
}
