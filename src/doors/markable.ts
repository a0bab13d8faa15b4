/** A canary in a short answer stands out, and one in code or data breaks it. */
const CHARACTERS_MIN = 160
const TAIL_CHARACTERS = 16

/** What of a text has to be known to say whether a closing sentence does it no harm; text comes in pieces. */
export class TextSoFar {
  #characters = 0
  #first = ''
  #tail = ''

  add(piece: string): void {
    if (this.#first === '') this.#first = piece.trimStart().slice(0, 1)
    this.#characters += piece.length
    this.#tail = (this.#tail + piece).slice(-TAIL_CHARACTERS)
  }

  get isMarkable(): boolean {
    const isProse = /[.!?…)"'”’。！？]\s*$/.test(this.#tail) && !/[}\]`]\s*$/.test(this.#tail)
    return this.#characters >= CHARACTERS_MIN && isProse && !/[{[<`]/.test(this.#first)
  }
}

export function isMarkable(text: string): boolean {
  const whole = new TextSoFar()
  whole.add(text)
  return whole.isMarkable
}
