import type { JsonObject } from '../../gate/act.ts'
import { textOf } from './fields.ts'
import type { HookEvent, ToolUse } from './hook-event.ts'

/**
 * An event that the contract does not name: agents get new ones from version to version. One that carries a tool's input or a
 * command is about a tool, whatever it is called, and one with an answer beside it tells that the tool was used. A text that it
 * calls a prompt may be anybody's, and so gives no authority.
 */
export function unnamedEvent(name: string, fields: JsonObject, use: ToolUse): HookEvent {
  const command = textOf(fields.command)
  const about = use.tool === '' && command !== undefined ? { ...use, tool: 'Shell', input: { command } } : use
  const response = fields.tool_response ?? fields.tool_output ?? fields.output
  if (about.tool !== '' && (about !== use || fields.tool_input !== undefined))
    return response === undefined
      ? { kind: 'tool-asked', use: about }
      : { kind: 'tool-ended', use: about, response, outcome: 'done' }
  const prompt = textOf(fields.prompt)
  return prompt === undefined ? { kind: 'unknown' } : { kind: 'arrived', source: name, text: prompt }
}
