import type { AgentSystem } from '../../gate/decide/system/system.ts'
import type { TableEvent } from '../../gate/decide/system/table.ts'
import { argumentsName } from './replay.ts'

export type StoryStep = {
  readonly step: number
  readonly event: TableEvent
  /** One sentence. */
  readonly story: string
}

/** A trace as sentences a person can follow. */
export function storyOf(system: AgentSystem, events: readonly TableEvent[]): readonly StoryStep[] {
  const slots = new Map<number, number>()
  return events.map((given, at) => {
    const event = 'slot' in given ? { ...given, slot: renumbered(slots, given.slot) } : given
    return { step: at + 1, event, story: sentence(system, event) }
  })
}

/** The arguments that come first are called A. */
function renumbered(slots: Map<number, number>, slot: number): number {
  const known = slots.get(slot) ?? slots.size
  slots.set(slot, known)
  return known
}

function sentence(system: AgentSystem, event: TableEvent): string {
  switch (event.kind) {
    case 'call':
      return `${event.agent} calls ${event.tool}${withArguments(system, event)}${effects(system, event.tool)}.`
    case 'approve':
      return `A person approves that ${event.agent} calls ${event.tool}${withArguments(system, event)}.`
    case 'expire':
      return `The approval for ${event.agent} to call ${event.tool}${withArguments(system, event)} ends.`
    case 'message':
      return `${event.from} sends a message to ${event.to}.`
    case 'delegate':
      return `${event.from} passes ${event.tool} on to ${event.to}.`
    case 'revoke':
      return `An operator revokes ${event.agent}.`
  }
}

type Slotted = { readonly tool: string; readonly slot: number }

function withArguments(system: AgentSystem, { tool, slot }: Slotted): string {
  const declared = system.tools.find(({ name }) => name === tool)
  const matters = declared !== undefined && (declared.needsApproval || declared.injected === 'ask')
  return matters ? ` with ${argumentsName(slot)}` : ''
}

function effects(system: AgentSystem, name: string): string {
  const tool = system.tools.find((each) => each.name === name)
  if (tool === undefined) return ''
  const said = [
    ...(tool.reads.length > 0 ? [`now holds ${tool.reads.join(' and ')} data`] : []),
    ...(tool.isUntrusted ? ["has read strangers' words"] : []),
    ...(tool.isDestructive ? ['what it does cannot be undone'] : []),
    ...(tool.isSink ? ['what it is given leaves'] : []),
  ]
  return said.length === 0 ? '' : `: ${said.join(', ')}`
}
