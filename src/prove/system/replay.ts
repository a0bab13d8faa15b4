import type { SystemModel } from '../../gate/decide/system/model.ts'
import { type SystemEvent, SystemSession } from '../../gate/decide/system/session.ts'
import type { TableEvent } from '../../gate/decide/system/table.ts'
import type { Bad } from './program.ts'

/** An event of the table as a session of the gate would see it; equal slots are equal arguments. */
export function liveEvent(event: TableEvent): SystemEvent {
  switch (event.kind) {
    case 'call':
    case 'approve':
    case 'expire':
      return { kind: event.kind, agent: event.agent, tool: event.tool, digest: argumentsName(event.slot) }
    default:
      return event
  }
}

export function argumentsName(slot: number): string {
  return `arguments ${String.fromCharCode(65 + slot)}`
}

/** Whether the gate itself lets these events happen, one after the other; and, of a standstill, that nothing follows. */
export function replays(model: SystemModel, events: readonly TableEvent[], bad: Bad): boolean {
  const session = new SystemSession(model, 'replay')
  for (const event of events) if (session.take(liveEvent(event)) === undefined) return false
  if (bad.noneOf === undefined) return true
  return bad.noneOf.every((row) => {
    const event = model.table.events[row.event]
    return event === undefined || session.judge(liveEvent(event)).action === 'deny'
  })
}
