// Systems with one thing weakened, chosen from all there is to weaken.
import { chance } from '../../src/gate/decide/system/system.fixture.ts'
import type { AgentSystem, SystemAgent, SystemTool } from '../../src/gate/decide/system/system.ts'

const PER_SYSTEM = 6

export function weakened(system: AgentSystem, seed: number): readonly AgentSystem[] {
  const pick = chance(seed)
  const all = [...guards(system), ...toolsOpened(system), ...agentsOpened(system)]
  const chosen = new Set(Array.from({ length: PER_SYSTEM }, () => pick(all.length)))
  return [...chosen].flatMap((at) => all[at] ?? [])
}

function guards(system: AgentSystem): AgentSystem[] {
  const { approvals, delegation, revocation } = system
  return [
    { ...system, approvals: { ...approvals, once: false } },
    { ...system, approvals: { ...approvals, sameArguments: false } },
    { ...system, approvals: { ...approvals, fresh: false } },
    { ...system, delegation: { ...delegation, narrows: false } },
    { ...system, delegation: { ...delegation, depth: delegation.depth + 1 } },
    { ...system, revocation: { ...revocation, cascades: false } },
    { ...system, revocation: { ...revocation, enforced: false } },
    { ...system, credentials: system.credentials.map((each) => ({ ...each, isLent: true })) },
  ]
}

function toolsOpened(system: AgentSystem): AgentSystem[] {
  const change = (name: string, over: Partial<SystemTool>): AgentSystem => ({
    ...system,
    tools: system.tools.map((tool) => (tool.name === name ? { ...tool, ...over } : tool)),
  })
  return system.tools.flatMap(({ name }) => [
    change(name, { needsApproval: false }),
    change(name, { injected: 'allow' }),
    change(name, { accepts: ['private'] }),
    change(name, { isUntrusted: true }),
    change(name, { reads: ['private'] }),
  ])
}

function agentsOpened(system: AgentSystem): AgentSystem[] {
  const change = (name: string, over: Partial<SystemAgent>): AgentSystem => ({
    ...system,
    agents: system.agents.map((agent) => (agent.name === name ? { ...agent, ...over } : agent)),
  })
  const tools = system.tools.map(({ name }) => name)
  return system.agents.flatMap((agent) => {
    const others = system.agents.filter(({ name }) => name !== agent.name).map(({ name }) => name)
    return [
      change(agent.name, { tools }),
      change(agent.name, { delegates: others.map((to) => ({ to, tools })) }),
      change(agent.name, {
        messages: others.map((to) => ({ to, carries: undefined, isSanitised: false })),
      }),
    ]
  })
}
