import {
  type AgentAct,
  type JsonObject,
  type JsonValue,
  parseActId,
  parseSessionId,
  type ToolDescription,
} from '../../gate/act.ts'
import { failure, type Result, success } from '../../kernel/result.ts'

/** Deeper arguments than this are refused: nothing honest nests so far. */
const NESTING_MAX = 100
const TOOLS_MAX = 10_000

/** One line of the judge's input. The error says what is wrong with it, never what it held. */
export function parseAct(line: string): Result<AgentAct, string> {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return failure('not JSON')
  }
  if (!isObject(value)) return failure('not an object')
  const session = typeof value.session === 'string' ? parseSessionId(value.session) : undefined
  if (!session?.ok) return failure('session: must be a text of 1 to 256 characters')
  if (value.kind === 'tools') return parseTools(value, session.value)
  if (value.kind === 'task')
    return typeof value.text === 'string'
      ? success({ kind: 'task', session: session.value, text: value.text })
      : failure('text: must be a text')
  const id = typeof value.id === 'string' ? parseActId(value.id) : undefined
  if (!id?.ok) return failure('id: must be a text of 1 to 256 characters')
  return parseJudged(value, { id: id.value, session: session.value })
}

type Common = Pick<Extract<AgentAct, { id: unknown }>, 'id' | 'session'>

function parseJudged(value: Fields, common: Common): Result<AgentAct, string> {
  const wrong = (...names: string[]) => names.find((name) => typeof value[name] !== 'string')
  const text = (name: string) => String(value[name])
  const optional = (name: string) => (typeof value[name] === 'string' ? value[name] : '')
  switch (value.kind) {
    case 'call': {
      if (typeof value.tool !== 'string') return failure('tool: must be a text')
      const given = value.arguments ?? {}
      if (!isObject(given)) return failure('arguments: must be an object')
      if (!isShallow(given, NESTING_MAX)) return failure(`arguments: nested deeper than ${NESTING_MAX}`)
      return success({ ...common, kind: 'call', tool: value.tool, arguments: given as JsonObject })
    }
    case 'result': {
      const missing = wrong('text')
      if (missing !== undefined) return failure(`${missing}: must be a text`)
      return success({
        ...common,
        kind: 'result',
        call: optional('call'),
        tool: optional('tool'),
        text: text('text'),
      })
    }
    case 'command': {
      const missing = wrong('command')
      if (missing !== undefined) return failure(`${missing}: must be a text`)
      return success({ ...common, kind: 'command', command: text('command'), cwd: optional('cwd') })
    }
    case 'message': {
      const missing = wrong('from', 'to', 'text')
      if (missing !== undefined) return failure(`${missing}: must be a text`)
      return success({ ...common, kind: 'message', from: text('from'), to: text('to'), text: text('text') })
    }
    case 'write': {
      const missing = wrong('path', 'text')
      if (missing !== undefined) return failure(`${missing}: must be a text`)
      return success({ ...common, kind: 'write', path: text('path'), text: text('text') })
    }
    default:
      return failure('kind: must be one of tools, task, call, result, command, message, write')
  }
}

function parseTools(value: Fields, session: Common['session']): Result<AgentAct, string> {
  if (!Array.isArray(value.tools)) return failure('tools: must be a list')
  if (value.tools.length > TOOLS_MAX) return failure(`tools: more than ${TOOLS_MAX}`)
  const tools: ToolDescription[] = []
  for (const tool of value.tools as readonly unknown[]) {
    if (!isObject(tool) || typeof tool.name !== 'string') return failure('tools: each must have a name')
    tools.push({
      name: tool.name,
      description: typeof tool.description === 'string' ? tool.description : '',
      inputSchema: objectOr(tool.inputSchema),
      annotations: objectOr(tool.annotations),
    })
  }
  return success({ kind: 'tools', session, tools })
}

type Fields = { readonly [name: string]: unknown }

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** JSON.parse made the value, so an object of it is a JSON object. */
function objectOr(value: unknown): JsonObject {
  return isObject(value) && isShallow(value, NESTING_MAX)
    ? (value as { readonly [key: string]: JsonValue })
    : {}
}

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (depth === 0) return false
  for (const inner of Object.values(value)) if (!isShallow(inner, depth - 1)) return false
  return true
}
