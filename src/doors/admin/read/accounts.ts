import type { DatabaseSync } from 'node:sqlite'
import type { List } from '../api/shapes/common.ts'
import type { Names } from './names.ts'
import { countSql, listed, type Page } from './pages.ts'

const DAY_MS = 86_400_000
const DAYS = 30
const SEEN_MAX = 8

export type AccountUse = {
  readonly account: string
  readonly tenant: string
  readonly acts: number
  readonly denied: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly first: number
  readonly last: number
}

export type AccountSort = 'last' | 'acts' | 'denied'
export type AccountFilter = Page & {
  readonly q?: string | undefined
  readonly sort: AccountSort
  readonly tenant?: string | undefined
}
export type Named = { readonly name: string; readonly acts: number }

type Row = Readonly<Record<string, unknown>>

/** What accounts did through this gate. */
export class Accounts {
  readonly #database: DatabaseSync
  readonly #names: Names

  constructor(database: DatabaseSync, names: Names) {
    this.#database = database
    this.#names = names
  }

  /** The cursor is the last row's sorted value and number, so that a page does not shift when accounts act on. */
  list({ q, sort, tenant, limit, cursor }: AccountFilter): List<AccountUse> {
    const parts: string[] = []
    const values: (number | string)[] = []
    if (sort === 'denied') parts.push('denied > 0')
    if (tenant !== undefined) {
      parts.push('tenant = ?')
      values.push(this.#names.find(tenant) ?? -1)
    }
    const text = q?.trim() ?? ''
    if (text !== '') {
      parts.push("account IN (SELECT id FROM name WHERE text LIKE ? ESCAPE '\\')")
      values.push(`%${text.replace(/[\\%_]/g, '\\$&')}%`)
    }
    const where = parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`
    const total = Number(this.#database.prepare(countSql(`FROM account ${where}`)).get(...values)?.total ?? 0)
    const [value, id] = (cursor ?? '').split(':').map(Number)
    const after =
      cursor === undefined ? '' : `${where === '' ? 'WHERE' : 'AND'} (${sort}, account) < (${value}, ${id})`
    const rows = this.#database
      .prepare(`SELECT * FROM account ${where} ${after} ORDER BY ${sort} DESC, account DESC LIMIT ?`)
      .all(...values, limit + 1)
    const last = rows[limit - 1]
    const next = rows.length > limit && last ? `${last[sort]}:${last.account}` : undefined
    return listed(
      rows.slice(0, limit).map((row) => this.#useOf(row)),
      total,
      next,
    )
  }

  find(account: string, tenant: string | undefined): AccountUse | undefined {
    const id = this.#names.find(account)
    const row =
      id === undefined ? undefined : this.#database.prepare('SELECT * FROM account WHERE account = ?').get(id)
    const use = row === undefined ? undefined : this.#useOf(row)
    return tenant === undefined || use?.tenant === tenant ? use : undefined
  }

  /** Models or tools, addresses and clients it was seen with, commonest first. */
  seen(account: string): Readonly<Record<'models' | 'addresses' | 'clients', readonly Named[]>> {
    const id = this.#names.find(account) ?? -1
    const of = (what: number): readonly Named[] =>
      this.#database
        .prepare(
          'SELECT name, acts FROM seen WHERE account = ? AND what = ? ORDER BY acts DESC, name LIMIT ?',
        )
        .all(id, what, SEEN_MAX)
        .map((row) => ({ name: this.#names.textOf(Number(row.name)), acts: Number(row.acts) }))
    return { models: of(0), addresses: of(1), clients: of(2) }
  }

  daily(account: string, now: number): readonly number[] {
    const today = Math.floor(now / DAY_MS)
    const counts = new Array<number>(DAYS).fill(0)
    const rows = this.#database
      .prepare('SELECT day, acts FROM account_day WHERE account = ? AND day > ? AND day <= ?')
      .all(this.#names.find(account) ?? -1, today - DAYS, today)
    for (const row of rows) counts[Number(row.day) - (today - DAYS + 1)] = Number(row.acts)
    return counts
  }

  /** What many accounts did since a day began; accounts that did nothing are left out. */
  recent(
    accounts: Iterable<string>,
    since: number,
  ): ReadonlyMap<string, { readonly acts: number; readonly output: number }> {
    const use = new Map<string, { acts: number; output: number }>()
    const read = this.#database.prepare(
      'SELECT sum(acts) AS acts, sum(output) AS output FROM account_day WHERE account = ? AND day >= ?',
    )
    const day = Math.floor(since / DAY_MS)
    for (const account of accounts) {
      const id = this.#names.find(account)
      const row = id === undefined ? undefined : read.get(id, day)
      const acts = Number(row?.acts ?? 0)
      if (acts > 0) use.set(account, { acts, output: Number(row?.output ?? 0) })
    }
    return use
  }

  tenants(): readonly { readonly tenant: string; readonly accounts: number; readonly acts: number }[] {
    return this.#database
      .prepare('SELECT tenant, count(*) AS accounts, sum(acts) AS acts FROM account GROUP BY tenant')
      .all()
      .map((row) => ({
        tenant: this.#names.textOf(Number(row.tenant)),
        accounts: Number(row.accounts),
        acts: Number(row.acts),
      }))
  }

  #useOf(row: Row): AccountUse {
    return {
      account: this.#names.textOf(Number(row.account)),
      tenant: this.#names.textOf(Number(row.tenant)),
      acts: Number(row.acts),
      denied: Number(row.denied),
      inputTokens: Number(row.input),
      outputTokens: Number(row.output),
      first: Number(row.first),
      last: Number(row.last),
    }
  }
}
