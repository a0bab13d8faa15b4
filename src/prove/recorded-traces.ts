import type { SystemModel } from '../gate/decide/system/model.ts'
import { type SystemEvent, SystemSession } from '../gate/decide/system/session.ts'
import type { TableEvent } from '../gate/decide/system/table.ts'

/** An auditor's checker holds so much and no more. */
const SESSIONS_MAX = 100
const EVENTS_MAX = 200

type Line = { readonly entry: Readonly<Record<string, unknown>> }

/** What a ledger says happened under this model, session by session, in the words of the table. Nothing is judged here. */
export function recordedTraces(
  model: SystemModel,
  lines: Iterable<Line>,
): readonly (readonly TableEvent[])[] {
  const sessions = new Map<string, { readonly session: SystemSession; readonly events: TableEvent[] }>()
  const done: TableEvent[][] = []
  for (const { entry } of lines) {
    if (entry.kind === 'system-model') {
      done.push(...[...sessions.values()].map(({ events }) => events))
      sessions.clear()
    }
    if (!Array.isArray(entry.steps)) continue
    const key = `${String(entry.tenant)}\0${String(entry.session)}`
    for (const step of entry.steps as readonly { model?: unknown; event?: SystemEvent }[]) {
      if (step.model !== model.hash || step.event === undefined) continue
      const known = sessions.get(key) ?? { session: new SystemSession(model, key), events: [] }
      sessions.set(key, known)
      const event = known.session.inTable(step.event)
      if (event !== undefined && known.events.length < EVENTS_MAX) known.events.push(event)
      known.session.take(step.event)
    }
  }
  done.push(...[...sessions.values()].map(({ events }) => events))
  return done.slice(0, SESSIONS_MAX)
}
