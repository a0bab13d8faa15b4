import type { JsonObject } from '../../gate/act.ts'
import { textOf } from '../hook/fields.ts'
import type { HookDialect, HookEvent, ReadEvent, Ruling, ToolUse } from '../hook/hook-event.ts'

/** What `portcullis run` says to a gate: a command that is about to run, and how it ended. */
export const shell: HookDialect = { agent: 'shell', canAsk: true, read, say }

function read(fields: JsonObject): ReadEvent {
  const name = textOf(fields.hook_event_name) ?? ''
  const event = eventOf(name, fields)
  return { session: textOf(fields.session_id) ?? '', name, isKnown: event.kind !== 'unknown', event }
}

function eventOf(name: string, fields: JsonObject): HookEvent {
  const use: ToolUse = {
    tool: 'Shell',
    input: { command: textOf(fields.command) ?? '' },
    id: textOf(fields.id),
    cwd: textOf(fields.cwd) ?? '',
    agent: undefined,
    file: undefined,
    targets: {},
  }
  if (name === 'command') return { kind: 'tool-asked', use }
  if (name === 'ended')
    return { kind: 'tool-ended', use, response: null, outcome: fields.code === 0 ? 'done' : 'failed' }
  return { kind: 'unknown' }
}

function say(_read: ReadEvent, ruling: Ruling): JsonObject {
  return ruling.action === 'ask' || ruling.action === 'deny'
    ? { action: ruling.action, reason: ruling.reason }
    : { action: 'allow' }
}
