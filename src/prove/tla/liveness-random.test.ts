// Random graphs of three states: every short behaviour that violates the property must be found, and every violation
// found must be one, by a second evaluation that knows nothing of automata.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkText } from './testing.ts'

type Lasso = { readonly states: readonly number[]; readonly loop: number }
type Truth = (lasso: Lasso, at: number) => boolean

const LENGTH_MAX = 5

/** The positions from one on, once round the cycle. */
function later({ states, loop }: Lasso, at: number): number[] {
  const from = Math.min(at, loop)
  return [...states.keys()].filter((position) => position >= from && (position >= at || position >= loop))
}

const always =
  (body: Truth): Truth =>
  (lasso, at) =>
    later(lasso, at).every((position) => body(lasso, position))
const eventually =
  (body: Truth): Truth =>
  (lasso, at) =>
    later(lasso, at).some((position) => body(lasso, position))

const properties: readonly (readonly [text: string, truth: (p: Truth, q: Truth) => Truth])[] = [
  ['<>p', (p) => eventually(p)],
  ['[]<>p', (p) => always(eventually(p))],
  ['<>[]p', (p) => eventually(always(p))],
  ['p ~> q', (p, q) => always((lasso, at) => !p(lasso, at) || eventually(q)(lasso, at))],
  [
    '[]<>p => []<>q',
    (p, q) => (lasso, at) => !always(eventually(p))(lasso, at) || always(eventually(q))(lasso, at),
  ],
  ['<>[]p \\/ <>q', (p, q) => (lasso, at) => eventually(always(p))(lasso, at) || eventually(q)(lasso, at)],
  ['[](p => <>[]q)', (p, q) => always((lasso, at) => !p(lasso, at) || eventually(always(q))(lasso, at))],
  [
    '~(<>p /\\ []<>q)',
    (p, q) => (lasso, at) => !(eventually(p)(lasso, at) && always(eventually(q))(lasso, at)),
  ],
  ['<>(p /\\ <>q)', (p, q) => eventually((lasso, at) => p(lasso, at) && eventually(q)(lasso, at))],
]

type Graph = {
  readonly edges: readonly (readonly [from: number, to: number])[]
  readonly fair: readonly (readonly [from: number, to: number])[]
  readonly p: readonly number[]
  readonly q: readonly number[]
  readonly fairness: 'none' | 'WF' | 'SF'
  readonly property: number
}

const state = fc.integer({ min: 0, max: 2 })
const edge = fc.tuple(state, state)
const graphs: fc.Arbitrary<Graph> = fc.record({
  edges: fc.uniqueArray(edge, { maxLength: 6, selector: String }),
  fair: fc.uniqueArray(edge, { maxLength: 2, selector: String }),
  p: fc.uniqueArray(state, { maxLength: 2 }),
  q: fc.uniqueArray(state, { maxLength: 2 }),
  fairness: fc.constantFrom('none', 'WF', 'SF'),
  property: fc.integer({ min: 0, max: properties.length - 1 }),
})

const steps = (graph: Graph) => [...graph.edges, ...graph.fair]
const has = (edges: readonly (readonly [number, number])[], from: number, to: number): boolean =>
  edges.some(([a, b]) => a === from && b === to)

function moduleOf(graph: Graph): string {
  const pairs = (edges: readonly (readonly [number, number])[]): string =>
    `{${edges.map(([a, b]) => `<<${a}, ${b}>>`).join(', ')}}`
  const fair = graph.fairness === 'none' ? '' : ` /\\ ${graph.fairness}_s(Fair)`
  return `EXTENDS Naturals
VARIABLE s
Fair == \\E e \\in ${pairs(graph.fair)} : s = e[1] /\\ s' = e[2]
Next == Fair \\/ \\E e \\in ${pairs(graph.edges)} : s = e[1] /\\ s' = e[2]
Spec == s = 0 /\\ [][Next]_s${fair}
p == s \\in {${graph.p}}
q == s \\in {${graph.q}}
Property == ${(properties[graph.property] as (typeof properties)[number])[0]}`
}

/** Whether the lasso is a behaviour of the specification, fairness included. */
function isFairBehaviour(graph: Graph, lasso: Lasso): boolean {
  const { states, loop } = lasso
  const follows = (at: number): number => (at + 1 < states.length ? at + 1 : loop)
  const moves = [...states.keys()].map((at) => [states[at] as number, states[follows(at)] as number] as const)
  if (states[0] !== 0 || !moves.every(([from, to]) => from === to || has(steps(graph), from, to)))
    return false
  if (graph.fairness === 'none') return true
  const isEnabled = (at: number): boolean =>
    graph.fair.some(([from, to]) => from === states[at] && from !== to)
  const round = [...states.keys()].filter((at) => at >= loop)
  const isTaken = round.some(
    (at) => moves[at]?.[0] !== moves[at]?.[1] && has(graph.fair, ...(moves[at] as [number, number])),
  )
  const mustBeTaken = graph.fairness === 'WF' ? round.every(isEnabled) : round.some(isEnabled)
  return isTaken || !mustBeTaken
}

function isViolated(graph: Graph, lasso: Lasso): boolean {
  const p: Truth = ({ states }, at) => graph.p.includes(states[at] as number)
  const q: Truth = ({ states }, at) => graph.q.includes(states[at] as number)
  return !(properties[graph.property] as (typeof properties)[number])[1](p, q)(lasso, 0)
}

function* lassos(): Generator<Lasso> {
  let rows: number[][] = [[]]
  for (let length = 1; length <= LENGTH_MAX; length++) {
    rows = rows.flatMap((row) => [0, 1, 2].map((next) => [...row, next]))
    for (const states of rows) for (let loop = 0; loop < length; loop++) yield { states, loop }
  }
}

test('the liveness check agrees with a search through all short behaviours', async () => {
  let violations = 0
  await fc.assert(
    fc.asyncProperty(graphs, async (graph) => {
      const report = await checkText({
        module: moduleOf(graph),
        config: 'SPECIFICATION Spec\nPROPERTY Property\nCHECK_DEADLOCK FALSE',
      })
      const known = [...lassos()].find((lasso) => isFairBehaviour(graph, lasso) && isViolated(graph, lasso))
      if (known) expect(report.verdict).toBe('violated')
      if (report.verdict === 'ok') return
      violations++
      const states = (report.trace ?? []).map(({ variables }) => Number(variables[0]?.[1]))
      const found: Lasso = { states, loop: report.loop ?? states.length - 1 }
      expect(isFairBehaviour(graph, found), JSON.stringify({ graph, found })).toBe(true)
      expect(isViolated(graph, found), JSON.stringify({ graph, found })).toBe(true)
    }),
    { seed: 11, numRuns: 120 },
  )
  expect(violations).toBeGreaterThan(20)
}, 120_000)
