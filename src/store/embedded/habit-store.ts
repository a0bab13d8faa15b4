import type { DatabaseSync } from 'node:sqlite'
import * as v from 'valibot'

const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const modelSchema = v.object({
  sessions: count,
  actions: count,
  contexts: v.array(v.tuple([v.string(), v.array(v.tuple([v.string(), count]))])),
  surprises: v.array(count),
})
const rowSchema = v.object({ agent: v.string(), model: v.pipe(v.string(), v.parseJson(), modelSchema) })

export type StoredHabit = v.InferOutput<typeof modelSchema>

/** What agents usually do, as it was learnt. Names of tools and programs and how often they came, nothing else. */
export class HabitStore {
  readonly #database: DatabaseSync
  /** Sessions that each stored model had: what has not grown is not written again. */
  readonly #written = new Map<string, number>()

  constructor(database: DatabaseSync) {
    this.#database = database
    database.exec('CREATE TABLE IF NOT EXISTS habit (agent TEXT PRIMARY KEY, model TEXT NOT NULL) STRICT')
  }

  put(
    agent: string,
    model: { readonly sessions: number; readonly actions: number; readonly surprises: readonly number[] } & {
      readonly contexts: readonly (readonly [string, readonly (readonly [string, number])[]])[]
    },
  ): void {
    if (this.#written.get(agent) === model.sessions) return
    this.#written.set(agent, model.sessions)
    this.#database
      .prepare(
        'INSERT INTO habit (agent, model) VALUES (?, ?) ON CONFLICT (agent) DO UPDATE SET model = excluded.model',
      )
      .run(agent, JSON.stringify(model))
  }

  list(): readonly (readonly [agent: string, model: StoredHabit])[] {
    return this.#database
      .prepare('SELECT * FROM habit ORDER BY agent')
      .all()
      .map((row) => {
        const { agent, model } = v.parse(rowSchema, row)
        this.#written.set(agent, model.sessions)
        return [agent, model] as const
      })
  }
}
