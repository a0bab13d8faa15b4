import type { JsonObject } from '../../gate/act.ts'
import { textsOf } from '../texts.ts'
import { isObject, type RpcMessage } from './rpc.ts'

// What a client says beside the call that is judged: in notes (`_meta`), in fields nobody declared, in notifications.
// The server reads it all the same.

/** Judged with the call, or looked after elsewhere. */
const judged = new Set(['name', 'arguments', 'inputResponses', 'requestState', 'taskId'])
/** What programs say of themselves, the same each time. */
const introductions = new Set(['protocolVersion', 'capabilities', 'clientInfo'])
const numbers = new Set(['progressToken', 'requestId'])
const trace = /^[\da-f]{2}(?:-[\da-f]{2,32}){3}$/
/** Ids and tokens of a client's own making. */
const OWN_CHARACTERS_MAX = 64
/** Shorter than this nothing is a secret or a sentence. */
export const SAID_CHARACTERS_MIN = 12

/** Every text of a message that no act carries; empty for messages as clients make them. */
export function saidBeside(message: RpcMessage & { kind: 'request' | 'notification' }): string {
  const { method, params } = message
  const { _meta, ...fields } = params
  // Of these requests all fields are the call.
  const isCall = message.kind === 'request' && (method === 'prompts/get' || method === 'resources/read')
  const rest = isCall ? {} : without(fields, (name) => judged.has(name) || introductions.has(name))
  const notes = isObject(_meta) ? without(_meta, (name) => name.startsWith('io.modelcontextprotocol/')) : {}
  const { text } = textsOf({ ...{ rest, notes } })
  return text.length < SAID_CHARACTERS_MIN ? '' : text
}

/** Counts and tokens of programs left out, and what else is. */
export function without(fields: JsonObject, isLeftOut: (name: string) => boolean): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => {
      if (numbers.has(name)) return typeof value === 'string' && value.length > OWN_CHARACTERS_MAX
      if (name === 'traceparent' && typeof value === 'string' && trace.test(value)) return false
      return !isLeftOut(name)
    }),
  )
}
