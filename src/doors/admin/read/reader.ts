import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Config } from '../../../config/config.ts'
import { moduleUrl } from '../../../kernel/module-url.ts'
import type { Answers } from './answers.ts'
import type { ReadCommand, ReadMessage, ReadStart } from './read-worker.ts'

export type Listener = (message: Extract<ReadMessage, { kind: 'acts' | 'campaigns' | 'trouble' }>) => void

type Waiting = { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }
type Asked<Name extends keyof Answers> = ReturnType<Answers[Name]>

/** This thread's end of the reader. */
export class Reader implements AsyncDisposable {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  readonly #listeners = new Set<Listener>()
  #next = 1
  #seq = 0
  #isBehind = true

  private constructor(worker: Worker) {
    this.#worker = worker
    worker.on('message', (message: ReadMessage) => this.#hear(message))
    worker.on('error', (error: Error) => this.#fail(error))
  }

  static async open(start: ReadStart): Promise<Reader> {
    const worker = new Worker(moduleUrl('./read-worker', import.meta.url), {
      workerData: start,
      name: 'console',
    })
    const reader = new Reader(worker)
    await once(worker, 'message')
    worker.unref()
    return reader
  }

  /** The last ledger entry in the index, and whether it is still catching up. */
  get taken(): { readonly seq: number; readonly isBehind: boolean } {
    return { seq: this.#seq, isBehind: this.#isBehind }
  }

  ask<Name extends keyof Answers>(name: Name, ...args: Parameters<Answers[Name]>): Promise<Asked<Name>> {
    return this.#send({ kind: 'ask', name, args, form: 'value' }) as Promise<Asked<Name>>
  }

  /** The answer as JSON, made in the reader's thread; nothing where the answer is nothing. */
  askBytes<Name extends keyof Answers>(
    form: 'json' | 'gzip',
    name: Name,
    ...args: Parameters<Answers[Name]>
  ): Promise<Uint8Array | undefined> {
    return this.#send({ kind: 'ask', name, args, form }) as Promise<Uint8Array | undefined>
  }

  /** Resolves when what is in the store now is what is answered. */
  async refresh(): Promise<void> {
    await this.#send({ kind: 'refresh' })
  }

  /** After the configuration changed. */
  use({ allow, releases }: Pick<Config, 'allow' | 'releases'>): void {
    this.#post({ kind: 'config', allow, releases })
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate()
    this.#fail(new Error('the reader has ended'))
  }

  #send(
    command: { readonly kind: 'refresh' } | Omit<Extract<ReadCommand, { kind: 'ask' }>, 'id'>,
  ): Promise<unknown> {
    const id = this.#next++
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    this.#waiting.set(id, { resolve, reject })
    this.#post({ ...command, id })
    return promise
  }

  #post(command: ReadCommand): void {
    this.#worker.postMessage(command)
  }

  #hear(message: ReadMessage): void {
    switch (message.kind) {
      case 'ready':
        break
      case 'answer':
        this.#take(message.id)?.resolve(message.value)
        break
      case 'failed':
        this.#take(message.id)?.reject(new Error(message.reason))
        break
      default:
        if (message.kind === 'acts') {
          this.#seq = message.seq
          this.#isBehind = message.hasMore
        }
        for (const listener of this.#listeners) listener(message)
    }
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    return waiting
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
