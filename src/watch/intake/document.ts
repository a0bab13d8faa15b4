import { BLOCK_BYTES, type Framer, LINE_BYTES_MAX, type Piece, type Position } from './block.ts'
import { ByteBuffer } from './byte-buffer.ts'
import type { FrameSizes } from './lines.ts'

const NEWLINE = 0x0a
const SPACE = 0x20
const QUOTE = 0x22
const COMMA = 0x2c
const OPEN_ARRAY = 0x5b
const BACKSLASH = 0x5c
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

const SIZES: FrameSizes = { blockBytes: BLOCK_BYTES, lineBytesMax: LINE_BYTES_MAX }
const KEY_BYTES_MAX = 80

/**
 * Cuts JSON that is not one value a line into records and puts each on one line: the elements of a top-level
 * array, or values that follow one another however they are laid out. An object that grows large in one of the
 * named members (`resourceSpans`, `data`…) is split there, each part starting with what stood before the member,
 * so that a document of any size passes in bounded memory. It tracks depth and strings; JSON.parse judges the rest.
 */
export class DocumentFramer implements Framer {
  readonly #file: string
  readonly #containers: ReadonlySet<string>
  readonly #sizes: FrameSizes
  readonly #held: ByteBuffer
  /** Where the current record starts in what is held; what stands before it is whole records. */
  #start = 0
  /** Where the current record's large member starts in what is held; 0 for none. */
  #container = 0
  #lineOf: number[] = []
  #position: Position
  #bytes: number
  #line: number
  #recordLine = 0
  #depth = 0
  #isArrayOpen = false
  #isInside = false
  #isInString = false
  #isEscaped = false
  #isTooLong = false

  constructor(file: string, from: Position, containers: readonly string[] = [], sizes = SIZES) {
    this.#file = file
    this.#containers = new Set(containers)
    this.#sizes = sizes
    this.#held = new ByteBuffer(2 * sizes.blockBytes)
    this.#position = from
    this.#bytes = from.bytes
    this.#line = from.lines + 1
  }

