// Prompts of exchanges, where the operator wants them kept: each sealed with AES-256-GCM under a key that is in the
// configuration and never in the store, bound to the exchange it belongs to, and deleted when its time is over.
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import * as v from 'valibot'
import { GateError } from '../../kernel/gate-error.ts'

export type KeptPrompt = {
  readonly id: string
  /** Unix milliseconds. */
  readonly ts: number
  readonly account: string
  readonly system: string | undefined
  readonly prompt: string | undefined
}

const FILE = 'prompts.db'
const DAY_MS = 86_400_000
/** Kept together: a transaction each would cost more than all else. What a crash takes is not older than this. */
const FLUSH_MS = 250
const WAITING_MAX = 2_048
const CLEAN_MS = 3_600_000
const NONCE_BYTES = 12
const TAG_BYTES = 16
const KEY_BYTES = 32
const SALT_BYTES = 16

const rowSchema = v.object({
  id: v.string(),
  ts: v.number(),
  account: v.string(),
  sealed: v.instance(Uint8Array),
})
const textSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ system: v.optional(v.string()), prompt: v.optional(v.string()) }),
)

type Sealed = { readonly id: string; readonly ts: number; readonly account: string; readonly sealed: Buffer }

export class PromptStore implements Disposable {
  readonly #database: DatabaseSync
  readonly #key: Buffer
  readonly #retainMs: number
  #waiting: Sealed[] = []
  #flusher: NodeJS.Timeout | undefined
  #cleanedAt = 0

  private constructor(database: DatabaseSync, key: Buffer, retainMs: number) {
    this.#database = database
    this.#key = key
    this.#retainMs = retainMs
  }

  static open(store: string, { key, days }: { readonly key: string; readonly days: number }): PromptStore {
    try {
      mkdirSync(store, { recursive: true, mode: 0o700 })
      const database = new DatabaseSync(join(store, FILE))
      database.exec(`PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
        PRAGMA secure_delete = ON;
        CREATE TABLE IF NOT EXISTS salt (salt BLOB NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS prompt (
          id TEXT PRIMARY KEY, ts INTEGER NOT NULL, account TEXT NOT NULL, sealed BLOB NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS prompt_ts ON prompt (ts);`)
      return new PromptStore(database, scryptSync(key, saltOf(database), KEY_BYTES), days * DAY_MS)
    } catch (cause) {
      throw new GateError('state-unusable', `${join(store, FILE)} cannot be opened.`, { cause })
    }
  }

  keep({ id, ts, account, system, prompt }: KeptPrompt): void {
    if (system === undefined && prompt === undefined) return
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce)
    cipher.setAAD(boundTo(id, ts, account))
    const text = Buffer.concat([cipher.update(JSON.stringify({ system, prompt }), 'utf8'), cipher.final()])
    this.#waiting.push({ id, ts, account, sealed: Buffer.concat([nonce, cipher.getAuthTag(), text]) })
    if (this.#waiting.length >= WAITING_MAX) this.flush()
    else this.#flusher ??= setTimeout(() => this.flush(), FLUSH_MS)
  }

  flush(now = Date.now()): void {
    clearTimeout(this.#flusher)
    this.#flusher = undefined
    const waiting = this.#waiting
    this.#waiting = []
    this.#database.exec('BEGIN IMMEDIATE')
    const insert = this.#database.prepare(
      'INSERT OR IGNORE INTO prompt (id, ts, account, sealed) VALUES (?, ?, ?, ?)',
    )
    for (const { id, ts, account, sealed } of waiting) insert.run(id, ts, account, sealed)
    if (now - this.#cleanedAt >= CLEAN_MS) {
      this.#cleanedAt = now
      this.#database.prepare('DELETE FROM prompt WHERE ts < ?').run(now - this.#retainMs)
    }
    this.#database.exec('COMMIT')
  }

  /** Nothing when it was not kept or its time is over; throws when the key is another or the row was changed. */
  find(id: string, now = Date.now()): KeptPrompt | undefined {
    const row = this.#database
      .prepare('SELECT * FROM prompt WHERE id = ? AND ts >= ?')
      .get(id, now - this.#retainMs)
    return row === undefined ? undefined : this.#opened(row)
  }

  [Symbol.dispose](): void {
    this.flush()
    this.#database.close()
  }

  #opened(row: unknown): KeptPrompt {
    const { id, ts, account, sealed } = v.parse(rowSchema, row)
    try {
      const nonce = sealed.subarray(0, NONCE_BYTES)
      const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce)
      decipher.setAAD(boundTo(id, ts, account))
      decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
      const text = Buffer.concat([
        decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)),
        decipher.final(),
      ])
      const { system, prompt } = v.parse(textSchema, text.toString('utf8'))
      return { id, ts, account, system, prompt }
    } catch (cause) {
      throw new GateError('prompt-unreadable', `The prompt of ${id} cannot be read with this key.`, { cause })
    }
  }
}

/** A row that is moved to another exchange, account or time does not open. */
function boundTo(id: string, ts: number, account: string): Buffer {
  return Buffer.from(JSON.stringify([id, ts, account]))
}

function saltOf(database: DatabaseSync): Uint8Array {
  database.exec('BEGIN IMMEDIATE')
  const known = database.prepare('SELECT salt FROM salt').get()?.salt
  const salt = known instanceof Uint8Array ? known : randomBytes(SALT_BYTES)
  if (!(known instanceof Uint8Array)) database.prepare('INSERT INTO salt (salt) VALUES (?)').run(salt)
  database.exec('COMMIT')
  return salt
}
