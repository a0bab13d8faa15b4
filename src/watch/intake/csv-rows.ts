import { BLOCK_BYTES, type Framer, type Piece, type Position } from './block.ts'
import { ByteBuffer, newlines } from './byte-buffer.ts'
import type { FrameSizes } from './lines.ts'

const NEWLINE = 0x0a
const QUOTE = 0x22

/** A row is bounded tighter than a line: a stray quote swallows everything up to this many bytes before it is seen. */
const SIZES: FrameSizes = { blockBytes: BLOCK_BYTES, lineBytesMax: 4 * 1024 * 1024 }

/** Cuts CSV (RFC 4180) into blocks of whole rows: a line end inside quotes does not end a row. */
export class CsvFramer implements Framer {
  readonly #file: string
  readonly #sizes: FrameSizes
  readonly #held: ByteBuffer
  #position: Position
  /** In what is held: scanned up to here, and whole rows end here. */
  #scanned = 0
  #rowEnd = 0
  #isQuoted = false
  #isDiscarding = false

  constructor(file: string, from: Position, sizes = SIZES) {
    this.#file = file
    this.#sizes = sizes
    this.#position = from
    this.#held = new ByteBuffer(2 * sizes.blockBytes)
  }

  *push(chunk: Uint8Array): Generator<Piece> {
    let rest = chunk
    while (rest.length > 0) {
      if (this.#isDiscarding) {
        const newline = rest.indexOf(NEWLINE)
        if (newline < 0) return void this.#consume(rest.length, 0)
        yield this.#refuse('line-too-long', newline + 1)
        this.#isDiscarding = false
        rest = rest.subarray(newline + 1)
        continue
      }
      this.#held.append(rest.subarray(0, this.#sizes.blockBytes))
      rest = rest.subarray(this.#sizes.blockBytes)
      this.#scan()
      yield* this.#giveUp()
      if (this.#rowEnd >= this.#sizes.blockBytes) yield this.#cut(this.#rowEnd, true)
    }
  }

  *end(isCut: boolean): Generator<Piece> {
    if (this.#isDiscarding) return yield this.#refuse('line-too-long', 0)
    // A quote still open at the end is a stray one unless the row was cut off: give back the lines it swallowed.
    while (this.#isQuoted && !isCut && this.#held.view().indexOf(NEWLINE, this.#rowEnd) >= 0)
      yield* this.#refuseRow()
    if (this.#rowEnd > 0) yield this.#cut(this.#rowEnd, true)
    if (this.#held.length > 0 && !isCut) yield this.#cut(this.#held.length, false)
  }

  line(): number {
    return this.#position.lines + 1
  }

  position(): Position {
    return this.#position
  }

  #scan(): void {
    const held = this.#held.view()
    let quote = held.indexOf(QUOTE, this.#scanned)
    while (this.#scanned < held.length) {
      if (this.#isQuoted) {
        if (quote < 0) break
        this.#isQuoted = false
        this.#scanned = quote + 1
        quote = held.indexOf(QUOTE, this.#scanned)
        continue
      }
      const newline = held.indexOf(NEWLINE, this.#scanned)
      if (quote >= 0 && (newline < 0 || quote < newline)) {
        this.#isQuoted = true
        this.#scanned = quote + 1
        quote = held.indexOf(QUOTE, this.#scanned)
        continue
      }
      if (newline < 0) break
      this.#rowEnd = newline + 1
      this.#scanned = newline + 1
    }
    this.#scanned = held.length
  }

  /** A row longer than a row may be: of one line, it is too long; of many, a stray quote has swallowed them. */
  *#giveUp(): Generator<Piece> {
    while (this.#held.length - this.#rowEnd > this.#sizes.lineBytesMax) {
      if (this.#held.view().indexOf(NEWLINE, this.#rowEnd) >= 0) {
        yield* this.#refuseRow()
        continue
      }
      if (this.#rowEnd > 0) yield this.#cut(this.#rowEnd, true)
      this.#consume(this.#held.length, 0)
      this.#held.truncate(0)
      this.#scanned = 0
      this.#isQuoted = false
      this.#isDiscarding = true
    }
  }

  /** Refuses the first line of the row at hand and reads what follows it afresh. */
  *#refuseRow(): Generator<Piece> {
    if (this.#rowEnd > 0) yield this.#cut(this.#rowEnd, true)
    const newline = this.#held.view().indexOf(NEWLINE)
    this.#held.drop(newline + 1)
    yield this.#refuse('csv-malformed', newline + 1)
    this.#scanned = 0
    this.#isQuoted = false
    this.#scan()
  }

  #cut(count: number, isFinished: boolean): Piece {
    const bytes = this.#held.take(count)
    this.#scanned -= count
    this.#rowEnd = 0
    const firstLine = this.line()
    const next = this.#consume(count, newlines(bytes) + (isFinished ? 0 : 1))
    return { kind: 'block', file: this.#file, firstLine, bytes, isFinished, next }
  }

  #refuse(reason: 'line-too-long' | 'csv-malformed', count: number): Piece {
    const rejection = { file: this.#file, line: this.line(), reason } as const
    return { kind: 'rejection', rejection, next: this.#consume(count, 1) }
  }

  #consume(bytes: number, lines: number): Position {
    this.#position = { bytes: this.#position.bytes + bytes, lines: this.#position.lines + lines }
    return this.#position
  }
}
