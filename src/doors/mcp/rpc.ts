import type { JsonObject, JsonValue } from '../../gate/act.ts'
import { failure, type Result, success } from '../../kernel/result.ts'

export type RpcId = string | number

/** One JSON-RPC message, as far as the gate has to know it. Fields it does not know stay in the text. */
export type RpcMessage =
  | { readonly kind: 'request'; readonly id: RpcId; readonly method: string; readonly params: JsonObject }
  | { readonly kind: 'notification'; readonly method: string; readonly params: JsonObject }
  | { readonly kind: 'result'; readonly id: RpcId; readonly result: JsonValue }
  | { readonly kind: 'error'; readonly id: RpcId | undefined; readonly error: JsonObject }

export type RpcFailure = 'batch' | 'not-a-message' | 'ambiguous-key' | 'id-malformed' | 'params-malformed'

export const rpcReasons: Readonly<Record<RpcFailure, string>> = {
  batch: 'batches of messages are not served',
  'not-a-message': 'this is no JSON-RPC 2.0 message',
  'ambiguous-key': 'a key differs from a key of the protocol only in case',
  'id-malformed': 'an id must be a text of up to 256 characters or a whole number',
  'params-malformed': 'params must be an object',
}

/**
 * What the gate itself answers with. JSON-RPC keeps −32768 … −32000 for itself and MCP tells new implementations to
 * stay out of it, so these lie beyond.
 */
export const gateCodes = {
  parse: -32_700,
  invalid: -32_600,
  params: -32_602,
  headerMismatch: -32_020,
  denied: 40_300,
  approval: 40_301,
  unauthenticated: 40_100,
  limit: 42_900,
  gate: 50_000,
  upstream: 50_200,
  upstreamSlow: 50_400,
} as const

const ID_CHARACTERS_MAX = 256
const envelope = namesOf('jsonrpc', 'id', 'method', 'params', 'result', 'error')
/** What the gate reads of the params; some servers match keys without regard to case. */
const inner = namesOf(
  ...['_meta', 'name', 'uri', 'arguments', 'inputResponses', 'requestState', 'task'],
  ...['taskId', 'taskIds', 'notifications'],
)

export function readMessage(value: JsonValue): Result<RpcMessage, RpcFailure> {
  if (Array.isArray(value)) return failure('batch')
  if (!isObject(value) || value.jsonrpc !== '2.0') return failure('not-a-message')
  if (disguises(value, envelope)) return failure('ambiguous-key')
  const { method, params = {}, id } = value
  const hasId = 'id' in value && id !== null
  if (hasId && !isId(id)) return failure('id-malformed')
  if (typeof method === 'string') {
    if ('result' in value || 'error' in value || ('id' in value && !hasId)) return failure('not-a-message')
    if (!isObject(params)) return failure('params-malformed')
    if (disguises(params, inner)) return failure('ambiguous-key')
    return success(
      isId(id) ? { kind: 'request', id, method, params } : { kind: 'notification', method, params },
    )
  }
  const { result, error } = value
  if ('result' in value === 'error' in value) return failure('not-a-message')
  if (error !== undefined)
    return isObject(error)
      ? success({ kind: 'error', id: isId(id) ? id : undefined, error })
      : failure('not-a-message')
  return isId(id) && result !== undefined ? success({ kind: 'result', id, result }) : failure('not-a-message')
}

/** The same message without fields that no reader has a word for, and the gate has not read; the very text where there are none. */
export function envelopeText(text: string, value: JsonValue): string {
  if (!isObject(value)) return text
  const known = Object.entries(value).filter(([key]) => envelope.get(foldedKey(key)) === key)
  return known.length === Object.keys(value).length ? text : JSON.stringify(Object.fromEntries(known))
}

/** Names by what they are to a reader that ignores case. */
function namesOf(...names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.map((name) => [foldedKey(name), name]))
}

/** As Go's encoding/json folds keys: a long s is an s, and the sign of kelvins a k. */
export function foldedKey(key: string): string {
  return key.toUpperCase().toLowerCase()
}

/** A key that is not one of the protocol's but would be to a reader that ignores case. */
function disguises(record: JsonObject, known: ReadonlyMap<string, string>): boolean {
  return Object.keys(record).some((key) => (known.get(foldedKey(key)) ?? key) !== key)
}

function isId(value: unknown): value is RpcId {
  return typeof value === 'string' ? value.length <= ID_CHARACTERS_MAX : Number.isSafeInteger(value)
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Ids `1` and `"1"` are two. */
export function idKey(id: RpcId): string {
  return typeof id === 'string' ? `s${id}` : `n${id}`
}

export function errorMessage(
  id: RpcId | undefined,
  code: number,
  message: string,
  data: JsonObject = {},
): string {
  return JSON.stringify({ jsonrpc: '2.0', id: id ?? null, error: { code, message, data } })
}

export function resultMessage(id: RpcId, result: JsonObject): string {
  return JSON.stringify({ jsonrpc: '2.0', id, result })
}

const VERSION = 'io.modelcontextprotocol/protocolVersion'

/** Requests of the stateless era say their version in `_meta`; before that a handshake settled it. */
export function versionOf(params: JsonObject): string | undefined {
  const meta = params._meta
  const version = isObject(meta) ? meta[VERSION] : undefined
  return typeof version === 'string' ? version : undefined
}
