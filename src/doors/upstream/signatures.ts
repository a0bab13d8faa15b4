/** A value longer than this is not followed over pieces. */
const SIGNATURE_BYTES_MAX = 256 * 1024
const QUOTE = 0x22
const COLON = 0x3a

/** Finds the texts that stand under one JSON key in an answer as it passes, however it is cut and spaced. */
export class SignatureScanner {
  readonly #key: Buffer
  readonly #found: (signature: string) => void
  /** The end of the last piece: it may hold the beginning of a key or of a value. */
  #rest: Buffer = Buffer.alloc(0)

  /** `key` with its quotes: `"signature"`. Vendors write whole answers with spaces and streams without. */
  constructor(key: Buffer, found: (signature: string) => void) {
    this.#key = key
    this.#found = found
  }

  push(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let from = 0
    for (;;) {
      const at = bytes.indexOf(this.#key, from)
      if (at < 0) {
        // A key may begin in this piece's last bytes; copied, so that the piece itself is not held.
        this.#rest = Buffer.from(bytes.subarray(Math.max(from, bytes.length - this.#key.length + 1)))
        return
      }
      const start = textStart(bytes, at + this.#key.length)
      const end = start < 0 ? at + this.#key.length : bytes.indexOf(QUOTE, start)
      if (end < 0 || start === bytes.length) {
        this.#rest =
          bytes.length - at > SIGNATURE_BYTES_MAX ? Buffer.alloc(0) : Buffer.from(bytes.subarray(at))
        return
      }
      if (start >= 0) this.#found(bytes.toString('latin1', start, end))
      from = start < 0 ? end : end + 1
    }
  }
}

/** Where the text under a key begins; the length where that is still to come, -1 where what follows is no text. */
function textStart(bytes: Buffer, from: number): number {
  let isBehindColon = false
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === QUOTE && isBehindColon) return at + 1
    if (byte === COLON && !isBehindColon) isBehindColon = true
    else if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return -1
  }
  return bytes.length
}
