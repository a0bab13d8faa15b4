// The watch's state on disk, beside the ledger: what it knows, and which part of the ledger it knows it from. A state is a
// shortcut and never evidence: whatever does not fit this code, this store and this very ledger is refused, and the
// ledger is read from its beginning instead.
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { holdsAnchor, type LedgerAnchor, type LedgerPlace } from '../store/embedded/ledger/cursor.ts'
import { columnNames } from '../watch/profiles/accounts.ts'
import { field } from '../watch/sketches/record.ts'
import type { Column } from '../watch/state/columns.ts'
import { putColumns, readColumns } from '../watch/state/columns-file.ts'
import { version } from './version.ts'

/** To be raised when what is kept comes to mean something else. */
const LAYOUT = 2
const FOLDER = 'watch'
/** Names the state that is in force. It is replaced last, so a kill leaves the old state or the new one. */
const INDEX = 'kept.json'
const STATE = /^state-[\da-f-]{36}$/

const placeSchema = v.object({ segment: v.string(), offset: v.number() })
const indexSchema = v.object({
  key: v.string(),
  state: v.pipe(v.string(), v.regex(STATE)),
  from: placeSchema,
  since: v.number(),
  shown: v.pipe(v.array(v.string()), v.readonly()),
  anchor: v.object({ ...placeSchema.entries, hash: v.string() }),
})
const aboutSchema = v.object({ key: v.string(), state: v.string(), content: v.unknown() })

/** Which exchanges of the ledger the state knows. */
export type Known = {
  /** No exchange it does not know begins before this block, */
  readonly from: LedgerPlace
  /** nor has a reference below this; */
  readonly since: number
  /** and of those from there on it knows these, by their ids. */
  readonly shown: readonly string[]
  /** The last block it may have seen something of. */
  readonly anchor: LedgerAnchor
}

export type KeptWatch = Known & { readonly content: unknown; readonly columns: ReadonlyMap<string, Column> }

export type Recalled =
  | { readonly kind: 'none' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'kept'; readonly kept: KeptWatch }

export class WatchStates {
  readonly #folder: string
  readonly #ledger: string
  readonly #key: string

  constructor(store: string, ledger: string, seed: number) {
    this.#folder = join(store, FOLDER)
    this.#ledger = ledger
    this.#key = keyOf(seed)
  }

  /** Writes a state that is not in force yet. Returns its name and size. */
  put(
    content: unknown,
    columns: ReadonlyMap<string, Column>,
  ): { readonly state: string; readonly bytes: number } {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    const state = `state-${randomUUID()}`
    putColumns(join(this.#folder, state), { key: this.#key, state, content }, columns, false)
    let bytes = 0
    for (const column of columns.values()) bytes += column.byteLength
    return { state, bytes }
  }

  /** Puts a written state in force, in place of the one before. */
  async use(state: string, known: Known): Promise<void> {
    await synced(join(this.#folder, state))
    const index = join(this.#folder, INDEX)
    await using file = await open(`${index}.part`, 'w', 0o600)
    await file.writeFile(
      JSON.stringify({ key: this.#key, state, ...known } satisfies v.InferOutput<typeof indexSchema>),
    )
    await file.sync()
    await rename(`${index}.part`, index)
    if (process.platform !== 'win32') await synced(this.#folder)
    this.#removeOthers(state)
  }

  drop(state: string): void {
    rmSync(join(this.#folder, state), { force: true })
  }

  recall(): Recalled {
    const path = join(this.#folder, INDEX)
    if (!existsSync(path)) return { kind: 'none' }
    try {
      return this.#recall(readFileSync(path, 'utf8'))
    } catch {
      return refused('the state is damaged')
    }
  }

  #recall(text: string): Recalled {
    const index = v.safeParse(indexSchema, JSON.parse(text))
    if (!index.success) return refused('the state is damaged')
    const { key, state, ...known } = index.output
    if (key !== this.#key) return refused('another version or another deployment wrote the state')
    if (!holdsAnchor(this.#ledger, known.anchor))
      return refused('the ledger does not have what the state was made of')
    if (!existsSync(join(this.#ledger, known.from.segment)))
      return refused('the ledger no longer has the exchanges that follow the state')
    const read = readColumns(
      join(this.#folder, state),
      (about) => v.is(aboutSchema, about) && about.key === key && about.state === state,
    )
    if (read === undefined) return refused('the state is not the one that was kept')
    const { content } = v.parse(aboutSchema, read.about)
    return { kind: 'kept', kept: { ...known, content, columns: read.columns } }
  }

  #removeOthers(state: string): void {
    for (const name of readdirSync(this.#folder)) if (STATE.test(name) && name !== state) this.drop(name)
  }
}

/** Another layout, other columns, another version's idea of what is a campaign, or another deployment's hashes. */
function keyOf(seed: number): string {
  return createHash('sha256')
    .update(JSON.stringify([LAYOUT, version(), seed, columnNames, field]))
    .digest('hex')
}

async function synced(path: string): Promise<void> {
  await using file = await open(path, 'r')
  await file.sync()
}

function refused(reason: string): Recalled {
  return { kind: 'refused', reason }
}
