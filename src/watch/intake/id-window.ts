/** Ids remembered: the last one to two generations of this many. */
export const IDS_PER_GENERATION = 262_144
const SLOTS = 2 * IDS_PER_GENERATION

/**
 * Remembers the last 262,144 to 524,288 ids, as 64-bit hashes under a seed of the store's: 4 MiB a generation, and
 * one chance in 10¹³ that a new id is taken for a known one. When a generation is full the older one is forgotten.
 */
export class IdWindow {
  readonly #seed: readonly [low: number, high: number]
  #young: Uint32Array
  #old: Uint32Array
  #count = 0

  private constructor(seed: readonly [number, number], young: Uint32Array, old: Uint32Array) {
    this.#seed = seed
    this.#young = young
    this.#old = old
  }

  /** `saved` is what `save` gave; an empty one starts afresh. */
  static open(seed: Uint8Array, saved: Uint8Array): IdWindow {
    const keys = new DataView(seed.buffer, seed.byteOffset, 8)
    const window = new IdWindow(
      [keys.getUint32(0), keys.getUint32(4)],
      new Uint32Array(2 * SLOTS),
      new Uint32Array(2 * SLOTS),
    )
    if (saved.length < 4) return window
    const words = new Uint32Array(new Uint8Array(saved).buffer)
    const old = words[0] ?? 0
    for (let at = 1; at + 1 < words.length; at += 2) {
      const table = at <= 2 * old ? window.#old : window.#young
      place(table, words[at] ?? 0, words[at + 1] ?? 0)
      if (table === window.#young) window.#count += 1
    }
    return window
  }

  /** Whether the id has been seen; it has from now on. */
  isKnown(id: string): boolean {
    let [low, high] = this.#seed
    for (let at = 0; at < id.length; at++) {
      const unit = id.charCodeAt(at)
      low = Math.imul(low ^ unit, 0x85ebca6b)
      low ^= low >>> 15
      high = Math.imul(high ^ unit, 0xc2b2ae35)
      high ^= high >>> 13
    }
    low = Math.imul(low ^ (high >>> 16), 0x27d4eb2f) >>> 0
    // Zero marks an empty slot.
    high = (Math.imul(high ^ (low >>> 15), 0x165667b1) | 1) >>> 0
    if (has(this.#old, low, high)) return true
    if (!place(this.#young, low, high)) return true
    this.#count += 1
    if (this.#count >= IDS_PER_GENERATION) {
      const spent = this.#old
      this.#old = this.#young
      this.#young = spent.fill(0)
      this.#count = 0
    }
    return false
  }

  save(): Uint8Array {
    const old = occupied(this.#old)
    const young = occupied(this.#young)
    const words = new Uint32Array(1 + old.length + young.length)
    words[0] = old.length / 2
    words.set(old, 1)
    words.set(young, 1 + old.length)
    return new Uint8Array(words.buffer)
  }
}

function slotOf(table: Uint32Array, low: number, high: number): number {
  let slot = (low % SLOTS) * 2
  while (table[slot + 1] !== 0 && !(table[slot] === low && table[slot + 1] === high))
    slot = (slot + 2) % table.length
  return slot
}

function has(table: Uint32Array, low: number, high: number): boolean {
  return table[slotOf(table, low, high) + 1] !== 0
}

/** False where it was there already. */
function place(table: Uint32Array, low: number, high: number): boolean {
  const slot = slotOf(table, low, high)
  if (table[slot + 1] !== 0) return false
  table[slot] = low
  table[slot + 1] = high
  return true
}

function occupied(table: Uint32Array): Uint32Array {
  const found: number[] = []
  for (let slot = 0; slot < table.length; slot += 2)
    if (table[slot + 1] !== 0) found.push(table[slot] ?? 0, table[slot + 1] ?? 0)
  return Uint32Array.from(found)
}
