import { randomBytes } from 'node:crypto'

const PROCESS_BYTES = 5

/** Ids that sort by time, never repeat, and can be read over the telephone. */
export class DecisionIds {
  readonly #process = randomBytes(PROCESS_BYTES).toString('hex')
  #count = 0

  next(now: number): string {
    this.#count++
    return `d_${now.toString(36)}${this.#process}${this.#count.toString(36)}`
  }
}