  *push(chunk: Uint8Array): Generator<Piece> {
    let saved = 0
    for (let at = 0; at < chunk.length; ) {
      if (!this.#isInside) {
        if (!this.#begins(chunk[at] ?? 0)) {
          at += 1
          continue
        }
        saved = at
      }
      const start = at
      at = this.#advance(chunk, at)
      // The large member is known by its key, which stands before the bracket just passed.
      if (this.#opensMember(chunk[at - 1], at - start)) {
        saved = this.#save(chunk, saved, at)
        if (this.#containers.has(this.#key())) this.#container = this.#held.length
      }
      if (!this.#isInside) {
        saved = this.#save(chunk, saved, at)
        yield* this.#close(this.#bytes + at)
      } else if (this.#mustSplit(chunk[at], at - saved)) {
        saved = this.#save(chunk, saved, at) + 1
        at += 1
        yield this.#split()
      }
    }
    if (this.#isInside) this.#save(chunk, saved, chunk.length)
    this.#bytes += chunk.length
  }

  *end(isCut: boolean): Generator<Piece> {
    // A bare number or word ends with the input; anything else that is open has been cut.
    if (this.#isInside && this.#depth === 0 && !this.#isInString && !isCut) {
      this.#isInside = false
      yield* this.#close(this.#bytes)
    }
    if (this.#lineOf.length > 0) yield this.#flush()
    if (isCut || (!this.#isInside && !this.#isArrayOpen)) return
    const rejection = this.#isInside
      ? ({ file: this.#file, line: this.#recordLine, reason: 'line-unfinished' } as const)
      : ({ file: this.#file, line: this.#line, reason: 'input-truncated' } as const)
    yield { kind: 'rejection', rejection, next: this.#position }
  }

  line(): number {
    return this.#isInside ? this.#recordLine : this.#line
  }

  position(): Position {
    return this.#position
  }

  /** A byte between records: true when it starts one. */
  #begins(byte: number): boolean {
    if (byte === NEWLINE) this.#line += 1
    if (byte <= SPACE || byte === COMMA) return false
    if (byte === OPEN_ARRAY && !this.#isArrayOpen) this.#isArrayOpen = true
    else if (byte === CLOSE_ARRAY) this.#isArrayOpen = false
    else {
      this.#isInside = true
      this.#start = this.#held.length
      this.#recordLine = this.#line
      this.#depth = 0
      this.#container = 0
      return true
    }
    return false
  }

  /** Reads on inside a record to the next place where something is to be decided, or to the end of the chunk. */
  #advance(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0
      if (byte === NEWLINE) {
        // A raw newline in a string is no JSON: the record is broken, and the next line is where to go on.
        if (this.#isInString || this.#depth === 0) return this.#leave(at)
        this.#line += 1
      } else if (this.#isInString) {
        if (this.#isEscaped) this.#isEscaped = false
        else if (byte === BACKSLASH) this.#isEscaped = true
        else if (byte === QUOTE) {
          this.#isInString = false
          if (this.#depth === 0) return this.#leave(at + 1)
        }
      } else if (byte === QUOTE) this.#isInString = true
      else if (byte === OPEN_OBJECT) this.#depth += 1
      else if (byte === OPEN_ARRAY) {
        this.#depth += 1
        if (this.#depth === 2 && this.#containers.size > 0) return at + 1
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        if (this.#depth === 0) return this.#leave(byte === CLOSE_ARRAY && this.#isArrayOpen ? at : at + 1)
        this.#depth -= 1
        if (this.#depth === 1) this.#container = 0
        if (this.#depth === 0) return this.#leave(at + 1)
      } else if (byte === COMMA) {
        if (this.#depth === 0) return this.#leave(at)
        if (this.#depth === 2 && this.#container > 0 && at > from) return at
      } else if (this.#depth === 0 && byte <= SPACE) return this.#leave(at)
    }
    return chunk.length
  }

  #leave(at: number): number {
    this.#isInside = false
    this.#isInString = false
    this.#isEscaped = false
    return at
  }

  #opensMember(byte: number | undefined, advanced: number): boolean {
    const isAtMember = this.#isInside && !this.#isInString && this.#depth === 2 && this.#container === 0
    return isAtMember && byte === OPEN_ARRAY && advanced > 0
  }

  #mustSplit(byte: number | undefined, unsaved: number): boolean {
    if (byte !== COMMA || this.#isInString || this.#container === 0 || this.#depth !== 2) return false
    return this.#held.length + unsaved - this.#container > this.#sizes.blockBytes && !this.#isTooLong
  }

  #save(chunk: Uint8Array, from: number, to: number): number {
    if (this.#isTooLong) return to
    const length = this.#held.length
    this.#held.append(chunk.subarray(from, to))
    this.#held.joinLines(length)
    if (this.#held.length - this.#start > this.#sizes.lineBytesMax) {
      this.#isTooLong = true
      this.#held.truncate(this.#start)
    }
    return to
  }

  /** The member that the bracket just saved belongs to. */
  #key(): string {
    const { length } = this.#held
    const before = this.#held.view(Math.max(this.#start, length - KEY_BYTES_MAX), length)
    return /"([^"\\]*)"\s*:\s*\[$/.exec(before.toString('latin1'))?.[1] ?? ''
  }

  *#close(bytes: number): Generator<Piece> {
    const before = this.#position
    this.#position = { bytes, lines: this.#line - 1 }
    if (this.#isTooLong) {
      this.#isTooLong = false
      if (this.#lineOf.length > 0) yield this.#flush(before)
      const rejection = { file: this.#file, line: this.#recordLine, reason: 'record-too-long' } as const
      return yield { kind: 'rejection', rejection, next: this.#position }
    }
    this.#held.append(Buffer.from('\n'))
    this.#lineOf.push(this.#recordLine)
    this.#start = this.#held.length
    if (this.#held.length >= this.#sizes.blockBytes) yield this.#flush()
  }

  /** Hands out a large member as far as it has come, and goes on with an object that starts the same way. */
  #split(): Piece {
    const prefix = Buffer.from(this.#held.view(this.#start, this.#container))
    this.#held.append(Buffer.from(']}\n'))
    this.#lineOf.push(this.#recordLine)
    this.#start = this.#held.length
    // Nobody can go on from inside an object, so the position stays where the last whole record ended.
    const piece = this.#flush()
    this.#held.append(prefix)
    this.#container = this.#held.length
    this.#recordLine = this.#line
    return piece
  }

  #flush(next = this.#position): Piece {
    const lineOf = this.#lineOf
    const bytes = this.#held.take(this.#start)
    this.#lineOf = []
    this.#start = 0
    return {
      kind: 'block',
      file: this.#file,
      firstLine: lineOf[0] ?? 1,
      bytes,
      lineOf,
      isFinished: true,
      next,
    }
  }
}
