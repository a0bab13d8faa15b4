import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { hookAgents } from '../../doors/hook/hook-event.ts'
import { GateError } from '../../kernel/gate-error.ts'
import type { Json } from './agent-plans.ts'
import type { DoneEdit } from './edit-text.ts'

const OWNER_ONLY = 0o600
const OWNER_ONLY_FOLDER = 0o700

const json: v.GenericSchema<Json> = v.lazy(() =>
  v.union([v.null(), v.boolean(), v.number(), v.string(), v.array(json), v.record(v.string(), json)]),
)
const names = v.array(v.string())
const edit: v.GenericSchema<DoneEdit> = v.variant('kind', [
  v.object({ kind: v.literal('append'), path: names, value: json }),
  v.object({ kind: v.literal('set'), path: names, value: json, before: v.exactOptional(json) }),
])

const schema = v.object({
  agent: v.picklist(hookAgents),
  scope: v.picklist(['user', 'project', 'managed']),
  file: v.string(),
  made: v.number(),
  /** What stood in the file, in base64; null when there was no file. */
  before: v.nullable(v.string()),
  /** Folders that were made for it, outermost first. */
  folders: names,
  /** SHA-256 of what was written. */
  digest: v.string(),
  edits: v.array(edit),
})

/** What one `connect` did, kept until `disconnect` undoes it. */
export type ConnectionRecord = v.InferOutput<typeof schema>

export function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** In the user's own folder, readable by nobody else: a settings file may hold keys. */
export class ConnectionRecords {
  readonly #folder: string

  constructor(home: string) {
    this.#folder = join(home, '.portcullis', 'connections')
  }

  find(file: string): ConnectionRecord | undefined {
    const path = this.#pathOf(file)
    return existsSync(path) ? this.#read(path) : undefined
  }

  list(): readonly ConnectionRecord[] {
    if (!existsSync(this.#folder)) return []
    return readdirSync(this.#folder)
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => this.#read(join(this.#folder, name)))
  }

  keep(record: ConnectionRecord): void {
    mkdirSync(this.#folder, { recursive: true, mode: OWNER_ONLY_FOLDER })
    writeFileSync(this.#pathOf(record.file), `${JSON.stringify(record, null, 1)}\n`, { mode: OWNER_ONLY })
  }

  drop(file: string): void {
    rmSync(this.#pathOf(file), { force: true })
  }

  #pathOf(file: string): string {
    return join(this.#folder, `${digestOf(Buffer.from(file)).slice(0, 16)}.json`)
  }

  #read(path: string): ConnectionRecord {
    let value: unknown
    try {
      value = JSON.parse(readFileSync(path, 'utf8'))
    } catch {
      value = undefined
    }
    const parsed = v.safeParse(schema, value)
    if (parsed.success) return parsed.output
    throw new GateError(
      'connection-unreadable',
      `${path} is damaged: the settings it belongs to have to be mended by hand.`,
    )
  }
}
