import { SystemModel } from '../../gate/decide/system/model.ts'
import type { Row, TableEvent } from '../../gate/decide/system/table.ts'
import { type Certificate, certificateHolds, leavesNoRoom } from './certificate.ts'
import { invariantClauses } from './invariant.ts'
import type { Bad, Clause, Program } from './program.ts'
import { replays } from './replay.ts'
import { saturate } from './saturate.ts'
import { type Search, type SearchLimits, search } from './search.ts'
import { type Slice, sliceFor, type Touching, touchIndex } from './slice.ts'

export type Outcome =
  /** For runs of any length, by an invariant that was checked apart. */
  | { readonly verdict: 'proved'; readonly cases: number; readonly clauses: number }
  /** For every run of this configuration: all states that bear on the cases left over were visited. */
  | { readonly verdict: 'proved-bounded'; readonly cases: number; readonly states: number }
  | {
      readonly verdict: 'violated'
      readonly cases: number
      readonly states: number
      readonly events: readonly TableEvent[]
      readonly bad: Bad
    }
  | { readonly verdict: 'unknown'; readonly cases: number; readonly states: number; readonly reason: string }

/** Of many ways to break a property, the shortest of this many is shown. */
const FOUND_MAX = 12
/** Slices with more bits than two words hold are searched by a plan first. */
const BITS_WIDE = 64
/** Bad cases that no invariant excludes and that are searched one by one. */
const SEARCHES_MAX = 5_000

/** What could ever hold; `isChecked` if separate code has found that no row leaves it. */
export type Reach = { readonly bits: Uint8Array; readonly isChecked: boolean }

/** Whether any bad case of the program can come about. */
export function check(program: Program, limits: SearchLimits, reach?: Reach): Outcome {
  const run = new Checking(program, limits, { reach })
  return run.outcome()
}

/** The cases that cannot come about at all, for properties that say that something is possible. */
export function impossible(
  program: Program,
  limits: SearchLimits,
  reach?: Reach,
): readonly Bad[] | 'unknown' {
  const run = new Checking(program, limits, { reach })
  const never: Bad[] = []
  for (const bad of program.bads) {
    if (run.isAtOnce(bad) || run.isAtHand(bad)) continue
    const found = run.isExcluded(bad) ? undefined : run.look(bad)
    if (found === undefined || found.kind === 'exhausted') never.push(bad)
    else if (found.kind === 'limit') return 'unknown'
  }
  return never
}

/** Where a program's events are others than its table's, and what following them means. */
type Own = {
  readonly events: readonly TableEvent[]
  readonly follows: (events: readonly TableEvent[], bad: Bad) => boolean
}

export class Checking {
  readonly #program: Program
  readonly #limits: SearchLimits
  readonly #reach: Uint8Array
  readonly #clauses: readonly Clause[]
  /** Clauses by their left bit. */
  readonly #clausesFrom = new Map<number, Clause[]>()
  readonly #own: Own
  readonly #isChecked: boolean
  #touching: Touching | undefined
  #firstSteps: ReadonlyMap<number, number> | undefined
  #states = 0

  constructor(program: Program, limits: SearchLimits, given: { own?: Own; reach?: Reach | undefined }) {
    this.#own = given.own ?? gateOf(program)
    this.#program = program
    this.#limits = limits
    this.#reach = given.reach?.bits ?? saturate(program)
    this.#clauses = program.hints.length === 0 ? [] : invariantClauses(program, this.#reach)
    this.#isChecked = given.reach?.isChecked === true && this.#clauses.length === 0
    for (const clause of this.#clauses) {
      const list = this.#clausesFrom.get(clause.left)
      if (list === undefined) this.#clausesFrom.set(clause.left, [clause])
      else list.push(clause)
    }
  }

