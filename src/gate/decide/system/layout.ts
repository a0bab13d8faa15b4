import type { AgentSystem, SystemAgent, SystemTool } from './system.ts'
import { budgetNames } from './system.ts'
import type { Bit, Counter } from './table.ts'

// Which bits a system's states have, and where. Only what can matter gets a bit.

export type Edge = { readonly from: SystemAgent; readonly to: SystemAgent; readonly tools: readonly string[] }

export class SystemLayout {
  readonly bits: Bit[] = []
  readonly counters: Counter[] = []
  readonly tools: ReadonlyMap<string, SystemTool>
  readonly agents: ReadonlyMap<string, SystemAgent>
  readonly edges: readonly Edge[]
  /** Edges by the agent they lead to. */
  readonly edgesInto = new Map<string, Edge[]>()
  readonly edgesFrom = new Map<string, Edge[]>()
  readonly #numbers = new Map<string, number>()
  readonly #approvedOf = new Map<string, number[]>()

  constructor(system: AgentSystem) {
    this.tools = new Map(system.tools.map((tool) => [tool.name, tool]))
    this.agents = new Map(system.agents.map((agent) => [agent.name, agent]))
    this.edges = system.agents.flatMap((from) =>
      from.delegates.flatMap(({ to, tools }) => {
        const target = this.agents.get(to)
        return target === undefined ? [] : [{ from, to: target, tools }]
      }),
    )
    for (const edge of this.edges) {
      append(this.edgesInto, edge.to.name, edge)
      append(this.edgesFrom, edge.from.name, edge)
    }
    this.#number(system)
    for (const name of budgetNames) {
      const max = system.budget[name]
      if (max !== undefined) this.counters.push({ name, max })
    }
  }

  #number(system: AgentSystem): void {
    for (const { name } of system.agents) {
      this.#add({ kind: 'revoked', agent: name })
      this.#add({ kind: 'injected', agent: name })
      for (const label of system.labels) this.#add({ kind: 'label', agent: name, label: label.name })
    }
    for (const { from, to, tools } of this.edges)
      for (const tool of tools)
        for (let depth = 1; depth <= system.delegation.depth; depth++)
          this.#add({ kind: 'grant', from: from.name, to: to.name, tool, depth })
    for (const agent of system.agents)
      for (const tool of this.reachOf(agent)) {
        if (!takesApproval(this.tools.get(tool))) continue
        for (let slot = 0; slot < slotsOf(system); slot++)
          append(this.#approvedOf, agent.name, this.#add({ kind: 'approved', agent: agent.name, tool, slot }))
      }
  }

  /** Tools the agent has or may be passed. */
  reachOf(agent: SystemAgent): ReadonlySet<string> {
    const passed = (this.edgesInto.get(agent.name) ?? []).flatMap(({ tools }) => tools)
    return new Set([...agent.tools, ...passed])
  }

  approvedOf(agent: string): readonly number[] {
    return this.#approvedOf.get(agent) ?? []
  }

  counter(name: string): readonly number[] {
    const at = this.counters.findIndex((counter) => counter.name === name)
    return at < 0 ? [] : [at]
  }

  at(bit: Bit): number {
    const number = this.#numbers.get(bitKey(bit))
    if (number === undefined) throw new RangeError(`no bit ${bitKey(bit)}`)
    return number
  }

  #add(bit: Bit): number {
    const number = this.bits.push(bit) - 1
    this.#numbers.set(bitKey(bit), number)
    return number
  }
}

/** One more than approvals may wait, so that arguments nobody approved always find a slot of their own. */
export function slotsOf(system: AgentSystem): number {
  return system.approvals.outstanding + 1
}

export function takesApproval(tool: SystemTool | undefined): boolean {
  return tool !== undefined && (tool.needsApproval || tool.injected === 'ask')
}

export function bitKey(bit: Bit): string {
  switch (bit.kind) {
    case 'revoked':
    case 'injected':
      return `${bit.kind} ${bit.agent}`
    case 'label':
      return `label ${bit.agent} ${bit.label}`
    case 'grant':
      return `grant ${bit.from} ${bit.to} ${bit.tool} ${bit.depth}`
    case 'approved':
      return `approved ${bit.agent} ${bit.tool} ${bit.slot}`
  }
}

function append<Key, Item>(map: Map<Key, Item[]>, key: Key, item: Item): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [item])
  else list.push(item)
}
