// Counterexamples with the actions taken: each step is enumerated again, action by action, until one gives the state.
import type { Search } from './check.ts'
import type { Place } from './failure.ts'
import { show } from './print.ts'
import type { TraceState } from './report.ts'
import type { Specification } from './specification.ts'
import type { Value } from './values.ts'

export class Tracer {
  readonly #specification: Specification
  readonly #search: Search

  constructor(specification: Specification, search: Search) {
    this.#specification = specification
    this.#search = search
  }

  describe(states: readonly (readonly Value[])[]): TraceState[] {
    return states.map((state, at) => {
      const before = states[at - 1]
      return {
        action: before ? this.#action(before, state) : 'Initial predicate',
        variables: this.#variables(state, states[at + 1] ?? state),
      }
    })
  }

  #action(before: readonly Value[], after: readonly Value[]): string {
    const found = this.#search.actionOf(before, after)
    const { next } = this.#specification
    return found ?? (next ? `Action ${describeRange(next.expr.place)}` : 'Action')
  }

  #variables(state: readonly Value[], next: readonly Value[]): (readonly [string, string])[] {
    const alias = this.#search.alias(state, next)
    if (alias) return alias
    return this.#specification.compiler.variables.map((name, at) => [name, show(state[at] as Value)] as const)
  }
}

export function describeRange(place: Place): string {
  const { line, column, endLine, endColumn, module } = place
  return `line ${line}, col ${column} to line ${endLine}, col ${endColumn} of module ${module}`
}
