// A pool of sketch workers: blocks go in as they are read, sketches come out in the order of the blocks.
import { Worker } from 'node:worker_threads'
import { GateError } from '../../kernel/gate-error.ts'
import { moduleUrl } from '../../kernel/module-url.ts'
import type { Block } from '../intake/block.ts'
import type { Input } from '../intake/input.ts'
import type { NameKind, SketchedBlock, SketchJob } from './sketched.ts'

/** Blocks in flight for each worker: enough to work on while the main thread sweeps. */
export const QUEUE_MAX = 8

export type PooledBlock = SketchedBlock & {
  readonly worker: number
  /** All names its worker has met so far, by number; complete for this block whenever it is looked at. */
  readonly namesOf: WorkerNames
}

type WorkerNames = Readonly<Record<NameKind, string[]>>

type Waiter = { readonly resolve: (block: PooledBlock) => void; readonly reject: (error: unknown) => void }

export class SketchPool implements AsyncDisposable {
  readonly #workers: Worker[]
  readonly #load: number[]
  readonly #waiting = new Map<number, Waiter>()
  readonly #idle: (() => void)[] = []
  readonly #sources = new Map<Input, number>()
  readonly #unopened = new Set<number>()
  #jobs = 0
  #isClosing = false
  #failure: GateError | undefined

  private constructor(workers: number, seed: number, isPacking: boolean) {
    this.#load = new Array<number>(workers).fill(0)
    this.#workers = this.#load.map((_, index) => this.#start(index, seed, isPacking))
  }

  /** @param isPacking sketches also come in the form in which they are kept. */
  static open(workers: number, seed: number, isPacking = false): SketchPool {
    return new SketchPool(workers, seed, isPacking)
  }

  get size(): number {
    return this.#workers.length
  }

  /** Resolves once the block is taken, to a promise of its sketch: the outer wait is the backpressure. */
  async submit(block: Block, input: Input): Promise<{ readonly sketched: Promise<PooledBlock> }> {
    // A format that remembers what it has read (a table's header, a batch's requests) stays with one worker.
    const pinned = input.adapter.name === 'exchange' ? undefined : this.#sourceOf(input) % this.size
    const load = () => (pinned === undefined ? Math.min(...this.#load) : (this.#load[pinned] ?? 0))
    while (load() >= QUEUE_MAX) await new Promise<void>((resolve) => this.#idle.push(resolve))
    if (this.#failure) throw this.#failure
    const worker = pinned ?? this.#load.indexOf(Math.min(...this.#load))
    const job = this.#jobs++
    this.#load[worker] = (this.#load[worker] ?? 0) + 1
    const sketched = new Promise<PooledBlock>((resolve, reject) =>
      this.#waiting.set(job, { resolve, reject }),
    )
    // Whoever awaits it sees the failure; nobody need be awaiting yet.
    sketched.catch(() => {})
    const bytes = whole(block.bytes)
    this.#workers[worker]?.postMessage(this.#jobOf(job, { ...block, bytes }, input), [bytes.buffer])
    return { sketched }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }

  #sourceOf(input: Input): number {
    const known = this.#sources.get(input)
    if (known !== undefined) return known
    const source = this.#sources.size
    this.#sources.set(input, source)
    this.#unopened.add(source)
    return source
  }

  #jobOf(job: number, block: Block, input: Input): SketchJob {
    const { adapter, context } = input
    if (adapter.name === 'exchange') return { job, block, reader: { adapter: adapter.name } }
    const source = this.#sourceOf(input)
    const isFirst = this.#unopened.delete(source)
    return { job, block, reader: { adapter: adapter.name, source, ...(isFirst && { context }) } }
  }

  #start(index: number, seed: number, isPacking: boolean): Worker {
    const namesOf: WorkerNames = { account: [], client: [], plan: [], model: [] }
    const worker = new Worker(moduleUrl('./sketch-worker', import.meta.url), {
      workerData: { seed, isPacking },
    })
    worker.on('message', (sketched: SketchedBlock) => {
      this.#load[index] = (this.#load[index] ?? 1) - 1
      // At once: a block of another input may be looked at first and use a name that this one brought.
      for (const [kind, number, name] of sketched.names) namesOf[kind][number] = name
      this.#waiting.get(sketched.job)?.resolve({ ...sketched, worker: index, namesOf })
      this.#waiting.delete(sketched.job)
      for (const resume of this.#idle.splice(0)) resume()
    })
    worker.on('error', (cause) =>
      this.#fail(
        new GateError(
          'sketch-failed',
          `a sketch worker failed: ${cause instanceof Error ? cause.message : String(cause)}`,
          { cause },
        ),
      ),
    )
    worker.on('exit', (code) => {
      if (!this.#isClosing)
        this.#fail(new GateError('sketch-failed', `a sketch worker ended with code ${code}`))
    })
    return worker
  }

  #fail(error: GateError): void {
    this.#failure = error
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
    this.#load.fill(0)
    for (const resume of this.#idle.splice(0)) resume()
  }
}

/** A buffer of its own, so that transferring it takes nothing else along. */
function whole(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes
  return bytes.byteLength === buffer.byteLength && buffer instanceof ArrayBuffer
    ? new Uint8Array(buffer)
    : new Uint8Array(bytes)
}
