const QUOTE = 0x22
const BACKSLASH = 0x5c
const SPACE_MAX = 0x20

/**
 * Cuts bytes into JSON objects that follow one another. A server should answer with one, or with a stream of events;
 * some write message after message into a JSON answer, and their clients read them so.
 */
export class JsonValueReader {
  readonly #bytesMax: number
  #pieces: Buffer[] = []
  #bytes = 0
  #depth = 0
  #isText = false
  #isEscaped = false

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** Whether something has begun that has not ended. */
  get isWithin(): boolean {
    return this.#bytes > 0
  }

  /** Whole values; `undefined` when one is too long, or what comes is no object. */
  push(chunk: Buffer): readonly Buffer[] | undefined {
    const values: Buffer[] = []
    let start = 0
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0
      if (this.#isText) {
        this.#inText(byte)
        continue
      }
      if (this.#depth === 0) {
        if (byte <= SPACE_MAX) {
          start = at + 1
          continue
        }
        if (byte !== 0x7b && byte !== 0x5b) return undefined
        start = at
      }
      if (byte === QUOTE) this.#isText = true
      else if (byte === 0x7b || byte === 0x5b) this.#depth++
      else if (byte === 0x7d || byte === 0x5d) {
        this.#depth--
        if (this.#depth > 0) continue
        values.push(Buffer.concat([...this.#pieces, chunk.subarray(start, at + 1)]))
        this.#pieces = []
        this.#bytes = 0
        start = at + 1
      }
    }
    if (this.#depth > 0) {
      const rest = chunk.subarray(start)
      this.#pieces.push(rest)
      this.#bytes += rest.length
    }
    return this.#bytes > this.#bytesMax ? undefined : values
  }

  #inText(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false
    else if (byte === BACKSLASH) this.#isEscaped = true
    else if (byte === QUOTE) this.#isText = false
  }
}
