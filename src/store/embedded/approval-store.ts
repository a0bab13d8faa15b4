import type { DatabaseSync } from 'node:sqlite'
import * as v from 'valibot'

/** A ticket on disk. Times are Unix milliseconds. */
export type StoredApproval = {
  readonly id: string
  readonly tenant: string
  readonly agent: string
  readonly person: string | undefined
  readonly session: string
  readonly act: string
  readonly tool: string
  readonly digest: string
  readonly policy: string
  readonly decision: string
  readonly rule: string
  readonly reason: string
  /** What the digest is over, cut when it is long; empty once the ticket is answered or over. */
  readonly call: string
  readonly findings: readonly StoredFinding[]
  readonly created: number
  readonly expires: number
  readonly state: 'open' | 'approved' | 'refused' | 'used'
  readonly author: string | undefined
  readonly answered: number | undefined
  readonly note: string | undefined
  readonly used: number | undefined
}

export type StoredFinding = {
  readonly detector: string
  readonly fact: string
  readonly severity: string
  readonly summary: string
}

export type NewApproval = Omit<StoredApproval, 'state' | 'author' | 'answered' | 'note' | 'used'>

export type ApprovalKey = Pick<
  StoredApproval,
  'tenant' | 'agent' | 'person' | 'session' | 'act' | 'tool' | 'digest' | 'policy'
>

/** Tickets that ended longer ago than this are forgotten; the ledger keeps what was decided. */
const KEPT_MS = 30 * 86_400_000

/** A ticket made later than now by more than this was made before the clock was set back: nobody knows how old it is. */
const CLOCK_SKEW_MS = 60_000

const text = v.string()
const optionalText = v.pipe(
  v.nullable(v.string()),
  v.transform((value) => value ?? undefined),
)
const optionalTime = v.pipe(
  v.nullable(v.number()),
  v.transform((value) => value ?? undefined),
)
const rowSchema = v.object({
  ...{ id: text, tenant: text, agent: text, person: optionalText, session: text, act: text, tool: text },
  ...{ digest: text, policy: text, decision: text, rule: text, reason: text, call: text },
  findings: v.pipe(
    text,
    v.parseJson(),
    v.array(v.object({ detector: text, fact: text, severity: text, summary: text })),
  ),
  ...{ created: v.number(), expires: v.number() },
  state: v.picklist(['open', 'approved', 'refused', 'used']),
  ...{ author: optionalText, answered: optionalTime, note: optionalText, used: optionalTime },
})

