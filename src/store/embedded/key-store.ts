import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import * as v from 'valibot'
import { addColumns } from './state.ts'

export type StoredKey = {
  /** Safe to show. */
  readonly id: string
  readonly digest: string
  readonly tenant: string
  readonly account: string
  readonly plan: string | undefined
  readonly labels: readonly string[]
  readonly models: readonly string[]
  /** What it may be used for; everything where nothing is said. */
  readonly scopes?: readonly string[] | undefined
  /** Unix milliseconds. */
  readonly created: number
  readonly expires: number | undefined
  readonly revoked: number | undefined
}

const KEY_BYTES = 32

const rowSchema = v.object({
  id: v.string(),
  digest: v.string(),
  tenant: v.string(),
  account: v.string(),
  plan: v.nullable(v.string()),
  labels: v.pipe(v.string(), v.parseJson(), v.array(v.string())),
  models: v.pipe(v.string(), v.parseJson(), v.array(v.string())),
  scopes: v.nullable(v.pipe(v.string(), v.parseJson(), v.array(v.string()))),
  created: v.number(),
  expires: v.nullable(v.number()),
  revoked: v.nullable(v.number()),
})

/** A new key: shown once to whoever asked for it, then only its digest is kept. */
export function newKey(): string {
  return `pk-${randomBytes(KEY_BYTES).toString('base64url')}`
}

/** The keys of a deployment, each by the digest of what its holder presents. */
export class KeyStore {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
    database.exec(`CREATE TABLE IF NOT EXISTS key (
      id TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, tenant TEXT NOT NULL, account TEXT NOT NULL, plan TEXT,
      labels TEXT NOT NULL, models TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER, revoked INTEGER
    ) STRICT`)
    addColumns(database, 'key', [['scopes', 'TEXT']])
  }

  add(key: StoredKey): void {
    this.#database
      .prepare(
        'INSERT INTO key (id, digest, tenant, account, plan, labels, models, created, expires, revoked, scopes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      )
      .run(
        key.id,
        key.digest,
        key.tenant,
        key.account,
        key.plan ?? null,
        JSON.stringify(key.labels),
        JSON.stringify(key.models),
        key.created,
        key.expires ?? null,
        key.revoked ?? null,
        key.scopes === undefined ? null : JSON.stringify(key.scopes),
      )
  }

  list(): readonly StoredKey[] {
    return this.#database.prepare('SELECT * FROM key ORDER BY created, id').all().map(parseRow)
  }

  find(id: string): StoredKey | undefined {
    const row = this.#database.prepare('SELECT * FROM key WHERE id = ?').get(id)
    return row === undefined ? undefined : parseRow(row)
  }

  /** False when there is no such key or it was revoked before. */
  revoke(id: string, now: number): boolean {
    const { changes } = this.#database
      .prepare('UPDATE key SET revoked = ? WHERE id = ? AND revoked IS NULL')
      .run(now, id)
    return Number(changes) === 1
  }

  /** Lets an old key live on for a while beside its successor. */
  expire(id: string, at: number): void {
    this.#database
      .prepare('UPDATE key SET expires = ? WHERE id = ? AND (expires IS NULL OR expires > ?)')
      .run(at, id, at)
  }
}

function parseRow(row: unknown): StoredKey {
  const { plan, expires, revoked, scopes, ...rest } = v.parse(rowSchema, row)
  return {
    ...rest,
    scopes: scopes ?? undefined,
    plan: plan ?? undefined,
    expires: expires ?? undefined,
    revoked: revoked ?? undefined,
  }
}
