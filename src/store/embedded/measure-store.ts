import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import * as v from 'valibot'
import { altersAnswers } from '../../config/standings.ts'
import { GateError } from '../../kernel/gate-error.ts'
import { addColumns } from './state.ts'

/** A countermeasure: a standing given to accounts, by somebody, for a reason, until it ends or is undone. */
export type Measure = {
  readonly id: string
  readonly standing: string
  /** What the standing needs to know (a delay, a limit, a model), as its kind reads it. */
  readonly parameters: Readonly<Record<string, string | number>>
  readonly reason: string
  readonly author: string
  readonly campaign: string | undefined
  /** Unix milliseconds. */
  readonly created: number
  readonly expires: number | undefined
  readonly undone: number | undefined
  readonly undoneBy: string | undefined
  /** A second person has to agree before it is in force. */
  readonly needsAgreement: boolean
  readonly agreed: number | undefined
  readonly agreedBy: string | undefined
  /** The last step that is in the ledger. */
  readonly recorded: string
  /** How many it touches, and how many it touched until each was released. */
  readonly accounts: number
  readonly released: number
}

/** Accounts let go of a measure that goes on for the others. */
export type Release = {
  readonly measure: string
  readonly standing: string
  readonly author: string
  readonly reason: string
  /** Unix milliseconds. */
  readonly released: number
  readonly accounts: number
}

export type NewMeasure = Pick<
  Measure,
  'standing' | 'parameters' | 'reason' | 'author' | 'campaign' | 'created' | 'expires'
> & {
  /** Altering answers needs a second person whatever is said here. */
  readonly needsAgreement?: boolean
}

export type MeasureState = 'proposed' | 'in force' | 'expired' | 'undone' | 'refused'

export function measureState(
  { needsAgreement, agreed, undone, expires }: Measure,
  now: number,
): MeasureState {
  const isProposed = needsAgreement && agreed === undefined
  if (undone !== undefined) return isProposed ? 'refused' : 'undone'
  if (expires !== undefined && expires <= now) return 'expired'
  return isProposed ? 'proposed' : 'in force'
}

export type AllowedAccount = {
  readonly account: string
  readonly reason: string
  readonly author: string
  readonly created: number
}

const ID_BYTES = 5
/** A measure that alters answers ends, and no later than this after it was asked for. */
export const ALTERING_MS_MAX = 90 * 86_400_000

const measureSchema = v.object({
  id: v.string(),
  standing: v.string(),
  parameters: v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.union([v.string(), v.number()]))),
  reason: v.string(),
  author: v.string(),
  campaign: v.nullable(v.string()),
  created: v.number(),
  expires: v.nullable(v.number()),
  undone: v.nullable(v.number()),
  undone_by: v.nullable(v.string()),
  needs_agreement: v.number(),
  agreed: v.nullable(v.number()),
  agreed_by: v.nullable(v.string()),
  recorded: v.string(),
  accounts: v.number(),
  released: v.number(),
})
const releaseSchema = v.object({
  measure: v.string(),
  standing: v.string(),
  author: v.string(),
  reason: v.string(),
  released: v.number(),
  accounts: v.number(),
})
const allowedSchema = v.object({
  account: v.string(),
  reason: v.string(),
  author: v.string(),
  created: v.number(),
})
const accountSchema = v.object({ account: v.string() })

const MEASURES = `SELECT measure.*,
    (SELECT count(*) FROM measure_account WHERE measure = id AND released IS NULL) AS accounts,
    (SELECT count(*) FROM measure_account WHERE measure = id AND released IS NOT NULL) AS released
  FROM measure`

