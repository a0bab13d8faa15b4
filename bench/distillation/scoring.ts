// From scores to figures: every baseline gets the threshold that suits it best at the allowed false-positive rate.
import type { Cell } from './grid.ts'
import type { CellResult } from './run-cell.ts'

/** The realised rate each baseline is set to, over all benign accounts of the grid. */
export const FALSE_POSITIVE_RATE = 0.001
/** Ten times the false accusations, to see what a baseline would find if that were allowed. */
export const LENIENT_RATE = 0.01
const FOUND_SHARE = 0.5

export const PORTCULLIS = 'Portcullis'

/** Share of the campaign's accounts that are flagged, by detector, one for each scenario. */
export type Recalls = ReadonlyMap<string, readonly number[]>

export function recallsOf(results: readonly CellResult[], rate = FALSE_POSITIVE_RATE): Recalls {
  const names = [...(results[0]?.scores.keys() ?? [])]
  return new Map([
    [PORTCULLIS, results.map(({ portcullis, attackers }) => portcullis.attackers / attackers)],
    ...names.map((name): [string, number[]] => {
      const threshold = thresholdOf(
        results.map(({ scores }) => scores.get(name)?.benign ?? new Float64Array()),
        rate,
      )
      return [
        name,
        results.map(({ scores }) => shareAbove(scores.get(name)?.attackers ?? new Float64Array(), threshold)),
      ]
    }),
  ])
}

/** Least value that at most the allowed share of benign scores lies above. It has seen the test: the best it can be. */
function thresholdOf(benign: readonly Float64Array[], rate: number): number {
  const all = new Float64Array(benign.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const scores of benign) {
    all.set(scores, at)
    at += scores.length
  }
  all.sort()
  return all[all.length - 1 - Math.floor(rate * all.length)] ?? Number.POSITIVE_INFINITY
}

function shareAbove(scores: Float64Array, threshold: number): number {
  return scores.length === 0 ? 0 : scores.filter((score) => score > threshold).length / scores.length
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}

export function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[values.length >> 1]
}

export function foundOf(recalls: readonly number[]): number {
  return recalls.filter((recall) => recall >= FOUND_SHARE).length
}

/** Of the scenarios that a predicate picks. */
export function only(
  recalls: readonly number[],
  results: readonly CellResult[],
  pick: (cell: Cell) => boolean,
) {
  return recalls.filter((_, index) => {
    const cell = results[index]?.cell
    return cell !== undefined && pick(cell)
  })
}

export function falsePositiveRate(results: readonly CellResult[]): number {
  const flagged = results.reduce((sum, { portcullis }) => sum + portcullis.benign, 0)
  return flagged / results.reduce((sum, { benign }) => sum + benign, 0)
}

export function kindsOf(results: readonly CellResult[]) {
  const kinds = new Map<string, readonly [flagged: number, all: number]>()
  for (const result of results)
    for (const [kind, [flagged, all]] of result.kinds) {
      const [before, of] = kinds.get(kind) ?? [0, 0]
      kinds.set(kind, [before + flagged, of + all])
    }
  return [...kinds].sort((a, b) => b[1][0] / b[1][1] - a[1][0] / a[1][1] || b[1][1] - a[1][1])
}
