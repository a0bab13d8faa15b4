import { holds, type Layout, layoutOf, rowEnabled, rowStep } from '../../gate/decide/system/step.ts'
import type { Row } from '../../gate/decide/system/table.ts'
import type { Bad } from './program.ts'
import type { Slice } from './slice.ts'
import { StateSet } from './state-set.ts'

/** How far a search goes before it says that it does not know. */
export type SearchLimits = {
  readonly statesMax: number
  /** Of many open cases, so many are searched, and so many violations are enough. */
  readonly searchesMax?: number
  readonly foundMax?: number
}

export type Search =
  | {
      readonly kind: 'found'
      /** Rows of the slice, in the order they fire; the bad row, if there is one, comes last. */
      readonly rows: readonly number[]
      readonly counts: Counts
    }
  | { readonly kind: 'exhausted'; readonly counts: Counts }
  | { readonly kind: 'limit'; readonly counts: Counts }

/** `depth` counts the layers of states, the initial one included, as TLC does. */
export type Counts = { readonly distinct: number; readonly generated: number; readonly depth: number }

/** Breadth first from the state in which no bit holds, so what is found is found by the fewest steps. */
export function search(slice: Slice, limits: SearchLimits, only?: ReadonlySet<number>): Search {
  const layout = layoutOf(slice.bits, slice.limits)
  const states = new StateSet(layout.words)
  const scratch = new Int32Array(layout.words)
  const rows = slice.rows
  const active = rows.map((_, at) => at).filter((at) => only === undefined || only.has(at))
  states.add(scratch, -1, -1)
  let generated = 1
  let layerEnd = 1
  let depth = 1
  for (let at = 0; at < states.size; at++) {
    if (at === layerEnd) {
      layerEnd = states.size
      depth++
    }
    const from = at * layout.words
    if (isBad(layout, slice, states.words, from))
      return { kind: 'found', rows: pathTo(states, at, slice.bad), counts: counts(states, generated, depth) }
    for (let each = 0; each < active.length; each++) {
      const number = active[each] as number
      const row = rows[number] as Row
      if (!rowEnabled(layout, row, states.words, from)) continue
      rowStep(layout, row, states.words, from, scratch, 0)
      generated++
      states.add(scratch, at, number)
    }
    if (states.size > limits.statesMax) return { kind: 'limit', counts: counts(states, generated, depth) }
  }
  return { kind: 'exhausted', counts: counts(states, generated, depth) }
}

function counts(states: StateSet, generated: number, depth: number): Counts {
  return { distinct: states.size, generated, depth }
}

function isBad(layout: Layout, { bad, rows }: Slice, state: Int32Array, at: number): boolean {
  for (const bit of bad.holding) if (!holds(state, at, bit)) return false
  for (const bit of bad.lacking) if (holds(state, at, bit)) return false
  if (bad.spent !== undefined) {
    const spent = state[at + layout.bitWords + bad.spent.counter] as number
    if (spent < bad.spent.least) return false
  }
  if (bad.noneOf?.some((row) => rowEnabled(layout, row, state, at))) return false
  return bad.row === undefined || rowEnabled(layout, rows[bad.row] as Row, state, at)
}

function pathTo(states: StateSet, at: number, bad: Bad): readonly number[] {
  const path: number[] = bad.row === undefined ? [] : [bad.row]
  for (let each = at; each > 0; each = states.parent(each)) path.push(states.row(each))
  return path.reverse()
}
