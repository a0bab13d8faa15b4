import type { Baseline } from '../baselines.ts'
import type { Evidence } from '../evidence.ts'
import { usersOf } from './infrastructure.ts'

/** Blocks looked for, each after the edges of the one before are gone. */
const BLOCKS = 6
/** The weight of a column that d accounts use is 1 / log(d + 5), as its authors set it. */
const COLUMN_OFFSET = 5

/**
 * FRAUDAR (Hooi et al., KDD 2016): the densest blocks of the bipartite graph of accounts and what they share, found by
 * greedily taking away whatever holds a block together least. Camouflage does not help against it by design: edges to
 * popular columns weigh little. Columns here are cards, addresses, networks, clients and wordings of two or more.
 */
export const fraudar: Baseline = {
  name: 'FRAUDAR',
  summary: 'density of the densest block of accounts and shared artefacts or wordings an account lies in',
  score: (evidence) => {
    const columns = columnsOf(evidence)
    const scores = new Float64Array(evidence.accounts.length)
    const isGone = new Uint8Array(columns.length)
    for (let block = 0; block < BLOCKS; block++) {
      const densest = peel(evidence.accounts.length, columns, isGone)
      if (densest.density === 0) break
      for (const account of densest.accounts)
        scores[account] = Math.max(scores[account] ?? 0, densest.density)
      for (const column of densest.columns) isGone[column] = 1
    }
    return scores
  },
}

function columnsOf({ accounts, wordings }: Evidence): readonly (readonly number[])[] {
  const shared = [...usersOf(accounts).values()].filter((members) => members.length > 1)
  return [...shared, ...wordings.map((wording) => wording.accounts)]
}

type Block = {
  readonly density: number
  readonly accounts: readonly number[]
  readonly columns: readonly number[]
}

function peel(accounts: number, columns: readonly (readonly number[])[], isGone: Uint8Array): Block {
  const nodes = accounts + columns.length
  const edges: number[][] = Array.from({ length: accounts }, () => [])
  const weight = columns.map((members) => 1 / Math.log(members.length + COLUMN_OFFSET))
  const degree = new Float64Array(nodes)
  let mass = 0
  for (const [column, members] of columns.entries()) {
    if (isGone[column] === 1) continue
    for (const account of members) {
      edges[account]?.push(column)
      const each = weight[column] ?? 0
      degree[account] = (degree[account] ?? 0) + each
      degree[accounts + column] = (degree[accounts + column] ?? 0) + each
      mass += each
    }
  }
  const queue = new LeastFirst(degree)
  const order: number[] = []
  let best = { density: mass / nodes, left: nodes }
  for (let left = nodes; left > 1; ) {
    const node = queue.take()
    order.push(node)
    mass -= degree[node] ?? 0
    const across =
      node < accounts ? edges[node]?.map((column) => accounts + column) : columns[node - accounts]
    for (const other of across ?? []) {
      if (queue.isTaken(other)) continue
      const column = node < accounts ? other - accounts : node - accounts
      if (isGone[column] === 1) continue
      queue.lower(other, weight[column] ?? 0)
    }
    left--
    if (mass / left > best.density) best = { density: mass / left, left }
  }
  const removed = new Set(order.slice(0, nodes - best.left))
  const kept = Array.from({ length: nodes }, (_, node) => node).filter((node) => !removed.has(node))
  return {
    density: best.density,
    accounts: kept.filter((node) => node < accounts),
    columns: kept.filter((node) => node >= accounts).map((node) => node - accounts),
  }
}

/** A heap over the nodes' degrees, which only ever fall. */
class LeastFirst {
  readonly #degree: Float64Array
  readonly #heap: Int32Array
  readonly #place: Int32Array
  #size: number

  constructor(degree: Float64Array) {
    this.#degree = degree
    this.#size = degree.length
    this.#heap = Int32Array.from(degree, (_, node) => node).sort(
      (a, b) => (degree[a] ?? 0) - (degree[b] ?? 0) || a - b,
    )
    this.#place = new Int32Array(degree.length)
    for (const [place, node] of this.#heap.entries()) this.#place[node] = place
  }

  isTaken(node: number): boolean {
    return (this.#place[node] ?? -1) < 0
  }

  take(): number {
    const node = this.#heap[0] ?? 0
    this.#place[node] = -1
    const last = this.#heap[--this.#size] ?? 0
    if (this.#size > 0) this.#sink(last)
    return node
  }

  lower(node: number, by: number): void {
    this.#degree[node] = (this.#degree[node] ?? 0) - by
    let place = this.#place[node] ?? 0
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = this.#heap[above] ?? 0
      if (!this.#isLess(node, parent)) break
      this.#put(parent, place)
      place = above
    }
    this.#put(node, place)
  }

  #sink(node: number): void {
    let place = 0
    for (;;) {
      let below = 2 * place + 1
      if (below >= this.#size) break
      if (below + 1 < this.#size && this.#isLess(this.#heap[below + 1] ?? 0, this.#heap[below] ?? 0)) below++
      const child = this.#heap[below] ?? 0
      if (!this.#isLess(child, node)) break
      this.#put(child, place)
      place = below
    }
    this.#put(node, place)
  }

  #put(node: number, place: number): void {
    this.#heap[place] = node
    this.#place[node] = place
  }

  #isLess(a: number, b: number): boolean {
    const left = this.#degree[a] ?? 0
    const right = this.#degree[b] ?? 0
    return left < right || (left === right && a < b)
  }
}
