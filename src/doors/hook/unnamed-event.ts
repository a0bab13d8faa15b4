import type { JsonObject } from '../../gate/act.ts'
import { present, textOf } from './fields.ts'
import type { HookEvent, ToolUse } from './hook-event.ts'

/**
 * An event that the contract does not name: agents get new ones from version to version. One that carries a tool's input or a
 * command is about a tool, whatever it is called, and one with an answer beside it tells that the tool was used. A text that it
 * calls a prompt may be anybody's, and so gives no authority.
 */
export function unnamedEvent(name: string, fields: JsonObject, use: ToolUse): HookEvent {
  const { command, tool_input: input } = fields
  const commanded = command === undefined || command === null ? undefined : present({ command })
  const response = fields.tool_response ?? fields.tool_output ?? fields.output
  const isTool = input !== undefined && input !== null
  const about =
    commanded === undefined
      ? // A tool without a name is whatever its input makes of it.
        { ...use, tool: use.tool === '' ? 'Shell' : use.tool }
      : isTool
        ? // A command beside an input: nobody knows which of them will be done.
          { ...use, tool: `hook event ${name}`, input: { input, ...commanded } }
        : { ...use, tool: 'Shell', input: commanded }
  if (isTool || commanded !== undefined)
    return response === undefined
      ? { kind: 'tool-asked', use: about }
      : { kind: 'tool-ended', use: about, response, outcome: 'done' }
  const prompt = textOf(fields.prompt)
  return prompt === undefined ? { kind: 'unknown' } : { kind: 'arrived', source: name, text: prompt }
}
