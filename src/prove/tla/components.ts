// Strongly connected components, without recursion.

export type Graph = {
  readonly nodes: number
  /** Edges of node n are `targets[offsets[n]] .. targets[offsets[n + 1] - 1]`. */
  readonly offsets: Int32Array
  readonly targets: Int32Array
}

/** The components of the subgraph of open edges on `among`; `isIn` marks exactly those nodes with `mark`. */
export function components(
  graph: Graph,
  among: Int32Array,
  isIn: Int32Array,
  mark: number,
  isOpen: (edge: number) => boolean,
): Int32Array[] {
  const index = new Int32Array(graph.nodes).fill(-1)
  const low = new Int32Array(graph.nodes)
  const edge = new Int32Array(graph.nodes)
  const onStack = new Uint8Array(graph.nodes)
  const stack = new Int32Array(among.length)
  const work = new Int32Array(among.length)
  const found: Int32Array[] = []
  let counter = 0
  let height = 0
  for (const root of among) {
    if (index[root] !== -1) continue
    let depth = 0
    work[0] = root
    let entering = true
    while (depth >= 0) {
      const node = work[depth] as number
      if (entering) {
        index[node] = counter
        low[node] = counter++
        edge[node] = graph.offsets[node] as number
        stack[height++] = node
        onStack[node] = 1
        entering = false
      }
      const at = edge[node] as number
      if (at < (graph.offsets[node + 1] as number)) {
        edge[node] = at + 1
        const target = graph.targets[at] as number
        if (isIn[target] !== mark || !isOpen(at)) continue
        if (index[target] === -1) {
          work[++depth] = target
          entering = true
        } else if (onStack[target] === 1 && (index[target] as number) < (low[node] as number)) {
          low[node] = index[target] as number
        }
        continue
      }
      depth--
      if (depth >= 0) {
        const parent = work[depth] as number
        if ((low[node] as number) < (low[parent] as number)) low[parent] = low[node] as number
      }
      if (low[node] !== index[node]) continue
      const end = height
      let member: number
      do {
        member = stack[--height] as number
        onStack[member] = 0
      } while (member !== node)
      found.push(stack.slice(height, end))
    }
  }
  return found
}
