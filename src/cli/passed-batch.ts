// Exchanges on their way to the watch's thread. They rest there for seconds, thousands of them: as JSON in bytes that change
// hands without being copied, which no collector carries or looks through, and which are read when it is their turn.
import { Buffer } from 'node:buffer'
import { sketchWords } from '../gate/sketch-text.ts'
import type { Exchange } from '../watch/exchange.ts'

/** An exchange as it is passed: its texts are in the sketch, and what is left of them is for showing. */
export type PassedExchange = Omit<Exchange, 'sketch' | 'prompt'> & { readonly sketched: string | undefined }

/** The text that an exchange may be shown with: all of a prompt, or its beginning and its end. */
export type ShownText = { readonly text: string; readonly end: string | undefined }

/** An exchange as text, by whichever process it was carried. */
export type WrittenExchange = { readonly id: string; readonly ts: number; readonly json: string } & ShownText

export function written(exchange: PassedExchange, { text, end }: ShownText): WrittenExchange {
  return { id: exchange.id, ts: exchange.ts, json: JSON.stringify(exchange), text, end }
}

export type PassedBatch = {
  readonly ids: readonly string[]
  readonly times: readonly number[]
  /** For each, what its reference is not below. */
  readonly froms: readonly number[]
  /** For each, where it ends in `bytes`, and where its text does, which stands behind it. */
  readonly ends: readonly number[]
  readonly textEnds: readonly number[]
  readonly bytes: Uint8Array<ArrayBuffer>
}

const EXCHANGES_MAX = 256
/** Room for as many exchanges of a usual size. */
const BYTES = 384 * 1024
/** More are under way while much passes; when it no longer does, so many are kept for the next time. */
const SPARE_MAX = 8
const UTF8_BYTES_MAX = 3
/** What a long prompt lacks in the middle. */
const ELISION = Buffer.from(' … ')

export class BatchWriter {
  #ids: string[] = []
  #times: number[] = []
  #froms: number[] = []
  #ends: number[] = []
  #textEnds: number[] = []
  #bytes: Buffer<ArrayBuffer> | undefined
  #used = 0
  readonly #spare: Buffer<ArrayBuffer>[] = []

  get count(): number {
    return this.#ids.length
  }

  /** Whether it should be taken now. */
  get isFull(): boolean {
    return this.count >= EXCHANGES_MAX
  }

  /** Nothing is added, and false said, when what is there has to be taken first. */
  add({ id, ts, json, text, end }: WrittenExchange, from: number): boolean {
    const characters = json.length + text.length + (end?.length ?? 0)
    const most = characters * UTF8_BYTES_MAX + ELISION.length
    if (this.#bytes !== undefined && most > this.#bytes.length - this.#used) return false
    this.#bytes ??= this.#room(most)
    const bytes = this.#bytes
    let at = this.#used
    at += bytes.write(json, at)
    this.#ends.push(at)
    // Not in the JSON: to write a text as it is takes a fraction of the time, and few are ever read.
    if (text.length > 0) at += bytes.write(text, at)
    if (end !== undefined) {
      at += ELISION.copy(bytes, at)
      at += bytes.write(end, at)
    }
    this.#textEnds.push(at)
    this.#used = at
    this.#ids.push(id)
    this.#times.push(ts)
    this.#froms.push(from)
    return true
  }

  /**
   * Bytes of a batch that was read come back to be written again: memory that changes hands every few milliseconds is new to
   * the system each time, and to both threads' collectors a reason to run.
   */
  reuse(bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes.byteLength === BYTES && this.#spare.length < SPARE_MAX)
      this.#spare.push(Buffer.from(bytes.buffer))
  }

  #room(bytes: number): Buffer<ArrayBuffer> {
    const spare = bytes <= BYTES ? this.#spare.pop() : undefined
    return spare ?? Buffer.allocUnsafeSlow(Math.max(BYTES, bytes))
  }

  take(): PassedBatch {
    const batch = {
      ids: this.#ids,
      times: this.#times,
      froms: this.#froms,
      ends: this.#ends,
      textEnds: this.#textEnds,
      bytes: this.#bytes ?? new Uint8Array(0),
    }
    this.#ids = []
    this.#times = []
    this.#froms = []
    this.#ends = []
    this.#textEnds = []
    this.#bytes = undefined
    this.#used = 0
    return batch
  }
}

/** The exchange that stands between two places of a batch's bytes. */
export function exchangeIn(bytes: Buffer, start: number, end: number): Exchange {
  // The gate wrote it a moment ago, in this process.
  const passed = JSON.parse(bytes.toString('utf8', start, end)) as PassedExchange
  const { sketched } = passed
  // Taken as it is: to copy an exchange costs more than to read it.
  const exchange = passed as { sketch?: readonly number[] } & Exchange
  if (sketched !== undefined) exchange.sketch = sketchWords(sketched)
  return exchange
}
