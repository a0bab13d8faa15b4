// Breadth-first search of the state graph, as TLC does it with one worker: what it counts is what TLC counts.
import { planTests, type Tests } from './check-plan.ts'
import { LimitReached, type Place, TlaFailure } from './failure.ts'
import { Interner } from './interner.ts'
import type { Run } from './natives-tlc.ts'
import { show } from './print.ts'
import { assemble, type Program, type Scoped, type Sink } from './program.ts'
import type { TraceState } from './report.ts'
import { recordOf, tupleOf } from './shapes.ts'
import type { NamedTest, Specification } from './specification.ts'
import { Integers, RowSet } from './states.ts'
import { type Canon, openCanon } from './symmetry.ts'
import { describeRange, Tracer } from './trace.ts'
import { Callable, Text, type Value } from './values.ts'

export type Limits = { readonly statesMax: number; readonly memoryBytesMax: number }

export type Violation =
  | { readonly kind: 'invariant' | 'initial' | 'step'; readonly name: string; readonly place: Place }
  | { readonly kind: 'deadlock' }

/** Where a search ended: the states of the shortest way to the violation, if there is one. */
export type Outcome = {
  readonly violation: Violation | undefined
  /** States from an initial one to the one at fault, as values by variable. */
  readonly trace: readonly (readonly Value[])[]
}

export type Wants = {
  readonly constraints: readonly NamedTest[]
  readonly actionConstraints: readonly NamedTest[]
  readonly view: Scoped | undefined
  readonly symmetry: readonly Scoped[]
  readonly checkDeadlock: boolean
  /** Atoms of temporal formulas; when there are any, the edges of the state graph are kept. */
  readonly atoms: readonly Scoped[]
  readonly alias: Scoped | undefined
  readonly postcondition: Scoped | undefined
}

/** How many states are expanded between two looks at memory and the clock. */
const PAUSE_STATES = 4096

export class Search {
  generated = 0
  depth = 0
  /** Edges from state to state, kept only when liveness asks for them. */
  readonly edges: { readonly from: Integers; readonly to: Integers } | undefined
  readonly rows: RowSet
  readonly interner = new Interner()
  readonly program: Program
  readonly #keys: RowSet | undefined
  readonly #parents = new Integers()
  readonly #specification: Specification
  readonly #wants: Wants
  readonly #limits: Limits
  readonly #run: Run
  readonly #row: Int32Array
  readonly #current: Value[]
  readonly #tests: Tests
  #canon: Canon | undefined
  #from = -1
  #successors = 0
  #outcome: Outcome | undefined
  #watcher: Sink | undefined
  readonly #pulse: () => void

