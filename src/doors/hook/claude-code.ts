import type { JsonObject } from '../../gate/act.ts'
import { inputOf, objectOf, present, textOf } from './fields.ts'
import type { HookDialect, HookEvent, ReadEvent, Ruling, ToolUse } from './hook-event.ts'
import { unnamedEvent } from './unnamed-event.ts'

/**
 * The hooks of Claude Code, after the type declarations of its agent SDK 0.3.330 (33 events). An empty answer leaves the
 * agent's own permission rules in force; `permissionDecision: allow` would skip them, so the gate never says it.
 */
export const claudeCode: HookDialect = { agent: 'claude-code', canAsk: true, read, say }

/** Prompts that no person wrote in this moment. */
const UNATTENDED = new Set(['system', 'loop_wakeup', 'schedule_wakeup', 'poll_event'])

/** Events that only tell. A hook on WorktreeCreate would have to make the worktree, so `connect` sets none there. */
const NOTICES: ReadonlySet<string> = new Set([
  'PostToolBatch',
  'Notification',
  'SessionStart',
  'SessionEnd',
  'Stop',
  'StopFailure',
  'SubagentStart',
  'SubagentStop',
  'PreCompact',
  'PostCompact',
  'PreModelSwitch',
  'PostModelSwitch',
  'Setup',
  'TeammateIdle',
  'TaskCompleted',
  'WorktreeCreate',
  'WorktreeRemove',
  'CwdChanged',
  'DirectoryAdded',
  'MessageDisplay',
])

function read(fields: JsonObject): ReadEvent {
  const name = textOf(fields.hook_event_name) ?? ''
  const named = namedEvent(name, fields)
  const event = named ?? unnamedEvent(name, fields, toolUse(fields))
  return { session: textOf(fields.session_id) ?? '', name, isKnown: named !== undefined, event }
}

function namedEvent(name: string, fields: JsonObject): HookEvent | undefined {
  const text = (field: string): string => textOf(fields[field]) ?? ''
  switch (name) {
    case 'PreToolUse':
      return { kind: 'tool-asked', use: toolUse(fields) }
    case 'PermissionRequest':
      return { kind: 'tool-permission', use: toolUse(fields) }
    case 'PermissionDenied':
      return { kind: 'tool-blocked', use: toolUse(fields) }
    case 'PostToolUse':
      return {
        kind: 'tool-ended',
        use: toolUse(fields),
        response: fields.tool_response ?? null,
        outcome: 'done',
      }
    case 'PostToolUseFailure':
      return { kind: 'tool-ended', use: toolUse(fields), response: text('error'), outcome: 'failed' }
    case 'UserPromptSubmit': {
      // A subagent's prompt was written by the main agent.
      const isPersons = !UNATTENDED.has(text('source')) && fields.agent_id === undefined
      return { kind: 'prompt', text: text('prompt'), isPersons }
    }
    case 'UserPromptExpansion':
      return {
        kind: 'arrived',
        source: `${text('expansion_type')} ${text('command_name')}`,
        text: text('prompt'),
      }
    case 'InstructionsLoaded':
      return { kind: 'arrived', source: text('file_path'), text: attachedText(fields) ?? '' }
    case 'Elicitation':
      return {
        kind: 'arrived',
        source: `${text('mcp_server_name')} elicitation`,
        text: [text('message'), text('url'), JSON.stringify(fields.requested_schema ?? '')].join('\n'),
      }
    case 'ElicitationResult':
      return {
        kind: 'sent',
        tool: `mcp__${text('mcp_server_name')}__elicitation_answer`,
        fields: objectOf(fields.content),
      }
    case 'TaskCreated':
      return {
        kind: 'told',
        from: textOf(fields.agent_id) ?? 'main',
        to: textOf(fields.teammate_name) ?? 'task list',
        text: `${text('task_subject')}\n${text('task_description')}`,
      }
    case 'ConfigChange':
    case 'FileChanged':
      return { kind: 'changed', path: text('file_path'), text: attachedText(fields) }
    default:
      return NOTICES.has(name) ? { kind: 'notice' } : undefined
  }
}

export function toolUse(fields: JsonObject): ToolUse {
  return {
    tool: textOf(fields.tool_name) ?? '',
    input: inputOf(fields.tool_input),
    id: textOf(fields.tool_use_id),
    cwd: textOf(fields.cwd) ?? '',
    agent: textOf(fields.agent_id),
    file: attachedFile(fields),
    targets: targetsOf(fields),
  }
}

/** What the shim adds to an event: the file it is about, as it stands on the agent's machine. */
export function attachedFile(fields: JsonObject): ToolUse['file'] {
  const file = objectOf(fields.portcullis_file)
  const path = textOf(file.path)
  const text = textOf(file.text)
  return path === undefined || text === undefined ? undefined : { path, text }
}

/** Where the paths of an event lead, for those that lead elsewhere: through links, on the agent's machine. */
export function targetsOf(fields: JsonObject): JsonObject {
  return objectOf(fields.portcullis_targets)
}

function attachedText(fields: JsonObject): string | undefined {
  return attachedFile(fields)?.text
}

function say({ name, isKnown, event }: ReadEvent, ruling: Ruling): JsonObject {
  if (ruling.action === 'pass') return {}
  const { reason } = ruling
  // What a new event can be told is not known: both ways to refuse that the others have, and no question, which may be passed over.
  if (!isKnown && event.kind === 'tool-asked')
    return {
      ...{ decision: 'block', reason },
      ...specific(name, { permissionDecision: 'deny', permissionDecisionReason: reason }),
    }
  switch (name) {
    case 'PreToolUse':
      return specific(name, {
        permissionDecision: ruling.action === 'ask' ? 'ask' : 'deny',
        permissionDecisionReason: reason,
      })
    case 'PermissionRequest':
      // The dialog that follows is the asking.
      return ruling.action === 'ask'
        ? { systemMessage: reason }
        : specific(name, { decision: { behavior: 'deny', message: reason } })
    case 'PostToolUse':
      return {
        ...(ruling.action === 'deny' ? { decision: 'block', reason } : {}),
        ...specific(name, {
          additionalContext: reason,
          updatedToolOutput: ruling.action === 'replace' ? ruling.response : undefined,
        }),
      }
    case 'PostToolUseFailure':
      return specific(name, { additionalContext: reason })
    case 'UserPromptSubmit':
    case 'UserPromptExpansion':
      return ruling.action === 'deny' ? { decision: 'block', reason } : { systemMessage: reason }
    case 'ConfigChange':
    case 'TaskCreated':
      return ruling.action === 'deny' ? { decision: 'block', reason } : { systemMessage: reason }
    case 'Elicitation':
    case 'ElicitationResult':
      return ruling.action === 'deny'
        ? { ...specific(name, { action: 'decline' }), systemMessage: reason }
        : { systemMessage: reason }
    default:
      return { systemMessage: reason }
  }
}

function specific(
  hookEventName: string,
  fields: Readonly<Record<string, JsonObject[string] | undefined>>,
): JsonObject {
  return { hookSpecificOutput: { hookEventName, ...present(fields) } }
}
