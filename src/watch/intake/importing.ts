import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { GateError } from '../../kernel/gate-error.ts'
import { ImportStore, type StoredSource } from '../../store/embedded/import-store.ts'
import type { SegmentWriter } from '../../store/embedded/segment-writer.ts'
import type { Block, Piece } from './block.ts'
import { Clock, DISORDER_MS_MAX } from './clock.ts'
import type { Fields } from './fields.ts'
import { type Stamp, stampOf } from './file-stamp.ts'
import { IdWindow } from './id-window.ts'
import { type Input, openInput } from './input.ts'
import type { Pseudonyms } from './pseudonyms.ts'
import type { Found } from './records.ts'
import { isPassedOver, type Rejection, rejectionText } from './rejection.ts'
import { HEAD_BYTES, STDIN } from './source.ts'
import { Tally, type TallyState } from './tally.ts'
import { Textless } from './textless.ts'

export type ImportOptions = {
  readonly directory: string
  readonly stdin: Readable
  readonly signal: AbortSignal
  readonly format?: string
  readonly map?: ReadonlyMap<string, string>
  readonly set?: ReadonlyMap<string, string>
  readonly requests?: ReadonlyMap<string, Fields>
  /** Stops at the first rejection. */
  readonly isStrict?: boolean
  readonly pseudonyms?: Pseudonyms
  /** Keeps sketches and masked prompts instead of texts. */
  readonly isTextless?: boolean
  readonly segmentCharacters?: number
  readonly onProgress?: (progress: Progress) => void
}

export type Progress = {
  readonly file: string
  /** Lines read by this run, over all files. */
  readonly lines: number
  /** Decompressed bytes of this file. */
  readonly bytes: number
  /** Of this file. */
  readonly rejected: number
}

export type SourceReport = TallyState & {
  readonly file: string
  readonly format: string
  /** `unchanged`: nothing new since the last import; `continued`: read on from where that stopped. */
  readonly outcome: 'imported' | 'continued' | 'unchanged'
}

/** Characters of normalised text in a segment before it is sealed: some 64 MiB. */
export const SEGMENT_CHARACTERS = 64 * 1024 * 1024
/** Reads logs into the store under DIR/import, each exchange once, whatever happens on the way. */
export async function importLogs(
  paths: readonly string[],
  options: ImportOptions,
): Promise<readonly SourceReport[]> {
  using store = ImportStore.open(options.directory)
  pinKey(store, options.pseudonyms)
  await using importer = new Importer(store, options)
  const reports: SourceReport[] = []
  try {
    for (const path of paths) reports.push(await importer.import(path))
  } finally {
    await importer.settle()
  }
  return reports
}

/** One store, one key: under two, the same account would have two names. */
function pinKey(store: ImportStore, pseudonyms: Pseudonyms | undefined): void {
  const fingerprint = Buffer.from(pseudonyms?.fingerprint() ?? 'none')
  if (store.totals().segments === 0) store.keep('pseudonyms', fingerprint)
  if (store.meta('pseudonyms', () => fingerprint).equals(fingerprint)) return
  const message = 'this store was filled under another pseudonymisation key, or under none'
  throw new GateError('import-key-changed', message)
}

type Known = StoredSource | undefined

class Importer implements AsyncDisposable {
  readonly #store: ImportStore
  readonly #options: ImportOptions
  readonly #ids: IdWindow
  readonly #textless: Textless | undefined
  readonly #pending = new Map<number, StoredSource>()
  #nextSourceId: number
  #segment: SegmentWriter | undefined
  #first = Number.POSITIVE_INFINITY
  #last = Number.NEGATIVE_INFINITY
  /** Lines in the segment that no position accounts for yet: it must not be sealed with them. */
  #unsettled = 0
  #lines = 0

