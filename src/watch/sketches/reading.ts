// Reads logs in a thread of its own, so that reading and sketching go on while the watch looks at what it knows.
import type { Readable } from 'node:stream'
import { Worker } from 'node:worker_threads'
import { GateError } from '../../kernel/gate-error.ts'
import { moduleUrl } from '../../kernel/module-url.ts'
import type { Rejection } from '../intake/rejection.ts'
import { STDIN, unreadable } from '../intake/source.ts'
import type { Fault, ReadingNews, ReadingOrder, ReadingStart } from './reading-messages.ts'
import type { NameKind, SketchedBlock } from './sketched.ts'

/** Names by the number they have in a block's records, and whatever number the reader gives them. */
export type NameTables = Readonly<
  Record<NameKind, { readonly names: string[]; readonly numbers: (number | undefined)[] }>
>

export type ReadBlock = Omit<SketchedBlock, 'job' | 'names' | 'text'> & {
  readonly tables: NameTables
  /** UTF-8; undefined where no texts were kept. */
  readonly text: Uint8Array | undefined
}

/** A piece of an input: exchanges, or only something that could not be read. */
export type Sketched = ReadBlock | { readonly rejections: readonly Rejection[]; readonly records?: undefined }

type Piece = Sketched | { readonly fault: Fault } | undefined

type Source = {
  /** Pieces that have come, by place; an input that is over has `undefined` in the next. */
  readonly pieces: Map<number, Piece>
  taken: number
  waiter: (() => void) | undefined
}

export type ReadingOptions = ReadingStart & { readonly stdin?: Readable; readonly signal?: AbortSignal }

export class Reading implements AsyncDisposable {
  readonly #thread: Worker
  readonly #sources: readonly Source[]
  readonly #tables: NameTables[] = []
  readonly #signal: AbortSignal | undefined
  readonly #stdin: Readable | undefined
  readonly #abort = () => this.#fail(this.#signal?.reason)
  #wantChunk: (() => void) | undefined
  #failure: { readonly cause: unknown } | undefined
  #isClosing = false

  private constructor({ stdin, signal, ...start }: ReadingOptions) {
    this.#signal = signal
    this.#stdin = start.paths.includes(STDIN) ? stdin : undefined
    this.#sources = start.paths.map(() => ({ pieces: new Map(), taken: 0, waiter: undefined }))
    this.#thread = new Worker(moduleUrl('./reading-worker', import.meta.url), { workerData: start })
    this.#thread.on('message', (news: ReadingNews) => this.#hear(news))
    this.#thread.on('error', (cause) => this.#fail(threadFailed(cause)))
    this.#thread.on('exit', (code) => {
      if (!this.#isClosing) this.#fail(threadFailed(`it ended with code ${code}`))
    })
    if (start.paths.includes(STDIN)) void this.#forward(this.#stdin)
    if (signal?.aborted) this.#abort()
    signal?.addEventListener('abort', this.#abort)
  }

  static open(options: ReadingOptions): Reading {
    return new Reading(options)
  }

  /** The next piece of an input, in its order; undefined when it is over. */
  async next(source: number): Promise<Sketched | undefined> {
    const state = this.#sources[source]
    if (!state) return undefined
    while (!this.#failure && !state.pieces.has(state.taken))
      await new Promise<void>((resolve) => {
        state.waiter = resolve
      })
    if (this.#failure) throw this.#failure.cause
    const piece = state.pieces.get(state.taken)
    if (piece === undefined) return undefined
    if ('fault' in piece) throw errorOf(piece.fault)
    state.pieces.delete(state.taken++)
    this.#order({ kind: 'taken', source })
    return piece
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true
    this.#signal?.removeEventListener('abort', this.#abort)
    // Whoever waits for it to say more would keep the process alive.
    this.#stdin?.destroy()
    await this.#thread.terminate()
  }

  #hear(news: ReadingNews): void {
    if (news.kind === 'stdin-wanted') {
      this.#wantChunk?.()
      return
    }
    const source = this.#sources[news.source]
    if (!source) return
    source.pieces.set(news.place, this.#pieceOf(news))
    source.waiter?.()
  }

  #pieceOf(news: Exclude<ReadingNews, { readonly kind: 'stdin-wanted' }>): Piece {
    if (news.kind === 'end') return undefined
    if (news.kind === 'failed') return { fault: news.fault }
    if (news.kind === 'gap') return { rejections: [news.rejection] }
    if (news.kind === 'kept') return { ...news.block, tables: tablesOf(news.block.names), text: undefined }
    const { worker, block } = news
    // At once: a block of another input may be looked at first and use a name that this one brought.
    const tables = (this.#tables[worker] ??= tablesOf({ account: [], client: [], plan: [], model: [] }))
    for (const [kind, number, name] of block.names) tables[kind].names[number] = name
    return { ...block, tables }
  }

  /** Standard input belongs to this thread; its chunks are handed over as they are asked for. */
  async #forward(stdin: Readable | undefined): Promise<void> {
    try {
      if (stdin === undefined) throw new GateError('input-unreadable', 'there is no standard input to read')
      for await (const chunk of stdin) {
        if (this.#isClosing || this.#failure) return
        const wanted = new Promise<void>((resolve) => {
          this.#wantChunk = resolve
        })
        this.#order({ kind: 'stdin', chunk: typeof chunk === 'string' ? Buffer.from(chunk) : chunk })
        await wanted
      }
      this.#order({ kind: 'stdin-end' })
    } catch (error) {
      this.#order({ kind: 'stdin-failed', fault: faultOf(unreadable('standard input', error)) })
    }
  }

  #order(order: ReadingOrder): void {
    this.#thread.postMessage(order)
  }

  #fail(cause: unknown): void {
    this.#failure ??= { cause }
    this.#wantChunk?.()
    for (const { waiter } of this.#sources) waiter?.()
  }
}

function tablesOf({
  account,
  client,
  plan,
  model,
}: Readonly<Record<NameKind, readonly string[]>>): NameTables {
  const table = (names: readonly string[]) => ({ names: [...names], numbers: [] })
  return { account: table(account), client: table(client), plan: table(plan), model: table(model) }
}

export function faultOf(error: unknown): Fault {
  if (error instanceof GateError) return { name: error.name, message: error.message, code: error.code }
  if (error instanceof Error) return { name: error.name, message: error.message, code: undefined }
  return { name: 'Error', message: String(error), code: undefined }
}

export function errorOf({ name, message, code }: Fault): Error {
  if (code !== undefined) return new GateError(code, message)
  return name === 'AbortError' ? new DOMException(message, name) : new Error(message)
}

function threadFailed(cause: unknown): GateError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new GateError('sketch-failed', `the thread that reads failed: ${reason}`, { cause })
}