export class MeasureStore {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
    database.exec(`
      CREATE TABLE IF NOT EXISTS measure (
        id TEXT PRIMARY KEY, standing TEXT NOT NULL, parameters TEXT NOT NULL, reason TEXT NOT NULL,
        author TEXT NOT NULL, campaign TEXT, created INTEGER NOT NULL, expires INTEGER, undone INTEGER,
        undone_by TEXT, recorded TEXT NOT NULL DEFAULT ''
      ) STRICT;
      CREATE TABLE IF NOT EXISTS measure_account (
        measure TEXT NOT NULL REFERENCES measure (id), account TEXT NOT NULL, PRIMARY KEY (measure, account)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS allowed_account (
        account TEXT PRIMARY KEY, reason TEXT NOT NULL, author TEXT NOT NULL, created INTEGER NOT NULL
      ) STRICT;`)
    addColumns(database, 'measure', [
      ['needs_agreement', 'INTEGER NOT NULL DEFAULT 0'],
      ['agreed', 'INTEGER'],
      ['agreed_by', 'TEXT'],
    ])
    addColumns(database, 'measure_account', [
      ['released', 'INTEGER'],
      ['released_by', 'TEXT'],
      ['released_why', 'TEXT'],
      ['release_recorded', 'INTEGER NOT NULL DEFAULT 0'],
    ])
  }

  /** All of it or nothing: a campaign is never half quarantined. */
  apply(measure: NewMeasure, accounts: readonly string[]): string {
    const id = `m_${randomBytes(ID_BYTES).toString('hex')}`
    const isAltering = altersAnswers(measure.standing)
    if (isAltering && !((measure.expires ?? Number.POSITIVE_INFINITY) <= measure.created + ALTERING_MS_MAX))
      throw new GateError('usage', 'A measure that alters answers needs an end, at most 90 days away.')
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      this.#database
        .prepare(
          'INSERT INTO measure (id, standing, parameters, reason, author, campaign, created, expires, needs_agreement) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        )
        .run(
          id,
          measure.standing,
          JSON.stringify(measure.parameters),
          measure.reason,
          measure.author,
          measure.campaign ?? null,
          measure.created,
          measure.expires ?? null,
          isAltering || measure.needsAgreement === true ? 1 : 0,
        )
      this.#insertAccounts(id, accounts)
      this.#database.exec('COMMIT')
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
    return id
  }

  /**
   * Accounts found later to belong to the same campaign get the same measure; who was released stays so.
   *
   * @returns how many it touches now and did not before.
   */
  extend(id: string, accounts: readonly string[]): number {
    const rows = this.#database.prepare('SELECT account FROM measure_account WHERE measure = ?').all(id)
    const known = new Set(rows.map((row) => v.parse(accountSchema, row).account))
    const fresh = accounts.filter((account) => !known.has(account))
    if (fresh.length === 0) return 0
    this.#database.exec('BEGIN IMMEDIATE')
    this.#insertAccounts(id, fresh)
    this.#database.exec('COMMIT')
    return fresh.length
  }

  /**
   * Lets accounts go: they were verified, or never belonged to the campaign. The measure goes on for the others.
   *
   * @returns how many it touched until now.
   */
  release(
    id: string,
    accounts: readonly string[],
    { author, reason, now }: { readonly author: string; readonly reason: string; readonly now: number },
  ): number {
    const release = this.#database.prepare(
      'UPDATE measure_account SET released = ?, released_by = ?, released_why = ? WHERE measure = ? AND account = ? AND released IS NULL',
    )
    this.#database.exec('BEGIN IMMEDIATE')
    let released = 0
    for (const account of accounts) released += Number(release.run(now, author, reason, id, account).changes)
    this.#database.exec('COMMIT')
    return released
  }

  /** The second person's word; the first cannot give it. The time that was asked for begins with it. */
  agree(id: string, author: string, now: number): 'agreed' | 'same-person' | 'not-proposed' {
    const { changes } = this.#database
      .prepare(
        `UPDATE measure SET agreed = ?, agreed_by = ?, expires = expires + (? - created)
         WHERE id = ? AND author <> ? AND needs_agreement = 1 AND agreed IS NULL AND undone IS NULL
           AND (expires IS NULL OR expires > ?)`,
      )
      .run(now, author, now, id, author, now)
    if (Number(changes) === 1) return 'agreed'
    const measure = this.list().find((one) => one.id === id)
    return measure && measureState(measure, now) === 'proposed' ? 'same-person' : 'not-proposed'
  }

  /** False when there is no such measure or it was undone before. */
  undo(id: string, author: string, now: number): boolean {
    const { changes } = this.#database
      .prepare('UPDATE measure SET undone = ?, undone_by = ? WHERE id = ? AND undone IS NULL')
      .run(now, author, id)
    return Number(changes) === 1
  }

  list(): readonly Measure[] {
    return this.#database.prepare(`${MEASURES} ORDER BY created, id`).all().map(parseMeasure)
  }

  /** Without those it has released. */
  accountsOf(id: string): readonly string[] {
    return this.#database
      .prepare('SELECT account FROM measure_account WHERE measure = ? AND released IS NULL')
      .all(id)
      .map((row) => v.parse(accountSchema, row).account)
  }

  touches(id: string, account: string): boolean {
    const found = this.#database
      .prepare('SELECT 1 FROM measure_account WHERE measure = ? AND account = ? AND released IS NULL')
      .get(id, account)
    return found !== undefined
  }

  allow(entry: AllowedAccount): void {
    this.#database
      .prepare(
        'INSERT OR REPLACE INTO allowed_account (account, reason, author, created) VALUES (?, ?, ?, ?)',
      )
      .run(entry.account, entry.reason, entry.author, entry.created)
  }

  disallow(account: string): boolean {
    const { changes } = this.#database.prepare('DELETE FROM allowed_account WHERE account = ?').run(account)
    return Number(changes) === 1
  }

  allowed(): readonly AllowedAccount[] {
    return this.#database
      .prepare('SELECT * FROM allowed_account ORDER BY account')
      .all()
      .map((row) => v.parse(allowedSchema, row))
  }

  /** Measures whose last change is not in the ledger yet; the gate puts it there and says so. */
  unrecorded(): readonly Measure[] {
    return this.#database
      .prepare(
        `${MEASURES} WHERE recorded = '' OR (undone IS NOT NULL AND recorded <> 'undone')
           OR (agreed IS NOT NULL AND recorded = 'applied')`,
      )
      .all()
      .map(parseMeasure)
  }

  setRecorded({ id, undone, agreed }: Measure): void {
    this.#database
      .prepare('UPDATE measure SET recorded = ? WHERE id = ?')
      .run(undone !== undefined ? 'undone' : agreed !== undefined ? 'agreed' : 'applied', id)
  }

  /** Releases that are not in the ledger yet, those of one act together. */
  unrecordedReleases(): readonly Release[] {
    return this.#database
      .prepare(
        `SELECT measure, standing, released_by AS author, released_why AS reason, released, count(*) AS accounts
         FROM measure_account JOIN measure ON id = measure WHERE released IS NOT NULL AND release_recorded = 0
         GROUP BY measure, released, released_by, released_why ORDER BY released`,
      )
      .all()
      .map((row) => v.parse(releaseSchema, row))
  }

  setReleaseRecorded({ measure, released, author, reason }: Release): void {
    this.#database
      .prepare(
        'UPDATE measure_account SET release_recorded = 1 WHERE measure = ? AND released = ? AND released_by = ? AND released_why = ?',
      )
      .run(measure, released, author, reason)
  }

  #insertAccounts(id: string, accounts: readonly string[]): void {
    const insert = this.#database.prepare(
      'INSERT INTO measure_account (measure, account) VALUES (?, ?) ON CONFLICT (measure, account) DO NOTHING',
    )
    for (const account of accounts) insert.run(id, account)
  }
}

function parseMeasure(row: unknown): Measure {
  const { undone_by: undoneBy, campaign, expires, undone, ...others } = v.parse(measureSchema, row)
  const { needs_agreement: needsAgreement, agreed, agreed_by: agreedBy, ...rest } = others
  return {
    ...rest,
    campaign: campaign ?? undefined,
    expires: expires ?? undefined,
    undone: undone ?? undefined,
    undoneBy: undoneBy ?? undefined,
    needsAgreement: needsAgreement === 1,
    agreed: agreed ?? undefined,
    agreedBy: agreedBy ?? undefined,
  }
}
