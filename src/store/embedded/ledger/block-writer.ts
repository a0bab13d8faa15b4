import type { KeyObject } from 'node:crypto'
import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { BLOCK_HEADER_BYTES, BLOCK_PAYLOAD_BYTES_MAX, sealBlock } from './block.ts'
import { RECORD_HEADER_BYTES, recordBytes, writeRecordHeader } from './records.ts'
import { listSegments, segmentName } from './segments.ts'
import { keyId, signCheckpoint } from './signing.ts'

export type LedgerHead = {
  /** Sequence number of the next record; the first is 1. */
  readonly nextSeq: number
  readonly hash: Buffer
}

export type BlockWriterOptions = {
  readonly directory: string
  readonly head: LedgerHead
  readonly key: KeyObject
  readonly segmentBytes: number
  /** Zero keeps everything. */
  readonly retainMs: number
  readonly retainBytes: number
  readonly now: () => number
}

const CHECKPOINT_BYTES_MAX = 4 * 1024

/** Appends blocks to the newest segment, keeps the chain, signs checkpoints, starts and retires segments. */
export class BlockWriter implements Disposable {
  readonly #options: BlockWriterOptions
  readonly #keyId: string
  readonly #block = Buffer.alloc(BLOCK_HEADER_BYTES + BLOCK_PAYLOAD_BYTES_MAX)
  #file: number
  #fileBytes: number
  #nextSeq: number
  #hash: Buffer
  #isSynced = true
  #blocksSinceCheckpoint = 0

  private constructor(options: BlockWriterOptions, file: number, fileBytes: number) {
    this.#options = options
    this.#keyId = keyId(options.key)
    this.#file = file
    this.#fileBytes = fileBytes
    this.#nextSeq = options.head.nextSeq
    this.#hash = options.head.hash
  }

  static open(options: BlockWriterOptions): BlockWriter {
    const newest = listSegments(options.directory).at(-1)
    const path = newest?.path ?? join(options.directory, segmentName(options.head.nextSeq))
    const file = openSync(path, 'a')
    syncDirectory(options.directory)
    return new BlockWriter(options, file, statSync(path).size)
  }

  /** Where the caller puts records before `append`. */
  get space(): Buffer {
    return this.#block.subarray(BLOCK_HEADER_BYTES)
  }

  get isSynced(): boolean {
    return this.#isSynced
  }

  get needsCheckpoint(): boolean {
    return this.#blocksSinceCheckpoint > 0
  }

  /** Writes the first `bytes` of `space` as one block. On failure the file is as it was. */
  append(bytes: number, records: number, isCheckpoint = false): void {
    // Before the block, not after: a segment that cannot be begun must not look like a block that was not written.
    if (!isCheckpoint && this.#fileBytes >= this.#options.segmentBytes) this.#rotate(bytes)
    const block = this.#block.subarray(0, BLOCK_HEADER_BYTES + bytes)
    const hash = sealBlock(block, {
      records,
      isCheckpoint,
      firstSeq: this.#nextSeq,
      ts: this.#options.now(),
      previous: this.#hash,
    })
    this.#write(block)
    this.#fileBytes += block.length
    this.#nextSeq += records
    this.#hash = hash
    this.#isSynced = false
    this.#blocksSinceCheckpoint = isCheckpoint ? 0 : this.#blocksSinceCheckpoint + 1
  }

  checkpoint(): void {
    const { key, now } = this.#options
    const checkpoint = signCheckpoint(key, this.#keyId, {
      seq: this.#nextSeq - 1,
      head: this.#hash,
      ts: now(),
    })
    const payload = Buffer.from(JSON.stringify(checkpoint))
    const size = recordBytes(payload.length)
    this.space.fill(0, 0, size)
    writeRecordHeader(this.space, 0, 'checkpoint', 0, payload.length)
    payload.copy(this.space, RECORD_HEADER_BYTES)
    this.append(size, 1, true)
  }

  sync(): void {
    if (this.#isSynced) return
    fdatasyncSync(this.#file)
    this.#isSynced = true
  }

  [Symbol.dispose](): void {
    if (this.needsCheckpoint) this.checkpoint()
    this.sync()
    closeSync(this.#file)
  }

  #write(block: Buffer): void {
    let done = 0
    try {
      while (done < block.length) done += writeSync(this.#file, block, done)
    } catch (error) {
      // Half a block would look like damage to the next start; without it the ledger is whole, only behind.
      if (done > 0) ftruncateSync(this.#file, this.#fileBytes)
      throw error
    }
  }

  /** `space` holds the next block's records already; the checkpoint that seals the segment borrows its beginning. */
  #rotate(pending: number): void {
    const { directory } = this.#options
    if (this.needsCheckpoint) {
      const kept = Buffer.from(this.space.subarray(0, Math.min(pending, CHECKPOINT_BYTES_MAX)))
      this.checkpoint()
      kept.copy(this.space)
    }
    this.sync()
    const path = join(directory, segmentName(this.#nextSeq))
    const next = openSync(path, 'a')
    closeSync(this.#file)
    this.#file = next
    this.#fileBytes = 0
    this.#retire()
    syncDirectory(directory)
  }

  /**
   * Removes whole segments that are past their age or beyond the room allowed. The newest two always stay: one is
   * just begun, and the other holds the end of the chain that the next start goes on from.
   */
  #retire(): void {
    const { directory, retainMs, retainBytes, now } = this.#options
    if (retainMs === 0 && retainBytes === 0) return
    const sealed = listSegments(directory).slice(0, -2).reverse()
    let bytes = 0
    for (const { path } of sealed) {
      const { size, mtimeMs } = statSync(path)
      bytes += size
      const isOld = retainMs > 0 && now() - mtimeMs > retainMs
      if (isOld || (retainBytes > 0 && bytes > retainBytes)) unlinkSync(path)
    }
  }
}

/** A new file's name is on disk only when its directory is. */
function syncDirectory(directory: string): void {
  const handle = openSync(directory, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
