// Liveness under fairness: a violation is a fair cycle in the product of the state graph with the automaton of the
// property's negation.
import { components, type Graph } from './components.ts'
import { casesOf } from './liveness-cases.ts'
import { type Atom, type Fairness, type Formula, junction } from './liveness-formula.ts'
import { type Node, type Tableau, tableauOf } from './liveness-tableau.ts'
import { Integers, RowSet } from './states.ts'

/** The state graph with the truth of every atom; each state also has its stuttering step. */
export type StateGraph = Graph & {
  readonly initial: readonly number[]
  /** Truth of a state atom, by state; of a step atom, by edge. */
  readonly truth: readonly Uint8Array[]
  readonly atoms: readonly Atom[]
}

/** States to the cycle and round it; the last is followed by the one at `loop`. */
export type Lasso = { readonly states: readonly number[]; readonly loop: number }

/** A fair behaviour that satisfies `negation`, or undefined when there is none. */
export function fairBehaviour(
  graph: StateGraph,
  negation: Formula,
  fairness: readonly Fairness[],
): Lasso | undefined {
  const formulas = fairness.flatMap((each) => (each.kind === 'formula' ? [each.formula] : []))
  const demands = fairness.filter((each) => each.kind !== 'formula')
  const products = new Map<string, Product>()
  for (const { rest, again, settled } of casesOf(junction('and', [negation, ...formulas]))) {
    const goal = junction('and', rest)
    const product = products.get(goal.key) ?? new Product(graph, tableauOf(goal))
    products.set(goal.key, product)
    const all: Demand[] = [...demands, ...again.map((body): Demand => ({ kind: 'again', body }))]
    const lasso = product.lasso(all, settled)
    if (lasso) return lasso
  }
  return undefined
}

type Demand = Exclude<Fairness, { kind: 'formula' }> | { readonly kind: 'again'; readonly body: Formula }

class Product {
  readonly #graph: StateGraph
  readonly #tableau: Tableau
  readonly #rows = new RowSet(2)
  readonly #own: Graph
  /** The edge of the state graph behind each edge of the product. */
  readonly #edges: Integers
  /** The state each edge of the product leaves. */
  readonly #sources = new Integers()
  readonly #parents = new Integers()
  readonly #mark: Int32Array
  #marks = 0
  #settled: readonly Formula[] = []

