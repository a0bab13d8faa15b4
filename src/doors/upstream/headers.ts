import type { ModelRequest } from '../http/model-message.ts'
import type { ModelDoor } from '../model-door.ts'
import { SentHeaders } from './sent-headers.ts'

/** Headers of one connection, never of the message (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** What says where a client is or what it holds for this gate; the upstream needs none of it. */
const CLIENT_ONLY = [
  'cookie',
  'expect',
  'forwarded',
  'host',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-real-ip',
  // An answer that is compressed cannot be inspected as it passes.
  'accept-encoding',
  // Made anew from the body.
  'content-length',
]

/** What only this gate says of an answer; an upstream that says it would speak for the gate. */
const OWN_NOTES = ['x-portcullis-decision', 'x-portcullis-changed', 'x-portcullis-model']

const RESPONSE_DROPPED = new Set([...HOP_BY_HOP, ...OWN_NOTES, 'set-cookie'])

/** Which request headers a door drops; made once a configuration. */
export function droppedHeaders(door: ModelDoor, trustedNames: readonly string[]): ReadonlySet<string> {
  return new Set([...HOP_BY_HOP, ...CLIENT_ONLY, ...door.keyHeaders, ...trustedNames])
}

/** The request's headers for an upstream: the client's own in their order and case, less what is dropped. */
export function requestHeaders(request: ModelRequest, dropped: ReadonlySet<string>): SentHeaders {
  const { memo } = request
  if (memo?.sent !== undefined && memo.dropped === dropped) return memo.sent
  const sent = new SentHeaders(keptHeaders(request, dropped))
  if (memo !== undefined) {
    memo.sent = sent
    memo.dropped = dropped
  }
  return sent
}

function keptHeaders(request: ModelRequest, dropped: ReadonlySet<string>): readonly string[] {
  const { rawHeaders } = request
  const named = connectionNamed(request.headers.connection)
  const kept: string[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    const lower = name.toLowerCase()
    if (dropped.has(lower) || named?.has(lower)) continue
    kept.push(name, rawHeaders[index + 1] ?? '')
  }
  kept.push('accept-encoding', 'identity')
  return kept
}

const EVENT_STREAM = /^text\/event-stream/i

export type ResponseHeaders = {
  readonly flat: string[]
  readonly contentLength: number | undefined
  readonly isEventStream: boolean
  readonly isEncoded: boolean
  readonly hasDate: boolean
}

/** The answer's headers for the client, as they came. */
export function responseHeaders(raw: readonly string[]): ResponseHeaders {
  const flat: string[] = []
  let contentLength: number | undefined
  let isEventStream = false
  let isEncoded = false
  let hasDate = false
  let named: ReadonlySet<string> | undefined
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? ''
    const lower = name.toLowerCase()
    const value = raw[index + 1] ?? ''
    if (lower === 'connection') named = connectionNamed(value)
    if (RESPONSE_DROPPED.has(lower)) continue
    if (lower === 'content-length') contentLength = Number(value)
    else if (lower === 'content-type') isEventStream = EVENT_STREAM.test(value)
    else if (lower === 'content-encoding') isEncoded = value !== 'identity'
    else if (lower === 'date') hasDate = true
    flat.push(name, value)
  }
  for (const name of named ?? []) without(flat, name)
  return { flat, contentLength, isEventStream, isEncoded, hasDate }
}

/** Either side may name further headers of its connection; usually it names none but `keep-alive` and `close`. */
function connectionNamed(connection: string | undefined): ReadonlySet<string> | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined
  return new Set(connection.split(',').map((name) => name.trim().toLowerCase()))
}

/** An answer that is altered is not as long as the upstream says. */
export function withoutLength(flat: string[]): void {
  without(flat, 'content-length')
}

function without(flat: string[], name: string): void {
  for (let index = flat.length - 2; index >= 0; index -= 2)
    if (flat[index]?.toLowerCase() === name) flat.splice(index, 2)
}
