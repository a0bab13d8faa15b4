const NAME = /^[\w!#$%&'*+.^`|~-]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/** Headers for an upstream, whose text is made and checked once, however many requests it is sent with. */
export class SentHeaders {
  /** Names and values in turn. */
  readonly pairs: readonly string[]
  #text: string | undefined
  #name = ''
  #value = ''
  #extended: SentHeaders | undefined

  constructor(pairs: readonly string[]) {
    this.pairs = pairs
  }

  /** Throws when there is a header that cannot be sent. */
  text(): string {
    this.#text ??= headerText(this.pairs)
    return this.#text
  }

  /** These and one more; the last such one is kept. */
  with(name: string, value: string): SentHeaders {
    if (this.#extended === undefined || this.#name !== name || this.#value !== value) {
      this.#extended = new SentHeaders([...this.pairs, name, value])
      this.#name = name
      this.#value = value
    }
    return this.#extended
  }
}

/** What is sent is checked whoever made it: a line end in a header would be a request of somebody else's. */
export function headerText(pairs: readonly string[]): string {
  let text = ''
  for (let index = 0; index + 1 < pairs.length; index += 2) {
    const name = pairs[index] ?? ''
    const value = pairs[index + 1] ?? ''
    if (!NAME.test(name) || !VALUE.test(value)) throw new Error('a header that cannot be sent')
    text += `${name}: ${value}\r\n`
  }
  return text
}