  constructor(graph: StateGraph, tableau: Tableau) {
    this.#graph = graph
    this.#tableau = tableau
    const offsets = new Integers()
    const targets = new Integers()
    this.#edges = new Integers()
    for (const state of graph.initial) for (const node of tableau.initial) this.#enter(state, node, -1)
    const row = new Int32Array(2)
    for (let at = 0; at < this.#rows.count; at++) {
      offsets.push(targets.count)
      this.#rows.read(at, row)
      const [state, node] = row as unknown as [number, number]
      const from = tableau.nodes[node] as Node
      const end = graph.offsets[state + 1] as number
      for (let edge = graph.offsets[state] as number; edge < end; edge++) {
        if (!this.#allows(from, edge, true)) continue
        for (const next of from.next) {
          const target = this.#enter(graph.targets[edge] as number, next, at)
          if (target < 0) continue
          targets.push(target)
          this.#edges.push(edge)
          this.#sources.push(state)
        }
      }
    }
    offsets.push(targets.count)
    this.#mark = new Int32Array(this.#rows.count)
    this.#own = { nodes: this.#rows.count, offsets: offsets.values(), targets: targets.values() }
  }

  /** The number of the product node, -1 when the state contradicts the automaton's node. */
  #enter(state: number, node: number, parent: number): number {
    if (!this.#allows(this.#tableau.nodes[node] as Node, state, false)) return -1
    const found = this.#rows.add([state, node])
    if (found >= 0) return found
    this.#parents.push(parent)
    return -1 - found
  }

  #allows(node: Node, at: number, isStep: boolean): boolean {
    for (const { atom, isNegated } of node.literals) {
      if ((this.#graph.atoms[atom] as Atom).isStep !== isStep) continue
      if (((this.#graph.truth[atom] as Uint8Array)[at] === 1) === isNegated) return false
    }
    return true
  }

  /** A fair cycle on which the settled formulas hold throughout, with the way to it. */
  lasso(demands: readonly Demand[], settled: readonly Formula[]): Lasso | undefined {
    this.#settled = settled
    const all = Int32Array.from({ length: this.#own.nodes }, (_, at) => at)
    const component = this.#fair(all, demands)
    return component && this.#walk([...component], demands)
  }

  /** A component in which a fair cycle runs that keeps all promises. */
  #fair(nodes: Int32Array, demands: readonly Demand[]): Int32Array | undefined {
    const own = ++this.#marks
    for (const node of nodes) this.#mark[node] = own
    for (const component of components(this.#own, nodes, this.#mark, own, (edge) => this.#isOpen(edge))) {
      const mark = ++this.#marks
      for (const node of component) this.#mark[node] = mark
      const found = this.#fairIn(component, mark, demands)
      if (found) return found
    }
    return undefined
  }

  #fairIn(component: Int32Array, mark: number, demands: readonly Demand[]): Int32Array | undefined {
    const isMember = (node: number): boolean => this.#mark[node] === mark
    if (component.length === 1 && !this.#someEdge(component, isMember, () => true)) return undefined
    if (!this.#keepsPromises(component)) return undefined
    const failing = demands.filter((demand) => !this.#meets(component, isMember, demand))
    if (failing.length === 0) return component
    // Weak fairness and []<> fail for the whole component; strong fairness may hold where the action is never enabled.
    if (failing.some((demand) => demand.kind !== 'strong')) return undefined
    const strong = failing.filter((demand) => demand.kind === 'strong')
    const rest = component.filter((node) => strong.every((demand) => !this.#isEnabled(node, demand)))
    return rest.length === 0 ? undefined : this.#fair(rest, demands)
  }

  #keepsPromises(component: Int32Array): boolean {
    for (let promise = 0; promise < this.#tableau.promises; promise++) {
      if (!component.some((node) => this.#isKept(node, promise))) return false
    }
    return true
  }

  #isKept(node: number, promise: number): boolean {
    return (this.#tableau.nodes[this.#part(node, 1)] as Node).kept[promise] === true
  }

  #part(node: number, at: 0 | 1): number {
    const row = [0, 0]
    this.#rows.read(node, row)
    return row[at] as number
  }

  /** Whether the cycle may take this edge of the product. */
  #isOpen(edge: number): boolean {
    return this.#settled.every((formula) => this.#holds(formula, edge))
  }

  /** The truth of a formula without temporal operators on an edge and in the state it leaves. */
  #holds(formula: Formula, edge: number): boolean {
    switch (formula.kind) {
      case 'and':
        return formula.items.every((item) => this.#holds(item, edge))
      case 'or':
        return formula.items.some((item) => this.#holds(item, edge))
      case 'atom': {
        const truth = this.#graph.truth[formula.atom] as Uint8Array
        const isStep = this.#graph.atoms[formula.atom]?.isStep === true
        const at = isStep ? this.#edges.at(edge) : this.#sources.at(edge)
        return (truth[at] === 1) !== formula.isNegated
      }
      case 'constant':
        return formula.value
      default:
        return false
    }
  }

  #isEnabled(node: number, demand: Demand): boolean {
    if (demand.kind === 'again') return true
    return (this.#graph.truth[demand.enabled] as Uint8Array)[this.#part(node, 0)] === 1
  }

  #isStep(edge: number, demand: Demand): boolean {
    if (demand.kind === 'again') return this.#holds(demand.body, edge)
    return (this.#graph.truth[demand.step] as Uint8Array)[this.#edges.at(edge)] === 1
  }

  #meets(component: Int32Array, isMember: (node: number) => boolean, demand: Demand): boolean {
    if (demand.kind === 'weak' && component.some((node) => !this.#isEnabled(node, demand))) return true
    if (demand.kind === 'strong' && component.every((node) => !this.#isEnabled(node, demand))) return true
    return this.#someEdge(component, isMember, (edge) => this.#isStep(edge, demand)) !== undefined
  }

  #someEdge(
    nodes: Iterable<number>,
    isMember: (node: number) => boolean,
    test: (edge: number) => boolean,
  ): readonly [from: number, to: number] | undefined {
    for (const node of nodes) {
      const end = this.#own.offsets[node + 1] as number
      for (let edge = this.#own.offsets[node] as number; edge < end; edge++) {
        const target = this.#own.targets[edge] as number
        if (isMember(target) && this.#isOpen(edge) && test(edge)) return [node, target]
      }
    }
    return undefined
  }

  /** The shortest way to the component, then once round it through everything that must happen again and again. */
  #walk(component: readonly number[], demands: readonly Demand[]): Lasso {
    const inside = new Set(component)
    const members = (node: number): boolean => inside.has(node)
    const entry = component.reduce((first, node) => Math.min(first, node))
    const prefix: number[] = []
    for (let at = this.#parents.at(entry); at >= 0; at = this.#parents.at(at)) prefix.push(at)
    prefix.reverse()
    const cycle = [entry]
    const goTo = (goal: (node: number) => boolean): void => {
      cycle.push(...this.#path(cycle.at(-1) as number, goal, members))
    }
    for (let promise = 0; promise < this.#tableau.promises; promise++)
      goTo((node) => this.#isKept(node, promise))
    for (const demand of demands) {
      if (component.some((node) => !this.#isEnabled(node, demand))) {
        if (demand.kind === 'weak') goTo((node) => !this.#isEnabled(node, demand))
        if (demand.kind === 'weak' || component.every((node) => !this.#isEnabled(node, demand))) continue
      }
      const edge = this.#someEdge(component, members, (at) => this.#isStep(at, demand))
      if (!edge) continue
      goTo((node) => node === edge[0])
      cycle.push(edge[1])
    }
    this.#close(cycle, members)
    const states = [...prefix, ...cycle].map((node) => this.#part(node, 0))
    return squeezed(states, prefix.length)
  }

  /** Goes on to a node with an edge back to where the cycle began. */
  #close(cycle: number[], members: (node: number) => boolean): void {
    const first = cycle[0] as number
    const leadsBack = (node: number): boolean =>
      this.#someEdge([node], members, (edge) => this.#own.targets[edge] === first) !== undefined
    cycle.push(...this.#path(cycle.at(-1) as number, leadsBack, members))
  }

  /** The nodes after `from` on a shortest way to a goal, inside the component; none when `from` is one. */
  #path(from: number, goal: (node: number) => boolean, members: (node: number) => boolean): number[] {
    const parents = new Map<number, number>([[from, -1]])
    const queue = [from]
    for (const node of queue) {
      if (goal(node)) {
        const way: number[] = []
        for (let at = node; at !== from; at = parents.get(at) as number) way.push(at)
        return way.reverse()
      }
      const end = this.#own.offsets[node + 1] as number
      for (let edge = this.#own.offsets[node] as number; edge < end; edge++) {
        const target = this.#own.targets[edge] as number
        if (!members(target) || parents.has(target) || !this.#isOpen(edge)) continue
        parents.set(target, node)
        queue.push(target)
      }
    }
    return []
  }
}

/** Leaves out stuttering steps, which a reader takes for granted. */
function squeezed(states: readonly number[], loop: number): Lasso {
  const kept: number[] = []
  let start = 0
  states.forEach((state, at) => {
    if (at === loop) start = kept.length
    if (kept.at(-1) === state && kept.length > start) return
    kept.push(state)
  })
  if (start > 0 && kept[start - 1] === kept[start]) {
    kept.splice(start - 1, 1)
    start--
  }
  while (kept.length - 1 > start && kept.at(-1) === kept[start]) kept.pop()
  return { states: kept, loop: start }
}
