import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { finished } from 'node:stream/promises'
import { createZstdCompress, type ZstdCompress } from 'node:zlib'
import { GateError } from '../../kernel/gate-error.ts'

/** Lines gathered before they are handed to the compressor. */
const BATCH_CHARACTERS = 1024 * 1024
const PARTIAL = '.partial'

/**
 * One immutable segment: text lines, compressed with zstd. It exists under its own name only once `seal` has made
 * it durable, so a process that dies leaves nothing but a partial file, which the next one removes.
 */
export class SegmentWriter implements AsyncDisposable {
  readonly #path: string
  readonly #zstd: ZstdCompress
  readonly #file: WriteStream
  readonly #done: Promise<void>
  #batch: string[] = []
  #batchCharacters = 0
  #isSealed = false
  lines = 0
  /** UTF-16 units written, line ends included: close to the bytes, and free to count. */
  characters = 0

  private constructor(path: string) {
    this.#path = path
    this.#zstd = createZstdCompress()
    this.#file = createWriteStream(path + PARTIAL, { flags: 'w', mode: 0o600 })
    this.#zstd.pipe(this.#file)
    this.#zstd.on('error', (error) => this.#file.destroy(error))
    this.#done = finished(this.#file)
    // Whoever waits for the result meets the error there; it must not surface twice.
    this.#done.catch(() => {})
  }

  static open(path: string): SegmentWriter {
    return new SegmentWriter(path)
  }

  add(line: string): void {
    this.#batch.push(line)
    this.#batchCharacters += line.length + 1
    this.characters += line.length + 1
    this.lines += 1
  }

  /** True when the lines gathered should be handed on with `flush`. */
  get isFull(): boolean {
    return this.#batchCharacters >= BATCH_CHARACTERS
  }

  async flush(): Promise<void> {
    if (this.#batch.length === 0) return
    const text = `${this.#batch.join('\n')}\n`
    this.#batch = []
    this.#batchCharacters = 0
    if (this.#zstd.write(text)) return
    await this.#guarded(Promise.race([once(this.#zstd, 'drain'), this.#done]))
  }

  /** Makes the segment durable under its name. After this it never changes. */
  async seal(): Promise<void> {
    await this.flush()
    this.#zstd.end()
    await this.#guarded(this.#done)
    await this.#guarded(synchronise(this.#path + PARTIAL))
    await this.#guarded(rename(this.#path + PARTIAL, this.#path))
    await this.#guarded(synchronise(dirname(this.#path)))
    this.#isSealed = true
  }

  async #guarded(work: Promise<unknown>): Promise<void> {
    try {
      await work
    } catch (error) {
      throw new GateError('store-unusable', `${this.#path} could not be written`, { cause: error })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isSealed) return
    this.#zstd.destroy()
    this.#file.destroy()
    await this.#done.catch(() => {})
    await rm(this.#path + PARTIAL, { force: true })
  }
}

async function synchronise(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
