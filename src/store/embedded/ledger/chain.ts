import { Buffer } from 'node:buffer'
import { ftruncateSync, writeSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { HASH_BYTES, sealBlock } from './block.ts'

// The end of the ledger's chain, in memory that two threads share: the writer, and the gate's own where that is sooner done
// than the writer is woken. Only who holds it may read or change anything of it.

const FREE = 0
const HELD = 1
/** What is held is held for one block; a wait that is not ended looks again by itself. */
const HOLD_MS = 1

/** A block that took longer shows a disk that makes its writers wait. */
export const SLOW_MS = 2

const NEXT_SEQ = 0
const FILE = 1
const FILE_BYTES = 2
const SYNCED = 3
const BLOCKS = 4
const QUICK = 5
const NUMBERS = 6
const HOLDER_BYTES = 8
const NUMBERS_BYTES = NUMBERS * 8

export type ChainEnd = {
  /** Sequence number of the next record; the first is 1. */
  readonly nextSeq: number
  readonly hash: Buffer
}

/** The chain's end at some moment. */
export type ChainMark = number & { readonly brand: 'ChainMark' }

export class Chain {
  readonly memory: SharedArrayBuffer
  readonly #holder: Int32Array
  readonly #numbers: Float64Array
  readonly #hash: Buffer

  private constructor(memory: SharedArrayBuffer) {
    this.memory = memory
    this.#holder = new Int32Array(memory, 0, 1)
    this.#numbers = new Float64Array(memory, HOLDER_BYTES, NUMBERS)
    this.#hash = Buffer.from(memory, HOLDER_BYTES + NUMBERS_BYTES, HASH_BYTES)
  }

  static create({ nextSeq, hash }: ChainEnd): Chain {
    const chain = new Chain(new SharedArrayBuffer(HOLDER_BYTES + NUMBERS_BYTES + HASH_BYTES))
    chain.#numbers[NEXT_SEQ] = nextSeq
    chain.#numbers[SYNCED] = 1
    chain.#hash.set(hash)
    return chain
  }

  static attach(memory: SharedArrayBuffer): Chain {
    return new Chain(memory)
  }

  /** For the writer: waits for whoever holds it. */
  hold(): void {
    while (!this.tryHold()) Atomics.wait(this.#holder, 0, HELD, HOLD_MS)
  }

  tryHold(): boolean {
    return Atomics.compareExchange(this.#holder, 0, FREE, HELD) === FREE
  }

  letGo(): void {
    Atomics.store(this.#holder, 0, FREE)
    Atomics.notify(this.#holder, 0)
  }

  get nextSeq(): number {
    return this.#numbers[NEXT_SEQ] ?? 0
  }

  /** Of the newest block; it changes with the next. */
  get hash(): Buffer {
    return this.#hash
  }

  /** The newest segment. Its number is the process's own, so both threads may write to it. */
  get file(): number {
    return this.#numbers[FILE] ?? 0
  }

  get fileBytes(): number {
    return this.#numbers[FILE_BYTES] ?? 0
  }

  get isSynced(): boolean {
    return this.#numbers[SYNCED] === 1
  }

  get blocksSinceCheckpoint(): number {
    return this.#numbers[BLOCKS] ?? 0
  }

  /** Blocks since the last that was slow or failed, whoever wrote them. */
  get quickBlocks(): number {
    return this.#numbers[QUICK] ?? 0
  }

  /** What is written so far; for `synced`. */
  mark(): ChainMark {
    return this.nextSeq as ChainMark
  }

  /** All up to `mark` is on the disk; what came meanwhile is not. */
  synced(mark: ChainMark): void {
    if (mark === this.nextSeq) this.#numbers[SYNCED] = 1
  }

  /** Goes on in this file. */
  turnTo(file: number, fileBytes: number): void {
    this.#numbers[FILE] = file
    this.#numbers[FILE_BYTES] = fileBytes
  }

  /** Writes a block whose records stand behind the room for its header. On failure the file is as it was. */
  append(
    block: Buffer,
    what: { readonly records: number; readonly isCheckpoint: boolean; readonly ts: number },
  ): void {
    const { nextSeq, quickBlocks } = this
    const began = performance.now()
    this.#numbers[QUICK] = 0
    const hash = sealBlock(block, { ...what, firstSeq: nextSeq, previous: this.#hash })
    this.#write(block)
    if (performance.now() - began <= SLOW_MS) this.#numbers[QUICK] = quickBlocks + 1
    this.#numbers[FILE_BYTES] = this.fileBytes + block.length
    this.#numbers[NEXT_SEQ] = nextSeq + what.records
    this.#hash.set(hash)
    this.#numbers[SYNCED] = 0
    this.#numbers[BLOCKS] = what.isCheckpoint ? 0 : this.blocksSinceCheckpoint + 1
  }

  #write(block: Buffer): void {
    let done = 0
    try {
      while (done < block.length) done += writeSync(this.file, block, done)
    } catch (error) {
      // Half a block would look like damage to the next start; without it the ledger is whole, only behind.
      if (done > 0) ftruncateSync(this.file, this.fileBytes)
      throw error
    }
  }
}