  constructor(store: ImportStore, options: ImportOptions) {
    this.#store = store
    this.#options = options
    this.#ids = IdWindow.open(
      store.meta('ids-seed'),
      store.meta('ids', () => new Uint8Array(0)),
    )
    const seed = store.meta('sketch-seed').readInt32LE()
    this.#textless = options.isTextless ? new Textless(seed) : undefined
    this.#nextSourceId = store.nextSourceId()
  }

  async import(path: string): Promise<SourceReport> {
    const file = path === STDIN ? 'stdin' : path
    // Taken before reading: a file that grows meanwhile is read on by the next import.
    const stamp = path === STDIN ? undefined : await stampOf(path)
    const same = this.#candidates(file).find((source) => source.path === file && source.stamp !== undefined)
    if (same && same.stamp === stamp)
      return { file, format: same.format, outcome: 'unchanged', ...tallyOf(same) }
    const refused = new Set<number>()
    for (;;) {
      const input = await openInput(path, this.#options)
      const candidates = this.#candidates(file, headOf(input, HEAD_BYTES))
      const known = candidates.find((source) => !refused.has(source.id) && isSame(source, input))
      try {
        return await this.#read(input, known, stamp)
      } catch (error) {
        if (this.#options.signal.aborted)
          throw new GateError('import-interrupted', `stopped in ${file}; run the same command again to go on`)
        if (path === STDIN || !(error instanceof GateError) || error.code !== 'input-changed') throw error
        // The start was the same and what follows is not: another log, or the same name used again.
        if (known) refused.add(known.id)
      } finally {
        await input.close()
      }
    }
  }

  /** Makes everything read so far durable; lines of a source that broke off in the middle are left out. */
  async settle(): Promise<void> {
    if (this.#unsettled > 0) return
    if (this.#segment || this.#pending.size > 0) await this.#commit()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#segment?.[Symbol.asyncDispose]()
  }

  /** Sources this could be: of the same name, newest first, then those that start with the same HEAD_BYTES. */
  #candidates(file: string, head?: string): readonly StoredSource[] {
    const pending = [...this.#pending.values()].filter(
      (source) => source.path === file || source.head === head,
    )
    const stored = this.#store.sources(file, head).filter(({ id }) => !this.#pending.has(id))
    return [...pending, ...stored].sort(
      (a, b) => Number(b.path === file) - Number(a.path === file) || b.id - a.id,
    )
  }

  async #read(input: Input, known: Known, stamp: Stamp | undefined): Promise<SourceReport> {
    const { file, adapter } = input
    const tally = Tally.from(known && tallyOf(known))
    const id = known?.id ?? this.#nextSourceId++
    const before = tally.exchanges + tally.rejections + tally.passedOver
    let position = { bytes: known?.bytes ?? 0, lines: known?.lines ?? 0 }
    const clock = new Clock()
    let { lines } = position
    let head = ''
    let headBytes = -1
    // Called only where a position accounts for everything read, so that counts and position go together.
    const keep = (isRead: boolean) => {
      if (headBytes < HEAD_BYTES) {
        headBytes = Math.min(HEAD_BYTES, position.bytes)
        head = headOf(input, headBytes)
      }
      const check = input.check(position.bytes)
      this.#unsettled = 0
      this.#pending.set(id, {
        ...{ id, path: file, format: adapter.name, ...position },
        ...{ head, headBytes, checkBytes: check.bytes, check: check.crc },
        ...{ stamp: isRead ? stamp : undefined, tally: JSON.stringify(tally.state()) },
      })
    }
    const begins = known && { bytes: known.checkBytes, crc: known.check }
    for await (const piece of input.pieces(position, begins)) {
      this.#options.signal.throwIfAborted()
      const isComplete = await this.#take(piece, input, tally, clock)
      this.#lines += piece.next.lines - lines
      lines = piece.next.lines
      this.#options.onProgress?.({
        file,
        lines: this.#lines,
        bytes: piece.next.bytes,
        rejected: tally.rejections,
      })
      if (!isComplete || piece.next.bytes <= position.bytes) continue
      position = piece.next
      keep(false)
      if ((this.#segment?.characters ?? 0) < (this.#options.segmentCharacters ?? SEGMENT_CHARACTERS)) continue
      await this.#commit()
    }
    keep(true)
    const isNew = tally.exchanges + tally.rejections + tally.passedOver > before
    const outcome = known === undefined ? 'imported' : isNew ? 'continued' : 'unchanged'
    return { file, format: adapter.name, outcome, ...tally.state() }
  }

  /** False when the piece ends in a record that may still be being written: it is read again next time. */
  async #take(piece: Piece, input: Input, tally: Tally, clock: Clock): Promise<boolean> {
    if (piece.kind === 'rejection') {
      this.#reject(piece.rejection, tally)
      return true
    }
    let isComplete = true
    for (const entry of input.read(piece)) {
      const rejection =
        entry.kind === 'rejection' ? entry.rejection : await this.#add(entry, piece, tally, clock)
      if (rejection === undefined) continue
      isComplete &&= rejection.reason !== 'line-unfinished'
      this.#reject(rejection, tally)
    }
    if (this.#segment?.isFull) await this.#segment.flush()
    return isComplete
  }

  async #add(entry: Found, block: Block, tally: Tally, clock: Clock): Promise<Rejection | undefined> {
    const { exchange, line } = entry
    const text = this.#normalised(entry)
    if (text === undefined) return { file: block.file, line, reason: 'json-too-deep' }
    // A log that is older than what the segment holds starts a segment of its own, so that each stays in order.
    // This comes before the id is remembered: ids are made durable with the segment that holds their exchange.
    if (this.#unsettled === 0 && exchange.ts < this.#last - DISORDER_MS_MAX) await this.#commit()
    if (this.#ids.isKnown(exchange.id)) return { file: block.file, line, reason: 'duplicate-id' }
    if (clock.hasJumped(exchange.ts)) tally.warn('clock-jump')
    if (entry.isMended) tally.warn('encoding-mended')
    this.#segment ??= this.#store.newSegment()
    this.#segment.add(text)
    this.#unsettled += 1
    this.#first = Math.min(this.#first, exchange.ts)
    this.#last = Math.max(this.#last, exchange.ts)
    tally.exchanges += 1
    return undefined
  }

  #normalised({ record, exchange, text }: Found): string | undefined {
    const { pseudonyms } = this.#options
    if (text !== undefined && pseudonyms === undefined && this.#textless === undefined) return text
    const stripped = this.#textless?.strip(record, exchange) ?? record
    try {
      return JSON.stringify(pseudonyms ? pseudonyms.record(stripped) : stripped)
    } catch {
      return undefined
    }
  }

  #reject(rejection: Rejection, tally: Tally): void {
    tally.reject(rejection)
    if (this.#options.isStrict && !isPassedOver(rejection))
      throw new GateError('input-rejected', rejectionText(rejection))
  }

  async #commit(): Promise<void> {
    const segment = this.#segment
    if (segment) {
      await segment.seal()
      const { lines, characters } = segment
      this.#store.commit(
        { lines, characters, first: this.#first, last: this.#last },
        [...this.#pending.values()],
        { ids: this.#ids.save() },
      )
    } else this.#store.commit(undefined, [...this.#pending.values()], {})
    this.#segment = undefined
    this.#pending.clear()
    this.#first = Number.POSITIVE_INFINITY
    this.#last = Number.NEGATIVE_INFINITY
  }
}

function tallyOf(source: StoredSource): TallyState {
  return JSON.parse(source.tally) as TallyState
}

function headOf(input: Input, bytes: number): string {
  return createHash('sha256').update(input.head.subarray(0, bytes)).digest('hex')
}

/** The start must be what it was; of another name, all HEAD_BYTES of it, or a mere table header would do. */
function isSame(source: StoredSource, input: Input): boolean {
  if (source.path !== input.file && source.headBytes < HEAD_BYTES) return false
  return input.head.length >= source.headBytes && headOf(input, source.headBytes) === source.head
}
