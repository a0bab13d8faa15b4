import { takesApproval } from '../../gate/decide/system/layout.ts'
import type { AgentSystem, SystemTool } from '../../gate/decide/system/system.ts'
import type { SystemTable, TableEvent } from '../../gate/decide/system/table.ts'
import type { ProgramBuilder } from './program.ts'
import type { Property } from './property.ts'
import { callRows, list } from './table-views.ts'
import { dangerous, destructive, edges, type Weakening, withTool } from './weakenings.ts'

// What a person said, and what became of it. The ghosts below go by what happened (approved, called, expired, strangers'
// words arrived) and know nothing of how the table keeps approvals.

export const approvalBeforeDestructive: Property = {
  name: 'approval-before-destructive',
  kind: 'never',
  words: (system) =>
    `Before each call of ${list(
      destructive(system).map(({ name }) => name),
      'or',
    )} a person approved that call with those arguments; the approval served no other call, and no words of strangers have reached the agent since.`,
  applies: (system) => destructive(system).length > 0,
  build: (table, builder) => {
    const approvals = watchApprovals(table, builder, (tool) => tool.isDestructive)
    for (const { row, agent, tool, slot } of callRows(table)) {
      if (!tool.isDestructive) continue
      for (const missing of approvals(agent, tool.name, slot))
        builder.bad({ row, holding: missing.holding, lacking: missing.lacking })
    }
  },
  weaken: function* (system) {
    for (const { name } of destructive(system))
      yield withTool(system, name, { needsApproval: false }, `${name} needs no approval`)
    yield* looserApprovals(system)
  },
}

function* looserApprovals(system: AgentSystem): Generator<Weakening> {
  const loose = (change: Partial<AgentSystem['approvals']>, says: string): Weakening => ({
    says,
    system: { ...system, approvals: { ...system.approvals, ...change } },
  })
  yield loose({ once: false }, 'an approval serves more than one call')
  yield loose({ sameArguments: false }, 'an approval serves other arguments too')
  yield loose({ fresh: false }, "an approval outlives strangers' words")
}

export const injectedAgentCannot: Property = {
  name: 'injected-agent-cannot',
  kind: 'never',
  words: (system) =>
    `An agent that may be following strangers' words never calls ${list(
      dangerous(system).map(({ name }) => name),
      'or',
    )} unless a person approved that very call since.`,
  applies: (system) => system.tools.some(({ isUntrusted }) => isUntrusted) && dangerous(system).length > 0,
  build: (table, builder) => {
    const find = table.bitAt
    const isDangerous = (tool: SystemTool) => tool.isDestructive || tool.isSink
    const approvals = watchApprovals(table, builder, isDangerous)
    for (const { row, agent, tool, slot } of callRows(table)) {
      if (!isDangerous(tool)) continue
      const injected = find({ kind: 'injected', agent })
      for (const missing of approvals(agent, tool.name, slot))
        builder.bad({ row, holding: [injected, ...missing.holding], lacking: missing.lacking })
    }
  },
  weaken: function* (system) {
    for (const { name } of dangerous(system)) {
      yield withTool(system, name, { injected: 'allow' }, `${name} serves injected agents`)
      yield withTool(
        system,
        name,
        { injected: 'allow', needsApproval: false },
        `${name} serves injected agents and needs no approval`,
      )
    }
    yield* edges(system)
  },
}

type Missing = { readonly holding: readonly number[]; readonly lacking: readonly number[] }
type Approvals = (agent: string, tool: string, slot: number) => readonly Missing[]

/** Adds ghosts for what was approved and what has gone stale; says in which ways an approval can be missing. */
function watchApprovals(
  table: SystemTable,
  builder: ProgramBuilder,
  concerns: (tool: SystemTool) => boolean,
): Approvals {
  const find = table.bitAt
  const watched = new Map<string, { readonly given: number; readonly stale: number }>()
  const watchedTools = new Set<string>()
  const ofAgent = new Map<string, number[]>()
  const tools = new Map(table.system.tools.map((tool) => [tool.name, tool]))
  for (const event of table.events) {
    const tool = event.kind === 'approve' ? tools.get(event.tool) : undefined
    if (event.kind !== 'approve' || tool === undefined || !concerns(tool) || !takesApproval(tool)) continue
    const { agent, slot } = event
    const given = builder.ghost(() => `${agent} has an unused approval for ${tool.name} ${slot + 1}`)
    const stale = builder.ghost(
      () => `strangers' words reached ${agent} since ${tool.name} ${slot + 1} was approved`,
    )
    watched.set(key(agent, tool.name, slot), { given, stale })
    const stales = ofAgent.get(agent)
    if (stales === undefined) ofAgent.set(agent, [stale])
    else stales.push(stale)
    watchedTools.add(tool.name)
    const approved = find({ kind: 'approved', agent, tool: tool.name, slot })
    builder.hints.push(
      { kind: 'implies', left: approved, right: given },
      { kind: 'excludes', left: approved, right: stale },
    )
  }
  const stalesOf = new Map(
    table.system.agents.map(({ name }) => [find({ kind: 'injected', agent: name }), ofAgent.get(name) ?? []]),
  )
  for (const [at, row] of table.rows.entries()) {
    const event = table.events[row.event] as TableEvent
    if ('slot' in event && watchedTools.has(event.tool)) {
      const ghosts = watched.get(key(event.agent, event.tool, event.slot))
      if (ghosts !== undefined && event.kind === 'approve') {
        builder.set(at, ghosts.given)
        builder.clear(at, ghosts.stale)
      } else if (ghosts !== undefined) builder.clear(at, ghosts.given)
    }
    for (const bit of row.sets) for (const stale of stalesOf.get(bit) ?? []) builder.set(at, stale)
    for (let each = 0; each < row.copies.length; each += 2)
      for (const stale of stalesOf.get(row.copies[each + 1] as number) ?? [])
        builder.copy(at, row.copies[each] as number, stale)
  }
  return (agent, tool, slot) => {
    const ghosts = watched.get(key(agent, tool, slot))
    if (ghosts === undefined) return [{ holding: [], lacking: [] }]
    return [
      { holding: [], lacking: [ghosts.given] },
      { holding: [ghosts.stale], lacking: [] },
    ]
  }
}

function key(agent: string, tool: string, slot: number): string {
  return `${agent}\n${tool}\n${slot}`
}
