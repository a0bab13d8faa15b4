import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import * as v from 'valibot'
import { campaignState } from '../api/shapes/campaigns.ts'

// What people say about campaigns: an overlay over the findings, in order, each entry of which can be taken back. The
// findings themselves stay as the watch made them.

const detail = v.variant('kind', [
  v.object({ kind: v.literal('state'), campaign: v.string(), state: campaignState }),
  v.object({ kind: v.literal('merge'), campaign: v.string(), from: v.array(v.string()) }),
  v.object({
    kind: v.literal('split'),
    campaign: v.string(),
    part: v.string(),
    accounts: v.array(v.string()),
  }),
])
export type ChangeDetail = v.InferOutput<typeof detail>

export type Change = {
  readonly id: string
  readonly ts: number
  readonly detail: ChangeDetail
  readonly author: string
  readonly reason: string
  readonly undone: number | undefined
  readonly undoneBy: string | undefined
}

const row = v.object({
  id: v.string(),
  ts: v.number(),
  detail: v.pipe(v.string(), v.parseJson(), detail),
  author: v.string(),
  reason: v.string(),
  undone: v.nullable(v.number()),
  undone_by: v.nullable(v.string()),
})

const ID_BYTES = 5

export class ChangeStore {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
    database.exec(`CREATE TABLE IF NOT EXISTS campaign_change (
      number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, ts INTEGER NOT NULL, detail TEXT NOT NULL,
      author TEXT NOT NULL, reason TEXT NOT NULL, undone INTEGER, undone_by TEXT
    ) STRICT`)
  }

  add(change: ChangeDetail, by: { readonly author: string; readonly reason: string }, ts: number): string {
    const id = `x_${randomBytes(ID_BYTES).toString('hex')}`
    this.#database
      .prepare('INSERT INTO campaign_change (id, ts, detail, author, reason) VALUES (?, ?, ?, ?, ?)')
      .run(id, ts, JSON.stringify(change), by.author, by.reason)
    return id
  }

  /** False when there is no such change or it was undone before. */
  undo(id: string, author: string, now: number): boolean {
    const { changes } = this.#database
      .prepare('UPDATE campaign_change SET undone = ?, undone_by = ? WHERE id = ? AND undone IS NULL')
      .run(now, author, id)
    return Number(changes) === 1
  }

  find(id: string): Change | undefined {
    const found = this.#database.prepare('SELECT * FROM campaign_change WHERE id = ?').get(id)
    return found === undefined ? undefined : changeOf(found)
  }

  /** Oldest first. */
  list(): readonly Change[] {
    return this.#database.prepare('SELECT * FROM campaign_change ORDER BY number').all().map(changeOf)
  }
}

function changeOf(found: unknown): Change {
  const { undone, undone_by: undoneBy, ...rest } = v.parse(row, found)
  return { ...rest, undone: undone ?? undefined, undoneBy: undoneBy ?? undefined }
}
