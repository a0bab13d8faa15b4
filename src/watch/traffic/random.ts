const GOLDEN = 0x9e3779b9

/**
 * Seeded randomness (sfc32). One stream per use, named by its keys, so that adding a tenant does not shift
 * what the others do.
 */
export class Random {
  #a: number
  #b: number
  #c: number
  #d = 1

  private constructor(a: number, b: number, c: number) {
    this.#a = a
    this.#b = b
    this.#c = c
  }

  static of(seed: number, ...names: readonly (string | number)[]): Random {
    let hash = 0x811c9dc5 ^ seed
    const name = names.join('/')
    for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193)
    const random = new Random(hash >>> 0, Math.imul(hash, GOLDEN) >>> 0, (seed ^ GOLDEN) >>> 0)
    for (let round = 0; round < 12; round++) random.next()
    return random
  }

  /** 0 ≤ x < 1 */
  next(): number {
    return this.#bits() / 0x100000000
  }

  /** Both ends included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1))
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new Error('cannot pick from nothing')
    // The index is in range; an item may itself be undefined.
    return items[Math.floor(this.next() * items.length)] as Item
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next())
  }

  lognormal(median: number, sigma: number): number {
    return median * Math.exp(sigma * this.normal())
  }

  /** A count with a log-normal spread, at least `least`. */
  count(median: number, sigma: number, least = 1): number {
    return Math.max(least, Math.round(this.lognormal(median, sigma)))
  }

  hex(digits: number): string {
    let text = ''
    while (text.length < digits) text += this.#bits().toString(16).padStart(8, '0')
    return text.slice(0, digits)
  }

  /** A new array; the old one is left alone. */
  shuffle<Item>(items: readonly Item[]): Item[] {
    const shuffled = [...items]
    for (let at = shuffled.length - 1; at > 0; at--) {
      const other = Math.floor(this.next() * (at + 1))
      const [left, right] = [shuffled[at], shuffled[other]]
      if (left !== undefined && right !== undefined) {
        shuffled[at] = right
        shuffled[other] = left
      }
    }
    return shuffled
  }

  #bits(): number {
    const sum = (this.#a + this.#b + this.#d) | 0
    this.#d = (this.#d + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum
    return sum >>> 0
  }
}
