// The index that the console's lists are read from: STORE/index/acts.db, made from the ledger and nothing else. Whoever
// deletes it loses a few seconds a million acts.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Another layout, another index: what an older version made is made again. */
const LAYOUT = 1
const FOLDER = 'index'
const FILE = 'acts.db'
const CACHE_KIB = 65_536

/** In the order of their codes in the tables. */
export const sides = ['model', 'agent', 'refusal'] as const
export const actions = ['allow', 'throttle', 'redact', 'ask', 'deny'] as const

const SCHEMA = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE act (
    seq INTEGER PRIMARY KEY, ref INTEGER NOT NULL, ts INTEGER NOT NULL, id TEXT NOT NULL, side INTEGER NOT NULL,
    kind INTEGER NOT NULL, name INTEGER NOT NULL, tenant INTEGER NOT NULL, account INTEGER NOT NULL,
    session INTEGER, action INTEGER NOT NULL, rule INTEGER, enforced INTEGER NOT NULL, standing INTEGER,
    outcome INTEGER, status INTEGER, input INTEGER, output INTEGER, ms REAL,
    segment INTEGER NOT NULL, block INTEGER NOT NULL, end_seq INTEGER, end_segment INTEGER, end_block INTEGER
  ) STRICT;
  CREATE INDEX act_id ON act (id);
  CREATE INDEX act_account ON act (account, seq);
  CREATE INDEX act_session ON act (session, seq) WHERE session IS NOT NULL;
  CREATE INDEX act_rule ON act (rule, seq) WHERE rule IS NOT NULL;
  CREATE INDEX act_name ON act (name, seq);
  CREATE INDEX act_action ON act (action, side, seq) WHERE action > 0;
  CREATE INDEX act_side ON act (side, seq) WHERE side > 0;
  CREATE INDEX act_open ON act (ref) WHERE outcome IS NULL AND ref > 0;
  CREATE TABLE note (
    seq INTEGER PRIMARY KEY, ts INTEGER NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, author TEXT,
    summary TEXT NOT NULL, segment INTEGER NOT NULL, block INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX note_kind ON note (kind, seq);
  CREATE INDEX note_author ON note (author, seq) WHERE author IS NOT NULL;
  CREATE INDEX note_subject ON note (subject, seq);
  CREATE TABLE checkpoint (seq INTEGER PRIMARY KEY, ts INTEGER NOT NULL) STRICT;
  CREATE TABLE minute (
    minute INTEGER NOT NULL, side INTEGER NOT NULL, allowed INTEGER NOT NULL, altered INTEGER NOT NULL,
    denied INTEGER NOT NULL, observed INTEGER NOT NULL, PRIMARY KEY (minute, side)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE account (
    account INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, acts INTEGER NOT NULL, denied INTEGER NOT NULL,
    input INTEGER NOT NULL, output INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX account_last ON account (last);
  CREATE INDEX account_acts ON account (acts);
  CREATE INDEX account_denied ON account (denied) WHERE denied > 0;
  CREATE TABLE account_day (
    account INTEGER NOT NULL, day INTEGER NOT NULL, acts INTEGER NOT NULL, output INTEGER NOT NULL,
    PRIMARY KEY (account, day)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE seen (
    account INTEGER NOT NULL, what INTEGER NOT NULL, name INTEGER NOT NULL, acts INTEGER NOT NULL,
    PRIMARY KEY (account, what, name)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE session (
    id INTEGER PRIMARY KEY, sid TEXT NOT NULL UNIQUE, session TEXT NOT NULL, tenant INTEGER NOT NULL,
    agent INTEGER NOT NULL, person TEXT, first INTEGER NOT NULL, last INTEGER NOT NULL, acts INTEGER NOT NULL,
    asked INTEGER NOT NULL, denied INTEGER NOT NULL, redacted INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX session_last ON session (last);
  CREATE TABLE tally (kind TEXT PRIMARY KEY, entries INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`

/** `ledgerKey` is the ledger's public key: the index of another ledger is of no use. */
export function openIndex(store: string, ledgerKey: string): DatabaseSync {
  const folder = join(store, FOLDER)
  const stamp = `${LAYOUT} ${ledgerKey}`
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, FILE)
  const found = tryOpen(path, stamp)
  if (found !== undefined) return found
  for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
  const made = new DatabaseSync(path)
  tune(made)
  made.exec(`BEGIN; ${SCHEMA} COMMIT`)
  made.prepare('INSERT INTO meta (key, value) VALUES (?, ?)').run('stamp', stamp)
  return made
}

function tryOpen(path: string, stamp: string): DatabaseSync | undefined {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path)
    tune(database)
    const row = database.prepare("SELECT value FROM meta WHERE key = 'stamp'").get()
    if (row?.value === stamp) return database
  } catch {
    // Not there yet, or damaged: either way it is made anew.
  }
  database?.close()
  return undefined
}

function tune(database: DatabaseSync): void {
  database.exec(
    `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;
     PRAGMA cache_size = -${CACHE_KIB}; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 16000`,
  )
}

export function readMeta(database: DatabaseSync, key: string): string | undefined {
  const value = database.prepare('SELECT value FROM meta WHERE key = ?').get(key)?.value
  return typeof value === 'string' ? value : undefined
}

export function writeMeta(database: DatabaseSync, key: string, value: string): void {
  database.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(key, value)
}
