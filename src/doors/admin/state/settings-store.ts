import type { DatabaseSync } from 'node:sqlite'
import * as v from 'valibot'

const schema = v.object({ twoPersonRule: v.optional(v.picklist(['off', 'severe', 'all']), 'off') })
export type ConsoleSettings = v.InferOutput<typeof schema>

const KEY = 'console'

/** What is decided in the console and not in portcullis.yaml. */
export class SettingsStore {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
    database.exec(
      'CREATE TABLE IF NOT EXISTS console_setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT',
    )
  }

  read(): ConsoleSettings {
    const row = this.#database.prepare('SELECT value FROM console_setting WHERE key = ?').get(KEY)
    return v.parse(schema, row === undefined ? {} : JSON.parse(String(row.value)))
  }

  write(settings: ConsoleSettings): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO console_setting (key, value) VALUES (?, ?)')
      .run(KEY, JSON.stringify(settings))
  }
}
