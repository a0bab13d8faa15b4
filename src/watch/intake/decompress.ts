// Node's own streams were not enough here: a zstd stream of several frames silently ends after the first
// (Node 24.21), and what a failing decompressor had already produced is lost when its buffer is destroyed.
import { createGunzip, createZstdDecompress } from 'node:zlib'

/** The input broke off or is damaged. Everything before the fault has been yielded. */
export type Fault = { readonly fault: 'input-truncated' | 'input-corrupt' }

export type Compression = 'none' | 'gzip' | 'zstd'

const OUTPUT_BYTES = 2 * 1024 * 1024
/** Compressed bytes handed over at once; the next slice decompresses while the consumer works on the last one. */
const SLICE_BYTES = 256 * 1024
/** A decompression bomb waits here for its consumer. */
const QUEUE_BYTES_MAX = 32 * 1024 * 1024

const FOREIGN: readonly (readonly [name: string, magic: readonly number[]])[] = [
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
  ['parquet', [0x50, 0x41, 0x52, 0x31]],
]

/** By content, never by name: logs are renamed more often than they are rewritten. */
export function compressionOf(head: Uint8Array): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  return isZstd(head) ? 'zstd' : 'none'
}

/** The name of a container we do not read, if the first bytes say it is one. */
export function foreignContainer(head: Uint8Array): string | undefined {
  return FOREIGN.find(([, magic]) => magic.every((byte, at) => head[at] === byte))?.[0]
}

/** RFC 8878: a frame, or a skippable frame (pzstd and seekable archives put these between frames). */
function isZstd(head: Uint8Array): boolean {
  if (head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return head[0] === 0x28
  return ((head[0] ?? 0) & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18
}

export async function* decompressed(
  raw: AsyncIterable<Uint8Array>,
  compression: Compression,
): AsyncGenerator<Uint8Array | Fault> {
  if (compression === 'none') return yield* raw
  let inflater = new Inflater(compression)
  try {
    let carried: Uint8Array = EMPTY
    for await (const slice of slicesOf(raw)) {
      let rest = carried.length === 0 ? slice : Buffer.concat([carried, slice])
      carried = EMPTY
      while (rest.length > 0) {
        if (inflater.isSpent) {
          if (compression === 'gzip' && rest.every((byte) => byte === 0)) break // Padding, as tape archives leave it.
          // Four bytes tell whether another frame follows; they may arrive one by one.
          carried = rest.length < 4 ? rest : EMPTY
          if (carried.length > 0) break
          if (compression === 'gzip' || !isZstd(rest)) return void (yield { fault: 'input-corrupt' })
          inflater.close()
          inflater = new Inflater(compression)
        }
        const taken = yield* pour(inflater, rest)
        if (inflater.fault) return void (yield { fault: inflater.fault })
        rest = rest.subarray(taken)
      }
    }
    const taken = yield* pour(inflater, undefined)
    if (inflater.fault ?? carried.length > taken) yield { fault: inflater.fault ?? 'input-truncated' }
  } finally {
    inflater.close()
  }
}

const EMPTY = new Uint8Array(0)

async function* slicesOf(raw: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of raw)
    for (let at = 0; at < chunk.length; at += SLICE_BYTES) yield chunk.subarray(at, at + SLICE_BYTES)
}

/** Hands over one slice (or the end) and yields what came out before it, so that both sides work at once. */
async function* pour(inflater: Inflater, slice: Uint8Array | undefined): AsyncGenerator<Uint8Array, number> {
  const before = inflater.consumed
  const isLast = slice === undefined || slice.length < SLICE_BYTES
  inflater.hand(slice)
  yield* inflater.take()
  while (await inflater.hasStalled()) yield* inflater.take()
  if (isLast || inflater.fault || inflater.isSpent) yield* inflater.take()
  return inflater.consumed - before
}

/** One decompressor whose output is queued at once, so that a fault cannot take it away. */
class Inflater {
  readonly #stream: ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress>
  #queue: Uint8Array[] = []
  #queuedBytes = 0
  #handed = 0
  #isBusy = false
  #wake: () => void = () => {}
  fault: Fault['fault'] | undefined

  constructor(compression: 'gzip' | 'zstd') {
    const options = { chunkSize: OUTPUT_BYTES }
    this.#stream = compression === 'gzip' ? createGunzip(options) : createZstdDecompress(options)
    this.#stream.on('data', (chunk: Uint8Array) => {
      this.#queue.push(chunk)
      this.#queuedBytes += chunk.length
      if (this.#queuedBytes <= QUEUE_BYTES_MAX) return
      this.#stream.pause()
      this.#wake()
    })
    this.#stream.on('end', () => this.#settle())
    this.#stream.on('error', (error: NodeJS.ErrnoException) => {
      this.fault = error.code === 'Z_BUF_ERROR' ? 'input-truncated' : 'input-corrupt'
      this.#settle()
    })
  }

  /** Compressed bytes the stream has taken. */
  get consumed(): number {
    return this.#stream.bytesWritten
  }

  /** It refused bytes it was handed: its last frame is over. */
  get isSpent(): boolean {
    return !this.#isBusy && this.fault === undefined && this.consumed < this.#handed
  }

  /** Starts work on a slice, or on the end of the input. */
  hand(slice: Uint8Array | undefined): void {
    if (this.fault !== undefined || this.isSpent) return
    this.#isBusy = true
    this.#handed += slice?.length ?? 0
    if (slice) this.#stream.write(slice, () => this.#settle())
    else this.#stream.end() // A cut shows only after the last flush, so `finish` would be too early to settle.
  }

  take(): readonly Uint8Array[] {
    const taken = this.#queue
    this.#queue = []
    this.#queuedBytes = 0
    if (this.#stream.isPaused()) this.#stream.resume()
    return taken
  }

  /** False once the work handed over is done; true while the queue is full and someone must take from it. */
  async hasStalled(): Promise<boolean> {
    while (this.#isBusy && this.#queuedBytes <= QUEUE_BYTES_MAX)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    return this.#isBusy
  }

  close(): void {
    this.#stream.destroy()
  }

  #settle(): void {
    this.#isBusy = false
    this.#wake()
  }
}
