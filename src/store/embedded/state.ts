import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { GateError } from '../../kernel/gate-error.ts'

const FILE = 'state.db'
const OWNER_ONLY = 0o700

/**
 * The small state of a deployment (keys, standings, findings), shared by the gate and the command line. Each store
 * that keeps something here makes its own tables.
 */
export function openState(store: string): DatabaseSync {
  try {
    mkdirSync(store, { recursive: true, mode: OWNER_ONLY })
    const database = new DatabaseSync(join(store, FILE))
    database.exec(
      'PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON',
    )
    return database
  } catch (cause) {
    throw new GateError('state-unusable', `${join(store, FILE)} cannot be opened.`, { cause })
  }
}

/** Changes whenever another connection, of this process or another, has written. */
export function dataVersion(database: DatabaseSync): number {
  const row = database.prepare('PRAGMA data_version').get()
  return Number(row?.data_version ?? 0)
}

/** Columns that a table of an earlier version does not have yet. */
export function addColumns(
  database: DatabaseSync,
  table: string,
  columns: readonly (readonly [name: string, type: string])[],
): void {
  const known = new Set(
    database
      .prepare('SELECT name FROM pragma_table_info(?)')
      .all(table)
      .map(({ name }) => name),
  )
  for (const [name, type] of columns)
    if (!known.has(name)) database.exec(`ALTER TABLE ${table} ADD COLUMN ${name} ${type}`)
}
