import type { JsonObject } from '../../gate/act.ts'
import { attachedFile, targetsOf } from './claude-code.ts'
import { inputOf, objectOf, textOf } from './fields.ts'
import type { HookDialect, HookEvent, ReadEvent, Ruling, ToolUse } from './hook-event.ts'
import { unnamedEvent } from './unnamed-event.ts'

/**
 * The hooks of Gemini CLI, after docs/hooks/reference.md of its repository. There is `deny` and silence, no `ask`. Its model
 * hooks (BeforeModel, AfterModel, BeforeToolSelection) are the model door's business and only noticed here.
 */
export const geminiCli: HookDialect = { agent: 'gemini-cli', canAsk: false, read, say }

const NOTICES: ReadonlySet<string> = new Set([
  'SessionStart',
  'SessionEnd',
  'AfterAgent',
  'BeforeModel',
  'AfterModel',
  'BeforeToolSelection',
  'Notification',
  'PreCompress',
])

function read(fields: JsonObject): ReadEvent {
  const name = textOf(fields.hook_event_name) ?? ''
  const named = namedEvent(name, fields)
  const event = named ?? unnamedEvent(name, fields, toolUse(fields))
  return { session: textOf(fields.session_id) ?? '', name, isKnown: named !== undefined, event }
}

function namedEvent(name: string, fields: JsonObject): HookEvent | undefined {
  switch (name) {
    case 'BeforeTool':
      return { kind: 'tool-asked', use: toolUse(fields) }
    case 'AfterTool': {
      const response = objectOf(fields.tool_response)
      return {
        kind: 'tool-ended',
        use: toolUse(fields),
        response: response.llmContent ?? fields.tool_response ?? null,
        outcome: response.error === undefined || response.error === null ? 'done' : 'failed',
      }
    }
    case 'BeforeAgent':
      return { kind: 'prompt', text: textOf(fields.prompt) ?? '', isPersons: true }
    default:
      return NOTICES.has(name) ? { kind: 'notice' } : undefined
  }
}

function toolUse(fields: JsonObject): ToolUse {
  return {
    tool: textOf(fields.tool_name) ?? '',
    input: inputOf(fields.tool_input),
    id: undefined,
    cwd: textOf(fields.cwd) ?? '',
    agent: undefined,
    file: attachedFile(fields),
    targets: targetsOf(fields),
  }
}

function say({ name, event }: ReadEvent, ruling: Ruling): JsonObject {
  if (ruling.action === 'pass') return {}
  const { reason } = ruling
  if (name === 'AfterTool') {
    // A denied result is not shown to the model; the reason stands in its place.
    if (ruling.action === 'deny') return { decision: 'deny', reason }
    if (ruling.action === 'replace')
      return {
        hookSpecificOutput: { hookEventName: name, tool_output: asText(ruling.response) },
        systemMessage: reason,
      }
    return { systemMessage: reason }
  }
  if (event.kind === 'tool-asked') return { decision: 'deny', reason }
  if (event.kind === 'prompt' && ruling.action === 'deny') return { decision: 'deny', reason }
  return { systemMessage: reason }
}

function asText(value: JsonObject[string]): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
