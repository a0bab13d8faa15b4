import type { KeyObject } from 'node:crypto'
import { closeSync, fdatasync, fdatasyncSync, fsyncSync, openSync, statSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { BLOCK_HEADER_BYTES, BLOCK_PAYLOAD_BYTES_MAX } from './block.ts'
import type { Chain, ChainMark } from './chain.ts'
import { RECORD_HEADER_BYTES, recordBytes, writeRecordHeader } from './records.ts'
import { listSegments, segmentName } from './segments.ts'
import { keyId, signCheckpoint } from './signing.ts'

export type BlockWriterOptions = {
  readonly directory: string
  readonly chain: Chain
  readonly key: KeyObject
  readonly segmentBytes: number
  /** Zero keeps everything. */
  readonly retainMs: number
  readonly retainBytes: number
  readonly now: () => number
}

const CHECKPOINT_BYTES_MAX = 4 * 1024
const syncData = promisify(fdatasync)

/** Appends blocks to the newest segment, keeps the chain, signs checkpoints, starts and retires segments. */
export class BlockWriter implements Disposable {
  readonly #options: BlockWriterOptions
  readonly #keyId: string
  readonly #block = Buffer.alloc(BLOCK_HEADER_BYTES + BLOCK_PAYLOAD_BYTES_MAX)

  private constructor(options: BlockWriterOptions) {
    this.#options = options
    this.#keyId = keyId(options.key)
  }

  static open(options: BlockWriterOptions): BlockWriter {
    const { directory, chain } = options
    const path = listSegments(directory).at(-1)?.path ?? join(directory, segmentName(chain.nextSeq))
    chain.turnTo(openSync(path, 'a'), statSync(path).size)
    syncDirectory(directory)
    return new BlockWriter(options)
  }

  /** Where the caller puts records before `append`. */
  get space(): Buffer {
    return this.#block.subarray(BLOCK_HEADER_BYTES)
  }

  get isSynced(): boolean {
    return this.#options.chain.isSynced
  }

  get needsCheckpoint(): boolean {
    return this.#options.chain.blocksSinceCheckpoint > 0
  }

  /** Writes the first `bytes` of `space` as one block. On failure the file is as it was. */
  append(bytes: number, records: number, isCheckpoint = false): void {
    const { chain, now } = this.#options
    // Before the block, not after: a segment that cannot be begun must not look like a block that was not written.
    if (!isCheckpoint && this.isSegmentFull) this.#rotate(bytes)
    chain.append(this.#block.subarray(0, BLOCK_HEADER_BYTES + bytes), { records, isCheckpoint, ts: now() })
  }

  /** The next block begins a new segment, and what is being synced must be done before. */
  get isSegmentFull(): boolean {
    return this.#options.chain.fileBytes >= this.#options.segmentBytes
  }

  checkpoint(): void {
    const { key, now, chain } = this.#options
    const checkpoint = signCheckpoint(key, this.#keyId, {
      seq: chain.nextSeq - 1,
      head: chain.hash,
      ts: now(),
    })
    const payload = Buffer.from(JSON.stringify(checkpoint))
    const size = recordBytes(payload.length)
    this.space.fill(0, 0, size)
    writeRecordHeader(this.space, 0, 'checkpoint', 0, payload.length)
    payload.copy(this.space, RECORD_HEADER_BYTES)
    this.append(size, 1, true)
  }

  /**
   * Begins to sync what is written so far; while the disk is at it, blocks go on to be written and nobody holds the chain.
   * Who holds the chain afterwards tells it with what this resolves to.
   */
  async sync(): Promise<ChainMark> {
    const { chain } = this.#options
    const mark = chain.mark()
    await syncData(chain.file)
    return mark
  }

  /** The same, and this thread waits for the disk. */
  syncAside(): ChainMark {
    const { chain } = this.#options
    const { file } = chain
    const mark = chain.mark()
    chain.letGo()
    fdatasyncSync(file)
    chain.hold()
    return mark
  }

  [Symbol.dispose](): void {
    if (this.needsCheckpoint) this.checkpoint()
    this.#syncNow()
    closeSync(this.#options.chain.file)
  }

  #syncNow(): void {
    const { chain } = this.#options
    if (chain.isSynced) return
    fdatasyncSync(chain.file)
    chain.synced(chain.mark())
  }

  /** `space` holds the next block's records already; the checkpoint that seals the segment borrows its beginning. */
  #rotate(pending: number): void {
    const { directory, chain } = this.#options
    if (this.needsCheckpoint) {
      const kept = Buffer.from(this.space.subarray(0, Math.min(pending, CHECKPOINT_BYTES_MAX)))
      this.checkpoint()
      kept.copy(this.space)
    }
    this.#syncNow()
    const next = openSync(join(directory, segmentName(chain.nextSeq)), 'a')
    closeSync(chain.file)
    chain.turnTo(next, 0)
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
