import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { addAbortSignal, Readable } from 'node:stream'
import { Worker } from 'node:worker_threads'
import * as v from 'valibot'
import { GateError } from '../../kernel/gate-error.ts'
import { moduleUrl } from '../../kernel/module-url.ts'
import type { ScenarioName } from '../../watch/traffic/scenarios.ts'

const message = v.variant('kind', [
  v.object({ kind: v.literal('lines'), lines: v.instance(Uint8Array) }),
  v.object({ kind: v.literal('done'), written: v.object({ log: v.string(), truth: v.string() }) }),
])

const truthFile = v.object({
  totals: v.object({ exchanges: v.number(), accounts: v.number(), attackers: v.number() }),
  campaigns: v.record(v.string(), v.object({ kind: v.string(), accounts: v.number() })),
  accounts: v.record(v.string(), v.tuple([v.string(), v.nullable(v.string())])),
})
export type TruthFile = v.InferOutput<typeof truthFile>

/** Traffic as it is being made by a worker. Dispose of it to stop early: nothing half-written is left. */
export class MadeTraffic implements AsyncDisposable {
  /** The exchange log, to be read once. */
  readonly lines: Readable
  readonly directory: string
  readonly #worker: Worker
  #log: string | undefined
  #failure: Error | undefined

  private constructor(worker: Worker, directory: string, signal: AbortSignal) {
    this.#worker = worker
    this.directory = directory
    this.lines = addAbortSignal(signal, Readable.from(this.#lines(signal), { highWaterMark: 2 }))
  }

  static start(scenario: ScenarioName, seed: number, directory: string, signal: AbortSignal): MadeTraffic {
    const worker = new Worker(moduleUrl('./traffic-worker', import.meta.url), {
      workerData: { scenario, seed, directory },
    })
    return new MadeTraffic(worker, directory, signal)
  }

  /** Where the copy of the log is, once all of it has been read. */
  get log(): string | undefined {
    return this.#log
  }

  /** Why it broke off, if it did. Whoever reads the lines only sees them end. */
  get failure(): Error | undefined {
    const failure = this.#failure
    // Errors lose their class on the way out of a worker, not their code.
    if (failure && 'code' in failure && failure.code === 'store-unwritable')
      return new GateError('store-unwritable', failure.message, { cause: failure })
    return failure
  }

  /** What each account truly is; only once all has been read. */
  async truth(): Promise<TruthFile> {
    return v.parse(truthFile, JSON.parse(await readFile(join(this.directory, 'truth.json'), 'utf8')))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.lines.destroy()
    await this.#worker.terminate()
    if (this.#log !== undefined) return
    for (const name of ['log.jsonl.zst.part', 'truth.json.part'])
      await rm(join(this.directory, name), { force: true }).catch(() => {})
  }

  async *#lines(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const arrived: unknown[] = []
    let wake = Promise.withResolvers<void>()
    const ring = () => wake.resolve()
    this.#worker.on('message', (value) => {
      arrived.push(value)
      ring()
    })
    this.#worker.once('error', (error) => {
      this.#failure = error instanceof Error ? error : new Error(String(error))
      ring()
    })
    this.#worker.once('exit', ring)
    signal.addEventListener('abort', ring, { once: true })
    while (!signal.aborted) {
      for (let next = arrived.shift(); next !== undefined; next = arrived.shift()) {
        const heard = v.parse(message, next)
        if (heard.kind === 'done') {
          this.#log = heard.written.log
          return
        }
        yield heard.lines
        this.#worker.postMessage('more')
      }
      if (this.#failure !== undefined) throw this.#failure
      if (this.#worker.threadId === -1) throw new Error('the traffic worker stopped before it was done')
      await wake.promise
      wake = Promise.withResolvers<void>()
    }
  }
}
