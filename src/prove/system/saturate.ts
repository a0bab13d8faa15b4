import type { Row } from '../../gate/decide/system/table.ts'
import type { Program } from './program.ts'

/**
 * Every bit that could ever hold if nothing were ever cleared or forbidden: a least fixpoint. What is not in it never
 * holds, in runs of any length.
 */
export function saturate(program: Pick<Program, 'bits' | 'rows'>): Uint8Array {
  const reach = new Uint8Array(program.bits)
  const missing = new Int32Array(program.rows.length)
  const waiting = indexRequires(program, missing)
  const copiesFrom = new Map<number, number[]>()
  const queue: number[] = []
  const reached = (bit: number): void => {
    if (reach[bit] === 1) return
    reach[bit] = 1
    queue.push(bit)
  }
  const fire = (row: Row): void => {
    for (const bit of row.sets) reached(bit)
    for (let each = 0; each < row.copies.length; each += 2) {
      const from = row.copies[each] as number
      const to = row.copies[each + 1] as number
      if (reach[from] === 1) reached(to)
      const list = copiesFrom.get(from)
      if (list === undefined) copiesFrom.set(from, [to])
      else list.push(to)
    }
  }
  for (const [at, row] of program.rows.entries()) if (missing[at] === 0) fire(row)
  for (let bit = queue.pop(); bit !== undefined; bit = queue.pop()) {
    for (let at = waiting.start[bit] as number; at < (waiting.start[bit + 1] as number); at++) {
      const row = waiting.rows[at] as number
      missing[row] = (missing[row] as number) - 1
      if (missing[row] === 0) fire(program.rows[row] as Row)
    }
    for (const to of copiesFrom.get(bit) ?? []) reached(to)
  }
  return reach
}

/**
 * The same for a program whose table was saturated before. Ghosts watch the rows and change nothing, so what the table
 * reaches stays as it was.
 */
export function withGhosts(
  program: Pick<Program, 'bits' | 'rows' | 'watched'>,
  bare: Uint8Array,
): Uint8Array {
  const reach = new Uint8Array(program.bits)
  reach.set(bare)
  const copies: number[] = []
  for (const at of program.watched) {
    const row = program.rows[at] as Row
    if (row.requires.some((bit) => reach[bit] === 0)) continue
    for (const bit of row.sets) reach[bit] = 1
    for (let each = 0; each < row.copies.length; each += 2)
      if ((row.copies[each + 1] as number) >= bare.length)
        copies.push(row.copies[each] as number, row.copies[each + 1] as number)
  }
  for (let isMore = true; isMore; ) {
    isMore = false
    for (let each = 0; each < copies.length; each += 2) {
      if (reach[copies[each] as number] === 0 || reach[copies[each + 1] as number] === 1) continue
      reach[copies[each + 1] as number] = 1
      isMore = true
    }
  }
  return reach
}

type Waiting = { readonly start: Int32Array; readonly rows: Int32Array }

/** For each bit, the rows that need it; and for each row, how many bits it needs. */
function indexRequires(program: Pick<Program, 'bits' | 'rows'>, missing: Int32Array): Waiting {
  const start = new Int32Array(program.bits + 1)
  for (const [at, { requires }] of program.rows.entries()) {
    missing[at] = requires.length
    for (const bit of requires) start[bit + 1] = (start[bit + 1] as number) + 1
  }
  for (let bit = 0; bit < program.bits; bit++)
    start[bit + 1] = (start[bit + 1] as number) + (start[bit] as number)
  const rows = new Int32Array(start[program.bits] as number)
  const next = start.slice()
  for (const [at, { requires }] of program.rows.entries())
    for (const bit of requires) {
      const place = next[bit] as number
      rows[place] = at
      next[bit] = place + 1
    }
  return { start, rows }
}
