export type RememberedLimits = {
  /** Answers in one of the two generations. */
  readonly entriesMax: number
  /** Longer texts rarely come twice. With the count above, twice this bounds what is kept. */
  readonly charactersMax: number
}

/**
 * What texts came to before, for questions whose answer hangs on the text alone. Two generations instead of an order of
 * use: a chain through thousands of entries cost a tenth of what it saved.
 */
export class Remembered<Answer> {
  readonly #limits: RememberedLimits
  #young = new Map<string, Answer>()
  #old = new Map<string, Answer>()

  constructor(limits: RememberedLimits) {
    this.#limits = limits
  }

  of(text: string, answerOf: (text: string) => Answer, isKept: (answer: Answer) => boolean = always): Answer {
    if (text.length > this.#limits.charactersMax) return answerOf(text)
    const young = this.#young.get(text)
    if (young !== undefined) return young
    const answer = this.#old.get(text) ?? answerOf(text)
    if (isKept(answer)) this.#keep(text, answer)
    return answer
  }

  #keep(text: string, answer: Answer): void {
    if (this.#young.size >= this.#limits.entriesMax) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(text, answer)
  }
}

const always = () => true
