import type { Readable } from 'node:stream'

const NEWLINE = 0x0a

/** Whole lines of each chunk; `undefined` stands for one that was too long and was not kept. */
export async function* linesOf(
  input: Readable,
  bytesMax: number,
): AsyncGenerator<readonly (Buffer | undefined)[]> {
  let pieces: Buffer[] = []
  let bytes = 0
  for await (const chunk of input) {
    const buffer: Buffer = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    const lines: (Buffer | undefined)[] = []
    let start = 0
    for (let end = buffer.indexOf(NEWLINE); end >= 0; end = buffer.indexOf(NEWLINE, start)) {
      const piece = buffer.subarray(start, end)
      start = end + 1
      bytes += piece.length
      lines.push(bytes > bytesMax ? undefined : Buffer.concat([...pieces, piece]))
      pieces = []
      bytes = 0
    }
    const rest = buffer.subarray(start)
    bytes += rest.length
    if (bytes > bytesMax) pieces = []
    else if (rest.length > 0) pieces.push(rest)
    if (lines.length > 0) yield lines
  }
  if (bytes > bytesMax) yield [undefined]
  else if (bytes > 0) yield [Buffer.concat(pieces)]
}
