import type { DatabaseSync } from 'node:sqlite'
import type { Act } from '../api/shapes/acts.ts'
import type { List } from '../api/shapes/common.ts'
import type { Names } from './names.ts'
import { countSql, listed, type Page } from './pages.ts'
import { actions, sides } from './tables.ts'

export type ActFilter = Page & {
  readonly side?: string | undefined
  readonly action?: string | undefined
  readonly account?: string | undefined
  /** A session's address name. */
  readonly session?: string | undefined
  readonly rule?: string | undefined
  readonly q?: string | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly tenant?: string | undefined
}

export type ActRow = {
  readonly seq: number
  readonly act: Act
  readonly segment: number
  readonly block: number
  readonly endSeq: number | undefined
  readonly endSegment: number | undefined
  readonly endBlock: number | undefined
}

type Row = Readonly<Record<string, unknown>>

/** Names that a search text may begin; more are not looked through. */
const MATCHES_MAX = 40
const COLUMNS =
  'seq, ts, id, side, kind, name, tenant, account, session, action, rule, enforced, standing, outcome, status, input, output, ms, segment, block, end_seq, end_segment, end_block'

/** Lists of acts, newest first. Every filter has an index that ends in `seq`, so a page costs what it shows. */
export class Acts {
  readonly #database: DatabaseSync
  readonly #names: Names

  constructor(database: DatabaseSync, names: Names) {
    this.#database = database
    this.#names = names
  }

  find(id: string, tenant: string | undefined): ActRow | undefined {
    const row = /^\d{1,15}$/.test(id)
      ? this.#database.prepare(`SELECT ${COLUMNS} FROM act WHERE seq = ?`).get(Number(id))
      : this.#database.prepare(`SELECT ${COLUMNS} FROM act WHERE id = ? ORDER BY seq LIMIT 1`).get(id)
    const found = row === undefined ? undefined : this.rowOf(row)
    return tenant === undefined || found?.act.tenant === tenant ? found : undefined
  }

  list(filter: ActFilter): List<Act> {
    const { q } = filter
    if (q !== undefined && q.trim() !== '') return this.#search(q.trim(), filter)
    const where = this.#where(filter)
    if (where === undefined) return listed([], 0, undefined)
    const rows = this.#page(where, filter)
    const known = this.#knownTotal(filter, where)
    if (known !== undefined) return this.#listed(rows, known, filter.limit, true)
    const total = Number(
      this.#database.prepare(countSql(`FROM act ${where.sql}`)).get(...where.values)?.total ?? 0,
    )
    return this.#listed(rows, total, filter.limit)
  }

  rowOf(row: Row): ActRow {
    return {
      seq: Number(row.seq),
      act: this.#actOf(row),
      segment: Number(row.segment),
      block: Number(row.block),
      endSeq: optional(row.end_seq),
      endSegment: optional(row.end_segment),
      endBlock: optional(row.end_block),
    }
  }

