// Who said what, for the person who has to decide: only asked when there is something to say.
import { coreOf, holds, hostOf, type Value } from './values.ts'

const SOURCES_MAX = 40
const CHARACTERS_MAX = 131_072
const SHOWN_CHARACTERS = 80

/** The latest results of a session with the tools they came from, as far as they fit. */
export class Sources {
  readonly #heard: { readonly from: string; readonly text: string }[] = []
  #characters = 0

  note(from: string, text: string): void {
    if (text.length > CHARACTERS_MAX) return
    this.#heard.push({ from, text })
    this.#characters += text.length
    while (this.#heard.length > SOURCES_MAX || this.#characters > CHARACTERS_MAX)
      this.#characters -= this.#heard.shift()?.text.length ?? 0
  }

  /** The results that do not hold it. */
  textsBut(folded: string): readonly string[] {
    return this.#heard.flatMap(({ text }) => (text.includes(folded.trim()) ? [] : [text]))
  }

  /** The latest result that holds it. */
  textOf(folded: string): string | undefined {
    return this.#heard.findLast(({ text }) => holds(text, folded))?.text
  }

  /** The tool whose latest result holds it. */
  fromOf(folded: string): string | undefined {
    return this.#heard.findLast(({ text }) => holds(text, folded))?.from
  }

  /** "what read_letter returned", or just "tool output" where nobody remembers. */
  of(folded: string): string {
    const source = this.fromOf(folded)
    return source === undefined || source === '' ? 'tool output' : `what ${shown(source)} returned`
  }
}

/** On one line and no longer than one. The text is the attacker's: it must not look like more of the sentence. */
function shown(text: string): string {
  const line = text.replace(/[\p{C}\p{Z}"]+/gu, ' ').trim()
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS - 1)}…` : line
}

/** Of an address with more after it only the host: what follows may be a secret. Of what is no place, the field. */
export function called({ field, kind, text }: Value): string {
  if (kind !== 'place') return `its ${shown(field) || 'value'}`
  const name = shown(hostOf(coreOf(text)) ?? text)
  return field === '' ? `"${name}"` : `"${name}" (${shown(field)})`
}
