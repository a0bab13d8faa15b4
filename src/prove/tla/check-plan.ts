// Numbers every expression a search evaluates, so that all of them are compiled together.
import type { Wants } from './check.ts'
import type { Scoped } from './program.ts'
import type { NamedTest, Specification } from './specification.ts'

type Numbered = readonly (readonly [at: number, test: NamedTest])[]

export type Tests = {
  readonly initialCount: number
  readonly enumerations: (Scoped & { kind: 'initial' | 'next' | 'labelled' })[]
  readonly values: (Scoped & { mode: 'now' | 'done'; isBoolean: boolean })[]
  readonly assumptions: readonly (readonly [at: number, assumption: Scoped])[]
  readonly constraints: Numbered
  readonly actionConstraints: Numbered
  readonly invariants: Numbered
  readonly initials: Numbered
  readonly steps: Numbered
  readonly view: number | undefined
  readonly symmetry: readonly number[]
  readonly alias: number | undefined
  readonly postcondition: number | undefined
  readonly atoms: readonly number[]
}

export function planTests(specification: Specification, wants: Wants): Tests {
  const values: Tests['values'] = []
  const ask = (scoped: Scoped, mode: 'now' | 'done', isBoolean: boolean): number =>
    values.push({ expr: scoped.expr, scope: scoped.scope, mode, isBoolean }) - 1
  const number = (tests: readonly NamedTest[], mode: 'now' | 'done'): Numbered =>
    tests.map((test) => [ask(test, mode, true), test] as const)
  const { initial, next } = specification
  const bindings = initial.map(
    (each, at): [string, { kind: 'alias'; expr: typeof each.expr; scope: typeof each.scope }] => [
      `#initial${at}`,
      { kind: 'alias', expr: each.expr, scope: each.scope },
    ],
  )
  const place = initial[0]?.expr.place
  const enumerations: Tests['enumerations'] = []
  if (place) {
    const items = bindings.map(([name]) => ({ kind: 'apply' as const, name, args: [], place }))
    enumerations.push({
      expr: { kind: 'and', items, place },
      scope: specification.scope.with(bindings),
      kind: 'initial',
    })
  }
  const initialCount = enumerations.length
  if (next) enumerations.push({ ...next, kind: 'next' }, { ...next, kind: 'labelled' })
  return {
    initialCount,
    enumerations,
    values,
    assumptions: specification.assumptions.map((each) => [ask(each, 'now', true), each] as const),
    constraints: number(wants.constraints, 'done'),
    actionConstraints: number(wants.actionConstraints, 'now'),
    invariants: number(specification.invariants, 'done'),
    initials: number(specification.initials, 'done'),
    steps: number(specification.steps, 'now'),
    view: wants.view ? ask(wants.view, 'done', false) : undefined,
    symmetry: wants.symmetry.map((each) => ask(each, 'now', false)),
    alias: wants.alias ? ask(wants.alias, 'now', false) : undefined,
    atoms: wants.atoms.map((each) => ask(each, 'now', true)),
    postcondition: wants.postcondition ? ask(wants.postcondition, 'now', true) : undefined,
  }
}
