import type { JsonObject, JsonValue } from '../../gate/act.ts'
import { attachedFile, targetsOf } from './claude-code.ts'
import { inputOf, listOf, objectOf, textOf } from './fields.ts'
import type { HookDialect, HookEvent, ReadEvent, Ruling, ToolUse } from './hook-event.ts'
import { unnamedEvent } from './unnamed-event.ts'

/**
 * Cursor's agent hooks, after public descriptions of them: before a command, an MCP call, a read and a prompt it waits for a
 * permission; what it tells afterwards cannot be changed. `allow` is never said: silence leaves its own rules in force.
 */
export const cursor: HookDialect = { agent: 'cursor', canAsk: true, read, say }

const NOTICES: ReadonlySet<string> = new Set([
  'afterAgentResponse',
  'afterAgentThought',
  'sessionStart',
  'sessionEnd',
  'subagentStart',
  'subagentStop',
  'preCompact',
  'stop',
])

/** Cursor's own names for what is about to happen, and the tool they stand for. */
function read(fields: JsonObject): ReadEvent {
  const name = textOf(fields.hook_event_name) ?? ''
  const session = textOf(fields.conversation_id) ?? textOf(fields.session_id) ?? ''
  const named = namedEvent(name, fields)
  const event = named ?? unnamedEvent(name, fields, mcpUse(fields))
  return { session, name, isKnown: named !== undefined, event }
}

function namedEvent(name: string, fields: JsonObject): HookEvent | undefined {
  const path = textOf(fields.file_path) ?? ''
  switch (name) {
    case 'beforeShellExecution':
      return { kind: 'tool-asked', use: toolUse(fields, 'Shell', { command: textOf(fields.command) ?? '' }) }
    case 'beforeMCPExecution':
      return { kind: 'tool-asked', use: mcpUse(fields) }
    case 'beforeReadFile':
    case 'beforeTabFileRead':
      return { kind: 'tool-asked', use: toolUse(fields, 'Read', { file_path: path }) }
    case 'preToolUse':
      return {
        kind: 'tool-asked',
        use: toolUse(fields, textOf(fields.tool_name) ?? '', inputOf(fields.tool_input)),
      }
    case 'afterShellExecution':
      return ended(
        toolUse(fields, 'Shell', { command: textOf(fields.command) ?? '' }),
        fields.output ?? null,
        'done',
      )
    case 'afterMCPExecution':
      return ended(mcpUse(fields), fields.result_json ?? null, 'done')
    case 'postToolUse':
    case 'postToolUseFailure':
      return ended(
        toolUse(fields, textOf(fields.tool_name) ?? '', inputOf(fields.tool_input)),
        fields.tool_output ?? fields.error_message ?? null,
        name === 'postToolUse' ? 'done' : 'failed',
      )
    case 'afterFileEdit':
    case 'afterTabFileEdit':
      return {
        kind: 'changed',
        path,
        text:
          attachedFile(fields)?.text ??
          listOf(fields.edits)
            .map((edit) => textOf(objectOf(edit).new_string) ?? '')
            .join('\n'),
      }
    case 'beforeSubmitPrompt':
      return { kind: 'prompt', text: textOf(fields.prompt) ?? '', isPersons: true }
    default:
      return NOTICES.has(name) ? { kind: 'notice' } : undefined
  }
}

function ended(use: ToolUse, response: JsonValue, outcome: 'done' | 'failed'): HookEvent {
  return { kind: 'tool-ended', use, response, outcome }
}

function mcpUse(fields: JsonObject): ToolUse {
  return toolUse(fields, textOf(fields.tool_name) ?? '', inputOf(fields.tool_input))
}

function toolUse(fields: JsonObject, tool: string, input: JsonObject): ToolUse {
  const roots = listOf(fields.workspace_roots)
  return {
    tool,
    input,
    id: textOf(fields.tool_use_id),
    cwd: textOf(fields.cwd) ?? textOf(roots[0]) ?? '',
    agent: undefined,
    file: attachedFile(fields),
    targets: targetsOf(fields),
  }
}

function say({ isKnown, event }: ReadEvent, ruling: Ruling): JsonObject {
  if (ruling.action === 'pass') return {}
  const { reason } = ruling
  if (event.kind === 'prompt')
    return ruling.action === 'deny' ? { continue: false, user_message: reason } : { continue: true }
  if (event.kind === 'tool-asked')
    return {
      // Whether a new event may ask is not known.
      permission: ruling.action === 'ask' && isKnown ? 'ask' : 'deny',
      user_message: reason,
      agent_message: reason,
    }
  return {}
}
