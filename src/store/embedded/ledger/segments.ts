import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import {
  BLOCK_HEADER_BYTES,
  BLOCK_PAYLOAD_BYTES_MAX,
  type BlockHeader,
  payloadHolds,
  readBlockHeader,
} from './block.ts'

export type Segment = { readonly path: string; readonly name: string; readonly firstSeq: number }

export type Block = {
  readonly header: BlockHeader
  /** Where the block starts in its file. */
  readonly offset: number
  /** Header and payload. Valid until the next block is asked for. */
  readonly bytes: Buffer
  readonly payload: Buffer
}

export type SegmentEnd =
  | { readonly kind: 'whole'; readonly bytes: number }
  /** From `offset` on, the bytes are no block. */
  | { readonly kind: 'damaged'; readonly offset: number; readonly bytes: number }

const NAME = /^(\d{16})\.wal$/
const READ_BYTES = 2 * (BLOCK_HEADER_BYTES + BLOCK_PAYLOAD_BYTES_MAX)

export function segmentName(firstSeq: number): string {
  return `${String(firstSeq).padStart(16, '0')}.wal`
}

/** Oldest first. */
export function listSegments(directory: string): readonly Segment[] {
  return readdirSync(directory)
    .filter((name) => NAME.test(name))
    .sort()
    .map((name) => ({ name, path: join(directory, name), firstSeq: Number(NAME.exec(name)?.[1]) }))
}

/** Of a segment's first block, whatever stands behind it; nothing where none was written whole. */
export function firstHeader(path: string): BlockHeader | undefined {
  const bytes = Buffer.alloc(BLOCK_HEADER_BYTES)
  const file = openSync(path, 'r')
  try {
    return readBlockHeader(bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0)))
  } finally {
    closeSync(file)
  }
}

/** The blocks of one segment in order, from a block's start on; the return value says how the file ends. */
export function* blocksOf(path: string, from = 0): Generator<Block, SegmentEnd, undefined> {
  const file = openSync(path, 'r')
  try {
    const size = fstatSync(file).size
    let window = Buffer.allocUnsafe(Math.min(READ_BYTES, size))
    let windowStart = from
    let windowBytes = readSync(file, window, 0, window.length, from)
    let offset = from
    while (offset < size) {
      const refill = (): void => {
        if (window.length < Math.min(READ_BYTES, size - offset))
          window = Buffer.allocUnsafe(Math.min(READ_BYTES, size - offset))
        windowStart = offset
        windowBytes = readSync(file, window, 0, window.length, offset)
      }
      if (offset - windowStart + BLOCK_HEADER_BYTES > windowBytes) refill()
      const header = readBlockHeader(window.subarray(offset - windowStart, windowBytes))
      if (header === undefined) return { kind: 'damaged', offset, bytes: size }
      const bytes = BLOCK_HEADER_BYTES + header.payloadBytes
      if (offset - windowStart + bytes > windowBytes) refill()
      const start = offset - windowStart
      if (start + bytes > windowBytes) return { kind: 'damaged', offset, bytes: size }
      const block = window.subarray(start, start + bytes)
      const payload = block.subarray(BLOCK_HEADER_BYTES)
      if (!payloadHolds(header, payload)) return { kind: 'damaged', offset, bytes: size }
      yield { header, offset, bytes: block, payload }
      offset += bytes
    }
    return { kind: 'whole', bytes: size }
  } finally {
    closeSync(file)
  }
}
