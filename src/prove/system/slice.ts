import type { Row } from '../../gate/decide/system/table.ts'
import type { Bad, Program } from './program.ts'

// The cone of influence of one bad case: the bits that bear on it and the rows that move them. What is left out can
// neither bring the bad case about nor stand in its way.

/** A small program of its own; rows and bits remember where they came from. */
export type Slice = {
  readonly bits: number
  readonly rows: readonly Row[]
  readonly origin: readonly number[]
  readonly bitOrigin: readonly number[]
  readonly limits: readonly number[]
  readonly bad: Bad
}

export type Touching = ReadonlyMap<number, readonly number[]>

/** For each bit, the rows that can change it. */
export function touchIndex(program: Program): Touching {
  const touching = new Map<number, number[]>()
  const note = (bit: number, row: number): void => {
    const list = touching.get(bit)
    if (list === undefined) touching.set(bit, [row])
    else if (list.at(-1) !== row) list.push(row)
  }
  for (const [at, row] of program.rows.entries()) {
    for (const bit of row.sets) note(bit, at)
    for (const bit of row.clears) note(bit, at)
    for (let each = 1; each < row.copies.length; each += 2) note(row.copies[each] as number, at)
  }
  return touching
}

type Polarity = { readonly positive: Set<number>; readonly negative: Set<number> }

/** `withCounters` keeps the budgets; without them the slice can do more than the system, never less. */
export function sliceFor(
  program: Program,
  reach: Uint8Array,
  touching: Touching,
  given: Bad,
  withCounters: boolean,
): Slice {
  const bad = withoutDeadRows(given, reach)
  const kept = new Set<number>()
  const polarity: Polarity = { positive: new Set(), negative: new Set() }
  const queue: (readonly [bit: number, wanted: boolean])[] = []
  const want = (bit: number, value: boolean): void => {
    if (reach[bit] === 0) return
    const side = value ? polarity.positive : polarity.negative
    if (side.has(bit)) return
    side.add(bit)
    queue.push([bit, value])
  }
  const wantRow = (row: Row): void => {
    for (const bit of row.requires) want(bit, true)
    for (const bit of row.forbids) want(bit, false)
  }
  const last = bad.row === undefined ? undefined : (program.rows[bad.row] as Row)
  if (last !== undefined) wantRow(last)
  for (const bit of bad.holding) want(bit, true)
  for (const bit of bad.lacking) want(bit, false)
  for (const row of bad.noneOf ?? []) {
    for (const bit of row.requires) want(bit, false)
    for (const bit of row.forbids) want(bit, true)
  }
  if (bad.spent !== undefined) spenders(program, reach, bad.spent.counter, kept, wantRow)
  for (;;) {
    const next = queue.pop()
    if (next === undefined) {
      for (const at of kept) fearCopies(program.rows[at] as Row, polarity, want)
      if (queue.length === 0) break
      continue
    }
    const [bit, wanted] = next
    for (const at of touching.get(bit) ?? []) {
      const row = program.rows[at] as Row
      if (row.requires.some((each) => reach[each] === 0)) continue
      if (wanted && !mayRaise(row, bit)) continue
      if (!wanted && !row.clears.includes(bit)) continue
      if (!kept.has(at)) {
        kept.add(at)
        wantRow(row)
      }
      // A copy that makes the bit true is wanted or feared together with what it copies.
      for (let each = 0; each < row.copies.length; each += 2)
        if (row.copies[each + 1] === bit && wanted) want(row.copies[each] as number, true)
    }
  }
  return settle(program, bad, kept, polarity, withCounters)
}

/** A row that needs what never holds never fires, so it stands in no standstill's way. */
function withoutDeadRows(bad: Bad, reach: Uint8Array): Bad {
  if (bad.noneOf === undefined) return bad
  return {
    ...bad,
    noneOf: bad.noneOf.filter(({ requires }) => requires.every((bit) => reach[bit] === 1)),
  }
}

/** What a kept row copies into a bit that must stay false had better be false too. */
function fearCopies(row: Row, { negative }: Polarity, want: (bit: number, value: boolean) => void): void {
  for (let each = 0; each < row.copies.length; each += 2)
    if (negative.has(row.copies[each + 1] as number)) want(row.copies[each] as number, false)
}

function mayRaise(row: Row, bit: number): boolean {
  if (row.sets.includes(bit)) return true
  for (let each = 1; each < row.copies.length; each += 2) if (row.copies[each] === bit) return true
  return false
}

function spenders(
  program: Program,
  reach: Uint8Array,
  counter: number,
  kept: Set<number>,
  wantRow: (row: Row) => void,
): void {
  for (const [at, row] of program.rows.entries())
    if (row.counts.includes(counter) && !row.requires.some((bit) => reach[bit] === 0)) {
      kept.add(at)
      wantRow(row)
    }
}

/** Kept rows with all that they do to the bits that matter, under numbers of their own. */
function settle(
  program: Program,
  bad: Bad,
  kept: ReadonlySet<number>,
  polarity: Polarity,
  withCounters: boolean,
): Slice {
  const numbers = new Map<number, number>()
  const bitOrigin: number[] = []
  const number = (bit: number): number => {
    const known = numbers.get(bit)
    if (known !== undefined) return known
    const made = bitOrigin.push(bit) - 1
    numbers.set(bit, made)
    return made
  }
  for (const bit of [...polarity.positive, ...polarity.negative]) number(bit)
  const mine = (bits: readonly number[]): number[] =>
    bits.flatMap((bit) => {
      const found = numbers.get(bit)
      return found === undefined ? [] : [found]
    })
  const narrow = (row: Row): Row => {
    const copies: number[] = []
    for (let each = 0; each < row.copies.length; each += 2) {
      const from = numbers.get(row.copies[each] as number)
      const to = numbers.get(row.copies[each + 1] as number)
      if (from !== undefined && to !== undefined) copies.push(from, to)
    }
    return {
      event: row.event,
      requires: mine(row.requires),
      forbids: mine(row.forbids),
      sets: mine(row.sets),
      clears: mine(row.clears),
      copies,
      counts: withCounters ? row.counts : [],
    }
  }
  const origin = [...kept].sort((left, right) => left - right)
  const last = bad.row
  if (last !== undefined && !kept.has(last)) origin.push(last)
  return {
    bits: bitOrigin.length,
    rows: origin.map((at) => narrow(program.rows[at] as Row)),
    origin,
    bitOrigin,
    limits: withCounters ? program.limits : [],
    bad: {
      ...bad,
      row: last === undefined ? undefined : origin.indexOf(last),
      holding: mine(bad.holding),
      lacking: mine(bad.lacking),
      ...(bad.noneOf === undefined ? {} : { noneOf: bad.noneOf.map(narrow) }),
    },
  }
}
