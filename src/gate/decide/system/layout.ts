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
  /** Where each agent's own bits begin, each edge's, and each agent's approvals for a tool. */
  readonly #agentAt = new Map<string, number>()
  readonly #edgeAt = new Map<string, Map<string, Map<string, number>>>()
  readonly #approvalAt = new Map<string, Map<string, number>>()
  readonly #labels: readonly string[]
  readonly #approvedOf = new Map<string, number[]>()

  constructor(system: AgentSystem) {
    this.tools = new Map(system.tools.map((tool) => [tool.name, tool]))
    this.#labels = system.labels.map(({ name }) => name)
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
      this.#agentAt.set(name, this.#add({ kind: 'revoked', agent: name }))
      this.#add({ kind: 'injected', agent: name })
      for (const label of this.#labels) this.#add({ kind: 'label', agent: name, label })
    }
    for (const { from, to, tools } of this.edges) {
      const begins = nested(nested(this.#edgeAt, from.name), to.name)
      for (const tool of tools) {
        if (begins.has(tool)) continue
        begins.set(tool, this.bits.length)
        for (let depth = 1; depth <= system.delegation.depth; depth++)
          this.#add({ kind: 'grant', from: from.name, to: to.name, tool, depth })
      }
    }
    for (const agent of system.agents)
      for (const tool of this.reachOf(agent)) {
        if (!takesApproval(this.tools.get(tool))) continue
        nested(this.#approvalAt, agent.name).set(tool, this.bits.length)
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
    const number = this.find(bit)
    if (number === undefined) throw new RangeError(`no bit ${bitKey(bit)}`)
    return number
  }

  find(bit: Bit): number | undefined {
    switch (bit.kind) {
      case 'revoked':
        return this.#agentAt.get(bit.agent)
      case 'injected':
        return plus(this.#agentAt.get(bit.agent), 1)
      case 'label': {
        const label = this.#labels.indexOf(bit.label)
        return label < 0 ? undefined : plus(this.#agentAt.get(bit.agent), 2 + label)
      }
      case 'grant':
        return plus(this.#edgeAt.get(bit.from)?.get(bit.to)?.get(bit.tool), bit.depth - 1)
      case 'approved':
        return plus(this.#approvalAt.get(bit.agent)?.get(bit.tool), bit.slot)
    }
  }

  #add(bit: Bit): number {
    return this.bits.push(bit) - 1
  }
}

function plus(begin: number | undefined, by: number): number | undefined {
  return begin === undefined ? undefined : begin + by
}

function nested<Inner>(map: Map<string, Map<string, Inner>>, key: string): Map<string, Inner> {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = new Map<string, Inner>()
  map.set(key, made)
  return made
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
