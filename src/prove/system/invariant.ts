import type { Row } from '../../gate/decide/system/table.ts'
import type { Clause, Program } from './program.ts'

// Candidate clauses about two bits are thrown out until those left prove one another: what remains holds in every
// reachable state. (Known as Houdini, after Flanagan and Leino, 2001.)

/** The clauses among the hints that every run keeps. */
export function invariantClauses(program: Program, reach: Uint8Array): readonly Clause[] {
  const facts = new Facts(program.hints, reach)
  // Only rows that touch a clause can break it.
  const rowsOf = new Map<number, Row[]>()
  for (const { left, right } of program.hints) {
    rowsOf.set(left, [])
    rowsOf.set(right, [])
  }
  for (const row of program.rows) {
    if (row.requires.some((bit) => reach[bit] === 0)) continue
    const touch = (bit: number): void => {
      const list = rowsOf.get(bit)
      if (list !== undefined && list.at(-1) !== row) list.push(row)
    }
    for (const bit of row.sets) touch(bit)
    for (const bit of row.clears) touch(bit)
    for (let each = 1; each < row.copies.length; each += 2) touch(row.copies[each] as number)
  }
  let left: readonly Clause[] = program.hints
  for (;;) {
    const kept = left.filter((clause) => {
      const areKept = (rows: readonly Row[] = []) => rows.every((row) => keeps(facts, row, clause))
      const isKept = areKept(rowsOf.get(clause.left)) && areKept(rowsOf.get(clause.right))
      if (!isKept) facts.drop(clause)
      return isKept
    })
    if (kept.length === left.length) return kept
    left = kept
  }
}

/** What may be assumed before a row fires: bits out of reach are false, and the clauses still standing hold. */
class Facts {
  readonly #reach: Uint8Array
  readonly #implied = new Map<number, Set<number>>()
  readonly #excluded = new Map<number, Set<number>>()

  constructor(clauses: readonly Clause[], reach: Uint8Array) {
    this.#reach = reach
    for (const { kind, left, right } of clauses) {
      if (kind === 'implies') add(this.#implied, left, right)
      else {
        add(this.#excluded, left, right)
        add(this.#excluded, right, left)
      }
    }
  }

  drop({ kind, left, right }: Clause): void {
    if (kind === 'implies') this.#implied.get(left)?.delete(right)
    else {
      this.#excluded.get(left)?.delete(right)
      this.#excluded.get(right)?.delete(left)
    }
  }

  implies(left: number, right: number): boolean {
    return left === right || this.#reach[left] === 0 || this.#implied.get(left)?.has(right) === true
  }

  excludes(left: number, right: number): boolean {
    return (
      this.#reach[left] === 0 || this.#reach[right] === 0 || this.#excluded.get(left)?.has(right) === true
    )
  }

  isTrue(row: Row, bit: number): boolean {
    return row.requires.some((each) => this.implies(each, bit))
  }

  isFalse(row: Row, bit: number): boolean {
    return (
      this.#reach[bit] === 0 ||
      row.forbids.some((each) => this.implies(bit, each)) ||
      row.requires.some((each) => this.excludes(each, bit))
    )
  }
}

function add(map: Map<number, Set<number>>, key: number, value: number): void {
  const known = map.get(key)
  if (known === undefined) map.set(key, new Set([value]))
  else known.add(value)
}

/** Bits whose truth before the row makes `bit` true after it; `always` if the row itself does. */
function causes(row: Row, bit: number): 'always' | readonly number[] {
  if (row.sets.includes(bit)) return 'always'
  const from: number[] = row.clears.includes(bit) ? [] : [bit]
  for (let each = 0; each < row.copies.length; each += 2)
    if (row.copies[each + 1] === bit) from.push(row.copies[each] as number)
  return from
}

function keeps(facts: Facts, row: Row, clause: Clause): boolean {
  const left = causes(row, clause.left)
  const right = causes(row, clause.right)
  if (clause.kind === 'implies') {
    if (right === 'always' || right.some((bit) => facts.isTrue(row, bit))) return true
    if (left === 'always') return false
    return left.every((bit) => facts.isFalse(row, bit) || right.some((other) => facts.implies(bit, other)))
  }
  if (left === 'always' && right === 'always') return false
  if (left === 'always') return (right as readonly number[]).every((bit) => facts.isFalse(row, bit))
  if (right === 'always') return left.every((bit) => facts.isFalse(row, bit))
  return left.every((bit) =>
    right.every(
      (other) => facts.excludes(bit, other) || facts.isFalse(row, bit) || facts.isFalse(row, other),
    ),
  )
}
