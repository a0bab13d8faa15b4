// Follows a ledger while it is written: by block headers alone, so that what was written meanwhile costs next to nothing.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { BLOCK_HEADER_BYTES, hashBlock, payloadBytesAt, readBlockHeader } from './block.ts'
import { listSegments } from './segments.ts'

/** Where a block begins, or where the next one will. */
export type LedgerPlace = { readonly segment: string; readonly offset: number }

/** A block that is there, by its place and its hash: with it, all that was written before it. */
export type LedgerAnchor = LedgerPlace & { readonly hash: string }

const WINDOW_BYTES = 64 * 1024

export class LedgerCursor {
  readonly #directory: string
  #place: LedgerPlace | undefined
  #last: LedgerAnchor | undefined
  /** While little comes a block is an exchange or two, and to ask the system for each header costs more than to read it all. */
  readonly #window = Buffer.allocUnsafe(WINDOW_BYTES)

  /** Follows from a block on, or from the beginning. */
  constructor(directory: string, from?: LedgerPlace) {
    this.#directory = directory
    this.#place = from
  }

  /** The place behind the last whole block there is now, and that block. */
  advance(): { readonly place: LedgerPlace | undefined; readonly last: LedgerAnchor | undefined } {
    for (const { name } of listSegments(this.#directory)) {
      if (this.#place !== undefined && name < this.#place.segment) continue
      this.#walk(name, this.#place?.segment === name ? this.#place.offset : 0)
    }
    return { place: this.#place, last: this.#last }
  }

  #walk(segment: string, from: number): void {
    const file = openSync(join(this.#directory, segment), 'r')
    try {
      const { size } = fstatSync(file)
      const window = this.#window
      let [start, end] = [from, from]
      let offset = from
      let last: number | undefined
      while (offset + BLOCK_HEADER_BYTES <= size) {
        if (offset + BLOCK_HEADER_BYTES > end) {
          start = offset
          end = start + readSync(file, window, 0, window.length, start)
        }
        const payload = end - offset < BLOCK_HEADER_BYTES ? undefined : payloadBytesAt(window, offset - start)
        if (payload === undefined || offset + BLOCK_HEADER_BYTES + payload > size) break
        last = offset
        offset += BLOCK_HEADER_BYTES + payload
      }
      this.#place = { segment, offset }
      if (last === undefined) return
      readSync(file, window, 0, BLOCK_HEADER_BYTES, last)
      const hash = readBlockHeader(window)?.hash.toString('hex')
      if (hash !== undefined) this.#last = { segment, offset: last, hash }
    } finally {
      closeSync(file)
    }
  }
}

/** Whether the ledger still has this very block, whole: a ledger that was cut or replaced has not. */
export function holdsAnchor(directory: string, { segment, offset, hash }: LedgerAnchor): boolean {
  if (!listSegments(directory).some(({ name }) => name === segment)) return false
  const file = openSync(join(directory, segment), 'r')
  try {
    const head = Buffer.alloc(BLOCK_HEADER_BYTES)
    readSync(file, head, 0, head.length, offset)
    const header = readBlockHeader(head)
    if (header === undefined || header.hash.toString('hex') !== hash) return false
    const block = Buffer.alloc(BLOCK_HEADER_BYTES + header.payloadBytes)
    return (
      readSync(file, block, 0, block.length, offset) === block.length && hashBlock(block).equals(header.hash)
    )
  } finally {
    closeSync(file)
  }
}
