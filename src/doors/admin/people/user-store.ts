import { createHash, randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import * as v from 'valibot'
import { role } from '../api/shapes/common.ts'

export type StoredUser = {
  readonly id: string
  readonly name: string
  readonly role: v.InferOutput<typeof role>
  readonly tenant: string | null
  readonly via: 'password' | 'oidc'
  readonly password: string | undefined
  readonly created: number
  readonly lastSeen: number | undefined
  readonly isDisabled: boolean
}

export type StoredSession = {
  /** Of the user; nothing for whoever came with the console token. */
  readonly user: string | undefined
  readonly csrf: string
  readonly created: number
  readonly seen: number
}

const userRow = v.object({
  id: v.string(),
  name: v.string(),
  role,
  tenant: v.nullable(v.string()),
  via: v.picklist(['password', 'oidc']),
  password: v.nullable(v.string()),
  created: v.number(),
  last_seen: v.nullable(v.number()),
  disabled: v.number(),
})
const sessionRow = v.object({
  user: v.nullable(v.string()),
  csrf: v.string(),
  created: v.number(),
  seen: v.number(),
})

const TOKEN_BYTES = 32
const ID_BYTES = 5
const SESSION_MS = 12 * 3_600_000
const IDLE_MS = 2 * 3_600_000
/** How far `seen` may lag: not every request is worth a write. */
const SEEN_LAG_MS = 60_000

/** Who may come in, and who is in. A session's token is kept as a digest: reading the database opens no session. */
export class UserStore {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
    database.exec(`
      CREATE TABLE IF NOT EXISTS console_user (
        id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, role TEXT NOT NULL, tenant TEXT, via TEXT NOT NULL,
        password TEXT, created INTEGER NOT NULL, last_seen INTEGER, disabled INTEGER NOT NULL DEFAULT 0
      ) STRICT;
      CREATE TABLE IF NOT EXISTS console_session (
        digest TEXT PRIMARY KEY, user TEXT REFERENCES console_user (id), csrf TEXT NOT NULL, created INTEGER NOT NULL,
        seen INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE IF NOT EXISTS console_subject (
        issuer TEXT NOT NULL, subject TEXT NOT NULL, user TEXT NOT NULL UNIQUE REFERENCES console_user (id),
        PRIMARY KEY (issuer, subject)
      ) STRICT;`)
  }

  /** False when there is one of that name. */
  add(user: Omit<StoredUser, 'id' | 'lastSeen' | 'isDisabled'>): string | undefined {
    const id = `u_${randomBytes(ID_BYTES).toString('hex')}`
    const { changes } = this.#database
      .prepare(
        'INSERT INTO console_user (id, name, role, tenant, via, password, created) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING',
      )
      .run(id, user.name, user.role, user.tenant, user.via, user.password ?? null, user.created)
    return Number(changes) === 1 ? id : undefined
  }

  /** Whoever is changed has to sign in again. */
  change(user: StoredUser): void {
    this.#database
      .prepare('UPDATE console_user SET role = ?, tenant = ?, password = ?, disabled = ? WHERE id = ?')
      .run(user.role, user.tenant, user.password ?? null, user.isDisabled ? 1 : 0, user.id)
    this.#database.prepare('DELETE FROM console_session WHERE user = ?').run(user.id)
  }

  list(): readonly StoredUser[] {
    return this.#database.prepare('SELECT * FROM console_user ORDER BY name').all().map(userOf)
  }

  find(id: string): StoredUser | undefined {
    const row = this.#database.prepare('SELECT * FROM console_user WHERE id = ?').get(id)
    return row === undefined ? undefined : userOf(row)
  }

  named(name: string): StoredUser | undefined {
    const row = this.#database.prepare('SELECT * FROM console_user WHERE name = ?').get(name)
    return row === undefined ? undefined : userOf(row)
  }

  /** The user that a provider calls by this subject. */
  ofSubject(issuer: string, subject: string): StoredUser | undefined {
    const row = this.#database
      .prepare(
        'SELECT console_user.* FROM console_user JOIN console_subject ON user = id WHERE issuer = ? AND subject = ?',
      )
      .get(issuer, subject)
    return row === undefined ? undefined : userOf(row)
  }

  hasSubject(user: string): boolean {
    return this.#database.prepare('SELECT 1 FROM console_subject WHERE user = ?').get(user) !== undefined
  }

  bindSubject(user: string, issuer: string, subject: string): void {
    this.#database
      .prepare('INSERT INTO console_subject (issuer, subject, user) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
      .run(issuer, subject, user)
  }

  count(): number {
    return Number(this.#database.prepare('SELECT count(*) AS users FROM console_user').get()?.users ?? 0)
  }

  /** The token is known here only now. */
  openSession(user: string | undefined, now: number): { readonly token: string; readonly csrf: string } {
    const token = randomBytes(TOKEN_BYTES).toString('base64url')
    const csrf = randomBytes(TOKEN_BYTES).toString('base64url')
    this.#database
      .prepare('DELETE FROM console_session WHERE created < ? OR seen < ?')
      .run(now - SESSION_MS, now - IDLE_MS)
    this.#database
      .prepare('INSERT INTO console_session (digest, user, csrf, created, seen) VALUES (?, ?, ?, ?, ?)')
      .run(digestOf(token), user ?? null, csrf, now, now)
    if (user !== undefined)
      this.#database.prepare('UPDATE console_user SET last_seen = ? WHERE id = ?').run(now, user)
    return { token, csrf }
  }

  session(token: string, now: number): (StoredSession & { readonly expires: number }) | undefined {
    const digest = digestOf(token)
    const row = this.#database.prepare('SELECT * FROM console_session WHERE digest = ?').get(digest)
    if (row === undefined) return undefined
    const { user, ...session } = v.parse(sessionRow, row)
    if (session.created + SESSION_MS <= now || session.seen + IDLE_MS <= now) return undefined
    if (session.seen + SEEN_LAG_MS < now)
      this.#database.prepare('UPDATE console_session SET seen = ? WHERE digest = ?').run(now, digest)
    return { ...session, user: user ?? undefined, expires: session.created + SESSION_MS }
  }

  closeSession(token: string): void {
    this.#database.prepare('DELETE FROM console_session WHERE digest = ?').run(digestOf(token))
  }
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

function userOf(row: unknown): StoredUser {
  const { last_seen: lastSeen, disabled, password, ...rest } = v.parse(userRow, row)
  return {
    ...rest,
    password: password ?? undefined,
    lastSeen: lastSeen ?? undefined,
    isDisabled: disabled === 1,
  }
}
