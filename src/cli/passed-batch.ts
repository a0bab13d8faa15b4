// Exchanges on their way to the watch's thread. They rest there for seconds, thousands of them: as JSON in bytes that change
// hands without being copied, which no collector carries or looks through, and which are read when it is their turn.
import { sketchWords } from '../gate/sketch-text.ts'
import type { Exchange } from '../watch/exchange.ts'

/** An exchange as it is passed: its texts are in the sketch, and what is left of them is for showing. */
export type PassedExchange = Omit<Exchange, 'sketch'> & {
  readonly sketched: string | undefined
  /** Of a long prompt `prompt` is the beginning and this the end. */
  readonly promptEnd: string | undefined
}

export type PassedBatch = {
  readonly ids: readonly string[]
  readonly times: readonly number[]
  /** For each, what its reference is not below. */
  readonly froms: readonly number[]
  /** For each, where it ends in `bytes`. */
  readonly ends: readonly number[]
  readonly bytes: Uint8Array<ArrayBuffer>
}

const EXCHANGES_MAX = 256
/** Room for as many exchanges of a usual size. */
const BYTES = 384 * 1024
const UTF8_BYTES_MAX = 3
/** What a long prompt lacks in the middle. Not in what is passed: one such letter doubles the bytes of its whole text. */
const ELISION = ' … '

export class BatchWriter {
  #ids: string[] = []
  #times: number[] = []
  #froms: number[] = []
  #ends: number[] = []
  #bytes: Buffer<ArrayBuffer> | undefined
  #used = 0

  get count(): number {
    return this.#ids.length
  }

  /** Whether it should be taken now. */
  get isFull(): boolean {
    return this.count >= EXCHANGES_MAX
  }

  /** Nothing is added, and false said, when what is there has to be taken first. */
  add(exchange: PassedExchange, from: number): boolean {
    const text = JSON.stringify(exchange)
    const most = text.length * UTF8_BYTES_MAX
    if (this.#bytes !== undefined && most > this.#bytes.length - this.#used) return false
    this.#bytes ??= Buffer.allocUnsafeSlow(Math.max(BYTES, most))
    this.#used += this.#bytes.write(text, this.#used)
    this.#ids.push(exchange.id)
    this.#times.push(exchange.ts)
    this.#froms.push(from)
    this.#ends.push(this.#used)
    return true
  }

  take(): PassedBatch {
    const batch = {
      ids: this.#ids,
      times: this.#times,
      froms: this.#froms,
      ends: this.#ends,
      bytes: this.#bytes ?? new Uint8Array(0),
    }
    this.#ids = []
    this.#times = []
    this.#froms = []
    this.#ends = []
    this.#bytes = undefined
    this.#used = 0
    return batch
  }
}

/** The exchange that stands between two places of a batch's bytes. */
export function exchangeIn(bytes: Buffer, start: number, end: number): Exchange {
  // The gate wrote it a moment ago, in this process.
  const passed = JSON.parse(bytes.toString('utf8', start, end)) as PassedExchange
  const { sketched, prompt, promptEnd } = passed
  // Taken as it is: to copy an exchange costs more than to read it.
  const exchange = passed as { sketch?: readonly number[]; prompt?: string } & Exchange
  if (sketched !== undefined) exchange.sketch = sketchWords(sketched)
  if (promptEnd !== undefined) exchange.prompt = prompt + ELISION + promptEnd
  return exchange
}
