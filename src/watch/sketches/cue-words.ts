import { WORDS_MAX } from './words.ts'

const FILTER_BITS = 12
const FILTER_MASK = 2 ** FILTER_BITS - 1

/** Finds the few words of a text that any vocabulary may know, in one pass for all of them. */
export class CueWords {
  /** `places[0..count)`: where they stand; a few others among them. */
  readonly places = new Int32Array(WORDS_MAX + 1)
  count = 0
  readonly #filter = new Uint8Array(FILTER_MASK + 1)

  know(hash: number): void {
    this.#filter[hash & FILTER_MASK] = 1
  }

  find(hashes: Int32Array, count: number): this {
    const places = this.places
    const filter = this.#filter
    let found = 0
    for (let at = 0; at < count; at++) {
      // Written in any case and counted only where it is one: a branch would be guessed wrong too often.
      places[found] = at
      found += filter[(hashes[at] ?? 0) & FILTER_MASK] ?? 0
    }
    this.count = found
    return this
  }
}
