import type { Exchange } from '../exchange.ts'
import { purposeOf } from '../sketches/record.ts'
import { SHINGLE_WORDS, Sketcher } from '../sketches/sketch.ts'
import { hashString } from '../sketches/words.ts'
import { type ExchangeRecord, KNOWN_FIELDS } from './exchange-log.ts'
import { PublicRuns } from './public-runs.ts'

/**
 * Replaces the texts of a record by a sketch, which is all the watch needs to link accounts, and by a masked prompt,
 * which is what a person needs to understand a link. The mask lets through only runs of words that several accounts
 * have written by then; everything else becomes `…` and every number `0`.
 */
export class Textless {
  readonly #sketcher: Sketcher
  readonly #runs = new PublicRuns()
  readonly #seed: number

  /** @param seed secret of the store, and the one its sketches are compared under. */
  constructor(seed: number) {
    this.#seed = seed
    this.#sketcher = new Sketcher(seed)
  }

  strip(record: ExchangeRecord, exchange: Exchange): ExchangeRecord {
    const rest: Record<string, unknown> = {}
    // Fields nobody knows may hold texts too.
    for (const field of KEPT) if (record[field] !== undefined) rest[field] = record[field]
    // A record that came without its texts keeps what it came with.
    if (exchange.prompt === undefined && exchange.system === undefined) return rest
    const told = exchange.system ? this.#sketcher.read(exchange.system) : undefined
    const systemWhole = told?.whole ?? 0
    const toldTechniques = told?.techniques ?? 0
    const text = exchange.prompt ?? ''
    const sketch = this.#sketcher.read(text)
    const { whole, words, objective, topics, shingles, positions, count } = sketch
    const purpose = purposeOf(objective, sketch.techniques | toldTechniques)
    const account = hashString(exchange.account, this.#seed)
    const shown = new Uint8Array(words)
    for (let at = 0; at < count; at++) {
      if (!this.#runs.isPublic(shingles[at] ?? 0, account)) continue
      const start = positions[at] ?? 0
      shown.fill(1, start, start + SHINGLE_WORDS)
    }
    return {
      ...rest,
      sketch: [systemWhole, whole, words, purpose, ...topics, ...shingles.subarray(0, count)],
      masked: this.#masked(text, shown),
    }
  }

  #masked(text: string, shown: Uint8Array): string {
    const parts: string[] = []
    for (let word = 0; word < shown.length; word++) {
      if (shown[word] === 1) {
        const [start, end] = this.#sketcher.wordAt(word)
        // A run is the same whatever its numbers are, so a number in it may be one account's own.
        parts.push(text.slice(start, end).replace(/\d+/, '0'))
      } else if (parts.at(-1) !== HIDDEN) parts.push(HIDDEN)
    }
    return parts.join(' ')
  }
}

const TEXTS: ReadonlySet<string> = new Set(['system', 'prompt', 'messages'])
const KEPT = KNOWN_FIELDS.filter((field) => !TEXTS.has(field))
const HIDDEN = '…'
