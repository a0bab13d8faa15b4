// What `portcullis import` keeps under DIR/import: immutable segments of normalised exchanges, and a manifest in
// SQLite that says which segments count and how far each source has been read. A segment is renamed into place
// first and entered into the manifest second, together with the positions it stands for. A process killed between
// the two leaves a segment nobody counts, which the next one deletes and makes again.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { GateError } from '../../kernel/gate-error.ts'
import { SegmentWriter } from './segment-writer.ts'

/** How far one source has been read, and how it is known again. */
export type StoredSource = {
  readonly id: number
  readonly path: string
  readonly format: string
  /** SHA-256 of the first `headBytes` of the decompressed input, none of them beyond `bytes`. */
  readonly head: string
  readonly headBytes: number
  readonly bytes: number
  readonly lines: number
  /** CRC-32 of the first `checkBytes`. */
  readonly checkBytes: number
  readonly check: number
  /** Of the file when it was read to its end; undefined while it was not. */
  readonly stamp: string | undefined
  /** Counts and examples, as the importer keeps them. */
  readonly tally: string
}

export type SealedSegment = { readonly first: number; readonly last: number }

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS segment (
    seq INTEGER PRIMARY KEY, lines INTEGER NOT NULL, characters INTEGER NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS source (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL, format TEXT NOT NULL, head TEXT NOT NULL,
    headBytes INTEGER NOT NULL, bytes INTEGER NOT NULL, lines INTEGER NOT NULL,
    checkBytes INTEGER NOT NULL, "check" INTEGER NOT NULL, stamp TEXT, tally TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS source_path ON source (path);
  CREATE INDEX IF NOT EXISTS source_head ON source (head);`

const LAYOUT = '1'

/** The segments under DIR, as paths for the same reader that reads any log: earliest exchange first. */
export function storedInputs(directory: string): string[] {
  const folder = join(directory, 'import')
  if (!existsSync(join(folder, 'state.db'))) return []
  const state = opened(join(folder, 'state.db'), { readOnly: true })
  try {
    const rows = state.prepare('SELECT seq FROM segment ORDER BY first, seq').all()
    return rows.map((row) => segmentPath(folder, Number(row.seq)))
  } finally {
    state.close()
  }
}

/** The seed that a store's sketches were made under: compare them under the same one. */
export function storedSeed(directory: string): number | undefined {
  const path = join(directory, 'import', 'state.db')
  if (!existsSync(path)) return undefined
  const state = opened(path, { readOnly: true })
  try {
    const row = state.prepare("SELECT value FROM meta WHERE key = 'sketch-seed'").get()
    return row?.value instanceof Uint8Array ? Buffer.from(row.value).readInt32LE() : undefined
  } finally {
    state.close()
  }
}

export class ImportStore implements Disposable {
  readonly #folder: string
  readonly #state: DatabaseSync
  readonly #lock: DatabaseSync
  #sequence: number

  private constructor(folder: string, state: DatabaseSync, lock: DatabaseSync) {
    this.#folder = folder
    this.#state = state
    this.#lock = lock
    this.#sequence = Number(state.prepare('SELECT coalesce(max(seq), 0) AS seq FROM segment').get()?.seq ?? 0)
    this.#sweep()
  }

  /** One importer at a time; the lock falls with its process, however that ends. */
  static open(directory: string): ImportStore {
    const folder = join(directory, 'import')
    try {
      mkdirSync(join(folder, 'segments'), { recursive: true, mode: 0o700 })
    } catch (error) {
      throw new GateError('store-unusable', `${directory} cannot be written to`, { cause: error })
    }
    const lock = opened(join(folder, 'lock.db'))
    try {
      lock.exec('BEGIN EXCLUSIVE')
    } catch (error) {
      lock.close()
      throw new GateError('store-locked', `another import is writing to ${directory}`, { cause: error })
    }
    const state = opened(join(folder, 'state.db'))
    try {
      state.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000')
      state.exec(SCHEMA)
    } catch (error) {
      state.close()
      lock.close()
      throw new GateError('store-unusable', `${folder}/state.db is not a store of ours`, { cause: error })
    }
    const store = new ImportStore(folder, state, lock)
    const layout = store.meta('layout', () => Buffer.from(LAYOUT)).toString()
    if (layout === LAYOUT) return store
    store[Symbol.dispose]()
    throw new GateError('store-unusable', `${directory} was written by another version (layout ${layout})`)
  }

  /** A value kept with the store; made and kept at once where there is none. */
  meta(key: string, make: () => Uint8Array = () => randomBytes(32)): Buffer {
    const row = this.#state.prepare('SELECT value FROM meta WHERE key = ?').get(key)
    if (row?.value instanceof Uint8Array) return Buffer.from(row.value)
    const value = make()
    this.keep(key, value)
    return Buffer.from(value)
  }

  /** Sources of this name, or whose start has this hash; newest first. */
  sources(path: string, head = ''): readonly StoredSource[] {
    const rows = this.#state
      .prepare('SELECT * FROM source WHERE path = ? OR head = ? ORDER BY id DESC')
      .all(path, head)
    return rows.map((row) => ({
      ...(row as unknown as StoredSource),
      stamp: typeof row.stamp === 'string' ? row.stamp : undefined,
    }))
  }

  newSegment(): SegmentWriter {
    this.#sequence += 1
    return SegmentWriter.open(segmentPath(this.#folder, this.#sequence))
  }

  nextSourceId(): number {
    return Number(this.#state.prepare('SELECT coalesce(max(id), 0) + 1 AS id FROM source').get()?.id ?? 1)
  }

  /** The one step by which anything counts: the segment, and how far it brought each source, or neither. */
  commit(
    segment: (SealedSegment & { readonly lines: number; readonly characters: number }) | undefined,
    sources: readonly StoredSource[],
    meta: Readonly<Record<string, Uint8Array>>,
  ): void {
    this.#state.exec('BEGIN IMMEDIATE')
    try {
      if (segment)
        this.#state
          .prepare('INSERT INTO segment (seq, lines, characters, first, last) VALUES (?, ?, ?, ?, ?)')
          .run(this.#sequence, segment.lines, segment.characters, segment.first, segment.last)
      const put = this.#state.prepare(
        'INSERT OR REPLACE INTO source VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      )
      for (const {
        id,
        path,
        format,
        head,
        headBytes,
        bytes,
        lines,
        checkBytes,
        check,
        stamp,
        tally,
      } of sources)
        put.run(id, path, format, head, headBytes, bytes, lines, checkBytes, check, stamp ?? null, tally)
      for (const [key, value] of Object.entries(meta)) this.keep(key, value)
      this.#state.exec('COMMIT')
    } catch (error) {
      if (this.#state.isTransaction) this.#state.exec('ROLLBACK')
      throw new GateError('store-unusable', 'the manifest of the store could not be written', {
        cause: error,
      })
    }
  }

  totals(): { readonly segments: number; readonly exchanges: number } {
    const row = this.#state
      .prepare('SELECT count(*) AS segments, coalesce(sum(lines), 0) AS n FROM segment')
      .get()
    return { segments: Number(row?.segments ?? 0), exchanges: Number(row?.n ?? 0) }
  }

  [Symbol.dispose](): void {
    this.#state.close()
    this.#lock.close()
  }

  keep(key: string, value: Uint8Array): void {
    this.#state.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(key, value)
  }

  /** What a killed import left behind: files the manifest does not know. */
  #sweep(): void {
    const folder = join(this.#folder, 'segments')
    const rows = this.#state.prepare('SELECT seq FROM segment').all()
    const known = new Set(rows.map((row) => segmentName(Number(row.seq))))
    for (const name of readdirSync(folder)) if (!known.has(name)) rmSync(join(folder, name), { force: true })
  }
}

function segmentName(sequence: number): string {
  return `${String(sequence).padStart(8, '0')}.jsonl.zst`
}

function segmentPath(folder: string, sequence: number): string {
  return join(folder, 'segments', segmentName(sequence))
}

function opened(path: string, options: { readOnly?: boolean } = {}): DatabaseSync {
  try {
    return new DatabaseSync(path, options)
  } catch (error) {
    throw new GateError('store-unusable', `${path} cannot be opened`, { cause: error })
  }
}
