import type { Guard, Row, SystemTable, TableEvent } from './table.ts'
import { eventKey } from './table.ts'

// What a row of the table means. Everything that runs a system goes through these few functions: the gate, the search,
// the replay of a ledger.

/** The part of a table that states and rows need; a slice of a table has one of its own. */
export type Layout = { readonly bitWords: number; readonly words: number; readonly limits: readonly number[] }

const BITS_PER_WORD = 32

export function layoutOf(bits: number, limits: readonly number[]): Layout {
  const bitWords = Math.max(1, Math.ceil(bits / BITS_PER_WORD))
  return { bitWords, words: bitWords + limits.length, limits }
}

export function tableLayout(table: Pick<SystemTable, 'bits' | 'counters'>): Layout {
  return layoutOf(
    table.bits.length,
    table.counters.map(({ max }) => max),
  )
}

/** `at` is where the state begins in `state`, which may hold many. */
export function holds(state: Int32Array, at: number, bit: number): boolean {
  return (((state[at + (bit >> 5)] as number) >>> (bit & 31)) & 1) === 1
}

export function rowEnabled(layout: Layout, row: Row, state: Int32Array, at = 0): boolean {
  const { requires, forbids, counts } = row
  for (let each = 0; each < requires.length; each++)
    if (!holds(state, at, requires[each] as number)) return false
  for (let each = 0; each < forbids.length; each++)
    if (holds(state, at, forbids[each] as number)) return false
  for (let each = 0; each < counts.length; each++) {
    const counter = counts[each] as number
    if ((state[at + layout.bitWords + counter] as number) >= (layout.limits[counter] as number)) return false
  }
  return true
}

/** Clears first, then sets and copies; copies read the state before. */
export function rowStep(
  layout: Layout,
  row: Row,
  state: Int32Array,
  at: number,
  into: Int32Array,
  to: number,
): void {
  for (let word = 0; word < layout.words; word++) into[to + word] = state[at + word] as number
  const { clears, sets, copies, counts } = row
  for (let each = 0; each < clears.length; each++) {
    const bit = clears[each] as number
    into[to + (bit >> 5)] = (into[to + (bit >> 5)] as number) & ~(1 << (bit & 31))
  }
  for (let each = 0; each < sets.length; each++) {
    const bit = sets[each] as number
    into[to + (bit >> 5)] = (into[to + (bit >> 5)] as number) | (1 << (bit & 31))
  }
  for (let each = 0; each < copies.length; each += 2) {
    if (!holds(state, at, copies[each] as number)) continue
    const bit = copies[each + 1] as number
    into[to + (bit >> 5)] = (into[to + (bit >> 5)] as number) | (1 << (bit & 31))
  }
  for (let each = 0; each < counts.length; each++) {
    const word = to + layout.bitWords + (counts[each] as number)
    into[word] = (into[word] as number) + 1
  }
}

export type Verdict =
  | { readonly action: 'allow'; readonly row: Row }
  | { readonly action: 'ask' | 'deny'; readonly guard: Guard }

/** Whether the event may happen now; if not, what stands in its way: an approval is asked for, all else is refused. */
export function enabled(table: SystemTable, layout: Layout, state: Int32Array, event: TableEvent): Verdict {
  const index = table.eventIndex.get(eventKey(event))
  if (index === undefined) return { action: 'deny', guard: 'capability' }
  let nearest: Guard | undefined
  for (const each of table.rowsOf[index] ?? []) {
    const row = table.rows[each] as Row
    if (rowEnabled(layout, row, state)) return { action: 'allow', row }
    const guard = obstacle(table, layout, row, state)
    if (nearest === undefined || rank(guard) > rank(nearest)) nearest = guard
  }
  const closed = table.closed.get(index)
  if (nearest === 'approval') return { action: 'ask', guard: nearest }
  if (nearest === undefined || nearest === 'capability')
    return { action: 'deny', guard: closed ?? 'capability' }
  return { action: 'deny', guard: nearest }
}

export function step(layout: Layout, row: Row, state: Int32Array): Int32Array {
  const next = new Int32Array(layout.words)
  rowStep(layout, row, state, 0, next, 0)
  return next
}

/** The first guard of the row that is not met; an approval comes last, so it is named only when nothing else is. */
function obstacle(table: SystemTable, layout: Layout, row: Row, state: Int32Array): Guard {
  let found: Guard = 'approval'
  const meet = (guard: Guard): void => {
    if (rank(guard) < rank(found)) found = guard
  }
  // A row for injected callers is simply not the one for this caller.
  for (const bit of row.requires)
    if (!holds(state, 0, bit)) meet(table.bits[bit]?.kind === 'injected' ? 'capability' : guardOf(table, bit))
  for (const bit of row.forbids) if (holds(state, 0, bit)) meet(guardOf(table, bit))
  for (const counter of row.counts)
    if ((state[layout.bitWords + counter] as number) >= (layout.limits[counter] as number)) meet('budget')
  return found
}

const order: readonly Guard[] = ['capability', 'revocation', 'flow', 'injection', 'budget', 'approval']

function rank(guard: Guard): number {
  return order.indexOf(guard)
}

function guardOf(table: SystemTable, bit: number): Guard {
  switch (table.bits[bit]?.kind) {
    case 'grant':
      return 'capability'
    case 'revoked':
      return 'revocation'
    case 'label':
      return 'flow'
    case 'injected':
      return 'injection'
    default:
      return 'approval'
  }
}
