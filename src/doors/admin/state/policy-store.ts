import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import * as v from 'valibot'
import { policyBacktest, policyProof } from '../api/shapes/policies.ts'

const states = ['draft', 'staged', 'active', 'retired'] as const

const row = v.object({
  id: v.string(),
  name: v.string(),
  text: v.string(),
  state: v.picklist(states),
  author: v.string(),
  reason: v.string(),
  created: v.number(),
  changed: v.number(),
  backtest: v.nullable(v.pipe(v.string(), v.parseJson(), policyBacktest)),
  proof: v.nullable(v.pipe(v.string(), v.parseJson(), policyProof)),
})
export type StoredPolicy = v.InferOutput<typeof row>

const ID_BYTES = 5
const FOLDER = 'policies'
const OWNER_ONLY = 0o600

/** Versions of policies that were written in the console. At most one is active; without one, portcullis.yaml's is. */
export class PolicyStore {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
    database.exec(`CREATE TABLE IF NOT EXISTS console_policy (
      number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, text TEXT NOT NULL, state TEXT NOT NULL,
      author TEXT NOT NULL, reason TEXT NOT NULL, created INTEGER NOT NULL, changed INTEGER NOT NULL,
      backtest TEXT, proof TEXT
    ) STRICT`)
  }

  add(policy: Pick<StoredPolicy, 'name' | 'text' | 'author' | 'reason' | 'created'>): string {
    const id = `v_${randomBytes(ID_BYTES).toString('hex')}`
    this.#database
      .prepare(
        "INSERT INTO console_policy (id, name, text, state, author, reason, created, changed) VALUES (?, ?, ?, 'draft', ?, ?, ?, ?)",
      )
      .run(id, policy.name, policy.text, policy.author, policy.reason, policy.created, policy.created)
    return id
  }

  /** Newest first. */
  list(): readonly StoredPolicy[] {
    return this.#database
      .prepare('SELECT * FROM console_policy ORDER BY number DESC')
      .all()
      .map((found) => v.parse(row, found))
  }

  find(id: string): StoredPolicy | undefined {
    const found = this.#database.prepare('SELECT * FROM console_policy WHERE id = ?').get(id)
    return found === undefined ? undefined : v.parse(row, found)
  }

  get active(): StoredPolicy | undefined {
    return this.list().find(({ state }) => state === 'active')
  }

  /** Of the states that only one may have, whoever had it before is retired (active) or a draft again (staged). */
  setState(id: string, state: StoredPolicy['state'], now: number): void {
    this.#database.exec('BEGIN IMMEDIATE')
    const set = this.#database.prepare('UPDATE console_policy SET state = ?, changed = ? WHERE id = ?')
    for (const other of this.list())
      if (other.id !== id && other.state === state && (state === 'active' || state === 'staged'))
        set.run(state === 'active' ? 'retired' : 'draft', now, other.id)
    set.run(state, now, id)
    this.#database.exec('COMMIT')
  }

  setBacktest(id: string, result: v.InferOutput<typeof policyBacktest>): void {
    this.#database
      .prepare('UPDATE console_policy SET backtest = ? WHERE id = ?')
      .run(JSON.stringify(result), id)
  }

  setProof(id: string, result: v.InferOutput<typeof policyProof>): void {
    this.#database.prepare('UPDATE console_policy SET proof = ? WHERE id = ?').run(JSON.stringify(result), id)
  }
}

export function policyDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** A file of the policy below the store, for the gate, which reads policies from files. */
export function policyFile(store: string, { id, text }: Pick<StoredPolicy, 'id' | 'text'>): string {
  const folder = join(store, FOLDER)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `${id}.yaml`)
  writeFileSync(path, text, { mode: OWNER_ONLY })
  return path
}