  constructor(specification: Specification, wants: Wants, limits: Limits, run: Run, pulse: () => void) {
    this.#specification = specification
    this.#wants = wants
    this.#limits = limits
    this.#run = run
    this.#pulse = pulse
    const width = specification.compiler.variables.length
    run.trace = () => this.#trace()
    this.rows = new RowSet(width)
    this.#row = new Int32Array(width)
    this.#current = new Array(width)
    this.#tests = planTests(specification, wants)
    this.edges = wants.atoms.length > 0 ? { from: new Integers(), to: new Integers() } : undefined
    this.program = assemble(
      specification.compiler,
      { enumerations: this.#tests.enumerations, values: this.#tests.values },
      {
        found: (state, label) => this.#found(state, label),
        between: (count) => {
          this.generated += count
        },
      },
    )
    this.#keys = wants.view || wants.symmetry.length > 0 ? new RowSet(wants.view ? 1 : width) : undefined
  }

  /** Whether a state kept may stand for others. */
  get isReduced(): boolean {
    return this.#keys !== undefined
  }

  get distinct(): number {
    return this.rows.count
  }

  /** Checks ASSUMEs, then explores; a failure of evaluation is thrown as TlaFailure with `trace` filled in. */
  explore(): Outcome {
    this.#canon = openCanon(
      this.#tests.symmetry.map((at) => this.#value(at)),
      this.interner,
    )
    this.#expandInitial()
    let layerEnd = this.rows.count
    if (layerEnd > 0) this.depth = 1
    for (let state = 0; state < this.rows.count && !this.#outcome; state++) {
      if (state === layerEnd) {
        this.depth++
        layerEnd = this.rows.count
      }
      if (state % PAUSE_STATES === 0) this.#pause(state)
      this.#expand(state)
    }
    // The last layer expanded may have found states only just before the end.
    if (!this.#outcome && this.rows.count > layerEnd) this.depth++
    return this.#outcome ?? { violation: undefined, trace: [] }
  }

  assumptionsHold(): Place | undefined {
    for (const [at, assumption] of this.#tests.assumptions) {
      if (this.#blame(assumption.expr.place, () => this.#value(at)) !== true) return assumption.expr.place
    }
    return undefined
  }

  /** The names and values ALIAS gives a step of a trace; undefined without ALIAS or where it has no value. */
  alias(state: readonly Value[], next: readonly Value[]): (readonly [string, string])[] | undefined {
    if (this.#tests.alias === undefined) return undefined
    this.program.load(state)
    this.program.loadNext(next)
    try {
      const value = this.#value(this.#tests.alias)
      if (!(value instanceof Callable)) return undefined
      const { shape, values } = value.force()
      return shape.keys.map(
        (key, at) => [key instanceof Text ? key.text : show(key), show(values[at] as Value)] as const,
      )
    } catch (error) {
      if (error instanceof TlaFailure) return undefined
      throw error
    }
  }

  /** The truth of a temporal formula's atom in the loaded state or step. */
  atom(at: number): boolean {
    return (
      this.#blame(this.#wants.atoms[at]?.expr.place, () => this.#value(this.#tests.atoms[at] as number)) ===
      true
    )
  }

  postcondition(): boolean | undefined {
    const at = this.#tests.postcondition
    return at === undefined ? undefined : this.#value(at) === true
  }

  /** Which action leads from one state to another, as a trace names it. */
  actionOf(before: readonly Value[], after: readonly Value[]): string | undefined {
    const goal = after.map((value) => this.interner.id(value))
    let label = -1
    this.#watcher = (state, from) => {
      if (!state.every((value, at) => value !== undefined && this.interner.id(value) === goal[at]))
        return false
      label = from
      return true
    }
    this.program.load(before)
    try {
      this.program.enumerations[this.#tests.initialCount + 1]?.()
    } finally {
      this.#watcher = undefined
    }
    const found = this.#specification.compiler.labels[label]
    return found ? `${found.name} ${describeRange(found.place)}` : undefined
  }

  plainTrace(states: readonly (readonly Value[])[]): TraceState[] {
    return new Tracer(this.#specification, this).describe(states)
  }

  state(index: number): Value[] {
    const row = new Int32Array(this.rows.width)
    this.rows.read(index, row)
    return Array.from(row, (id) => this.interner.value(id))
  }

  #trace(): Value {
    const names = this.#specification.compiler.variables
    return tupleOf(this.#from < 0 ? [] : this.path(this.#from).map((state) => recordOf(names, state)))
  }

  parent(index: number): number {
    return this.#parents.at(index)
  }

  /** The states from an initial one to this one. */
  path(index: number): Value[][] {
    const states: Value[][] = []
    for (let at = index; at >= 0; at = this.#parents.at(at)) states.push(this.state(at))
    return states.reverse()
  }

  #value(at: number): Value {
    return (this.program.values[at] as () => Value)()
  }

  #expandInitial(): void {
    this.#from = -1
    this.#run.level = 1
    const place = this.#specification.initial[0]?.expr.place
    for (let at = 0; at < this.#tests.initialCount && !this.#outcome; at++) {
      this.#blame(place, () => this.program.enumerations[at]?.())
    }
  }

  #expand(state: number): void {
    this.rows.read(state, this.#row)
    for (let at = 0; at < this.#row.length; at++)
      this.#current[at] = this.interner.value(this.#row[at] as number)
    this.program.load(this.#current)
    this.#from = state
    this.#successors = 0
    this.#run.level = this.depth
    try {
      ;(this.program.enumerations[this.#tests.initialCount] as () => boolean)()
    } catch (error) {
      throw this.#located(error, this.#specification.next?.expr.place, this.path(state))
    }
    if (this.#successors === 0 && this.#wants.checkDeadlock && !this.#outcome) {
      this.#outcome = { violation: { kind: 'deadlock' }, trace: this.path(state) }
    }
  }

  #located(error: unknown, place: Place | undefined, trace: Value[][]): unknown {
    if (error instanceof RangeError) {
      return Object.assign(new TlaFailure('The evaluation recurses too deeply.', place), { trace })
    }
    if (error instanceof TlaFailure) {
      error.place ??= place
      Object.assign(error, { trace: (error as { trace?: Value[][] }).trace ?? trace })
    }
    return error
  }

  #blame<Result>(place: Place | undefined, run: () => Result): Result {
    try {
      return run()
    } catch (error) {
      throw this.#located(error, place, [])
    }
  }

  #found(state: (Value | undefined)[], label: number): boolean {
    if (this.#watcher) return this.#watcher(state, label)
    this.generated++
    this.#successors++
    const missing = state.indexOf(undefined)
    if (missing >= 0) {
      const name = this.#specification.compiler.variables[missing]
      const where = this.#from < 0 ? 'An initial state' : 'A successor state'
      throw new TlaFailure(`${where} is not complete: variable ${name} has no value.`)
    }
    const complete = state as Value[]
    this.program.loadNext(complete)
    if (this.#from < 0) this.program.load(complete)
    this.#run.generated = this.generated
    this.#run.distinct = this.rows.count
    if (this.#from >= 0) this.#run.level = this.depth + 1
    const isInside = this.#isInside()
    let isNew = true
    if (isInside) {
      const index = this.#add(complete)
      isNew = index < 0
      if (this.edges && this.#from >= 0) {
        this.edges.from.push(this.#from)
        this.edges.to.push(isNew ? -1 - index : index)
      }
    }
    const violation = (isNew ? this.#violatedState() : undefined) ?? this.#violatedStep()
    if (!violation) return false
    const before = this.#from < 0 ? [] : this.path(this.#from)
    this.#outcome = { violation, trace: [...before, complete] }
    if (isInside && isNew && this.#from >= 0 && this.depth > 0) this.depth++
    return true
  }

  #isInside(): boolean {
    for (const [at, test] of this.#tests.constraints) if (!this.#holds(at, test)) return false
    if (this.#from < 0) return true
    for (const [at, test] of this.#tests.actionConstraints) if (!this.#holds(at, test)) return false
    return true
  }

  #holds(at: number, test: NamedTest): boolean {
    return this.#blame(test.expr.place, () => this.#value(at)) === true
  }

  #violatedState(): Violation | undefined {
    for (const [at, test] of this.#tests.invariants) {
      if (!this.#holds(at, test)) return { kind: 'invariant', name: test.name, place: test.expr.place }
    }
    if (this.#from >= 0) return undefined
    for (const [at, test] of this.#tests.initials) {
      if (!this.#holds(at, test)) return { kind: 'initial', name: test.name, place: test.expr.place }
    }
    return undefined
  }

  #violatedStep(): Violation | undefined {
    if (this.#from < 0) return undefined
    for (const [at, test] of this.#tests.steps) {
      if (!this.#holds(at, test)) return { kind: 'step', name: test.name, place: test.expr.place }
    }
    return undefined
  }

  /** Numbers the state; negative when it is new. */
  #add(state: readonly Value[]): number {
    const row = this.#row
    for (let at = 0; at < row.length; at++) {
      const value = state[at] as Value
      row[at] = this.interner.id(value)
    }
    let index: number
    if (this.#keys) {
      index = this.#keys.add(this.#key(row))
      if (index < 0) this.rows.add(row)
    } else index = this.rows.add(row)
    if (index < 0) {
      this.#parents.push(this.#from)
      if (this.rows.count > this.#limits.statesMax) {
        throw new LimitReached(`more than ${this.#limits.statesMax} distinct states`)
      }
    }
    return index
  }

  #key(row: Int32Array): ArrayLike<number> {
    if (this.#tests.view === undefined) return this.#canon?.smallest(row) ?? row
    const view = this.interner.id(this.#value(this.#tests.view))
    return this.#canon?.smallest([view]) ?? [view]
  }

  #pause(state: number): void {
    this.#run.queue = this.rows.count - state
    this.#pulse()
    const bytes = process.memoryUsage.rss()
    if (bytes > this.#limits.memoryBytesMax) {
      throw new LimitReached(`more than ${Math.round(this.#limits.memoryBytesMax / 2 ** 20)} MiB of memory`)
    }
  }
}
