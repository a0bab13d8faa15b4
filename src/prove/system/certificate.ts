import type { Row } from '../../gate/decide/system/table.ts'
import type { Bad, Clause, Program } from './program.ts'

/**
 * Why a property holds in every run: bits that never hold, and clauses about two bits that always do. Together they are
 * an inductive invariant that leaves no room for any of the property's bad cases.
 */
export type Certificate = { readonly never: ReadonlySet<number>; readonly clauses: readonly Clause[] }

/** More free bits than this around one row are not tried out. */
const FREE_BITS_MAX = 16

/**
 * Checks a certificate, sharing no code with what found it: it holds at the start, no row leaves it, and no bad case
 * fits into it. Small enough to be read; a row is tried on every combination of the bits that matter to it.
 */
export function certificateHolds(program: Program, certificate: Certificate): boolean {
  const { never, clauses } = certificate
  // At the start no bit holds, so clauses about bits that hold are true.
  const clausesOf = new Map<number, Clause[]>()
  for (const clause of clauses)
    for (const bit of [clause.left, clause.right]) {
      const list = clausesOf.get(bit) ?? []
      list.push(clause)
      clausesOf.set(bit, list)
    }
  const check = new Check(never, clausesOf)
  return (
    program.rows.every((row) => check.rowStays(row)) &&
    program.bads.every((bad) => check.isExcluded(program, bad))
  )
}

type Values = Map<number, boolean>

class Check {
  readonly #never: ReadonlySet<number>
  readonly #clausesOf: ReadonlyMap<number, readonly Clause[]>

  constructor(never: ReadonlySet<number>, clausesOf: ReadonlyMap<number, readonly Clause[]>) {
    this.#never = never
    this.#clausesOf = clausesOf
  }

  rowStays(row: Row): boolean {
    if (row.requires.some((bit) => this.#never.has(bit))) return true
    if (row.sets.some((bit) => this.#never.has(bit))) return false
    for (let each = 0; each < row.copies.length; each += 2)
      if (this.#never.has(row.copies[each + 1] as number) && !this.#never.has(row.copies[each] as number))
        return false
    if (this.#clausesOf.size === 0) return true
    const clauses = new Set<Clause>()
    const touch = (bit: number): void => {
      for (const clause of this.#clausesOf.get(bit) ?? []) clauses.add(clause)
    }
    for (const bit of row.sets) touch(bit)
    for (const bit of row.clears) touch(bit)
    for (let each = 1; each < row.copies.length; each += 2) touch(row.copies[each] as number)
    for (const clause of clauses) if (!this.#clauseStays(row, clause)) return false
    return true
  }

  #clauseStays(row: Row, clause: Clause): boolean {
    // What the row does settles most clauses, whatever held before.
    if (isCleared(row, clause.left)) return true
    if (clause.kind === 'implies' ? row.sets.includes(clause.right) : isCleared(row, clause.right))
      return true
    const free = new Set([clause.left, clause.right])
    for (let each = 0; each < row.copies.length; each += 2)
      if (row.copies[each + 1] === clause.left || row.copies[each + 1] === clause.right)
        free.add(row.copies[each] as number)
    return this.#every(row.requires, row.forbids, free, (before) => {
      const after = (bit: number): boolean => {
        if (row.sets.includes(bit)) return true
        for (let each = 0; each < row.copies.length; each += 2)
          if (row.copies[each + 1] === bit && before.get(row.copies[each] as number)) return true
        return before.get(bit) === true && !row.clears.includes(bit)
      }
      return isTrue(clause, after(clause.left), after(clause.right))
    })
  }

  isExcluded(program: Program, bad: Bad): boolean {
    const row = bad.row === undefined ? undefined : program.rows[bad.row]
    const { spent } = bad
    if (spent !== undefined)
      return (
        row?.counts.includes(spent.counter) === true && (program.limits[spent.counter] ?? 0) <= spent.least
      )
    const holding = [...bad.holding, ...(row?.requires ?? [])]
    const lacking = [...bad.lacking, ...(row?.forbids ?? [])]
    if (holding.some((bit) => this.#never.has(bit) || lacking.includes(bit))) return true
    if (this.#contradicts(holding, lacking)) return true
    if (bad.noneOf?.some((each) => this.#always(each, holding, lacking))) return true
    return this.#every(holding, lacking, new Set(), () => false)
  }

  /** Whether one clause alone rules it out. */
  #contradicts(holding: readonly number[], lacking: readonly number[]): boolean {
    return holding.some((bit) =>
      this.#clausesOf
        .get(bit)
        ?.some(
          ({ kind, left, right }) =>
            left === bit && (kind === 'implies' ? lacking.includes(right) : holding.includes(right)),
        ),
    )
  }

  /** Whether a row can fire in every state that the bad case speaks of. */
  #always(row: Row, holding: readonly number[], lacking: readonly number[]): boolean {
    const everywhere = (bit: number, value: boolean): boolean =>
      this.#every(holding, lacking, new Set([bit]), (values) => values.get(bit) === value)
    return (
      row.requires.every((bit) => everywhere(bit, true)) && row.forbids.every((bit) => everywhere(bit, false))
    )
  }

  /** Whether the test passes for every combination of the free bits that the guards and the invariant allow. */
  #every(
    holding: readonly number[],
    lacking: readonly number[],
    free: ReadonlySet<number>,
    passes: (values: Values) => boolean,
  ): boolean {
    const values: Values = new Map()
    for (const bit of holding) values.set(bit, true)
    for (const bit of lacking) {
      if (values.get(bit) === true) return true
      values.set(bit, false)
    }
    if (holding.some((bit) => this.#never.has(bit))) return true
    const open = [...free].filter((bit) => !values.has(bit) && !this.#never.has(bit))
    for (const bit of free) if (this.#never.has(bit)) values.set(bit, false)
    if (open.length > FREE_BITS_MAX) return false
    for (let combination = 0; combination < 2 ** open.length; combination++) {
      const tried = new Map(values)
      for (const [at, bit] of open.entries()) tried.set(bit, ((combination >> at) & 1) === 1)
      if (this.#fits(tried) && !passes(tried)) return false
    }
    return true
  }

  #fits(values: Values): boolean {
    for (const bit of values.keys())
      for (const clause of this.#clausesOf.get(bit) ?? []) {
        const left = values.get(clause.left)
        const right = values.get(clause.right)
        if (left !== undefined && right !== undefined && !isTrue(clause, left, right)) return false
      }
    return true
  }
}

/** Whether the bit is false after the row, whatever it was. */
function isCleared(row: Row, bit: number): boolean {
  if (!row.clears.includes(bit) || row.sets.includes(bit)) return false
  for (let each = 1; each < row.copies.length; each += 2) if (row.copies[each] === bit) return false
  return true
}

function isTrue(clause: Clause, left: boolean, right: boolean): boolean {
  return clause.kind === 'implies' ? !left || right : !(left && right)
}
