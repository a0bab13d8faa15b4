// A door that is tried again and again: other words each time, and a refusal each time.

/** Refusals in a row by one tool, whatever it was given. People mistype; scanners go on. */
const REFUSALS_MAX = 8
const TOOLS_MAX = 500
/** A refusal is short; a page about refusals is not one. */
const ANSWER_CHARACTERS_MAX = 1_000

const refusal =
  /\b(?:40[13]\b|forbidden|unauthori[sz]ed|(?:access|permission|request|login) (?:is |was )?(?:denied|refused|rejected)|not (?:permitted|authori[sz]ed)|(?:invalid|incorrect|wrong|bad) (?:user(?:name)? or )?(?:credentials?|passwords?|passphrase|pin|otp|tokens?|signature|api key)|(?:authentication|authori[sz]ation|login) (?:failed|failure|required)|blocked by (?:policy|the firewall|waf))/i

export class TurnedAway {
  readonly #inARow = new Map<string, number>()

  noteResult(tool: string, text: string): void {
    const isRefusal = text.length <= ANSWER_CHARACTERS_MAX && refusal.test(text)
    if (!isRefusal) this.#inARow.delete(tool)
    else if (this.#inARow.has(tool) || this.#inARow.size < TOOLS_MAX)
      this.#inARow.set(tool, (this.#inARow.get(tool) ?? 0) + 1)
  }

  /** How often in a row the tool was refused, each time that many more have gone by. */
  inspect(tool: string): number | undefined {
    const refused = this.#inARow.get(tool) ?? 0
    return refused > 0 && refused % REFUSALS_MAX === 0 ? refused : undefined
  }
}
