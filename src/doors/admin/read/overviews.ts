import type { DatabaseSync } from 'node:sqlite'
import { actions } from './tables.ts'

const MINUTE_MS = 60_000
const POINTS_MAX = 120

export type Counted = {
  readonly acts: number
  readonly allowed: number
  readonly altered: number
  readonly denied: number
  readonly observed: number
}

export type Chart = {
  readonly from: number
  readonly stepMs: number
  readonly allowed: number[]
  readonly altered: number[]
  readonly denied: number[]
}

/** Counts of a window by side, from the sums a minute. Requests refused before they were an act count as the model's. */
export function countsOf(
  database: DatabaseSync,
  from: number,
): { readonly model: Counted; readonly agent: Counted } {
  const rows = database
    .prepare(
      'SELECT side, sum(allowed) AS allowed, sum(altered) AS altered, sum(denied) AS denied, sum(observed) AS observed FROM minute WHERE minute >= ? GROUP BY side',
    )
    .all(Math.floor(from / MINUTE_MS))
  const of = (...sides: readonly number[]): Counted => {
    const sum = { acts: 0, allowed: 0, altered: 0, denied: 0, observed: 0 }
    for (const row of rows)
      if (sides.includes(Number(row.side))) {
        sum.allowed += Number(row.allowed)
        sum.altered += Number(row.altered)
        sum.denied += Number(row.denied)
        sum.observed += Number(row.observed)
      }
    return { ...sum, acts: sum.allowed + sum.altered + sum.denied }
  }
  return { model: of(0, 2), agent: of(1) }
}

export function chartOf(database: DatabaseSync, from: number, now: number): Chart {
  const minutes = Math.max(1, Math.ceil((now - from) / MINUTE_MS / POINTS_MAX))
  const stepMs = minutes * MINUTE_MS
  const start = Math.floor(from / stepMs) * stepMs
  const points = Math.floor((now - start) / stepMs) + 1
  const column = (): number[] => new Array<number>(points).fill(0)
  const chart = { from: start, stepMs, allowed: column(), altered: column(), denied: column() }
  const rows = database
    .prepare(
      'SELECT CAST(minute / ? AS INTEGER) AS step, sum(allowed) AS allowed, sum(altered) AS altered, sum(denied) AS denied FROM minute WHERE minute >= ? GROUP BY step',
    )
    .all(minutes, start / MINUTE_MS)
  for (const row of rows) {
    const at = Number(row.step) - start / stepMs
    if (at < 0 || at >= points) continue
    chart.allowed[at] = Number(row.allowed)
    chart.altered[at] = Number(row.altered)
    chart.denied[at] = Number(row.denied)
  }
  return chart
}

/** The numbers of the last acts that were not simply allowed. */
export function notableSeqs(database: DatabaseSync, limit: number): readonly number[] {
  const found = actions.flatMap((_, code) =>
    code === 0
      ? []
      : [0, 1].flatMap((side) =>
          database
            .prepare(
              'SELECT seq FROM act WHERE action = ? AND action > 0 AND side = ? ORDER BY seq DESC LIMIT ?',
            )
            .all(code, side, limit)
            .map((row) => Number(row.seq)),
        ),
  )
  return found.sort((a, b) => b - a).slice(0, limit)
}
