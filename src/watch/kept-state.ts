// What the watch knew when it had seen all of some logs: enough to look again and to report, under other verdicts or by a
// later version's signals, without an exchange being read. To see more exchanges, the sketches are read instead.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { stampOf } from './intake/file-stamp.ts'
import { type Rejection, Rejections } from './intake/rejection.ts'
import { columnNames } from './profiles/accounts.ts'
import type { SketchStore } from './sketches/reading-messages.ts'
import { endOf } from './sketches/sketch-file.ts'
import { sketchPath } from './sketches/stored-reading.ts'
import type { Column } from './state/columns.ts'
import { readColumns, writeColumns } from './state/columns-file.ts'
import { Watch, type WatchOptions } from './watch.ts'

const FILE = 'state'
/** To be raised when profiles, links or sketches come to mean something else: what was kept is then made anew. */
const LAYOUT = 2

const tableSchema = v.object({
  key: v.string(),
  late: v.number(),
  rejected: v.object({
    counts: v.array(v.tuple([v.string(), v.number()])),
    examples: v.array(v.unknown()),
    passedOver: v.number(),
  }),
  watch: v.unknown(),
})

export type KeptState = {
  readonly watch: Watch
  readonly rejections: Rejections
  readonly late: number
}

/** What a state must have been made of; undefined where a log has changed since, or was never read to its end. */
export async function stateKey(
  logs: readonly string[],
  { directory, isReplay }: SketchStore,
  seed: number,
  until: number | undefined,
): Promise<string | undefined> {
  const hash = createHash('sha256').update(JSON.stringify([LAYOUT, columnNames, seed, until ?? null]))
  for (const log of logs) {
    const end = endOf(sketchPath(directory, log))
    if (end === undefined || !(isReplay || end.stamp === (await stampOf(log)))) return undefined
    hash.update(JSON.stringify([log, end.digest]))
  }
  return hash.digest('hex')
}

export function saveState(directory: string, key: string, { watch, rejections, late }: KeptState): void {
  const columns = new Map<string, Column>()
  const about = {
    key,
    late,
    rejected: {
      counts: rejections.counts(),
      examples: rejections.examples(),
      passedOver: rejections.passedOver,
    },
    watch: watch.keep(columns),
  }
  writeColumns(join(directory, FILE), about, columns)
}

export function loadState(directory: string, key: string, options: WatchOptions): KeptState | undefined {
  const path = join(directory, FILE)
  if (!existsSync(path)) return undefined
  const kept = readColumns(path, (about) => v.is(tableSchema, about) && about.key === key)
  if (kept === undefined) return undefined
  const { watch, rejected, late } = v.parse(tableSchema, kept.about)
  return {
    watch: Watch.recall(watch, kept.columns, options),
    rejections: Rejections.recall(
      rejected as { counts: [Rejection['reason'], number][]; examples: Rejection[]; passedOver: number },
    ),
    late,
  }
}
