import { type Edge, SystemLayout, slotsOf, takesApproval } from './layout.ts'
import type { AgentSystem, MessageEdge, SystemAgent, SystemTool } from './system.ts'
import { type Bit, eventKey, type Guard, type Row, type SystemTable, type TableEvent } from './table.ts'

/** Compiles a system into its table. What the configuration decides once and for all has no row. */
export function systemTable(system: AgentSystem): SystemTable {
  return new Compiler(system).table()
}

type Way = Partial<Omit<Row, 'event'>>

/** A large system has half a million of these. */
const none: readonly number[] = []

/** How an agent comes to hold a tool: of its own, or by a grant of some depth. */
type Source = { readonly depth: number; readonly grant: readonly number[] }

class Compiler {
  readonly #system: AgentSystem
  readonly #layout: SystemLayout
  readonly #events: TableEvent[] = []
  readonly #rows: Row[] = []
  readonly #rowsOf: number[][] = []
  readonly #closed = new Map<number, Guard>()
  readonly #index = new Map<string, number>()
  readonly #credentials: ReadonlyMap<
    string,
    { readonly isLent: boolean; readonly entitled: ReadonlySet<string> }
  >

  constructor(system: AgentSystem) {
    this.#system = system
    this.#credentials = new Map(
      system.credentials.map(({ name, isLent, entitled }) => [name, { isLent, entitled: new Set(entitled) }]),
    )
    this.#layout = new SystemLayout(system)
  }

  table(): SystemTable {
    for (const agent of this.#system.agents) {
      for (const name of this.#layout.reachOf(agent)) {
        const tool = this.#layout.tools.get(name)
        if (tool !== undefined) this.#tool(agent, tool)
      }
      for (const edge of agent.messages) this.#message(agent, edge)
      this.#revoke(agent)
    }
    for (const edge of this.#layout.edges) for (const tool of edge.tools) this.#delegate(edge, tool)
    return {
      system: this.#system,
      bits: this.#layout.bits,
      counters: this.#layout.counters,
      events: this.#events,
      rows: this.#rows,
      rowsOf: this.#rowsOf,
      closed: this.#closed,
      eventIndex: this.#index,
      bitAt: (bit) => this.#layout.at(bit),
    }
  }

  #event(event: TableEvent): number {
    const number = this.#events.push(event) - 1
    this.#rowsOf.push([])
    this.#index.set(eventKey(event), number)
    return number
  }

  #row(event: number, way: Way): void {
    const row: Row = {
      event,
      requires: way.requires ?? none,
      forbids: way.forbids ?? none,
      sets: way.sets ?? none,
      clears: way.clears ?? none,
      copies: way.copies ?? none,
      counts: way.counts ?? none,
    }
    this.#rowsOf[event]?.push(this.#rows.push(row) - 1)
  }

  #at(bit: Bit): number {
    return this.#layout.at(bit)
  }

  #alive(...agents: readonly string[]): readonly number[] {
    return this.#system.revocation.enforced ? agents.map((agent) => this.#at({ kind: 'revoked', agent })) : []
  }

  #sources(agent: SystemAgent, tool: string): readonly Source[] {
    const own = agent.tools.includes(tool) ? [{ depth: 0, grant: [] }] : []
    const passed: Source[] = []
    for (const { from, tools } of this.#layout.edgesInto.get(agent.name) ?? []) {
      if (!tools.includes(tool)) continue
      for (let depth = 1; depth <= this.#system.delegation.depth; depth++)
        passed.push({
          depth,
          grant: [this.#at({ kind: 'grant', from: from.name, to: agent.name, tool, depth })],
        })
    }
    return [...own, ...passed]
  }

  #tool(agent: SystemAgent, tool: SystemTool): void {
    const slots = takesApproval(tool) ? slotsOf(this.#system) : 1
    const sources = this.#sources(agent, tool.name)
    for (let slot = 0; slot < slots; slot++) {
      this.#call(agent, tool, slot, sources)
      if (takesApproval(tool)) this.#approval(agent, tool, slot, sources)
    }
  }

  #call(agent: SystemAgent, tool: SystemTool, slot: number, sources: readonly Source[]): void {
    const event = this.#event({ kind: 'call', agent: agent.name, tool: tool.name, slot })
    const kept = tool.isSink
      ? this.#system.labels
          .filter(({ name }) => !tool.accepts.includes(name))
          .map(({ name }) => this.#at({ kind: 'label', agent: agent.name, label: name }))
      : none
    const forbids = [...this.#alive(agent.name), ...kept]
    const sets = tool.reads.map((label) => this.#at({ kind: 'label', agent: agent.name, label }))
    const stale = tool.isUntrusted && this.#system.approvals.fresh ? this.#layout.approvedOf(agent.name) : []
    if (tool.isUntrusted) sets.push(this.#at({ kind: 'injected', agent: agent.name }))
    const counts = [
      ...this.#layout.counter('calls'),
      ...(tool.isDestructive ? this.#layout.counter('destructive') : []),
    ]
    for (const { depth, grant } of sources) {
      if (!this.#mayUse(agent, tool, depth)) {
        this.#closed.set(event, 'credential')
        continue
      }
      for (const way of this.#ways(agent, tool, slot)) {
        this.#row(event, {
          requires: joined(grant, way.requires),
          forbids: joined(forbids, way.forbids),
          sets,
          clears: joined(stale, way.clears),
          counts,
        })
      }
    }
  }

  /** Whether the agent is entitled to all that the tool needs, or was lent what it is not. */
  #mayUse(agent: SystemAgent, tool: SystemTool, depth: number): boolean {
    return tool.needs.every((name) => {
      const credential = this.#credentials.get(name)
      return credential?.entitled.has(agent.name) || (credential?.isLent && depth > 0)
    })
  }

  /** With or without an approval, for callers that strangers may steer and for those they cannot. */
  #ways(agent: SystemAgent, tool: SystemTool, slot: number): readonly Way[] {
    const injected = [this.#at({ kind: 'injected', agent: agent.name })]
    const closed = tool.injected === 'deny' ? injected : []
    if (tool.needsApproval)
      return this.#approvals(agent, tool, slot).map((way) => ({
        ...way,
        forbids: [...closed, ...(way.forbids ?? [])],
      }))
    if (tool.injected !== 'ask') return [{ forbids: closed }]
    const asked = this.#approvals(agent, tool, slot).map((way) => ({
      ...way,
      requires: [...injected, ...(way.requires ?? [])],
    }))
    // A call that needed no approval uses up one that was given for it.
    const spare = this.#approvals(agent, tool, slot).flatMap(({ clears }) => clears ?? [])
    return [{ forbids: injected, clears: [...new Set(spare)] }, ...asked]
  }

  #approvals(agent: SystemAgent, tool: SystemTool, slot: number): readonly Way[] {
    const { once, sameArguments } = this.#system.approvals
    const slots = sameArguments ? [slot] : Array.from({ length: slotsOf(this.#system) }, (_, each) => each)
    const bits = slots.map((each) =>
      this.#at({ kind: 'approved', agent: agent.name, tool: tool.name, slot: each }),
    )
    // Which of several approvals a call uses up is never left open: the first.
    return bits.map((bit, at) => ({
      requires: [bit],
      forbids: bits.slice(0, at),
      clears: once ? [bit] : [],
    }))
  }

  #approval(agent: SystemAgent, tool: SystemTool, slot: number, sources: readonly Source[]): void {
    const names = { agent: agent.name, tool: tool.name, slot }
    const bit = this.#at({ kind: 'approved', ...names })
    const approve = this.#event({ kind: 'approve', ...names })
    for (const { grant } of sources)
      this.#row(approve, { requires: grant, forbids: this.#alive(agent.name), sets: [bit] })
    this.#row(this.#event({ kind: 'expire', ...names }), { requires: [bit], clears: [bit] })
  }

  #message(from: SystemAgent, edge: MessageEdge): void {
    const event = this.#event({ kind: 'message', from: from.name, to: edge.to })
    const kept = this.#system.labels
      .filter(({ name }) => edge.carries !== undefined && !edge.carries.includes(name))
      .map(({ name }) => this.#at({ kind: 'label', agent: from.name, label: name }))
    const forbids = [...this.#alive(from.name), ...kept]
    this.#words(event, from.name, edge.to, { forbids }, edge.isSanitised, edge.carries)
  }

  /** Words of one agent reach another, with the labels the sender holds and whatever strangers told it. */
  #words(
    event: number,
    from: string,
    to: string,
    way: Way,
    isSanitised: boolean,
    carries?: readonly string[],
  ): void {
    const copies = this.#system.labels
      .filter(({ name }) => carries === undefined || carries.includes(name))
      .flatMap(({ name }) => [
        this.#at({ kind: 'label', agent: from, label: name }),
        this.#at({ kind: 'label', agent: to, label: name }),
      ])
    if (isSanitised) {
      this.#row(event, { ...way, copies })
      return
    }
    const sender = this.#at({ kind: 'injected', agent: from })
    const receiver = this.#at({ kind: 'injected', agent: to })
    const stale = this.#system.approvals.fresh ? this.#layout.approvedOf(to) : []
    if (stale.length === 0) {
      this.#row(event, { ...way, copies: [...copies, sender, receiver] })
      return
    }
    this.#row(event, { ...way, copies, forbids: [...(way.forbids ?? []), sender] })
    this.#row(event, {
      ...way,
      copies,
      requires: [...(way.requires ?? []), sender],
      sets: [...(way.sets ?? []), receiver],
      clears: stale,
    })
  }

  #delegate({ from, to }: Edge, tool: string): void {
    const { depth: depthMax, narrows } = this.#system.delegation
    const event = this.#event({ kind: 'delegate', from: from.name, to: to.name, tool })
    if (to.ceiling !== undefined && !to.ceiling.includes(tool) && narrows) {
      this.#closed.set(event, 'ceiling')
      return
    }
    const sources = this.#sources(from, tool)
    if (!sources.some(({ depth }) => depth < depthMax)) this.#closed.set(event, 'narrowing')
    const forbids = this.#alive(from.name, to.name)
    const counts = this.#layout.counter('delegations')
    const grant = (depth: number): readonly number[] => [
      this.#at({ kind: 'grant', from: from.name, to: to.name, tool, depth }),
    ]
    for (const source of sources) {
      if (source.depth >= depthMax) {
        this.#closed.set(event, 'depth')
        continue
      }
      const way: Way = { requires: source.grant, forbids, sets: grant(source.depth + 1), counts }
      this.#words(event, from.name, to.name, way, false)
    }
    if (!narrows) this.#words(event, from.name, to.name, { forbids, sets: grant(1), counts }, false)
  }

  #revoke(agent: SystemAgent): void {
    const { enforced, cascades } = this.#system.revocation
    const revoked = this.#at({ kind: 'revoked', agent: agent.name })
    const event = this.#event({ kind: 'revoke', agent: agent.name })
    const taken = enforced && cascades ? this.#descendants(agent) : []
    const approvals = enforced ? this.#layout.approvedOf(agent.name) : []
    this.#row(event, { forbids: [revoked], sets: [revoked], clears: [...taken, ...approvals] })
  }

  /** Every grant that may descend from the agent. Some may have another origin too: taking back too much is safe. */
  #descendants(agent: SystemAgent): readonly number[] {
    const taken: number[] = []
    const seen = new Set<string>()
    const queue: (readonly [agent: string, tool: string | undefined])[] = [[agent.name, undefined]]
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const [holder, only] = next
      for (const { to, tools } of this.#layout.edgesFrom.get(holder) ?? [])
        for (const tool of tools) {
          if (only !== undefined && tool !== only) continue
          const key = `${holder}\n${to.name}\n${tool}`
          if (seen.has(key)) continue
          seen.add(key)
          for (let depth = 1; depth <= this.#system.delegation.depth; depth++)
            taken.push(this.#at({ kind: 'grant', from: holder, to: to.name, tool, depth }))
          queue.push([to.name, tool])
        }
    }
    return taken
  }
}

/** Both lists, each number once. */
function joined(left: readonly number[], right: readonly number[] = none): readonly number[] {
  if (right.length === 0) return left
  return left.length === 0 ? right : [...new Set([...left, ...right])]
}
