const NEWLINE = 0x0a
const SPACE = 0x20

/** Bytes that grow at one end. `take` hands them out with a memory of their own. */
export class ByteBuffer {
  #bytes: Buffer
  #length = 0

  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity)
  }

  get length(): number {
    return this.#length
  }

  append(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, needed))
      grown.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = grown
    }
    this.#bytes.set(bytes, this.#length)
    this.#length = needed
  }

  /** A view of what is held; good until the next change. */
  view(start = 0, end = this.#length): Buffer {
    return this.#bytes.subarray(start, end)
  }

  truncate(length: number): void {
    this.#length = length
  }

  drop(count: number): void {
    this.#bytes.copyWithin(0, count, this.#length)
    this.#length -= count
  }

  /** Line ends become spaces from `start` on. */
  joinLines(start: number): void {
    const held = this.view()
    for (let at = held.indexOf(NEWLINE, start); at >= 0; at = held.indexOf(NEWLINE, at + 1)) held[at] = SPACE
  }

  /** Hands out the first `count` bytes and keeps the rest in a new buffer. */
  take(count: number): Uint8Array {
    const whole = this.#bytes
    const rest = whole.subarray(count, this.#length)
    this.#bytes = Buffer.allocUnsafeSlow(Math.max(whole.length, rest.length))
    this.#bytes.set(rest)
    this.#length = rest.length
    return whole.subarray(0, count)
  }
}

export function newlines(bytes: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count += 1
  return count
}
