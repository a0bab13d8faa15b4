import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { GateError } from '../../../kernel/gate-error.ts'

/** A supervisor starts the next gate while the last one is still being torn down. */
const HANDOVER_MS = 1_000

/**
 * One writer a ledger. The lock is SQLite's own lock on a file of nothing: the system lets go of it when the process
 * ends, however it ends, so a kill never leaves a stale one behind.
 */
export function lockLedger(directory: string): Disposable {
  const database = new DatabaseSync(join(directory, 'lock.db'))
  try {
    database.exec(`PRAGMA busy_timeout = ${HANDOVER_MS}; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE`)
  } catch (cause) {
    database.close()
    throw new GateError('ledger-busy', `Another process writes the ledger in ${directory}.`, { cause })
  }
  return { [Symbol.dispose]: () => database.close() }
}
