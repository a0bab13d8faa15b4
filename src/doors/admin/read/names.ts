import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Kept in memory; the least recently made go first. */
const CACHED_MAX = 200_000

/** Accounts, models, rules and the like by number: a million acts repeat few of them. */
export class Names {
  readonly #insert: StatementSync
  readonly #byText: StatementSync
  readonly #byId: StatementSync
  readonly #prefix: StatementSync
  readonly #numbers = new Map<string, number>()
  readonly #texts = new Map<number, string>()

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare('INSERT INTO name (text) VALUES (?) ON CONFLICT (text) DO NOTHING')
    this.#byText = database.prepare('SELECT id FROM name WHERE text = ?')
    this.#byId = database.prepare('SELECT text FROM name WHERE id = ?')
    this.#prefix = database.prepare('SELECT id FROM name WHERE text >= ? AND text < ? ORDER BY text LIMIT ?')
  }

  /** The number of a name, made if new. */
  numberOf(text: string): number {
    const cached = this.#numbers.get(text)
    if (cached !== undefined) return cached
    let id = this.find(text)
    if (id === undefined) id = Number(this.#insert.run(text).lastInsertRowid)
    remember(this.#numbers, text, id)
    return id
  }

  find(text: string): number | undefined {
    const cached = this.#numbers.get(text)
    if (cached !== undefined) return cached
    const row = this.#byText.get(text)
    return row === undefined ? undefined : Number(row.id)
  }

  textOf(id: number): string {
    const cached = this.#texts.get(id)
    if (cached !== undefined) return cached
    const text = String(this.#byId.get(id)?.text ?? '')
    remember(this.#texts, id, text)
    return text
  }

  startingWith(prefix: string, limit: number): readonly number[] {
    return this.#prefix.all(prefix, `${prefix}\u{10ffff}`, limit).map((row) => Number(row.id))
  }
}

function remember<Key, Value>(cache: Map<Key, Value>, key: Key, value: Value): void {
  if (cache.size >= CACHED_MAX) cache.clear()
  cache.set(key, value)
}
