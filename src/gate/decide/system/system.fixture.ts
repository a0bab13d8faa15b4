// For tests: systems made up at random, and sessions of events in them.
import type { SystemEvent } from './session.ts'
import type { AgentSystem, GuardMode, SystemTool } from './system.ts'
import type { SystemTable, TableEvent } from './table.ts'

/** Numbers below `n`, from a seed (mulberry32). */
export function chance(seed: number): (n: number) => number {
  let state = seed >>> 0
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n
  }
}

/** A small system with any combination of guards on and off. */
export function randomSystem(
  seed: number,
  size: { readonly agents: number; readonly tools: number },
): AgentSystem {
  const pick = chance(seed)
  const coin = (of = 2): boolean => pick(of) === 0
  const agentNames = Array.from({ length: size.agents }, (_, at) => `agent${at}`)
  const toolNames = Array.from({ length: size.tools }, (_, at) => `tool${at}`)
  const some = (names: readonly string[], of = 2): string[] => names.filter(() => coin(of))
  const modes: readonly GuardMode[] = ['allow', 'ask', 'deny']
  const tool = (name: string): SystemTool => ({
    name,
    needs: coin(4) ? ['secret'] : [],
    reads: coin(3) ? ['private'] : [],
    isUntrusted: coin(3),
    isSink: coin(3),
    accepts: coin(4) ? ['private'] : [],
    isDestructive: coin(3),
    needsApproval: coin(3),
    injected: modes[pick(3)] ?? 'deny',
  })
  return {
    labels: [{ name: 'private', isProtected: true }],
    credentials: [{ name: 'secret', entitled: some(agentNames), isLent: coin(4) }],
    tools: toolNames.map(tool),
    agents: agentNames.map((name) => {
      const others = agentNames.filter((other) => other !== name)
      return {
        name,
        match: [name],
        tools: some(toolNames),
        ceiling: coin(3) ? some(toolNames) : undefined,
        delegates: some(others).map((to) => ({ to, tools: some(toolNames) })),
        messages: some(others).map((to) => ({
          to,
          carries: coin(3) ? some(['private']) : undefined,
          isSanitised: coin(4),
        })),
      }
    }),
    approvals: { once: !coin(4), sameArguments: !coin(4), fresh: !coin(3), outstanding: 1 },
    delegation: { depth: 1 + pick(2), narrows: !coin(4) },
    revocation: { enforced: !coin(4), cascades: !coin(3) },
    budget: { calls: coin(3) ? 3 : undefined, destructive: undefined, delegations: undefined },
    claims: { depth: 1, never: [] },
    undeclared: coin() ? 'rules' : 'deny',
  }
}

/** The same event as a session sees it; equal slots are equal arguments. */
export function asLive(event: TableEvent): SystemEvent {
  if ('slot' in event)
    return { kind: event.kind, agent: event.agent, tool: event.tool, digest: `digest ${event.slot}` }
  return event
}

/** An event that the table has a place for, or now and then one that it has not. */
export function randomEvent(table: SystemTable, pick: (n: number) => number): TableEvent {
  const event = table.events[pick(table.events.length)]
  if (event !== undefined && pick(10) > 0) return event
  const { agents, tools } = table.system
  const agent = agents[pick(agents.length)]?.name ?? ''
  const other = agents[pick(agents.length)]?.name ?? ''
  const tool = tools[pick(tools.length)]?.name ?? ''
  return pick(2) === 0
    ? { kind: 'call', agent, tool, slot: 0 }
    : { kind: 'delegate', from: agent, to: other, tool }
}
