import type { DatabaseSync } from 'node:sqlite'
import * as v from 'valibot'

/** A credential at rest: its value is sealed by whoever has the key. Times are Unix milliseconds. */
export type StoredCredential = {
  readonly name: string
  /** Globs over tools, hosts and agents it may be used with. */
  readonly tools: readonly string[]
  readonly destinations: readonly string[]
  readonly agents: readonly string[]
  readonly sealed: Buffer
  /** Which key sealed it, as a digest that does not give the key away. */
  readonly keyId: string
  readonly created: number
  readonly rotated: number | undefined
}

const list = v.pipe(v.string(), v.parseJson(), v.array(v.string()))
const rowSchema = v.object({
  name: v.string(),
  ...{ tools: list, destinations: list, agents: list },
  sealed: v.instance(Uint8Array),
  key_id: v.string(),
  created: v.number(),
  rotated: v.nullable(v.number()),
})

/** The credentials of a deployment, for the broker to put in where agents hold placeholders. */
export class CredentialStore {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
    database.exec(`CREATE TABLE IF NOT EXISTS credential (
      name TEXT PRIMARY KEY, tools TEXT NOT NULL, destinations TEXT NOT NULL, agents TEXT NOT NULL,
      sealed BLOB NOT NULL, key_id TEXT NOT NULL, created INTEGER NOT NULL, rotated INTEGER
    ) STRICT`)
  }

  list(): readonly StoredCredential[] {
    return this.#database.prepare('SELECT * FROM credential ORDER BY name').all().map(parseRow)
  }

  find(name: string): StoredCredential | undefined {
    const row = this.#database.prepare('SELECT * FROM credential WHERE name = ?').get(name)
    return row === undefined ? undefined : parseRow(row)
  }

  /** False when there is one of this name already. */
  add(credential: StoredCredential): boolean {
    const { changes } = this.#database
      .prepare('INSERT OR IGNORE INTO credential VALUES (?, ?, ?, ?, ?, ?, ?, NULL)')
      .run(
        credential.name,
        JSON.stringify(credential.tools),
        JSON.stringify(credential.destinations),
        JSON.stringify(credential.agents),
        credential.sealed,
        credential.keyId,
        credential.created,
      )
    return Number(changes) === 1
  }

  reseal(name: string, sealed: Buffer, keyId: string, now: number): void {
    this.#database
      .prepare('UPDATE credential SET sealed = ?, key_id = ?, rotated = ? WHERE name = ?')
      .run(sealed, keyId, now, name)
  }

  remove(name: string): boolean {
    return Number(this.#database.prepare('DELETE FROM credential WHERE name = ?').run(name).changes) === 1
  }
}

function parseRow(row: unknown): StoredCredential {
  const { key_id, sealed, rotated, ...rest } = v.parse(rowSchema, row)
  return { ...rest, keyId: key_id, sealed: Buffer.from(sealed), rotated: rotated ?? undefined }
}
