import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BLOCK_HEADER_BYTES, HASH_BYTES, sealBlock } from './block.ts'
import { holdsAnchor, LedgerCursor } from './cursor.ts'
import { segmentName } from './segments.ts'

const segment = segmentName(0)
let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cursor-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** Blocks of these payloads, end to end, and the hash of the last. */
function blocksOf(payloads: readonly number[]): { readonly bytes: Buffer; readonly hash: Buffer } {
  let hash: Buffer = Buffer.alloc(HASH_BYTES)
  const blocks = payloads.map((payload, at) => {
    const block = Buffer.alloc(BLOCK_HEADER_BYTES + payload, at)
    hash = sealBlock(block, { records: 1, isCheckpoint: false, firstSeq: at, ts: at, previous: hash })
    return block
  })
  return { bytes: Buffer.concat(blocks), hash }
}

test('a cursor finds the end over small blocks, large ones, and a header on the edge of what is read at once', () => {
  // The second header begins at every place around 64 KiB.
  for (let short = 0; short <= 2 * BLOCK_HEADER_BYTES; short += 8) {
    const { bytes, hash } = blocksOf([64 * 1024 - short, 700, 200_000, ...Array<number>(300).fill(900), 1])
    writeFileSync(join(directory, segment), bytes)
    const { place, last } = new LedgerCursor(directory).advance()
    expect(place).toEqual({ segment, offset: bytes.length })
    expect(last).toEqual({
      segment,
      offset: bytes.length - BLOCK_HEADER_BYTES - 1,
      hash: hash.toString('hex'),
    })
    expect(last && holdsAnchor(directory, last)).toBe(true)
  }
})

test('a cursor stops before a block that is not whole, and goes on once it is', () => {
  const { bytes } = blocksOf([900, 900, 900])
  const path = join(directory, segment)
  const third = 2 * (BLOCK_HEADER_BYTES + 900)
  const cursor = new LedgerCursor(directory)
  for (const cut of [third + 1, third + BLOCK_HEADER_BYTES, bytes.length - 1]) {
    writeFileSync(path, bytes)
    truncateSync(path, cut)
    expect(cursor.advance().place).toEqual({ segment, offset: third })
  }
  writeFileSync(path, bytes)
  expect(cursor.advance().place).toEqual({ segment, offset: bytes.length })
})