/** Questions to people and their answers, shared by the gate, the console and the command line. */
export class ApprovalStore {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
    database.exec(`
      CREATE TABLE IF NOT EXISTS approval (
        id TEXT PRIMARY KEY, tenant TEXT NOT NULL, agent TEXT NOT NULL, person TEXT, session TEXT NOT NULL,
        act TEXT NOT NULL, tool TEXT NOT NULL, digest TEXT NOT NULL, policy TEXT NOT NULL, decision TEXT NOT NULL,
        rule TEXT NOT NULL, reason TEXT NOT NULL, call TEXT NOT NULL, findings TEXT NOT NULL,
        created INTEGER NOT NULL, expires INTEGER NOT NULL,
        state TEXT NOT NULL DEFAULT 'open', author TEXT, answered INTEGER, note TEXT, used INTEGER,
        recorded INTEGER NOT NULL DEFAULT 0, ended INTEGER
      ) STRICT;
      CREATE INDEX IF NOT EXISTS approval_digest ON approval (digest, session);
      CREATE INDEX IF NOT EXISTS approval_open ON approval (state, expires);`)
    // Databases from before tickets were ended for good.
    const columns = database.prepare('PRAGMA table_info(approval)').all()
    if (!columns.some(({ name }) => name === 'ended'))
      database.exec('ALTER TABLE approval ADD COLUMN ended INTEGER')
  }

  add(ticket: NewApproval): void {
    this.#database
      .prepare(
        `INSERT INTO approval (id, tenant, agent, person, session, act, tool, digest, policy, decision, rule, reason,
          call, findings, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        ...[ticket.id, ticket.tenant, ticket.agent, ticket.person ?? null, ticket.session, ticket.act],
        ...[ticket.tool, ticket.digest, ticket.policy, ticket.decision, ticket.rule, ticket.reason],
        ...[ticket.call, JSON.stringify(ticket.findings), ticket.created, ticket.expires],
      )
  }

  find(id: string): StoredApproval | undefined {
    const row = this.#database.prepare('SELECT * FROM approval WHERE id = ?').get(id)
    return row === undefined ? undefined : v.parse(rowSchema, row)
  }

  /** The latest ticket about exactly this act that has not ended. */
  current(key: ApprovalKey, now: number): StoredApproval | undefined {
    const row = this.#database
      .prepare(
        `SELECT * FROM approval WHERE digest = ? AND session = ? AND tenant = ? AND agent = ? AND act = ? AND tool = ?
          AND person IS ? AND policy = ? AND state <> 'used' AND ended IS NULL AND expires > ? AND created <= ?
          ORDER BY created DESC, id DESC LIMIT 1`,
      )
      .get(
        ...[
          key.digest,
          key.session,
          key.tenant,
          key.agent,
          key.act,
          key.tool,
          key.person ?? null,
          key.policy,
        ],
        ...[now, now + CLOCK_SKEW_MS],
      )
    return row === undefined ? undefined : v.parse(rowSchema, row)
  }

  openCount(tenant: string, agent: string, now: number): number {
    const row = this.#database
      .prepare(
        `SELECT count(*) AS open FROM approval WHERE state = 'open' AND ended IS NULL AND expires > ? AND tenant = ? AND agent = ?`,
      )
      .get(now, tenant, agent)
    return Number(row?.open ?? 0)
  }

  /** Newest first. */
  list(limit: number): readonly StoredApproval[] {
    return this.#database
      .prepare('SELECT * FROM approval ORDER BY created DESC, id DESC LIMIT ?')
      .all(limit)
      .map((row) => v.parse(rowSchema, row))
  }

  /** False when there is no open ticket of that name any more: the first answer counts. */
  answer(id: string, state: 'approved' | 'refused', author: string, note: string, now: number): boolean {
    const { changes } = this.#database
      .prepare(
        `UPDATE approval SET state = ?, author = ?, note = ?, answered = ?, call = ''
          WHERE id = ? AND state = 'open' AND ended IS NULL AND expires > ?`,
      )
      .run(state, author, note, now, id, now)
    return Number(changes) === 1
  }

  /** Ends an open ticket without an answer. */
  withdraw(id: string, now: number): void {
    this.#database
      .prepare(`UPDATE approval SET expires = ?, call = '' WHERE id = ? AND state = 'open' AND expires > ?`)
      .run(now, id, now)
  }

  /** Takes the one use of an approved ticket. False when somebody else took it, or it ran out. */
  use(id: string, now: number): boolean {
    const { changes } = this.#database
      .prepare(
        `UPDATE approval SET state = 'used', used = ?
          WHERE id = ? AND state = 'approved' AND ended IS NULL AND expires > ? AND created <= ?`,
      )
      .run(now, id, now, now + CLOCK_SKEW_MS)
    return Number(changes) === 1
  }

  /** What ran out stays so, though the clock be set back later. */
  end(now: number): void {
    this.#database
      .prepare(
        `UPDATE approval SET ended = ?, call = ''
          WHERE state IN ('open', 'approved', 'refused') AND expires <= ? AND ended IS NULL`,
      )
      .run(now, now)
  }

  /** Answers that are not in the ledger yet. */
  unrecorded(): readonly StoredApproval[] {
    return this.#database
      .prepare('SELECT * FROM approval WHERE author IS NOT NULL AND recorded = 0 ORDER BY answered, id')
      .all()
      .map((row) => v.parse(rowSchema, row))
  }

  setRecorded(id: string): void {
    this.#database.prepare('UPDATE approval SET recorded = 1 WHERE id = ?').run(id)
  }

  /** Forgets what ended long ago and is in the ledger. */
  prune(now: number): void {
    this.#database.prepare(`UPDATE approval SET call = '' WHERE call <> '' AND expires <= ?`).run(now)
    this.#database
      .prepare('DELETE FROM approval WHERE expires < ? AND (author IS NULL OR recorded = 1)')
      .run(now - KEPT_MS)
  }
}
