import { Buffer } from 'node:buffer'
import { purposeOf } from './record.ts'
import { SHINGLES_MAX, Sketcher, TOPICS } from './sketch.ts'

const HEAD_WORDS = 4
const WORD_BYTES = 4

/** What stands for an exchange's texts where they are not kept, in the order that `encodeRecord` reads. */
export class TextSketches {
  readonly #sketcher: Sketcher
  readonly #words = new Uint32Array(HEAD_WORDS + TOPICS + SHINGLES_MAX)
  readonly #bytes = Buffer.from(this.#words.buffer)

  /** @param seed as a `Sketcher`'s. */
  constructor(seed: number) {
    this.#sketcher = new Sketcher(seed)
  }

  /** Words of 32 bits, little-endian, in base64; `sketchWords` reads them. */
  read(system: string | undefined, prompt: string | undefined): string {
    return this.#bytes.toString('base64', 0, this.#fill(system, prompt) * WORD_BYTES)
  }

  #fill(system: string | undefined, prompt: string | undefined): number {
    // The sketcher's one sketch is overwritten by the next text.
    const told = system ? this.#sketcher.read(system) : undefined
    const sketch = this.#words
    sketch[0] = told?.whole ?? 0
    const toldTechniques = told?.techniques ?? 0
    const { whole, words, objective, techniques, topics, shingles, count } = this.#sketcher.read(prompt ?? '')
    sketch[1] = whole
    sketch[2] = words
    sketch[3] = purposeOf(objective, techniques | toldTechniques)
    let at = HEAD_WORDS
    for (let topic = 0; topic < TOPICS; topic++) sketch[at++] = topics[topic] ?? 0
    for (let shingle = 0; shingle < count; shingle++) sketch[at++] = shingles[shingle] ?? 0
    return at
  }
}
