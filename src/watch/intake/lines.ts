import { BLOCK_BYTES, type Framer, LINE_BYTES_MAX, type Piece, type Position } from './block.ts'
import { ByteBuffer, newlines } from './byte-buffer.ts'

const NEWLINE = 0x0a

export type FrameSizes = { readonly blockBytes: number; readonly lineBytesMax: number }

const SIZES: FrameSizes = { blockBytes: BLOCK_BYTES, lineBytesMax: LINE_BYTES_MAX }

/** Cuts bytes into blocks of whole lines. */
export class LineFramer implements Framer {
  readonly #file: string
  readonly #sizes: FrameSizes
  #held: ByteBuffer
  #position: Position
  #isDiscarding = false

  constructor(file: string, from: Position, sizes = SIZES) {
    this.#file = file
    this.#sizes = sizes
    this.#position = from
    this.#held = new ByteBuffer(2 * sizes.blockBytes)
  }

  *push(chunk: Uint8Array): Generator<Piece> {
    const { blockBytes, lineBytesMax } = this.#sizes
    let rest = chunk
    while (rest.length > 0) {
      if (this.#isDiscarding) {
        const newline = rest.indexOf(NEWLINE)
        if (newline < 0) return void this.#consume(rest.length, 0)
        yield this.#tooLong(newline + 1)
        this.#isDiscarding = false
        rest = rest.subarray(newline + 1)
        continue
      }
      // Small steps keep blocks near their size however large the chunks are.
      this.#held.append(rest.subarray(0, blockBytes))
      rest = rest.subarray(blockBytes)
      if (this.#held.length < blockBytes) continue
      yield* this.#whole()
      if (this.#held.length <= lineBytesMax) continue
      this.#consume(this.#held.length, 0)
      this.#held = new ByteBuffer(2 * blockBytes)
      this.#isDiscarding = true
    }
  }

  *end(isCut: boolean): Generator<Piece> {
    if (this.#isDiscarding) return yield this.#tooLong(0)
    yield* this.#whole()
    if (this.#held.length > 0 && !isCut) yield this.#cut(this.#held.length, false)
  }

  line(): number {
    return this.#position.lines + 1
  }

  position(): Position {
    return this.#position
  }

  /** The whole lines held. Only the first can be too long: each step is shorter than a line may be. */
  *#whole(): Generator<Piece> {
    let last = this.#held.view().lastIndexOf(NEWLINE)
    if (last < 0) return
    const first = this.#held.view().indexOf(NEWLINE)
    if (first > this.#sizes.lineBytesMax) {
      this.#held.drop(first + 1)
      last -= first + 1
      yield this.#tooLong(first + 1)
    }
    if (last >= 0) yield this.#cut(last + 1, true)
  }

  #cut(count: number, isFinished: boolean): Piece {
    const bytes = this.#held.take(count)
    const firstLine = this.line()
    const next = this.#consume(count, isFinished ? newlines(bytes) : 1)
    return { kind: 'block', file: this.#file, firstLine, bytes, isFinished, next }
  }

  #tooLong(count: number): Piece {
    const rejection = { file: this.#file, line: this.line(), reason: 'line-too-long' } as const
    return { kind: 'rejection', rejection, next: this.#consume(count, 1) }
  }

  #consume(bytes: number, lines: number): Position {
    this.#position = { bytes: this.#position.bytes + bytes, lines: this.#position.lines + lines }
    return this.#position
  }
}
