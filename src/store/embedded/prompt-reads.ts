import type { DatabaseSync } from 'node:sqlite'
import * as v from 'valibot'

/** Somebody read a prompt that was kept: who, when and why. */
export type PromptRead = {
  readonly number: number
  readonly exchange: string
  readonly author: string
  readonly reason: string
  readonly ts: number
}

const rowSchema = v.object({
  number: v.number(),
  exchange: v.string(),
  author: v.string(),
  reason: v.string(),
  ts: v.number(),
})

/** Reads wait here for the gate, which alone writes the ledger. */
export class PromptReads {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
    database.exec(`CREATE TABLE IF NOT EXISTS prompt_read (
      number INTEGER PRIMARY KEY, exchange TEXT NOT NULL, author TEXT NOT NULL, reason TEXT NOT NULL,
      ts INTEGER NOT NULL, recorded INTEGER NOT NULL DEFAULT 0) STRICT`)
  }

  note({ exchange, author, reason, ts }: Omit<PromptRead, 'number'>): void {
    this.#database
      .prepare('INSERT INTO prompt_read (exchange, author, reason, ts) VALUES (?, ?, ?, ?)')
      .run(exchange, author, reason, ts)
  }

  unrecorded(): readonly PromptRead[] {
    return this.#database
      .prepare(
        'SELECT number, exchange, author, reason, ts FROM prompt_read WHERE recorded = 0 ORDER BY number',
      )
      .all()
      .map((row) => v.parse(rowSchema, row))
  }

  setRecorded(number: number): void {
    this.#database.prepare('UPDATE prompt_read SET recorded = 1 WHERE number = ?').run(number)
  }
}
