// Checks the temporal properties of a specification on the state graph a search has found.
import type { Search } from './check.ts'
import { describePlace, TlaFailure } from './failure.ts'
import { fairBehaviour, type Lasso, type StateGraph } from './liveness.ts'
import { BeyondLiveness, type Fairness, type Formula, Formulas } from './liveness-formula.ts'
import type { NamedTest, Specification } from './specification.ts'
import { Integers } from './states.ts'

export type LivenessPlan = {
  readonly formulas: Formulas
  readonly fairness: readonly Fairness[]
  readonly negations: readonly {
    readonly name: string
    readonly negation: Formula
    readonly test: NamedTest
  }[]
  /** Properties that cannot be checked, with the reason. */
  readonly beyond: readonly { readonly name: string; readonly reason: string }[]
}

/** Turns properties and fairness into formulas before the search, so that it can compile their atoms. */
export function planLiveness(specification: Specification): LivenessPlan {
  const formulas = new Formulas(specification.compiler)
  const beyond: { name: string; reason: string }[] = []
  const negations: LivenessPlan['negations'][number][] = []
  let fairness: Fairness[] = []
  const attempt = (name: string, build: () => void): void => {
    try {
      build()
    } catch (error) {
      if (!(error instanceof BeyondLiveness)) throw error
      beyond.push({ name, reason: error.message })
    }
  }
  if (specification.temporal.length === 0) return { formulas, fairness, negations, beyond }
  for (const test of specification.temporal) {
    attempt(test.name, () => {
      const negation = formulas.build(test, true)
      // A behaviour violates a conjunction when it violates one conjunct: each is looked for on its own.
      const parts = negation.kind === 'or' ? negation.items : [negation]
      for (const part of parts) negations.push({ name: test.name, negation: part, test })
    })
  }
  attempt('fairness', () => {
    fairness = specification.fairness.flatMap((each) => formulas.fairness(each))
  })
  if (beyond.some(({ name }) => name === 'fairness')) {
    const reason = `the fairness of the specification is not supported: ${beyond.at(-1)?.reason}`
    return {
      formulas,
      fairness: [],
      negations: [],
      beyond: specification.temporal.map(({ name }) => ({ name, reason })),
    }
  }
  return { formulas, fairness, negations, beyond }
}

export type Starved = { readonly name: string; readonly lasso: Lasso; readonly test: NamedTest }

export type LivenessOutcome = {
  readonly starved: Starved | undefined
  readonly beyond: readonly { readonly name: string; readonly reason: string }[]
}

export function checkLiveness(plan: LivenessPlan, search: Search): LivenessOutcome {
  const beyond = [...plan.beyond]
  if (plan.negations.length === 0) return { starved: undefined, beyond }
  const broken = new Map<number, string>()
  const graph = graphOf(plan, search, broken)
  const reasonIn = (atoms: Iterable<number>): string | undefined => {
    for (const atom of atoms) if (broken.has(atom)) return broken.get(atom)
    return undefined
  }
  const unfair = reasonIn(plan.fairness.flatMap(atomsOfFairness))
  for (const { name, negation, test } of plan.negations) {
    const reason = unfair ?? reasonIn(atomsOf(negation))
    if (reason !== undefined) {
      beyond.push({ name, reason })
      continue
    }
    const lasso = fairBehaviour(graph, negation, plan.fairness)
    if (lasso) return { starved: { name, lasso, test }, beyond }
  }
  return { starved: undefined, beyond }
}

function atomsOfFairness(fairness: Fairness): number[] {
  return fairness.kind === 'formula' ? atomsOf(fairness.formula) : [fairness.enabled, fairness.step]
}

function atomsOf(formula: Formula): number[] {
  switch (formula.kind) {
    case 'constant':
      return []
    case 'atom':
      return [formula.atom]
    case 'and':
    case 'or':
      return formula.items.flatMap(atomsOf)
    case 'always':
    case 'eventually':
      return atomsOf(formula.body)
  }
}

function graphOf(plan: LivenessPlan, search: Search, broken: Map<number, string>): StateGraph {
  const { edges } = search
  if (!edges) throw new Error('the search kept no edges')
  const count = search.distinct
  const offsets = new Integers()
  const targets = new Integers()
  let edge = 0
  for (let state = 0; state < count; state++) {
    offsets.push(targets.count)
    // Every state may also stutter.
    const seen = new Set([state])
    while (edge < edges.from.count && edges.from.at(edge) === state) seen.add(edges.to.at(edge++))
    for (const target of seen) targets.push(target)
  }
  offsets.push(targets.count)
  const graph = { nodes: count, offsets: offsets.values(), targets: targets.values() }
  const initial: number[] = []
  for (let state = 0; state < count && search.parent(state) < 0; state++) initial.push(state)
  return { ...graph, initial, atoms: plan.formulas.atoms, truth: truthOf(plan, search, graph, broken) }
}

function truthOf(
  plan: LivenessPlan,
  search: Search,
  graph: Pick<StateGraph, 'nodes' | 'offsets' | 'targets'>,
  broken: Map<number, string>,
): Uint8Array[] {
  const { atoms } = plan.formulas
  const truth = atoms.map((atom) => new Uint8Array(atom.isStep ? graph.targets.length : graph.nodes))
  const ofStates = [...atoms.keys()].filter((at) => atoms[at]?.isStep === false)
  const ofSteps = [...atoms.keys()].filter((at) => atoms[at]?.isStep === true)
  // A fairness condition on an action that only constrains expressions, not variables, cannot be evaluated; what
  // mentions it is reported as not checked.
  const isTrue = (at: number): boolean => {
    if (broken.has(at)) return false
    try {
      return search.atom(at)
    } catch (error) {
      if (!(error instanceof TlaFailure)) throw error
      broken.set(at, `${error.message}${error.place ? ` (${describePlace(error.place)})` : ''}`)
      return false
    }
  }
  for (let state = 0; state < graph.nodes; state++) {
    const values = search.state(state)
    search.program.load(values)
    for (const at of ofStates) if (isTrue(at)) (truth[at] as Uint8Array)[state] = 1
    if (ofSteps.length === 0) continue
    const end = graph.offsets[state + 1] as number
    for (let edge = graph.offsets[state] as number; edge < end; edge++) {
      search.program.loadNext(search.state(graph.targets[edge] as number))
      for (const at of ofSteps) if (isTrue(at)) (truth[at] as Uint8Array)[edge] = 1
    }
  }
  return truth
}
