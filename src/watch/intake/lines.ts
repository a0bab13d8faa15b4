import { BLOCK_BYTES, type Framer, LINE_BYTES_MAX, type Piece, type Position } from './block.ts'

const NEWLINE = 0x0a

/** Cuts bytes into blocks of whole lines. */
export function lineFramer(
  file: string,
  from: Position,
  { blockBytes, lineBytesMax } = { blockBytes: BLOCK_BYTES, lineBytesMax: LINE_BYTES_MAX },
): Framer {
  let buffer = Buffer.allocUnsafeSlow(2 * blockBytes)
  let filled = 0
  let isDiscarding = false
  let position = from

  function consume(bytes: number, lines: number): Position {
    position = { bytes: position.bytes + bytes, lines: position.lines + lines }
    return position
  }

  function tooLong(): Piece {
    const line = position.lines + 1
    return { kind: 'rejection', rejection: { file, line, reason: 'line-too-long' }, next: position }
  }

  /** Hands out the buffer up to `end` and starts the next one with what is left. */
  function cut(end: number, isFinished: boolean): Piece {
    const whole = buffer
    const rest = whole.subarray(end, filled)
    buffer = Buffer.allocUnsafeSlow(Math.max(2 * blockBytes, rest.length))
    buffer.set(rest)
    filled = rest.length
    const bytes = whole.subarray(0, end)
    const firstLine = position.lines + 1
    const next = consume(end, isFinished ? newlines(bytes) : 1)
    return { kind: 'block', file, firstLine, bytes, isFinished, next }
  }

  /** The whole lines in the buffer. Only the first can be too long: each step is shorter than a line may be. */
  function* cutWhole(): Generator<Piece> {
    const last = filled === 0 ? -1 : buffer.lastIndexOf(NEWLINE, filled - 1)
    if (last < 0) return
    const first = buffer.indexOf(NEWLINE)
    if (first > lineBytesMax) {
      const refusal = tooLong()
      buffer.copyWithin(0, first + 1, filled)
      filled -= first + 1
      yield { ...refusal, next: consume(first + 1, 1) }
      if (last > first) yield cut(last - first, true)
    } else yield cut(last + 1, true)
  }

  function append(chunk: Uint8Array): void {
    if (filled + chunk.length > buffer.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(2 * buffer.length, filled + chunk.length))
      grown.set(buffer.subarray(0, filled))
      buffer = grown
    }
    buffer.set(chunk, filled)
    filled += chunk.length
  }

  function* push(chunk: Uint8Array): Generator<Piece> {
    let rest = chunk
    while (rest.length > 0) {
      if (isDiscarding) {
        const newline = rest.indexOf(NEWLINE)
        if (newline < 0) return void consume(rest.length, 0)
        const refusal = tooLong()
        isDiscarding = false
        yield { ...refusal, next: consume(newline + 1, 1) }
        rest = rest.subarray(newline + 1)
        continue
      }
      // Small steps keep blocks near their size however large the chunks are.
      const step = rest.subarray(0, blockBytes)
      rest = rest.subarray(step.length)
      append(step)
      if (filled < blockBytes) continue
      yield* cutWhole()
      if (filled > lineBytesMax) {
        consume(filled, 0)
        buffer = Buffer.allocUnsafeSlow(2 * blockBytes)
        filled = 0
        isDiscarding = true
      }
    }
  }

  function* end(isCut: boolean): Generator<Piece> {
    if (isDiscarding) {
      const refusal = tooLong()
      yield { ...refusal, next: consume(0, 1) }
      return
    }
    yield* cutWhole()
    if (filled > 0 && !isCut) yield cut(filled, false)
  }

  return {
    push,
    end,
    line: () => position.lines + 1 + (filled === 0 ? 0 : newlines(buffer.subarray(0, filled))),
    position: () => position,
  }
}

export function newlines(bytes: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count += 1
  return count
}
