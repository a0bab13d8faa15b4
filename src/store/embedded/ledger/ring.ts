import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import {
  RECORD_ALIGN_BYTES,
  RECORD_HEADER_BYTES,
  RECORD_PAYLOAD_BYTES_MAX,
  type RecordKind,
  RING_SKIP,
  recordBytes,
  writeRecordHeader,
} from './records.ts'

// A ring of records between the gate's thread (one producer) and the writer's (one consumer). Positions count units
// of eight bytes and wrap at 2^32; a difference is taken as a signed 32-bit number, which holds because the ring
// is far smaller than 2^31 units.

const CONTROL_WORDS = 8
const HEAD = 0
const WRITTEN = 1
const DURABLE = 2
const STATE = 3
const WAKE = 4
const ASLEEP = 5
const CONTROL_BYTES = CONTROL_WORDS * 4

/** A place in the stream of records. Compare only with `isAtLeast`. */
export type Position = number & { readonly brand: 'Position' }
export type Watermark = 'written' | 'durable'
export type RingState = 'open' | 'closing' | 'failed'

const words: Readonly<Record<Watermark, number>> = { written: WRITTEN, durable: DURABLE }
const states: readonly RingState[] = ['open', 'closing', 'failed']

export class Ring {
  readonly memory: SharedArrayBuffer
  readonly #control: Int32Array
  readonly #data: Buffer
  readonly #units: number

