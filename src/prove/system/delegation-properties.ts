import type { AgentSystem } from '../../gate/decide/system/system.ts'
import type { Row, SystemTable, TableEvent } from '../../gate/decide/system/table.ts'
import type { ProgramBuilder } from './program.ts'
import type { Property } from './property.ts'
import type { Weakening } from './weakenings.ts'

export const delegationNeverWidens: Property = {
  name: 'delegation-never-widens',
  kind: 'never',
  words: () =>
    'An agent only passes on a tool that it holds at that moment, and nobody is passed a tool above its ceiling.',
  applies: hasDelegation,
  build: (table, builder) => {
    const agents = new Map(table.system.agents.map((agent) => [agent.name, agent]))
    const held = grantsInto(table)
    for (const { row, from, to, tool } of delegateRows(table)) {
      const ceiling = agents.get(to)?.ceiling
      if (ceiling !== undefined && !ceiling.includes(tool)) builder.bad({ row, holding: [], lacking: [] })
      if (agents.get(from)?.tools.includes(tool) === true) continue
      builder.bad({ row, holding: [], lacking: held.get(`${from}\n${tool}`) ?? [] })
    }
  },
  weaken: function* (system) {
    const loose = { ...system, delegation: { ...system.delegation, narrows: false } }
    yield { says: 'agents pass on what they do not hold', system: loose }
    for (const from of system.agents)
      for (const { to } of from.delegates)
        for (const { name } of system.tools)
          if (!from.tools.includes(name))
            yield {
              says: `${from.name} may pass ${name} on to ${to} without holding it`,
              system: withEdge(loose, from.name, to, [name]),
            }
  },
}

export const boundedDepth: Property = {
  name: 'bounded-depth',
  kind: 'never',
  words: ({ claims }) =>
    `No tool is passed on more than ${times(claims.depth)} from whoever has it of its own.`,
  applies: hasDelegation,
  build: (table, builder) => {
    for (const { row, sets } of delegateRows(table))
      for (const bit of sets) {
        const grant = table.bits[bit]
        if (grant?.kind === 'grant' && grant.depth > table.system.claims.depth)
          builder.bad({ row, holding: [], lacking: [] })
      }
  },
  weaken: function* (system) {
    const deeper = { ...system, delegation: { ...system.delegation, depth: system.claims.depth + 1 } }
    yield { says: `tools may be passed on ${system.claims.depth + 1} times`, system: deeper }
    for (const from of system.agents)
      for (const { to, tools } of from.delegates)
        yield {
          says: `tools may be passed on ${system.claims.depth + 1} times, and ${to} may pass them back to ${from.name}`,
          system: withEdge(deeper, to, from.name, tools),
        }
  },
}

export const revocationTakesEffect: Property = {
  name: 'revocation-takes-effect',
  kind: 'never',
  words: () =>
    'Once an agent is revoked it does nothing more, and nobody uses what it passed on, through any chain.',
  applies: (system) => system.agents.length > 0,
  build: (table, builder) => {
    const find = table.bitAt
    const dead = new Map<string, number>()
    for (const { name } of table.system.agents) {
      const ghost = builder.ghost(() => `${name} was revoked`)
      dead.set(name, ghost)
      builder.hints.push({ kind: 'implies', left: ghost, right: find({ kind: 'revoked', agent: name }) })
    }
    for (const [row, { event }] of table.rows.entries()) {
      const happening = table.events[event] as TableEvent
      const actor = actorOf(happening)
      const ghost = actor === undefined ? undefined : dead.get(actor)
      if (ghost !== undefined) builder.bad({ row, holding: [ghost], lacking: [] })
      if (happening.kind === 'revoke') builder.set(row, dead.get(happening.agent) as number)
    }
    watchDescent(table, builder, dead)
  },
  weaken: function* (system) {
    const loose = (change: Partial<AgentSystem['revocation']>, says: string): Weakening => ({
      says,
      system: { ...system, revocation: { ...system.revocation, ...change } },
    })
    yield loose({ cascades: false }, 'what a revoked agent passed on stays in use')
    yield loose({ enforced: false }, 'a revoked agent goes on acting')
  },
}

