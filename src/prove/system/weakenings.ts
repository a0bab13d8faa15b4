import type { AgentSystem, SystemAgent, SystemTool } from '../../gate/decide/system/system.ts'

/** A system with one thing taken away that protects it, or one thing given that it did not have. */
export type Weakening = { readonly says: string; readonly system: AgentSystem }

export function withTool(
  system: AgentSystem,
  name: string,
  change: Partial<SystemTool>,
  says: string,
): Weakening {
  return {
    says,
    system: {
      ...system,
      tools: system.tools.map((tool) => (tool.name === name ? { ...tool, ...change } : tool)),
    },
  }
}

export function withAgent(
  system: AgentSystem,
  name: string,
  change: Partial<SystemAgent>,
  says: string,
): Weakening {
  return {
    says,
    system: {
      ...system,
      agents: system.agents.map((agent) => (agent.name === name ? { ...agent, ...change } : agent)),
    },
  }
}

/** An agent that already does something is given a tool. */
export function* capabilities(system: AgentSystem, tools: readonly string[]): Generator<Weakening> {
  for (const tool of tools)
    for (const agent of system.agents)
      if (!agent.tools.includes(tool))
        yield withAgent(
          system,
          agent.name,
          { tools: [...agent.tools, tool] },
          `${agent.name} is given ${tool}`,
        )
}

/** Two agents are joined by messages nobody filters. */
export function* edges(system: AgentSystem): Generator<Weakening> {
  for (const from of system.agents)
    for (const to of system.agents) {
      if (from === to) continue
      const others = from.messages.filter((edge) => edge.to !== to.name)
      yield withAgent(
        system,
        from.name,
        { messages: [...others, { to: to.name, carries: undefined, isSanitised: false }] },
        `${from.name} may say anything to ${to.name}`,
      )
    }
}

export function sinks(system: AgentSystem): readonly SystemTool[] {
  return system.tools.filter(({ isSink }) => isSink)
}

export function destructive(system: AgentSystem): readonly SystemTool[] {
  return system.tools.filter(({ isDestructive }) => isDestructive)
}

export function dangerous(system: AgentSystem): readonly SystemTool[] {
  return system.tools.filter((tool) => tool.isDestructive || tool.isSink)
}
