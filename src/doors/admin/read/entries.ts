import type { DatabaseSync } from 'node:sqlite'
import type { Act } from '../api/shapes/acts.ts'
import type { List } from '../api/shapes/common.ts'
import type { LedgerEntry } from '../api/shapes/ledger.ts'
import { type Acts, compact } from './acts.ts'
import { countSql, listed, type Page } from './pages.ts'

export type EntryFilter = Page & {
  readonly kind?: string | undefined
  readonly author?: string | undefined
  readonly q?: string | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
}

type Row = Readonly<Record<string, unknown>>

/** Which kinds of entries are acts; all others are notes. */
const actKinds: Readonly<Record<string, string>> = {
  exchange: 'model',
  'agent-act': 'agent',
  refusal: 'refusal',
}
const kindOfSide: Readonly<Record<Act['side'], string>> = {
  model: 'exchange',
  agent: 'agent-act',
  refusal: 'refusal',
}

/** The ledger as one list, newest first: acts, and what people and the gate did. How acts ended stands with the act. */
export class Entries {
  readonly #database: DatabaseSync
  readonly #acts: Acts

  constructor(database: DatabaseSync, acts: Acts) {
    this.#database = database
    this.#acts = acts
  }

  list(filter: EntryFilter): List<LedgerEntry> {
    const { kind, author, limit } = filter
    const side = kind === undefined ? undefined : actKinds[kind]
    const wantsActs = author === undefined && (kind === undefined || side !== undefined)
    const wantsNotes = kind === undefined || side === undefined
    const acts = wantsActs
      ? this.#acts.list({ ...filter, side })
      : { items: [], total: 0, totalIsExact: true, next: undefined }
    const notes = wantsNotes ? this.#notes(filter) : { rows: [], total: 0 }
    const merged = [...acts.items.map(entryOfAct), ...notes.rows.map(entryOfNote)].sort(
      (a, b) => b.seq - a.seq,
    )
    const hasMore = merged.length > limit || acts.next !== undefined
    const items = merged.slice(0, limit)
    const total = acts.total + notes.total
    return {
      ...listed(items, total, hasMore ? String(items.at(-1)?.seq ?? 0) : undefined),
      ...(acts.totalIsExact ? {} : { totalIsExact: false }),
    }
  }

  note(
    seq: number,
  ): { readonly entry: LedgerEntry; readonly segment: number; readonly block: number } | undefined {
    const row = this.#database.prepare('SELECT * FROM note WHERE seq = ?').get(seq)
    if (row === undefined) return undefined
    return { entry: entryOfNote(row), segment: Number(row.segment), block: Number(row.block) }
  }

  kinds(): readonly { readonly kind: string; readonly entries: number }[] {
    return this.#database
      .prepare('SELECT kind, entries FROM tally ORDER BY entries DESC')
      .all()
      .map((row) => ({ kind: String(row.kind), entries: Number(row.entries) }))
  }

  #notes({ kind, author, q, from, to, limit, cursor }: EntryFilter): { rows: readonly Row[]; total: number } {
    const parts: string[] = []
    const values: (string | number)[] = []
    const where = (sql: string, ...given: (string | number)[]): void => {
      parts.push(sql)
      values.push(...given)
    }
    if (kind !== undefined) where('kind = ?', kind)
    if (author !== undefined) where('author = ?', author)
    if (from !== undefined) where('ts >= ?', from)
    if (to !== undefined) where('ts < ?', to)
    const text = q?.trim() ?? ''
    if (text !== '') {
      const like = `%${text.replace(/[\\%_]/g, '\\$&')}%`
      where(
        "(subject LIKE ? ESCAPE '\\' OR summary LIKE ? ESCAPE '\\' OR author LIKE ? ESCAPE '\\')",
        like,
        like,
        like,
      )
    }
    const sql = parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`
    const total = Number(this.#database.prepare(countSql(`FROM note ${sql}`)).get(...values)?.total ?? 0)
    if (cursor !== undefined) where('seq < ?', Number(cursor))
    const paged = parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`
    const rows = this.#database
      .prepare(`SELECT * FROM note ${paged} ORDER BY seq DESC LIMIT ?`)
      .all(...values, limit + 1)
    return { rows, total }
  }
}

export function entryOfAct(act: Act): LedgerEntry {
  const rule = act.rule === undefined ? '' : ` by ${act.rule}`
  const observed = act.isEnforced ? '' : ', observed only'
  return {
    seq: act.seq,
    ts: act.ts,
    kind: kindOfSide[act.side],
    subject: act.account === '' ? act.name : act.account,
    summary: `${act.action}${rule}${observed}: ${act.kind} ${act.name}${act.outcome === undefined ? '' : ` (${act.outcome})`}`,
  }
}

function entryOfNote(row: Row): LedgerEntry {
  return compact({
    seq: Number(row.seq),
    ts: Number(row.ts),
    kind: String(row.kind),
    subject: String(row.subject),
    author: typeof row.author === 'string' ? row.author : undefined,
    summary: String(row.summary),
  })
}
