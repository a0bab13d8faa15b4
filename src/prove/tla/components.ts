// Strongly connected components, without recursion.

export type Graph = {
  readonly nodes: number
  /** Edges of node n are `targets[offsets[n]] .. targets[offsets[n + 1] - 1]`. */
  readonly offsets: Int32Array
  readonly targets: Int32Array
}

/** The components of the nodes that `isIn` admits, each a list of nodes. */
export function components(
  graph: Graph,
  isIn: (node: number) => boolean,
  among: Iterable<number>,
): number[][] {
  const index = new Map<number, number>()
  const low = new Map<number, number>()
  const stack: number[] = []
  const onStack = new Set<number>()
  const found: number[][] = []
  let counter = 0
  for (const root of among) {
    if (!isIn(root) || index.has(root)) continue
    const work: [node: number, edge: number][] = [[root, graph.offsets[root] as number]]
    index.set(root, counter)
    low.set(root, counter++)
    stack.push(root)
    onStack.add(root)
    for (let top = work.at(-1); top; top = work.at(-1)) {
      const [node, edge] = top
      if (edge < (graph.offsets[node + 1] as number)) {
        top[1] = edge + 1
        const target = graph.targets[edge] as number
        if (!isIn(target)) continue
        if (!index.has(target)) {
          index.set(target, counter)
          low.set(target, counter++)
          stack.push(target)
          onStack.add(target)
          work.push([target, graph.offsets[target] as number])
        } else if (onStack.has(target))
          low.set(node, Math.min(low.get(node) as number, index.get(target) as number))
        continue
      }
      work.pop()
      const parent = work.at(-1)
      if (parent) low.set(parent[0], Math.min(low.get(parent[0]) as number, low.get(node) as number))
      if (low.get(node) !== index.get(node)) continue
      const component: number[] = []
      let member: number
      do {
        member = stack.pop() as number
        onStack.delete(member)
        component.push(member)
      } while (member !== node)
      found.push(component)
    }
  }
  return found
}