  outcome(): Outcome {
    const { bads } = this.#program
    const open = bads.filter((bad) => !this.isExcluded(bad))
    const left = new Set(open)
    const closed = open.length === 0 ? bads : bads.filter((bad) => !left.has(bad))
    const certificate: Certificate = { never: this.#reach.map((bit) => 1 - bit), clauses: this.#clauses }
    const holdsOf = this.#isChecked ? leavesNoRoom : certificateHolds
    const unsure = (reason: string): Outcome => ({
      verdict: 'unknown',
      cases: bads.length,
      states: this.#states,
      reason,
    })
    if (!holdsOf({ ...this.#program, bads: closed }, certificate))
      return unsure('the invariant that was found does not pass its own check')
    if (open.length === 0) return { verdict: 'proved', cases: bads.length, clauses: this.#clauses.length }
    return this.#searchAll(open, unsure)
  }

  #searchAll(open: readonly Bad[], unsure: (reason: string) => Outcome): Outcome {
    const found: { readonly bad: Bad; readonly events: readonly TableEvent[] }[] = []
    let doubt: string | undefined
    const { searchesMax = SEARCHES_MAX, foundMax = FOUND_MAX } = this.#limits
    for (const [at, bad] of open.entries()) {
      if (at >= searchesMax) doubt ??= `more than ${searchesMax} cases are open`
      if (at >= searchesMax || found.length >= foundMax) break
      const answer = this.look(bad)
      if (answer.kind === 'limit') doubt ??= answer.reason
      if (answer.kind === 'found') found.push({ bad, events: answer.events })
    }
    const [first] = found.sort((left, right) => left.events.length - right.events.length)
    const base = { cases: this.#program.bads.length, states: this.#states }
    if (first !== undefined) return { verdict: 'violated', ...base, ...first }
    return doubt === undefined ? { verdict: 'proved-bounded', ...base } : unsure(doubt)
  }

  /** Whether the case is there at the start, when nothing holds yet. */
  isAtOnce(bad: Bad): boolean {
    const row = bad.row === undefined ? undefined : this.#program.rows[bad.row]
    return row !== undefined && row.requires.length === 0 && bad.holding.length === 0 && !bad.noneOf
  }

  /** Whether single steps that need nothing bring about what the case needs, and the gate follows them to it. */
  isAtHand(bad: Bad): boolean {
    if (
      bad.row === undefined ||
      bad.lacking.length > 0 ||
      bad.noneOf !== undefined ||
      bad.spent !== undefined
    )
      return false
    const { rows } = this.#program
    const first = (this.#firstSteps ??= firstSteps(rows))
    const plan = [...(rows[bad.row] as Row).requires, ...bad.holding].map((bit) => first.get(bit))
    if (plan.includes(undefined)) return false
    const steps = [...new Set(plan as readonly number[]), bad.row]
    return this.#own.follows(
      steps.map((row) => this.#eventOf(row)),
      bad,
    )
  }

  /** Searches one case: without budgets first, which is quicker, and with them if the gate does not follow. */
  look(
    bad: Bad,
  ):
    | { readonly kind: 'found'; readonly events: readonly TableEvent[] }
    | { readonly kind: 'exhausted' }
    | { readonly kind: 'limit'; readonly reason: string } {
    this.#touching ??= touchIndex(this.#program)
    const needsCounters = bad.spent !== undefined
    for (const withCounters of needsCounters ? [true] : [false, true]) {
      const slice = sliceFor(this.#program, this.#reach, this.#touching, bad, withCounters)
      const answer = this.#searchSlice(slice)
      if (answer.kind === 'exhausted') return answer
      if (answer.kind === 'limit')
        return {
          kind: 'limit',
          reason: `the search stopped at its limit of ${this.#limits.statesMax} states`,
        }
      const events = answer.rows.map((row) => this.#eventOf(slice.origin[row] as number))
      if (this.#own.follows(events, bad)) return { kind: 'found', events }
      if (this.#program.limits.length === 0 || withCounters)
        return { kind: 'limit', reason: 'a trace was found that the gate does not follow' }
    }
    return { kind: 'limit', reason: 'no search was made' }
  }

  #searchSlice(slice: Slice): Search {
    // In a wide slice already the first steps are too many, so a plan that ignores what stands in its way comes first.
    const isWide = slice.bits > BITS_WIDE
    const planned = isWide ? this.#counted(slice, relaxedPlan(slice)) : undefined
    if (planned?.kind === 'found') return planned
    const answer = this.#counted(slice)
    if (answer.kind !== 'limit' || isWide) return answer
    const late = this.#counted(slice, relaxedPlan(slice))
    return late.kind === 'found' ? late : answer
  }

  #counted(slice: Slice, only?: ReadonlySet<number>): Search {
    const answer = search(slice, this.#limits, only)
    this.#states += answer.counts.distinct
    return answer
  }

  #eventOf(row: number): TableEvent {
    return this.#own.events[(this.#program.rows[row] as Row).event] as TableEvent
  }

  /** Whether the row's own guards, what is out of reach, or a clause leaves no room for the case. */
  isExcluded(bad: Bad): boolean {
    const { rows, limits } = this.#program
    const row = bad.row === undefined ? undefined : (rows[bad.row] as Row)
    if (bad.noneOf?.some((each) => this.#isFree(each, bad))) return true
    if (bad.spent !== undefined)
      return (
        row?.counts.includes(bad.spent.counter) === true &&
        (limits[bad.spent.counter] as number) <= bad.spent.least
      )
    const holding = [...(row?.requires ?? []), ...bad.holding]
    const lacking = [...(row?.forbids ?? []), ...bad.lacking]
    if (holding.some((bit) => this.#reach[bit] === 0 || lacking.includes(bit))) return true
    return holding.some((bit) =>
      this.#clausesFrom
        .get(bit)
        ?.some(({ kind, right }) => (kind === 'implies' ? lacking : holding).includes(right)),
    )
  }

  /** Whether the row can fire wherever the bad case is. */
  #isFree(row: Row, bad: Bad): boolean {
    const last = bad.row === undefined ? undefined : (this.#program.rows[bad.row] as Row)
    const holding = [...bad.holding, ...(last?.requires ?? [])]
    const lacking = [...bad.lacking, ...(last?.forbids ?? [])]
    return (
      row.requires.every((bit) => holding.some((each) => this.#implies(each, bit))) &&
      row.forbids.every((bit) => this.#reach[bit] === 0 || lacking.some((each) => this.#implies(bit, each)))
    )
  }

  #implies(left: number, right: number): boolean {
    if (left === right) return true
    const clauses = this.#clausesFrom.get(left) ?? []
    return clauses.some((clause) => clause.kind === 'implies' && clause.right === right)
  }
}

function gateOf(program: Program): Own {
  let model: SystemModel | undefined
  return {
    events: program.table.events,
    follows: (events, bad) => replays((model ??= SystemModel.of(program.table)), events, bad),
  }
}

/** For each bit that a row sets which needs no other: the first such row. */
function firstSteps(rows: readonly Row[]): ReadonlyMap<number, number> {
  const steps = new Map<number, number>()
  for (const [at, { requires, sets }] of rows.entries())
    if (requires.length === 0) for (const bit of sets) if (!steps.has(bit)) steps.set(bit, at)
  return steps
}

/** Rows that lead to the bad case when nothing is ever forbidden or cleared. */
function relaxedPlan(slice: Slice): ReadonlySet<number> {
  const cause = new Map<number, number>()
  const held = new Uint8Array(slice.bits)
  let grown = true
  while (grown) {
    grown = false
    for (const [at, row] of slice.rows.entries()) {
      if (row.requires.some((bit) => held[bit] === 0)) continue
      const gained = row.sets.filter((bit) => held[bit] === 0)
      for (let each = 0; each < row.copies.length; each += 2)
        if (held[row.copies[each] as number] === 1 && held[row.copies[each + 1] as number] === 0)
          gained.push(row.copies[each + 1] as number)
      for (const bit of gained) {
        held[bit] = 1
        cause.set(bit, at)
        grown = true
      }
    }
  }
  const plan = new Set<number>()
  const last = slice.bad.row === undefined ? undefined : slice.rows[slice.bad.row]
  const wanted = [...slice.bad.holding, ...(last?.requires ?? [])]
  for (let bit = wanted.pop(); bit !== undefined; bit = wanted.pop()) {
    const at = cause.get(bit)
    if (at === undefined || plan.has(at)) continue
    plan.add(at)
    const row = slice.rows[at] as Row
    wanted.push(...row.requires, ...row.copies.filter((_, each) => each % 2 === 0))
  }
  return plan
}