  #page(where: Where, { limit, cursor }: Page): readonly Row[] {
    const before = cursor === undefined ? '' : `${where.sql === '' ? 'WHERE' : 'AND'} seq < ?`
    return this.#database
      .prepare(`SELECT ${COLUMNS} FROM act ${where.sql} ${before} ORDER BY seq DESC LIMIT ?`)
      .all(...where.values, ...(cursor === undefined ? [] : [Number(cursor)]), limit + 1)
  }

  /** Of all acts, or of one side of them: those are summed up as they come in. */
  #knownTotal({ side }: ActFilter, { parts }: Where): number | undefined {
    if (parts > (side === undefined ? 0 : 1)) return undefined
    const kinds = Object.entries(sideOfKind).filter(([, of]) => side === undefined || of === side)
    const tally = this.#database.prepare('SELECT entries FROM tally WHERE kind = ?')
    return kinds.reduce((sum, [kind]) => sum + Number(tally.get(kind)?.entries ?? 0), 0)
  }

  #listed(rows: readonly Row[], total: number, limit: number, isKnown = false): List<Act> {
    const items = rows.slice(0, limit).map((row) => this.#actOf(row))
    return listed(items, total, rows.length > limit ? String(items.at(-1)?.seq) : undefined, isKnown)
  }

  /** What the text is, or begins: an id, or accounts, sessions, models, tools and rules. Each has an index of its own. */
  #search(q: string, filter: ActFilter): List<Act> {
    const where = this.#where(filter)
    const exact = this.find(q, filter.tenant)
    if (exact !== undefined) return listed([exact.act], 1, undefined)
    if (where === undefined) return listed([], 0, undefined)
    const ids = this.#names.startingWith(q, MATCHES_MAX)
    const and = where.sql === '' ? '' : where.sql.replace('WHERE', 'AND')
    const before = filter.cursor === undefined ? '' : 'AND seq < ?'
    const values = [...where.values, ...(filter.cursor === undefined ? [] : [Number(filter.cursor)])]
    const rows = new Map<number, Row>()
    let total = 0
    for (const column of ['account', 'name', 'rule'] as const) {
      const page = this.#database.prepare(
        `SELECT ${COLUMNS} FROM act WHERE ${column} = ? ${and} ${before} ORDER BY seq DESC LIMIT ?`,
      )
      const count = this.#database.prepare(countSql(`FROM act WHERE ${column} = ? ${and}`))
      for (const id of ids) {
        const found = page.all(id, ...values, filter.limit + 1)
        for (const row of found) rows.set(Number(row.seq), row)
        if (found.length > 0) total += Number(count.get(id, ...where.values)?.total ?? 0)
      }
    }
    const sorted = [...rows.values()].sort((a, b) => Number(b.seq) - Number(a.seq))
    return this.#listed(sorted, total, filter.limit)
  }

  /** Nothing when a filter names what no act has. */
  #where({ side, action, account, session, rule, from, to, tenant }: ActFilter): Where | undefined {
    const parts: string[] = []
    const values: number[] = []
    const is = (column: string, value: number | undefined, hint = ''): boolean => {
      parts.push(`${column} = ?${value === 0 ? '' : hint}`)
      values.push(value ?? -1)
      return value !== undefined
    }
    const names = this.#names
    // The indexes of both leave out the commonest value, and are used only where that is said in so many words.
    if (action !== undefined && !is('action', indexIn(actions, action), ' AND action > 0')) return undefined
    if (side !== undefined && !is('side', indexIn(sides, side), ' AND side > 0')) return undefined
    if (account !== undefined && !is('account', names.find(account))) return undefined
    if (rule !== undefined && !is('rule', names.find(rule))) return undefined
    if (tenant !== undefined && !is('tenant', names.find(tenant))) return undefined
    if (session !== undefined && !is('session', this.#sessionNumber(session))) return undefined
    // Entries are in the order they were written, which is that of their time but for seconds.
    if (from !== undefined) parts.push(`seq >= ${this.#seqAt(from)}`)
    if (to !== undefined) parts.push(`seq < ${this.#seqAt(to)}`)
    return {
      sql: parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`,
      values,
      parts: parts.length,
    }
  }

  #sessionNumber(sid: string): number | undefined {
    return optional(this.#database.prepare('SELECT id FROM session WHERE sid = ?').get(sid)?.id)
  }

  /** The first entry at or after a time, by halving. */
  #seqAt(ts: number): number {
    // Asked for together, both ends would be found by reading everything between them.
    const ends = this.#database
      .prepare('SELECT (SELECT min(seq) FROM act) AS low, (SELECT max(seq) FROM act) AS high')
      .get()
    let low = Number(ends?.low ?? 0)
    let high = Number(ends?.high ?? 0) + 1
    const at = this.#database.prepare('SELECT seq, ts FROM act WHERE seq >= ? ORDER BY seq LIMIT 1')
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const row = at.get(middle)
      if (row === undefined || Number(row.ts) >= ts) high = middle
      else low = Number(row.seq) + 1
    }
    return low
  }

  #actOf(row: Row): Act {
    const name = (value: unknown): string | undefined =>
      value === null || value === undefined ? undefined : this.#names.textOf(Number(value))
    const side = sides[Number(row.side)] ?? 'model'
    const account = name(row.account) ?? ''
    return compact({
      seq: Number(row.seq),
      id: String(row.id),
      ts: Number(row.ts),
      side,
      kind: name(row.kind) ?? '',
      name: name(row.name) ?? '',
      tenant: name(row.tenant) ?? '',
      account,
      agent: side === 'agent' ? account : undefined,
      session: row.session === null ? undefined : this.#sid(Number(row.session)),
      action: actions[Number(row.action)] ?? 'allow',
      rule: name(row.rule),
      isEnforced: row.enforced === 1,
      standing: name(row.standing),
      outcome: name(row.outcome),
      status: optional(row.status),
      inputTokens: optional(row.input),
      outputTokens: optional(row.output),
      ms: optional(row.ms),
    })
  }

  #sid(id: number): string {
    return String(this.#database.prepare('SELECT sid FROM session WHERE id = ?').get(id)?.sid ?? '')
  }
}

type Where = { readonly sql: string; readonly values: readonly number[]; readonly parts: number }

const sideOfKind: Readonly<Record<string, Act['side']>> = {
  exchange: 'model',
  'agent-act': 'agent',
  refusal: 'refusal',
}

function indexIn(list: readonly string[], value: string): number | undefined {
  const index = list.indexOf(value)
  return index < 0 ? undefined : index
}

export function optional(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

/** Without the fields that have nothing to say. */
export function compact<Shape extends object>(shape: Shape): Shape {
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined)) as Shape
}
