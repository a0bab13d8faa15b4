// Systems to measure on.
import { chance } from '../../src/gate/decide/system/system.fixture.ts'
import type { AgentSystem, SystemTool } from '../../src/gate/decide/system/system.ts'

const plain: SystemTool = {
  name: '',
  needs: [],
  reads: [],
  isUntrusted: false,
  isSink: false,
  accepts: [],
  isDestructive: false,
  needsApproval: false,
  injected: 'allow',
}

const guarded: Omit<AgentSystem, 'labels' | 'credentials' | 'tools' | 'agents'> = {
  approvals: { once: true, sameArguments: true, fresh: true, outstanding: 1 },
  delegation: { depth: 2, narrows: true },
  revocation: { enforced: true, cascades: true },
  budget: { calls: undefined, destructive: undefined, delegations: undefined },
  claims: { depth: 2, never: [] },
  undeclared: 'rules',
}

/** Three agents and five tools: an owner that passes two of them on, one that reads strangers, one that deletes. */
export function threeByFive(): AgentSystem {
  return {
    ...guarded,
    labels: [{ name: 'private', isProtected: true }],
    credentials: [],
    tools: [
      { ...plain, name: 'read', reads: ['private'] },
      { ...plain, name: 'search', isUntrusted: true },
      { ...plain, name: 'mail', isSink: true, injected: 'ask' },
      { ...plain, name: 'delete', isDestructive: true, needsApproval: true, injected: 'deny' },
      { ...plain, name: 'note' },
    ],
    agents: [
      {
        name: 'owner',
        match: ['owner'],
        tools: ['read', 'note', 'delete'],
        ceiling: undefined,
        delegates: [{ to: 'planner', tools: ['read', 'delete'] }],
        messages: [{ to: 'planner', carries: undefined, isSanitised: false }],
      },
      {
        name: 'planner',
        match: ['planner'],
        tools: ['search'],
        ceiling: undefined,
        delegates: [{ to: 'worker', tools: ['read', 'delete'] }],
        messages: [{ to: 'worker', carries: undefined, isSanitised: false }],
      },
      {
        name: 'worker',
        match: ['worker'],
        tools: ['mail'],
        ceiling: undefined,
        delegates: [],
        messages: [{ to: 'owner', carries: undefined, isSanitised: true }],
      },
    ],
  }
}

/** A company: agents with twenty tools each, three that they pass some on to, three that they talk to. */
export function company(agents: number, tools: number): AgentSystem {
  const pick = chance(20_260_801)
  const labels = ['customer', 'internal', 'published']
  const named = Array.from({ length: agents }, (_, at) => `agent-${at}`)
  const kinds = Array.from({ length: tools }, (_, at): SystemTool => {
    const name = `tool-${at}`
    if (at % 10 === 0) return { ...plain, name, isUntrusted: true }
    if (at % 10 === 1) return { ...plain, name, isSink: true, accepts: ['published'], injected: 'ask' }
    if (at % 10 === 2)
      return { ...plain, name, isDestructive: true, needsApproval: true, injected: 'deny', needs: ['root'] }
    if (at % 10 === 3) return { ...plain, name, needs: ['records'], reads: ['customer'] }
    return { ...plain, name, reads: at % 10 < 6 ? ['internal'] : [] }
  })
  const some = <Item>(list: readonly Item[], count: number): Item[] => [
    ...new Set(Array.from({ length: count }, () => list[pick(list.length)] as Item)),
  ]
  const entitled = named.filter((_, at) => at % 5 === 0)
  const needing = new Set(kinds.filter(({ needs }) => needs.length > 0).map(({ name }) => name))
  return {
    ...guarded,
    labels: labels.map((name) => ({ name, isProtected: name !== 'published' })),
    credentials: ['root', 'records'].map((name) => ({ name, entitled, isLent: false })),
    tools: kinds,
    agents: named.map((name, at) => {
      const isEntitled = at % 5 === 0
      const own = some(kinds, 20)
        .map((tool) => tool.name)
        .filter((tool) => isEntitled || !needing.has(tool))
      const others = some(named, 3).filter((other) => other !== name)
      return {
        name,
        match: [name],
        tools: own,
        ceiling: undefined,
        delegates: others.map((to) => ({ to, tools: some(own, 3) })),
        messages: some(named, 3)
          .filter((other) => other !== name)
          .map((to) => ({ to, carries: undefined, isSanitised: pick(2) === 0 })),
      }
    }),
    budget: { calls: 1_000, destructive: undefined, delegations: undefined },
  }
}