  private constructor(memory: SharedArrayBuffer) {
    this.memory = memory
    this.#control = new Int32Array(memory, 0, CONTROL_WORDS)
    this.#data = Buffer.from(memory, CONTROL_BYTES)
    this.#units = this.#data.length / RECORD_ALIGN_BYTES
    assert((this.#units & (this.#units - 1)) === 0, 'a ring is a power of two')
  }

  static create(bytes: number): Ring {
    // A power of two, so that positions stay right when they wrap; room for several of the largest records.
    const least = 4 * (RECORD_PAYLOAD_BYTES_MAX + RECORD_HEADER_BYTES)
    const size = 2 ** Math.ceil(Math.log2(Math.max(bytes, least)))
    return new Ring(new SharedArrayBuffer(CONTROL_BYTES + size))
  }

  static attach(memory: SharedArrayBuffer): Ring {
    return new Ring(memory)
  }

  /** Producer: puts one record in and returns the position after it, or nothing when there is no room. */
  push(kind: RecordKind, ref: number, payload: string): Position | undefined {
    const payloadBytes = Buffer.byteLength(payload)
    if (payloadBytes > RECORD_PAYLOAD_BYTES_MAX) return undefined
    const units = recordBytes(payloadBytes) / RECORD_ALIGN_BYTES
    let head = Atomics.load(this.#control, HEAD)
    const free = this.#units - ((head - Atomics.load(this.#control, WRITTEN)) | 0)
    const untilEnd = this.#units - this.#index(head)
    const skip = units > untilEnd ? untilEnd : 0
    if (units + skip > free) return undefined
    if (skip > 0) {
      this.#data.writeUInt32LE(RING_SKIP, this.#index(head) * RECORD_ALIGN_BYTES)
      head = (head + skip) | 0
    }
    const offset = this.#index(head) * RECORD_ALIGN_BYTES
    writeRecordHeader(this.#data, offset, kind, ref, payloadBytes)
    // The last bytes may be left over from an older record; zeroes make equal entries equal on disk.
    const last = offset + units * RECORD_ALIGN_BYTES - RECORD_ALIGN_BYTES
    if (last >= offset + RECORD_HEADER_BYTES) this.#data.writeDoubleLE(0, last)
    this.#data.write(payload, offset + RECORD_HEADER_BYTES, payloadBytes, 'utf8')
    const next = (head + units) | 0
    Atomics.store(this.#control, HEAD, next)
    return position(next)
  }

  /** Producer: wakes the writer if it is fast asleep; while it only dozes it looks by itself, and soon. */
  wakeWriter(): void {
    if (Atomics.load(this.#control, ASLEEP) === 0) return
    this.#wake()
  }

  #wake(): void {
    Atomics.add(this.#control, WAKE, 1)
    Atomics.notify(this.#control, WAKE)
  }

  /** Consumer: copies whole records into `target` and returns how many, with the position after them. */
  take(
    from: Position,
    target: Buffer,
  ): { readonly end: Position; readonly bytes: number; readonly records: number } {
    const head = Atomics.load(this.#control, HEAD)
    let at: number = from
    let bytes = 0
    let records = 0
    while (at !== head) {
      const start = this.#index(at) * RECORD_ALIGN_BYTES
      // Records that stand behind each other are copied together.
      let end = start
      let isFull = false
      while (at !== head && end < this.#data.length) {
        const payloadBytes = this.#data.readUInt32LE(end)
        if (payloadBytes === RING_SKIP) {
          at = (at + this.#units - this.#index(at)) | 0
          break
        }
        const size = recordBytes(payloadBytes)
        isFull = bytes + end - start + size > target.length
        if (isFull) break
        end += size
        records++
        at = (at + size / RECORD_ALIGN_BYTES) | 0
      }
      this.#data.copy(target, bytes, start, end)
      bytes += end - start
      if (isFull) break
    }
    return { end: position(at), bytes, records }
  }

  head(): Position {
    return position(Atomics.load(this.#control, HEAD))
  }

  watermark(name: Watermark): Position {
    return position(Atomics.load(this.#control, words[name]))
  }

  /** Consumer: everything before `at` has reached the mark; wakes the producer. */
  raise(name: Watermark, at: Position): void {
    Atomics.store(this.#control, words[name], at)
    Atomics.notify(this.#control, words[name])
  }

  state(): RingState {
    return states[Atomics.load(this.#control, STATE)] ?? 'failed'
  }

  setState(state: RingState): void {
    Atomics.store(this.#control, STATE, states.indexOf(state))
    this.#wake()
    Atomics.notify(this.#control, WRITTEN)
    Atomics.notify(this.#control, DURABLE)
  }

  /** Consumer: a nap that no producer ends, so that a busy one need not wake it for every record. */
  doze(ms: number): void {
    Atomics.wait(this.#control, WAKE, Atomics.load(this.#control, WAKE), ms)
  }

  /** Consumer: sleeps until it is woken or the time is up, unless records came while it lay down. */
  sleep(at: Position, timeoutMs: number): void {
    const wakes = Atomics.load(this.#control, WAKE)
    Atomics.store(this.#control, ASLEEP, 1)
    if (this.head() === at && this.state() === 'open') Atomics.wait(this.#control, WAKE, wakes, timeoutMs)
    Atomics.store(this.#control, ASLEEP, 0)
  }

  /** Consumer: as `doze` or `sleep`, but its thread is free meanwhile, and it ends with `other` too. */
  async rest(at: Position, ms: number, how: 'doze' | 'sleep', other: Promise<void>): Promise<void> {
    const wakes = Atomics.load(this.#control, WAKE)
    if (how === 'sleep') Atomics.store(this.#control, ASLEEP, 1)
    if (how === 'doze' || (this.head() === at && this.state() === 'open')) {
      const wait = Atomics.waitAsync(this.#control, WAKE, wakes, ms)
      if (wait.async) await Promise.race([wait.value, other])
    }
    Atomics.store(this.#control, ASLEEP, 0)
  }

  /** Producer: resolves when the mark moves from `seen`, or at once when it has moved already. */
  async whenRaised(name: Watermark, seen: Position): Promise<void> {
    const wait = Atomics.waitAsync(this.#control, words[name], seen)
    if (wait.async) await wait.value
  }

  #index(at: number): number {
    return at & (this.#units - 1)
  }
}

export function isAtLeast(mark: Position, wanted: Position): boolean {
  return ((mark - wanted) | 0) >= 0
}

function position(value: number): Position {
  return value as Position
}
