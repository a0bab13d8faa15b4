import { Buffer } from 'node:buffer'
import { STATUS_CODES } from 'node:http'

const UNSAFE = /[^\t\x20-\x7e\x80-\xff]/
const LENGTH = 'content-length'
/** Longer ones are made anew each time: what is kept is kept as long as a connection. */
const KEPT_CHARACTERS_MAX = 4 * 1024

export type AnswerLines = {
  /** All but the end of the line of the last header, and the line's own end. */
  readonly text: string
  readonly hasLength: boolean
  readonly hasConnection: boolean
}

/**
 * The lines by which answers on one connection begin. Most say what the one before said, but for the last value, which tells
 * them apart; then only that value is looked at.
 */
export class AnswerHeads {
  #status = 0
  #headers: readonly string[] = []
  #lines: AnswerLines | undefined
  #isFlat = false

  /** Names and values in turn. Throws when there is a value that cannot be sent. */
  read(status: number, headers: readonly string[]): AnswerLines {
    const last = headers.at(-1)
    if (last !== undefined) expectSafe(last)
    const known = this.#lines
    if (known !== undefined && status === this.#status && isSameButLast(headers, this.#headers))
      return this.#isFlat ? known : this.#flattened(known)
    const lines = linesOf(status, headers)
    const isKept = lines.text.length <= KEPT_CHARACTERS_MAX
    this.#lines = isKept ? lines : undefined
    this.#headers = isKept ? [...headers] : []
    this.#status = status
    this.#isFlat = false
    return lines
  }

  /** A text that was put together of many is copied piece by piece whenever it is sent; of one piece it is copied at once. */
  #flattened({ text, ...lines }: AnswerLines): AnswerLines {
    const flat = { ...lines, text: Buffer.from(text, 'latin1').toString('latin1') }
    this.#lines = flat
    this.#isFlat = true
    return flat
  }
}

function isSameButLast(headers: readonly string[], known: readonly string[]): boolean {
  if (headers.length !== known.length) return false
  for (let index = 0; index < headers.length - 1; index++) if (headers[index] !== known[index]) return false
  return true
}

function linesOf(status: number, headers: readonly string[]): AnswerLines {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}`
  let hasLength = false
  let hasConnection = false
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? ''
    if (name.length === LENGTH.length && name.toLowerCase() === LENGTH) hasLength = true
    else if (name === 'connection') hasConnection = true
    text += `\r\n${name}: `
    if (index + 2 >= headers.length) break
    const value = headers[index + 1] ?? ''
    expectSafe(value)
    text += value
  }
  return { text, hasLength, hasConnection }
}

/** A line end in a value would be a header of somebody else's. */
function expectSafe(value: string): void {
  if (UNSAFE.test(value)) throw new Error('a header that cannot be sent')
}
