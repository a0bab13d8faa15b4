// Follows the ledger and takes every entry into the index, a slice at a time.
import type { DatabaseSync } from 'node:sqlite'
import { recordsOf } from '../../../store/embedded/ledger/records.ts'
import { type Block, blocksOf, listSegments } from '../../../store/embedded/ledger/segments.ts'
import { IndexWriter } from './index-writer.ts'
import { readMeta, writeMeta } from './tables.ts'

export type IntakeProgress = {
  /** The last entry taken in. */
  readonly seq: number
  readonly hasMore: boolean
  /** Since the last slice. */
  readonly allowed: number
  readonly altered: number
  readonly denied: number
}

/** More at once are fewer writes of the same sums, and a longer wait for whoever asks meanwhile. */
const ENTRIES_A_COMMIT = 20_000

type Position = { segment: number; offset: number; seq: number }

export class Intake {
  readonly #database: DatabaseSync
  readonly #directory: string
  #writer: IndexWriter
  readonly #position: Position
  #isOpen = false
  #committed = 0

  constructor(database: DatabaseSync, directory: string) {
    this.#database = database
    this.#directory = directory
    this.#writer = new IndexWriter(database)
    this.#position = positionIn(database)
    this.#committed = this.#position.seq
  }

  get seq(): number {
    return this.#position.seq
  }

  /**
   * Takes in for about so long. What is taken in and how far are one transaction, which stays open over several
   * slices while there is much to take in: sums are written once for all of them.
   */
  step(budgetMs: number): IntakeProgress {
    const until = performance.now() + budgetMs
    if (!this.#isOpen) this.#database.exec('BEGIN')
    this.#isOpen = true
    try {
      const hasMore = this.#read(until)
      const { seq } = this.#position
      if (hasMore && seq - this.#committed < ENTRIES_A_COMMIT)
        return { seq, hasMore, allowed: 0, altered: 0, denied: 0 }
      return { seq, hasMore, ...this.#commit() }
    } catch (error) {
      this.#isOpen = false
      // Where the disk is full SQLite has rolled back by itself, and what is thrown has to say that.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      // What was gathered of the slice goes with it.
      this.#writer = new IndexWriter(this.#database)
      Object.assign(this.#position, positionIn(this.#database))
      throw error
    }
  }

  #commit(): Pick<IntakeProgress, 'allowed' | 'altered' | 'denied'> {
    const counts = this.#writer.flush()
    const { segment, offset, seq } = this.#position
    writeMeta(this.#database, 'position', `${segment} ${offset} ${seq}`)
    this.#database.exec('COMMIT')
    this.#isOpen = false
    this.#committed = seq
    return counts
  }

  #read(until: number): boolean {
    for (const { path, firstSeq } of listSegments(this.#directory)) {
      if (firstSeq < this.#position.segment) continue
      if (firstSeq > this.#position.segment) {
        this.#position.segment = firstSeq
        this.#position.offset = 0
      }
      // The last block may be half written: the reader stops before it and finds it whole the next time.
      for (const block of blocksOf(path, this.#position.offset)) {
        this.#take(firstSeq, block)
        this.#position.offset = block.offset + block.bytes.length
        if (performance.now() >= until) return true
      }
    }
    return false
  }

  #take(segment: number, { header, payload, offset }: Block): void {
    let seq = header.firstSeq
    for (const { kind, ref, payload: bytes } of recordsOf(payload)) {
      this.#writer.add({ seq, ref, record: kind, segment, block: offset, ts: header.ts }, bytes)
      this.#position.seq = seq++
    }
  }
}

function positionIn(database: DatabaseSync): Position {
  const [segment = 0, offset = 0, seq = 0] = (readMeta(database, 'position') ?? '').split(' ').map(Number)
  return { segment, offset, seq }
}
