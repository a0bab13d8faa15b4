/** A signature longer than this is not followed over pieces. */
const SIGNATURE_BYTES_MAX = 256 * 1024
const QUOTE = 0x22

/** Finds the values of one JSON key in an answer as it passes, however it is cut. */
export class SignatureScanner {
  readonly #key: Buffer
  readonly #found: (signature: string) => void
  /** The end of the last piece: it may hold the beginning of a key or of a value. */
  #rest: Buffer = Buffer.alloc(0)

  /** `key` with its quotes, colon and opening quote, as the vendor writes it: `"signature":"`. */
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
      const start = at + this.#key.length
      const end = bytes.indexOf(QUOTE, start)
      if (end < 0) {
        this.#rest =
          bytes.length - at > SIGNATURE_BYTES_MAX ? Buffer.alloc(0) : Buffer.from(bytes.subarray(at))
        return
      }
      this.#found(bytes.toString('latin1', start, end))
      from = end + 1
    }
  }
}
