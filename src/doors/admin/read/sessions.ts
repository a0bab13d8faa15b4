import type { DatabaseSync } from 'node:sqlite'
import type { AgentSession } from '../api/shapes/agents.ts'
import type { List } from '../api/shapes/common.ts'
import { compact } from './acts.ts'
import type { Names } from './names.ts'
import { countSql, listed, type Page } from './pages.ts'

export type SessionFilter = Page & {
  readonly q?: string | undefined
  readonly tenant?: string | undefined
  /** Only these. */
  readonly among?: readonly string[] | undefined
}

type Row = Readonly<Record<string, unknown>>

/** Sessions of agents as the ledger has them. What waits for a person is known to the gate and filled in there. */
export class Sessions {
  readonly #database: DatabaseSync
  readonly #names: Names

  constructor(database: DatabaseSync, names: Names) {
    this.#database = database
    this.#names = names
  }

  list({ q, tenant, among, limit, cursor }: SessionFilter): List<AgentSession> {
    const parts: string[] = []
    const values: (string | number)[] = []
    const where = (sql: string, ...given: (string | number)[]): void => {
      parts.push(sql)
      values.push(...given)
    }
    if (tenant !== undefined) where('tenant = ?', this.#names.find(tenant) ?? -1)
    if (among !== undefined) where(`sid IN (${among.map(() => '?').join(', ')})`, ...among)
    const text = q?.trim() ?? ''
    if (text !== '') {
      const like = `%${text.replace(/[\\%_]/g, '\\$&')}%`
      where(
        "(session LIKE ? ESCAPE '\\' OR person LIKE ? ESCAPE '\\' OR agent IN (SELECT id FROM name WHERE text LIKE ? ESCAPE '\\'))",
        ...[like, like, like],
      )
    }
    const sql = parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`
    const total = Number(this.#database.prepare(countSql(`FROM session ${sql}`)).get(...values)?.total ?? 0)
    const [last, id] = (cursor ?? '').split(':').map(Number)
    if (cursor !== undefined) where('(last, id) < (?, ?)', last ?? 0, id ?? 0)
    const paged = parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`
    const rows = this.#database
      .prepare(`SELECT * FROM session ${paged} ORDER BY last DESC, id DESC LIMIT ?`)
      .all(...values, limit + 1)
    const end = rows[limit - 1]
    const next = rows.length > limit && end ? `${end.last}:${end.id}` : undefined
    return listed(
      rows.slice(0, limit).map((row) => this.#sessionOf(row)),
      total,
      next,
    )
  }

  find(sid: string, tenant: string | undefined): (AgentSession & { readonly own: string }) | undefined {
    const row = this.#database.prepare('SELECT * FROM session WHERE sid = ?').get(sid)
    const found = row === undefined ? undefined : { ...this.#sessionOf(row), own: String(row.session) }
    return tenant === undefined || found?.tenant === tenant ? found : undefined
  }

  #sessionOf(row: Row): AgentSession {
    return compact({
      session: String(row.sid),
      tenant: this.#names.textOf(Number(row.tenant)),
      agent: this.#names.textOf(Number(row.agent)),
      person: typeof row.person === 'string' ? row.person : undefined,
      first: Number(row.first),
      last: Number(row.last),
      acts: Number(row.acts),
      asked: Number(row.asked),
      denied: Number(row.denied),
      redacted: Number(row.redacted),
      waiting: 0,
    })
  }
}
