import { layoutOf, rowEnabled, rowStep } from '../../gate/decide/system/step.ts'
import type { Row } from '../../gate/decide/system/table.ts'
import type { Counts } from './search.ts'
import { StateSet } from './state-set.ts'

/** Rows with their own numbers for bits: a slice, or a whole table. */
export type Rows = {
  readonly bits: number
  readonly rows: readonly Row[]
  readonly limits: readonly number[]
}

/**
 * Visits all states, as TLC counts them. `heldMax` leaves out states in which more bits hold, as a TLC constraint does:
 * they are generated but neither counted nor gone on from. Nothing if there are more states than allowed.
 */
export function countStates(
  { bits, rows, limits }: Rows,
  statesMax: number,
  heldMax = bits,
): Counts | undefined {
  const layout = layoutOf(bits, limits)
  const states = new StateSet(layout.words)
  const scratch = new Int32Array(layout.words)
  states.add(scratch, -1, -1)
  let generated = 1
  let depth = 1
  let layerEnd = 1
  for (let at = 0; at < states.size; at++) {
    if (at === layerEnd) {
      layerEnd = states.size
      depth++
    }
    for (const row of rows) {
      if (!rowEnabled(layout, row, states.words, at * layout.words)) continue
      rowStep(layout, row, states.words, at * layout.words, scratch, 0)
      generated++
      if (held(scratch, layout.bitWords) <= heldMax) states.add(scratch, at, 0)
    }
    if (states.size > statesMax) return undefined
  }
  return { distinct: states.size, generated, depth }
}

function held(state: Int32Array, words: number): number {
  let count = 0
  for (let word = 0; word < words; word++)
    for (let bits = (state[word] as number) >>> 0; bits !== 0; bits = (bits & (bits - 1)) >>> 0) count++
  return count
}
