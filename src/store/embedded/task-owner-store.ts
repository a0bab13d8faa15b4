import type { DatabaseSync } from 'node:sqlite'

/** More tasks than this are not remembered; the oldest are forgotten, and nobody reaches them any more. */
const TASKS_MAX = 1_000_000
const PRUNE_EVERY = 1_000

/** Which tenant a task or a context of an agent belongs to. What is not in here belongs to nobody. */
export class TaskOwnerStore {
  readonly #database: DatabaseSync
  #added = 0

  constructor(database: DatabaseSync) {
    this.#database = database
    database.exec(`CREATE TABLE IF NOT EXISTS agent_task (
      agent TEXT NOT NULL, task TEXT NOT NULL, tenant TEXT NOT NULL, created INTEGER NOT NULL, PRIMARY KEY (agent, task)
    ) STRICT, WITHOUT ROWID`)
  }

  ownerOf(agent: string, task: string): string | undefined {
    const row = this.#database
      .prepare('SELECT tenant FROM agent_task WHERE agent = ? AND task = ?')
      .get(agent, task)
    return typeof row?.tenant === 'string' ? row.tenant : undefined
  }

  /** False when it belongs to another tenant already. */
  claim(agent: string, task: string, tenant: string, now: number): boolean {
    this.#database
      .prepare(
        'INSERT INTO agent_task (agent, task, tenant, created) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
      )
      .run(agent, task, tenant, now)
    if (++this.#added % PRUNE_EVERY === 0) this.#prune()
    return this.ownerOf(agent, task) === tenant
  }

  #prune(): void {
    this.#database
      .prepare(
        `DELETE FROM agent_task WHERE (agent, task) IN (
          SELECT agent, task FROM agent_task ORDER BY created DESC LIMIT -1 OFFSET ?)`,
      )
      .run(TASKS_MAX)
  }
}
