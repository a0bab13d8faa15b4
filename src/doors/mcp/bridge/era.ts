import type { JsonObject, JsonValue } from '../../../gate/act.ts'
import { readJsonText } from '../../wire-json.ts'
import { MODERN_SINCE } from '../header-check.ts'
import { idKey, isObject, type RpcId, type RpcMessage, readMessage, versionOf } from '../rpc.ts'
import { type McpUpstream, type ServerAnswer, ServerGone, type ServerRequest } from '../upstream.ts'

/** `handshake`: 2025-11-25 and before, with sessions. `stateless`: from 2026-07-28 on, every request for itself. */
export type Era = 'handshake' | 'stateless'

export const ACCEPT = 'application/json, text/event-stream'
/** What the bridge says to a server of each era; one that is older answers a handshake with its own. */
export const SPOKEN: Readonly<Record<Era, string>> = { handshake: '2025-11-25', stateless: MODERN_SINCE }
/** Methods that both eras have, and mean the same by. All others of one era have no like in the other. */
export const shared: ReadonlySet<string> = new Set([
  'tools/list',
  'tools/call',
  'prompts/list',
  'prompts/get',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'completion/complete',
])
/** Requests during which a server may ask its client something, in either era. */
export const askable: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read'])
/** What a server may say in the middle of a request, in either era. */
export const told: ReadonlySet<string> = new Set(['notifications/progress', 'notifications/message'])

export const METHOD_NOT_FOUND = -32_601
export const INVALID_PARAMS = -32_602
const META = 'io.modelcontextprotocol/'

export type ClientSide = {
  readonly capabilities: JsonObject
  readonly info: JsonObject
}

const nobody: JsonObject = { name: 'portcullis', version: '1' }

/** What a stateless request says of its client; of its capabilities only what a server of the other era can use. */
export function clientOf(params: JsonObject): ClientSide {
  const meta = isObject(params._meta) ? params._meta : {}
  return {
    capabilities: usable(meta[`${META}clientCapabilities`]),
    info: infoOf(meta[`${META}clientInfo`]),
  }
}

export function infoOf(value: JsonValue | undefined): JsonObject {
  return isObject(value) && typeof value.name === 'string' ? value : nobody
}

export function usable(value: JsonValue | undefined): JsonObject {
  if (!isObject(value)) return {}
  const { sampling, elicitation, roots } = value
  return {
    ...(isObject(sampling) ? { sampling } : {}),
    ...(isObject(elicitation) ? { elicitation } : {}),
    ...(isObject(roots) ? { roots: {} } : {}),
  }
}

/** Params as the handshake era has them. */
export function withoutEra({ inputResponses: _, requestState: __, _meta, ...rest }: JsonObject): JsonObject {
  if (!isObject(_meta)) return rest
  const kept = Object.entries(_meta).filter(([key]) => !key.startsWith(META))
  return kept.length === 0 ? rest : { ...rest, _meta: Object.fromEntries(kept) }
}

/** Params as the stateless era has them. */
export function withEra(params: JsonObject, client: ClientSide, logLevel: string | undefined): JsonObject {
  const meta = isObject(params._meta) ? params._meta : {}
  return {
    ...params,
    _meta: {
      ...meta,
      [`${META}protocolVersion`]: SPOKEN.stateless,
      [`${META}clientInfo`]: client.info,
      [`${META}clientCapabilities`]: client.capabilities,
      ...(logLevel === undefined ? {} : { [`${META}logLevel`]: logLevel }),
    },
  }
}

export function wantsLog(params: JsonObject): boolean {
  return isObject(params._meta) && params._meta[`${META}logLevel`] !== undefined
}

export function serverInfoOf(result: JsonObject): JsonObject {
  const meta = isObject(result._meta) ? result._meta : {}
  return infoOf(meta[`${META}serverInfo`] ?? result.serverInfo)
}

/** Bytes that the bridge itself made or asked for; a server that sends anything else is gone. */
export function messageIn(text: string): RpcMessage {
  const value = readJsonText(text)
  const message = value.ok ? readMessage(value.value) : undefined
  if (!message?.ok) throw new ServerGone('the server sent what cannot be read')
  return message.value
}

export function messageText(fields: JsonObject): string {
  return JSON.stringify({ jsonrpc: '2.0', ...fields })
}

export function errorText(id: RpcId, code: number, message: string): string {
  return messageText({ id, error: { code, message } })
}

export function answered(text: string, headers: Readonly<Record<string, string>> = {}): ServerAnswer {
  return { kind: 'message', status: 200, headers, text }
}

export const taken: ServerAnswer = { kind: 'empty', status: 202, headers: {} }

/** Every message of an answer, whichever form it came in. */
export async function* messagesOf(answer: ServerAnswer): AsyncGenerator<RpcMessage & { text: string }> {
  if (answer.kind === 'empty') return
  if (answer.kind === 'message') {
    yield { ...messageIn(answer.text), text: answer.text }
    return
  }
  for await (const { data } of answer.events)
    if (data !== undefined && data !== '') yield { ...messageIn(data), text: data }
}

/** The answer to one request, where what comes before it does not matter. */
export async function settled(
  upstream: McpUpstream,
  request: ServerRequest,
): Promise<{
  readonly answer: ServerAnswer
  readonly message: (RpcMessage & { readonly text: string }) | undefined
}> {
  const answer = await upstream.ask(request)
  const id = request.message?.kind === 'request' ? idKey(request.message.id) : ''
  for await (const message of messagesOf(answer)) {
    const isIts =
      message.kind === 'error' || message.kind === 'result'
        ? message.id === undefined || idKey(message.id) === id
        : false
    if (isIts) return { answer, message }
  }
  return { answer, message: undefined }
}

/** A message where the answer comes first, a stream where anything comes before it. */
export async function streamed(
  texts: AsyncGenerator<string>,
  headers: Readonly<Record<string, string>> = {},
): Promise<ServerAnswer> {
  const first = await texts.next()
  if (first.done === true) throw new ServerGone('the server did not answer')
  if (!('method' in JSON.parse(first.value))) {
    await texts.return(undefined)
    return answered(first.value, headers)
  }
  const events = async function* () {
    try {
      yield eventOf(first.value)
      for await (const text of texts) yield eventOf(text)
    } finally {
      await texts.return(undefined)
    }
  }
  return { kind: 'events', status: 200, headers, events: events() }
}

function eventOf(data: string) {
  return { data, raw: undefined, fields: ['event: message'] }
}

/** How a request itself shows which era its client speaks; what says nothing belongs to a session, or to neither. */
export function eraOf({ message, headers }: ServerRequest): Era {
  const isStateless = message?.kind === 'request' && versionOf(message.params) !== undefined
  const version = headers['mcp-protocol-version']
  return isStateless || (version !== undefined && version >= MODERN_SINCE) ? 'stateless' : 'handshake'
}
