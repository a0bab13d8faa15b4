import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import * as v from 'valibot'

/** A countermeasure that waits for a second person. */
export type Proposal = {
  readonly id: string
  readonly standing: string
  readonly parameters: Readonly<Record<string, string | number>>
  readonly accounts: readonly string[]
  readonly campaign: string | undefined
  readonly forMs: number | undefined
  readonly reason: string
  readonly author: string
  readonly created: number
  readonly state: 'waiting' | 'approved' | 'refused'
  readonly answeredBy: string | undefined
  readonly answered: number | undefined
  /** The measure it became. */
  readonly measure: string | undefined
}

export type NewProposal = Omit<Proposal, 'id' | 'state' | 'answeredBy' | 'answered' | 'measure'>

const row = v.object({
  id: v.string(),
  proposal: v.pipe(
    v.string(),
    v.parseJson(),
    v.object({
      standing: v.string(),
      parameters: v.record(v.string(), v.union([v.string(), v.number()])),
      accounts: v.array(v.string()),
      campaign: v.optional(v.string()),
      forMs: v.optional(v.number()),
      reason: v.string(),
      author: v.string(),
      created: v.number(),
    }),
  ),
  state: v.picklist(['waiting', 'approved', 'refused']),
  answered_by: v.nullable(v.string()),
  answered: v.nullable(v.number()),
  measure: v.nullable(v.string()),
})

const ID_BYTES = 5
const LISTED_MAX = 1_000

export class ProposalStore {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
    database.exec(`CREATE TABLE IF NOT EXISTS measure_proposal (
      number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, proposal TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'waiting',
      answered_by TEXT, answered INTEGER, measure TEXT
    ) STRICT`)
  }

  add(proposal: NewProposal): string {
    const id = `p_${randomBytes(ID_BYTES).toString('hex')}`
    this.#database
      .prepare('INSERT INTO measure_proposal (id, proposal) VALUES (?, ?)')
      .run(id, JSON.stringify(proposal))
    return id
  }

  /** False when there is no such proposal or it was answered before. */
  answer(id: string, state: 'approved' | 'refused', author: string, now: number): boolean {
    const { changes } = this.#database
      .prepare(
        "UPDATE measure_proposal SET state = ?, answered_by = ?, answered = ? WHERE id = ? AND state = 'waiting'",
      )
      .run(state, author, now, id)
    return Number(changes) === 1
  }

  became(id: string, measure: string): void {
    this.#database.prepare('UPDATE measure_proposal SET measure = ? WHERE id = ?').run(measure, id)
  }

  find(id: string): Proposal | undefined {
    const found = this.#database.prepare('SELECT * FROM measure_proposal WHERE id = ?').get(id)
    return found === undefined ? undefined : proposalOf(found)
  }

  /** Newest first. */
  list(): readonly Proposal[] {
    return this.#database
      .prepare('SELECT * FROM measure_proposal ORDER BY number DESC LIMIT ?')
      .all(LISTED_MAX)
      .map(proposalOf)
  }
}

function proposalOf(found: unknown): Proposal {
  const { proposal, answered_by: answeredBy, answered, measure, ...rest } = v.parse(row, found)
  return {
    ...rest,
    ...proposal,
    campaign: proposal.campaign,
    forMs: proposal.forMs,
    answeredBy: answeredBy ?? undefined,
    answered: answered ?? undefined,
    measure: measure ?? undefined,
  }
}
