import { randomBytes } from 'node:crypto'

const PROCESS_BYTES = 5

/** Ids that sort by time, never repeat, and can be read over the telephone. */
export class DecisionIds {
  readonly #process = randomBytes(PROCESS_BYTES).toString('hex')
  #count = 0
  #now = 0
  /** Of this millisecond. */
  #start = ''

  next(now: number): string {
    this.#count++
    if (now !== this.#now) {
      this.#now = now
      this.#start = `d_${now.toString(36)}${this.#process}`
    }
    return this.#start + this.#count.toString(36)
  }
}