/** Ghosts that remember which grants descend from whom, by the delegations that happened. */
function watchDescent(table: SystemTable, builder: ProgramBuilder, dead: ReadonlyMap<string, number>): void {
  const { setting, clearing, using } = grantRows(table)
  const grantsFrom = new Map<string, number[]>()
  for (const [at, bit] of table.bits.entries())
    if (bit.kind === 'grant') push(grantsFrom, `${bit.from}\n${bit.tool}`, at)
  for (const { name, delegates } of table.system.agents) {
    const ghost = dead.get(name)
    if (delegates.length === 0 || ghost === undefined) continue
    const tags = new Map<number, number>()
    const queue = delegates.flatMap(({ tools }) =>
      tools.flatMap((tool) => grantsFrom.get(`${name}\n${tool}`) ?? []),
    )
    const grantOf = (at: number, from: string) => () => `grant ${at} comes from ${from}`
    for (let grant = queue.pop(); grant !== undefined; grant = queue.pop()) {
      if (tags.has(grant)) continue
      tags.set(grant, builder.ghost(grantOf(grant, name)))
      const bit = table.bits[grant]
      if (bit?.kind === 'grant') queue.push(...(grantsFrom.get(`${bit.to}\n${bit.tool}`) ?? []))
    }
    for (const [grant, tag] of tags) {
      for (const row of setting.get(grant) ?? []) descend(table, builder, row, name, tag, tags)
      for (const row of clearing.get(grant) ?? []) builder.clear(row, tag)
      for (const row of using.get(grant) ?? []) builder.bad({ row, holding: [ghost, tag], lacking: [] })
      builder.hints.push({ kind: 'excludes', left: ghost, right: tag })
    }
  }
}

function descend(
  table: SystemTable,
  builder: ProgramBuilder,
  at: number,
  ancestor: string,
  tag: number,
  tags: ReadonlyMap<number, number>,
): void {
  const row = table.rows[at] as Row
  const event = table.events[row.event] as TableEvent
  if (event.kind === 'delegate' && event.from === ancestor) builder.set(at, tag)
  for (const bit of row.requires) {
    const parent = tags.get(bit)
    if (parent !== undefined) builder.copy(at, parent, tag)
  }
}

type GrantRows = Readonly<Record<'setting' | 'clearing' | 'using', ReadonlyMap<number, readonly number[]>>>

function grantRows(table: SystemTable): GrantRows {
  const setting = new Map<number, number[]>()
  const clearing = new Map<number, number[]>()
  const using = new Map<number, number[]>()
  const isGrant = (bit: number) => table.bits[bit]?.kind === 'grant'
  for (const [at, row] of table.rows.entries()) {
    for (const bit of row.sets) if (isGrant(bit)) push(setting, bit, at)
    for (const bit of row.clears) if (isGrant(bit)) push(clearing, bit, at)
    if (table.events[row.event]?.kind === 'call')
      for (const bit of row.requires) if (isGrant(bit)) push(using, bit, at)
  }
  return { setting, clearing, using }
}

function* delegateRows(table: SystemTable) {
  for (const [row, { event, sets }] of table.rows.entries()) {
    const happening = table.events[event] as TableEvent
    if (happening.kind === 'delegate') yield { row, sets, ...happening }
  }
}

function grantsInto(table: SystemTable): ReadonlyMap<string, readonly number[]> {
  const grants = new Map<string, number[]>()
  for (const [at, bit] of table.bits.entries())
    if (bit.kind === 'grant') push(grants, `${bit.to}\n${bit.tool}`, at)
  return grants
}

function actorOf(event: TableEvent): string | undefined {
  if (event.kind === 'call') return event.agent
  return event.kind === 'message' || event.kind === 'delegate' ? event.from : undefined
}

function times(n: number): string {
  return n === 1 ? 'once' : `${n} times`
}

function hasDelegation(system: AgentSystem): boolean {
  return system.agents.some(({ delegates }) => delegates.length > 0)
}

function withEdge(system: AgentSystem, from: string, to: string, tools: readonly string[]): AgentSystem {
  return {
    ...system,
    agents: system.agents.map((agent) => {
      if (agent.name !== from) return agent
      const before = agent.delegates.find((edge) => edge.to === to)?.tools ?? []
      const others = agent.delegates.filter((edge) => edge.to !== to)
      return { ...agent, delegates: [...others, { to, tools: [...new Set([...before, ...tools])] }] }
    }),
  }
}

function push<Key>(map: Map<Key, number[]>, key: Key, value: number): void {
  const known = map.get(key)
  if (known === undefined) map.set(key, [value])
  else known.push(value)
}
