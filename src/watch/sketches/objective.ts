// What a prompt is after, by the words that carry it. A hint for the reader of a report; it decides nothing.
import type { Objective } from '../report.ts'
import type { CueWords } from './cue-words.ts'
import { readWords, Words } from './words.ts'

/** Order matters: ties go to the earlier one, the rarer purpose. 0 in a record stands for `other`. */
export const objectives = [
  'other',
  'grading',
  'tools',
  'reasoning',
  'coding',
  'instructions',
] as const satisfies Objective[]

const cues: Record<Exclude<Objective, 'other'>, string> = {
  grading:
    'grade grader grading rubric score scores scoring critique critiques judge rate rating evaluate assess verdict preference',
  tools:
    'tool tools observation invoke plugin browser click screenshot terminal shell agent tool_call function_call schema',
  reasoning:
    'reasoning thinking thoughts thought deduce derive prove proof infer solve chain steps internal scratchpad rationale calculate',
  coding:
    'code python javascript typescript java rust sql function class algorithm compile debug refactor script array api regex program bug unittest implement',
  instructions:
    'generate create describe rewrite summarize summarise compose suggest list explain name identify classify paragraph sentence story essay convert edit',
}

const FILTER_BITS = 12

export class ObjectiveReader {
  readonly #cues = new Map<number, number>()
  readonly #filter = new Uint8Array(2 ** FILTER_BITS)
  readonly #counts = new Uint8Array(objectives.length)

  constructor(seed: number, marked: CueWords) {
    const words = new Words()
    for (const [at, objective] of objectives.entries()) {
      if (objective === 'other') continue
      readWords(cues[objective], seed, words)
      for (let k = 0; k < words.count; k++) {
        const hash = words.hashes[k] ?? 0
        this.#cues.set(hash, at)
        this.#filter[hash & (2 ** FILTER_BITS - 1)] = 1
        marked.know(hash)
      }
    }
  }

  /** Index into `objectives` of the purpose most cue words point to. */
  read(hashes: Int32Array, marked: CueWords): number {
    this.#counts.fill(0)
    for (let index = 0; index < marked.count; index++) {
      const hash = hashes[marked.places[index] ?? 0] ?? 0
      if (this.#filter[hash & (2 ** FILTER_BITS - 1)] === 0) continue
      const objective = this.#cues.get(hash)
      if (objective !== undefined) this.#counts[objective] = Math.min(255, (this.#counts[objective] ?? 0) + 1)
    }
    let best = 0
    for (let k = 1; k < objectives.length; k++)
      if ((this.#counts[k] ?? 0) > (this.#counts[best] ?? 0)) best = k
    return best
  }
}
