// What a formula says about the far end of a behaviour needs no automaton: `[]<>p` is something a cycle must pass,
// `<>[]p` something it may not leave. A formula is taken apart into cases of such demands and a remainder.
import { type Formula, junction } from './liveness-formula.ts'

export type Case = {
  /** What is left for the automaton. */
  readonly rest: readonly Formula[]
  /** Must hold somewhere on the cycle. */
  readonly again: readonly Formula[]
  /** Must hold everywhere on the cycle. */
  readonly settled: readonly Formula[]
}

/** More cases than this are left to the automaton as one. */
const CASES_MAX = 256

/** The formula holds of a behaviour when one of the cases does. */
export function casesOf(formula: Formula): Case[] {
  return split(formula) ?? [{ rest: [formula], again: [], settled: [] }]
}

function split(formula: Formula): Case[] | undefined {
  const single = demand(formula)
  if (single) return [single]
  if (formula.kind === 'or') {
    const cases = formula.items.map(split)
    const all = cases.flatMap((each) => each ?? [])
    // Splitting pays where each alternative becomes simpler than a formula for the automaton.
    if (cases.includes(undefined) || all.length > CASES_MAX || all.every((each) => each.rest.length > 0))
      return undefined
    return all
  }
  if (formula.kind !== 'and') return [{ rest: [formula], again: [], settled: [] }]
  let joined: Case[] = [{ rest: [], again: [], settled: [] }]
  for (const item of formula.items) {
    const cases = casesOf(item)
    if (joined.length * cases.length > CASES_MAX) return undefined
    joined = joined.flatMap((left) => cases.map((right) => both(left, right)))
  }
  return joined
}

function both(left: Case, right: Case): Case {
  return {
    rest: [...left.rest, ...right.rest],
    again: [...left.again, ...right.again],
    settled: [...left.settled, ...right.settled],
  }
}

function demand(formula: Formula): Case | undefined {
  const again = recurring(formula)
  if (again) return { rest: [], again: [again], settled: [] }
  if (formula.kind === 'eventually' && formula.body.kind === 'always' && isPropositional(formula.body.body)) {
    return { rest: [], again: [], settled: [formula.body.body] }
  }
  return undefined
}

/** p when the formula says []<>p; several such said in the alternative are one. */
function recurring(formula: Formula): Formula | undefined {
  if (formula.kind === 'always' && formula.body.kind === 'eventually' && isPropositional(formula.body.body)) {
    return formula.body.body
  }
  if (formula.kind !== 'or') return undefined
  const parts = formula.items.map(recurring)
  return parts.includes(undefined) ? undefined : junction('or', parts as Formula[])
}

function isPropositional(formula: Formula): boolean {
  if (formula.kind === 'and' || formula.kind === 'or') return formula.items.every(isPropositional)
  return formula.kind === 'atom' || formula.kind === 'constant'
}
