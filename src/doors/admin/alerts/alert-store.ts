import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import * as v from 'valibot'
import { type AlertRoute, alertTarget } from '../api/shapes/settings.ts'
import type { MessageRef } from './alert.ts'

export type StoredRoute = {
  readonly id: string
  readonly name: string
  readonly isOn: boolean
  readonly scoreMin: number
  readonly target: AlertRoute['target']
  readonly secret: string | undefined
  readonly sent: number
  readonly lastSent: number | undefined
  readonly lastFailure: string | undefined
}

export type Told = { readonly ref: MessageRef; readonly gist: string; readonly revision: number }

const row = v.object({
  id: v.string(),
  name: v.string(),
  is_on: v.number(),
  score_min: v.number(),
  target: v.pipe(v.string(), v.parseJson(), alertTarget),
  secret: v.nullable(v.string()),
  sent: v.number(),
  last_sent: v.nullable(v.number()),
  last_failure: v.nullable(v.string()),
})
const toldRow = v.object({
  ref: v.pipe(v.string(), v.parseJson(), v.object({ id: v.string(), channel: v.optional(v.string()) })),
  gist: v.string(),
  revision: v.number(),
})

const ID_BYTES = 5
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const FAILURE_CHARACTERS_MAX = 300

/** Where alerts go, and which campaign was told where. Secrets are encrypted under the deployment's own secret. */
export class AlertStore {
  readonly #database: DatabaseSync
  readonly #key: Buffer

  constructor(database: DatabaseSync, deploymentSecret: string) {
    this.#database = database
    this.#key = Buffer.from(hkdfSync('sha256', deploymentSecret, '', 'alert secrets', KEY_BYTES))
    database.exec(`
      CREATE TABLE IF NOT EXISTS alert_route (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, is_on INTEGER NOT NULL, score_min REAL NOT NULL, target TEXT NOT NULL,
        secret TEXT, sent INTEGER NOT NULL DEFAULT 0, last_sent INTEGER, last_failure TEXT
      ) STRICT;
      CREATE TABLE IF NOT EXISTS alert_told (
        route TEXT NOT NULL, campaign TEXT NOT NULL, ref TEXT NOT NULL, gist TEXT NOT NULL, revision INTEGER NOT NULL,
        PRIMARY KEY (route, campaign)
      ) STRICT, WITHOUT ROWID;`)
  }

  list(): readonly StoredRoute[] {
    return this.#database
      .prepare('SELECT * FROM alert_route ORDER BY name, id')
      .all()
      .map((found) => this.#routeOf(found))
  }

  find(id: string): StoredRoute | undefined {
    const found = this.#database.prepare('SELECT * FROM alert_route WHERE id = ?').get(id)
    return found === undefined ? undefined : this.#routeOf(found)
  }

  /** Without a secret the old one stays. */
  save(
    id: string | undefined,
    route: Pick<StoredRoute, 'name' | 'isOn' | 'scoreMin' | 'target' | 'secret'>,
  ): string {
    const { name, isOn, scoreMin, target, secret } = route
    const used = id ?? `r_${randomBytes(ID_BYTES).toString('hex')}`
    this.#database
      .prepare(
        `INSERT INTO alert_route (id, name, is_on, score_min, target, secret) VALUES (?, ?, ?, ?, ?, ?)
          ON CONFLICT (id) DO UPDATE SET name = excluded.name, is_on = excluded.is_on, score_min = excluded.score_min,
            target = excluded.target, secret = coalesce(excluded.secret, secret)`,
      )
      .run(
        used,
        name,
        isOn ? 1 : 0,
        scoreMin,
        JSON.stringify(target),
        secret === undefined ? null : this.#seal(secret),
      )
    return used
  }

  remove(id: string): void {
    this.#database.prepare('DELETE FROM alert_told WHERE route = ?').run(id)
    this.#database.prepare('DELETE FROM alert_route WHERE id = ?').run(id)
  }

  told(route: string, campaign: string): Told | undefined {
    const found = this.#database
      .prepare('SELECT ref, gist, revision FROM alert_told WHERE route = ? AND campaign = ?')
      .get(route, campaign)
    return found === undefined ? undefined : v.parse(toldRow, found)
  }

  setTold(route: string, campaign: string, { ref, gist, revision }: Told): void {
    this.#database
      .prepare(
        'INSERT OR REPLACE INTO alert_told (route, campaign, ref, gist, revision) VALUES (?, ?, ?, ?, ?)',
      )
      .run(route, campaign, JSON.stringify(ref), gist, revision)
  }

  sent(id: string, now: number, failure: string | undefined): void {
    if (failure === undefined)
      this.#database
        .prepare('UPDATE alert_route SET sent = sent + 1, last_sent = ?, last_failure = NULL WHERE id = ?')
        .run(now, id)
    else
      this.#database
        .prepare('UPDATE alert_route SET last_failure = ? WHERE id = ?')
        .run(failure.slice(0, FAILURE_CHARACTERS_MAX), id)
  }

  #routeOf(found: unknown): StoredRoute {
    const {
      is_on: isOn,
      score_min: scoreMin,
      secret,
      last_sent: lastSent,
      last_failure: lastFailure,
      ...rest
    } = v.parse(row, found)
    return {
      ...rest,
      isOn: isOn === 1,
      scoreMin,
      secret: secret === null ? undefined : this.#open(secret),
      lastSent: lastSent ?? undefined,
      lastFailure: lastFailure ?? undefined,
    }
  }

  #seal(text: string): string {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce)
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')
  }

  #open(text: string): string {
    const bytes = Buffer.from(text, 'base64')
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, NONCE_BYTES))
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
    const opened = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES))
    return Buffer.concat([opened, decipher.final()]).toString('utf8')
  }
}
