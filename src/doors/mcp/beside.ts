import type { JsonObject, JsonValue } from '../../gate/act.ts'
import { textsOf } from '../texts.ts'
import { followUps, silent } from './methods.ts'
import { isObject, type RpcMessage } from './rpc.ts'

// What a client says beside the call that is judged: in notes (`_meta`), in fields nobody declared, in notifications.
// The server reads it all the same.

/** What of a call of a tool is judged with it, or looked after elsewhere. */
const judgedOfCall = new Set(['name', 'arguments', 'inputResponses', 'requestState'])
/** What programs say of themselves, the same each time. */
const introductions = new Set(['protocolVersion', 'capabilities', 'clientInfo'])
const introductionNotes = new Set([
  'io.modelcontextprotocol/clientInfo',
  'io.modelcontextprotocol/clientCapabilities',
  'io.modelcontextprotocol/protocolVersion',
])
const tokens = new Set([
  'progressToken',
  'requestId',
  'io.modelcontextprotocol/subscriptionId',
  'io.modelcontextprotocol/logLevel',
])
const trace = /^[\da-f]{2}(?:-[\da-f]{2,32}){3}$/
/** Ids and tokens of a client's own making. */
const OWN_CHARACTERS_MAX = 64
/** Shorter than this nothing is a secret or a sentence. */
export const SAID_CHARACTERS_MIN = 12

/**
 * Every text of a message that no act carries; empty for messages as clients make them. `isGiven`: whether a request
 * state is one that the server gave, which says nothing of the client's.
 */
export function saidBeside(
  message: RpcMessage & { kind: 'request' | 'notification' },
  isGiven: (state: string) => boolean,
): string {
  const { params } = message
  const { _meta, ...fields } = params
  const { requestState } = fields
  const state = typeof requestState === 'string' && isGiven(requestState) ? undefined : requestState
  const rest = without(fields, isJudged(message))
  const { text } = textsOf({ rest, state: state ?? null, notes: notesOf(_meta) })
  return text.length < SAID_CHARACTERS_MIN ? '' : text
}

/** Which fields of a message are judged with its act: what a word of the protocol means depends on the method. */
function isJudged({ kind, method }: RpcMessage & { kind: 'request' | 'notification' }) {
  const isStated = (name: string) => name === 'requestState'
  if (kind === 'notification') return isStated
  if (method === 'tools/call') return (name: string) => judgedOfCall.has(name)
  if (method === 'initialize') return (name: string) => introductions.has(name) || isStated(name)
  if (followUps.has(method)) return (name: string) => name === 'taskId' || isStated(name)
  // Of any other call all fields are the act; of what is no call none is.
  return silent.has(method) ? isStated : () => true
}

/** Notes on a message, without those by which programs introduce themselves. */
export function notesOf(meta: JsonValue | undefined): JsonValue {
  if (!isObject(meta)) return meta ?? null
  return without(meta, (name) => introductionNotes.has(name))
}

/** Counts and tokens of programs left out, and what else is. */
export function without(fields: JsonObject, isLeftOut: (name: string) => boolean): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => {
      if (tokens.has(name)) return !isOwnToken(value)
      if (name === 'traceparent' && typeof value === 'string' && trace.test(value)) return false
      return !isLeftOut(name)
    }),
  )
}

function isOwnToken(value: JsonValue): boolean {
  return typeof value === 'number' || (typeof value === 'string' && value.length <= OWN_CHARACTERS_MAX)
}
