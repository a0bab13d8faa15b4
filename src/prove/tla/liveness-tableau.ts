// The automaton of a temporal formula: what must hold now, what must hold next, and which promises are open.
import { BeyondLiveness, type Formula } from './liveness-formula.ts'

export type Literal = { readonly atom: number; readonly isNegated: boolean }

export type Node = {
  readonly literals: readonly Literal[]
  /** For each promise (`<>` subformula) whether the node keeps it or does not make it. */
  readonly kept: readonly boolean[]
  /** Numbers of the nodes that may follow. */
  readonly next: readonly number[]
}

export type Tableau = {
  readonly nodes: readonly Node[]
  readonly initial: readonly number[]
  readonly promises: number
}

/** Nodes a formula's automaton may have. */
const NODES_MAX = 4000

type Cover = { readonly old: ReadonlyMap<string, Formula>; readonly next: ReadonlyMap<string, Formula> }

export function tableauOf(formula: Formula): Tableau {
  const promises = promisesOf(formula)
  const numbers = new Map<string, number>()
  const covers: Cover[] = []
  const enter = (goals: ReadonlyMap<string, Formula>): number[] =>
    coversOf(goals).map((cover) => {
      const key = `${[...cover.old.keys()].sort().join()}>${[...cover.next.keys()].sort().join()}`
      const known = numbers.get(key)
      if (known !== undefined) return known
      if (covers.length >= NODES_MAX) throw new BeyondLiveness('the automaton of the property is too large')
      numbers.set(key, covers.length)
      return covers.push(cover) - 1
    })
  const initial = enter(new Map([[formula.key, formula]]))
  const next: number[][] = []
  for (let at = 0; at < covers.length; at++) next.push([...new Set(enter((covers[at] as Cover).next))])
  const nodes = covers.map(
    (cover, at): Node => ({
      literals: [...cover.old.values()].flatMap((each) =>
        each.kind === 'atom' ? [{ atom: each.atom, isNegated: each.isNegated }] : [],
      ),
      kept: promises.map((promise) => !cover.old.has(promise.key) || cover.old.has(promise.body.key)),
      next: next[at] as number[],
    }),
  )
  return { nodes, initial: [...new Set(initial)], promises: promises.length }
}

type Eventually = Formula & { kind: 'eventually' }

function promisesOf(formula: Formula): Eventually[] {
  const found = new Map<string, Eventually>()
  const walk = (at: Formula): void => {
    if (at.kind === 'and' || at.kind === 'or') at.items.forEach(walk)
    else if (at.kind === 'always' || at.kind === 'eventually') {
      if (at.kind === 'eventually') found.set(at.key, at as Eventually)
      walk(at.body)
    }
  }
  walk(formula)
  return [...found.values()]
}

function coversOf(goals: ReadonlyMap<string, Formula>): Cover[] {
  const found: Cover[] = []
  expand([...goals.values()], new Map(), new Map(), found)
  return found
}

function expand(
  todo: readonly Formula[],
  old: Map<string, Formula>,
  next: Map<string, Formula>,
  found: Cover[],
): void {
  const [formula, ...rest] = todo
  if (!formula) {
    found.push({ old, next })
    return
  }
  if (old.has(formula.key)) {
    expand(rest, old, next, found)
    return
  }
  const now = new Map(old).set(formula.key, formula)
  switch (formula.kind) {
    case 'constant':
      if (formula.value) expand(rest, old, next, found)
      break
    case 'atom': {
      const opposite = formula.isNegated ? String(formula.atom) : `!${formula.atom}`
      if (!old.has(opposite)) expand(rest, now, next, found)
      break
    }
    case 'and':
      expand([...formula.items, ...rest], now, next, found)
      break
    case 'or':
      for (const item of formula.items) expand([item, ...rest], new Map(now), new Map(next), found)
      break
    case 'always':
      expand([formula.body, ...rest], now, new Map(next).set(formula.key, formula), found)
      break
    case 'eventually':
      expand([formula.body, ...rest], new Map(now), new Map(next), found)
      expand(rest, now, new Map(next).set(formula.key, formula), found)
  }
}
