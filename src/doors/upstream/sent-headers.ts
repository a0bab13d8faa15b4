import { Buffer } from 'node:buffer'

const PATH = /^\/[\x21-\x7e\x80-\xff]*$/
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
  #method = ''
  #path = ''
  #fixed = ''
  #head: Buffer | undefined

  constructor(pairs: readonly string[]) {
    this.pairs = pairs
  }

  /** Throws when there is a header that cannot be sent. */
  text(): string {
    this.#text ??= headerText(this.pairs)
    return this.#text
  }

  /** The head of a request with these headers, but for how long it is. The last such head is kept. */
  head(method: string, path: string, fixed: string): Buffer {
    if (this.#head === undefined || this.#path !== path || this.#method !== method || this.#fixed !== fixed) {
      if (!PATH.test(path)) throw new Error('a path that cannot be sent')
      const text = `${method} ${path} HTTP/1.1\r\n${fixed}${this.text()}`
      // Not of Node's pool: it is kept as long as its connection.
      this.#head = Buffer.allocUnsafeSlow(text.length)
      this.#head.write(text, 'latin1')
      this.#method = method
      this.#path = path
      this.#fixed = fixed
    }
    return this.#head
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
function headerText(pairs: readonly string[]): string {
  let text = ''
  for (let index = 0; index + 1 < pairs.length; index += 2) {
    const name = pairs[index] ?? ''
    const value = pairs[index + 1] ?? ''
    if (!NAME.test(name) || !VALUE.test(value)) throw new Error('a header that cannot be sent')
    text += `${name}: ${value}\r\n`
  }
  return text
}
