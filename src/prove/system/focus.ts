import type { AgentSystem, SystemAgent } from '../../gate/decide/system/system.ts'

/** Larger systems are weakened in a part of them: what breaks in the part breaks in the whole. */
const AGENTS_MAX = 8

/**
 * A system of few agents out of a larger one. Leaving agents out only takes events away, so a trace of the part is a
 * trace of the whole.
 */
export function focusOn(system: AgentSystem): AgentSystem {
  if (system.agents.length <= AGENTS_MAX) return system
  const kept = chosen(system)
  const isKept = ({ to }: { readonly to: string }) => kept.has(to)
  const agents = system.agents
    .filter(({ name }) => kept.has(name))
    .map((agent) => ({
      ...agent,
      delegates: agent.delegates.filter(isKept),
      messages: agent.messages.filter(isKept),
    }))
  const { never } = system.claims
  return {
    ...system,
    agents,
    credentials: system.credentials.map((each) => ({
      ...each,
      entitled: each.entitled.filter((name) => kept.has(name)),
    })),
    claims: {
      ...system.claims,
      never: never.filter(({ agent }) => agent === undefined || kept.has(agent)),
    },
  }
}

/** Agents that reach much, together with those they deal with. */
function chosen(system: AgentSystem): ReadonlySet<string> {
  const tools = new Map(system.tools.map((tool) => [tool.name, tool]))
  const weight = (agent: SystemAgent): number => {
    const has = (test: (tool: AgentSystem['tools'][number]) => boolean): number =>
      agent.tools.some((name) => {
        const tool = tools.get(name)
        return tool !== undefined && test(tool)
      })
        ? 1
        : 0
    return (
      has(({ isSink }) => isSink) +
      has(({ isDestructive }) => isDestructive) +
      has(({ isUntrusted }) => isUntrusted) +
      has(({ reads }) => reads.length > 0) +
      has(({ needs }) => needs.length > 0) +
      (agent.delegates.length > 0 ? 1 : 0)
    )
  }
  const ranked = [...system.agents].sort((left, right) => weight(right) - weight(left))
  const byName = new Map(system.agents.map((agent) => [agent.name, agent]))
  const claimed = system.claims.never.flatMap(({ agent }) => agent ?? [])
  const kept = new Set<string>(claimed.slice(0, AGENTS_MAX / 2))
  const queue: SystemAgent[] = [...ranked.slice(0, 4)]
  for (let agent = queue.shift(); agent !== undefined; agent = queue.shift()) {
    if (kept.size >= AGENTS_MAX) break
    if (kept.has(agent.name)) continue
    kept.add(agent.name)
    for (const { to } of [...agent.delegates, ...agent.messages]) {
      const next = byName.get(to)
      if (next !== undefined) queue.push(next)
    }
  }
  return kept
}
