import { Buffer } from 'node:buffer'
import { performance } from 'node:perf_hooks'
import { BLOCK_HEADER_BYTES } from './block.ts'
import type { Chain } from './chain.ts'
import { Pace } from './pace.ts'
import type { Ring } from './ring.ts'

/** What comes in one turn of the event loop while little comes. */
const NEAR_BYTES_MAX = 64 * 1024
/** After a block that was slow the writer has to write so many that are not, and so long, before this thread writes again. */
const QUICK_BLOCKS_MIN = 8
const REST_MS_MIN = 50
/** A disk that is slow again right after is kept away from for twice as long, up to this. */
const REST_MS_MAX = 10_000

export type NearWriterOptions = {
  readonly ring: Ring
  readonly chain: Chain
  readonly segmentBytes: number
  readonly now: () => number
}

/**
 * Writes blocks in the gate's own thread while little comes: to wake the writer and to be woken by it takes an exchange longer
 * than the block does. All that may take its time stays with the writer: syncs, segments, checkpoints, failures.
 */
export class NearWriter {
  readonly #options: NearWriterOptions
  readonly #block = Buffer.alloc(BLOCK_HEADER_BYTES + NEAR_BYTES_MAX)
  readonly #space = this.#block.subarray(BLOCK_HEADER_BYTES)
  readonly #pace = new Pace()
  #restUntil = 0
  #restMs = REST_MS_MIN
  #isTrusted = true

  constructor(options: NearWriterOptions) {
    this.#options = options
  }

  /** Whether all that is in the ring is written now. `records` came since this was asked last. */
  write(records: number): boolean {
    const { chain, ring } = this.#options
    const began = performance.now()
    const isBusy = this.#pace.napMs(records, began) > 0
    if (isBusy || began < this.#restUntil || ring.state() !== 'open' || !chain.tryHold()) return false
    try {
      if (!this.#isTrusted && chain.quickBlocks < QUICK_BLOCKS_MIN) return false
      this.#isTrusted = true
      const isWritten = this.#append()
      if (isWritten && chain.quickBlocks === 0) this.#rest()
      return isWritten
    } catch {
      // The writer meets the same disk, and says so.
      this.#rest()
      return false
    } finally {
      chain.letGo()
    }
  }

  #rest(): void {
    const now = performance.now()
    const isSoon = now - this.#restUntil < REST_MS_MAX
    this.#restMs = isSoon ? Math.min(REST_MS_MAX, 2 * this.#restMs) : REST_MS_MIN
    this.#restUntil = now + this.#restMs
    this.#isTrusted = false
  }

  #append(): boolean {
    const { chain, ring, segmentBytes, now } = this.#options
    if (chain.fileBytes >= segmentBytes) return false
    const { end, bytes, records } = ring.take(ring.watermark('written'), this.#space)
    if (end !== ring.head()) return false
    if (records === 0) return true
    const wasSynced = chain.isSynced
    chain.append(this.#block.subarray(0, BLOCK_HEADER_BYTES + bytes), {
      records,
      isCheckpoint: false,
      ts: now(),
    })
    ring.raise('written', end)
    // It sleeps until there is something to sync; while there is, it wakes by itself.
    if (wasSynced) ring.wakeWriter()
    return true
  }
}
