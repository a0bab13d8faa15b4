import { Buffer } from 'node:buffer'
/**
 * Keeps the first and last few kilobytes of an answer as it passes. The work a piece costs does not grow with the
 * answer, so a fast stream is not slowed and a long one needs no memory.
 */
export class Tap {
  static readonly HEAD_BYTES = 4 * 1024
  static readonly TAIL_BYTES = 8 * 1024
  bytes = 0
  readonly #head: Buffer[] = []
  #headBytes = 0
  /** Pieces that together hold at least the tail, newest last. */
  #pieces: Buffer[] = []
  #pieceBytes = 0

  push(chunk: Buffer): void {
    this.bytes += chunk.length
    if (this.#headBytes < Tap.HEAD_BYTES) {
      const room = Tap.HEAD_BYTES - this.#headBytes
      const piece = chunk.length <= room ? chunk : chunk.subarray(0, room)
      this.#head.push(piece)
      this.#headBytes += piece.length
    }
    if (chunk.length >= Tap.TAIL_BYTES) {
      this.#pieces = [chunk.subarray(chunk.length - Tap.TAIL_BYTES)]
      this.#pieceBytes = Tap.TAIL_BYTES
      return
    }
    this.#pieces.push(chunk)
    this.#pieceBytes += chunk.length
    // Compacting at twice the tail makes the copying a constant share of the bytes that pass.
    if (this.#pieceBytes > 2 * Tap.TAIL_BYTES) this.#compact()
  }

  head(): Buffer {
    return this.#head.length === 1 ? (this.#head[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#head)
  }

  tail(): Buffer {
    return this.#pieces.length === 1 ? (this.#pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#pieces)
  }

  #compact(): void {
    const all = Buffer.concat(this.#pieces)
    this.#pieces = [Buffer.from(all.subarray(all.length - Tap.TAIL_BYTES))]
    this.#pieceBytes = Tap.TAIL_BYTES
  }
}
