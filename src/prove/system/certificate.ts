import type { Row } from '../../gate/decide/system/table.ts'
import type { Bad, Clause, Program } from './program.ts'

/**
 * Why a property holds in every run: bits that never hold, and clauses about two bits that always do. Together they are
 * an inductive invariant that leaves no room for any of the property's bad cases.
 */
export type Certificate = {
  /** For each bit, 1 if it never holds. */
  readonly never: Uint8Array
  readonly clauses: readonly Clause[]
}

/** More free bits than this around one row are not tried out. */
const FREE_BITS_MAX = 16

/**
 * Checks a certificate, sharing no code with what found it: it holds at the start, no row leaves it, and no bad case
 * fits into it. Small enough to be read; a row is tried on every combination of the bits that matter to it.
 */
export function certificateHolds(program: Program, certificate: Certificate): boolean {
  const check = new Check(certificate)
  return check.isInductive(program.rows) && check.isSafe(program)
}

/** The first half: no row leaves the invariant. It says nothing of any property, so many may share the answer. */
export function isInductive(rows: readonly Row[], certificate: Certificate): boolean {
  return new Check(certificate).isInductive(rows)
}

/** The second half, for an invariant that is known to be inductive. */
export function leavesNoRoom(program: Program, certificate: Certificate): boolean {
  return new Check(certificate).isSafe(program)
}

type Values = Map<number, boolean>

class Check {
  readonly #never: Uint8Array
  readonly #clausesOf: (readonly Clause[] | undefined)[] = []

  constructor({ never, clauses }: Certificate) {
    this.#never = never
    // At the start no bit holds, so clauses about bits that hold are true.
    const clausesOf: (Clause[] | undefined)[] = clauses.length === 0 ? [] : Array.from(never, () => undefined)
    for (const clause of clauses)
      for (const bit of [clause.left, clause.right]) {
        const list = clausesOf[bit]
        if (list === undefined) clausesOf[bit] = [clause]
        else list.push(clause)
      }
    this.#clausesOf = clausesOf
  }

  isInductive(rows: readonly Row[]): boolean {
    return rows.every((row) => this.#rowStays(row))
  }

  isSafe(program: Program): boolean {
    return program.bads.every((bad) => this.#isExcluded(program, bad))
  }

  #rowStays(row: Row): boolean {
    if (row.requires.some((bit) => this.#isNever(bit))) return true
    if (row.sets.some((bit) => this.#isNever(bit))) return false
    for (let each = 0; each < row.copies.length; each += 2)
      if (this.#isNever(row.copies[each + 1] as number) && !this.#isNever(row.copies[each] as number))
        return false
    if (this.#clausesOf.length === 0) return true
    if (!row.sets.every((bit) => this.#clausesStay(row, bit))) return false
    if (!row.clears.every((bit) => this.#clausesStay(row, bit))) return false
    for (let each = 1; each < row.copies.length; each += 2)
      if (!this.#clausesStay(row, row.copies[each] as number)) return false
    return true
  }

  #clausesStay(row: Row, touched: number): boolean {
    const clauses = this.#clausesOf[touched]
    return clauses === undefined || clauses.every((clause) => this.#clauseStays(row, clause))
  }

  #isNever(bit: number): boolean {
    return this.#never[bit] === 1
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
      return isTrue(clause.kind, after(clause.left), after(clause.right))
    })
  }

  #isExcluded(program: Program, bad: Bad): boolean {
    const row = bad.row === undefined ? undefined : program.rows[bad.row]
    const { spent } = bad
    if (spent !== undefined)
      return (
        row?.counts.includes(spent.counter) === true && (program.limits[spent.counter] ?? 0) <= spent.least
      )
    if (bad.holding.some((bit) => this.#isNever(bit))) return true
    const holding = [...bad.holding, ...(row?.requires ?? [])]
    const lacking = [...bad.lacking, ...(row?.forbids ?? [])]
    if (holding.some((bit) => this.#isNever(bit) || lacking.includes(bit))) return true
    if (this.#contradicts(holding, lacking)) return true
    if (bad.noneOf?.some((each) => this.#always(each, holding, lacking))) return true
    return this.#every(holding, lacking, new Set(), () => false)
  }

  /** Whether one clause alone rules it out. */
  #contradicts(holding: readonly number[], lacking: readonly number[]): boolean {
    return holding.some((bit) =>
      this.#clausesOf[bit]?.some(
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
    if (holding.some((bit) => this.#isNever(bit))) return true
    const open = [...free].filter((bit) => !values.has(bit) && !this.#isNever(bit))
    for (const bit of free) if (this.#isNever(bit)) values.set(bit, false)
    if (open.length > FREE_BITS_MAX) return false
    for (const bit of open) values.set(bit, false)
    const clauses = this.#clausesAbout(values)
    const fits = ({ left, right, kind }: Clause): boolean =>
      isTrue(kind, values.get(left) === true, values.get(right) === true)
    for (let combination = 0; combination < 2 ** open.length; combination++) {
      for (const [at, bit] of open.entries()) values.set(bit, ((combination >> at) & 1) === 1)
      if (clauses.every(fits) && !passes(values)) return false
    }
    return true
  }

  /** Clauses both of whose bits have a value. */
  #clausesAbout(values: Values): readonly Clause[] {
    const about: Clause[] = []
    for (const bit of values.keys())
      for (const clause of this.#clausesOf[bit] ?? [])
        if (clause.left === bit && values.has(clause.right)) about.push(clause)
    return about
  }
}

/** Whether the bit is false after the row, whatever it was. */
function isCleared(row: Row, bit: number): boolean {
  if (!row.clears.includes(bit) || row.sets.includes(bit)) return false
  for (let each = 1; each < row.copies.length; each += 2) if (row.copies[each] === bit) return false
  return true
}

function isTrue(kind: Clause['kind'], left: boolean, right: boolean): boolean {
  return kind === 'implies' ? !left || right : !(left && right)
}
