import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AgentCaller } from '../gate/agent-caller.ts'
import type { AgentRoad } from '../gate/agent-road.ts'
import type { IdentityFailure } from '../gate/caller.ts'
import { failure, type Result, success } from '../kernel/result.ts'
import { bodyFailures, type Failure } from './exchange-failures.ts'
import { isLocal } from './mcp/origin.ts'
import {
  envelopeText,
  gateCodes,
  type RpcFailure,
  type RpcMessage,
  readMessage,
  rpcReasons,
} from './mcp/rpc.ts'
import { type BodyRoom, readBody } from './read-body.ts'
import { readWireJson, type WireFailure, wireReasons } from './wire-json.ts'

// What the doors of agent protocols ask of every request: who it is from, and the one message in it.

/** A key says who calls. Where none is asked for, whoever is on this machine is the agent `anonymous`. */
export async function agentCaller(
  request: IncomingMessage,
  access: 'keys' | 'loopback',
  road: Pick<AgentRoad, 'identify'>,
): Promise<Result<AgentCaller, IdentityFailure>> {
  const { headers, socket } = request
  const key = keyIn(request)
  if (key === undefined && access === 'loopback') {
    if (!isLocal(request)) return failure('key-missing')
    return success({ tenant: 'default', agent: 'anonymous', person: undefined, key: undefined })
  }
  return await road.identify({ key, headers, socketAddress: socket.remoteAddress })
}

function keyIn({ headers }: IncomingMessage): string | undefined {
  const bearer = /^bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  if (bearer !== undefined) return bearer
  const key = headers['x-api-key']
  return typeof key === 'string' && key !== '' ? key : undefined
}

export type Frame = { readonly text: string; readonly message: RpcMessage }
export type FrameFailure = {
  readonly status: number
  readonly code: number
  readonly reason: string
  /** What the ledger calls it. */
  readonly rule: string
}

/** A page can post text to anywhere without being asked for its origin; JSON it cannot. */
export function isJson({ method, headers }: IncomingMessage): boolean {
  return method !== 'POST' || /^application\/(?:a2a\+)?json *(?:;|$)/i.test(headers['content-type'] ?? '')
}

export const wrongVerb = { status: 405, code: gateCodes.invalid, rule: 'request.method' } as const
export const wrongOrigin: FrameFailure = {
  status: 403,
  code: gateCodes.denied,
  reason: 'pages of this origin may not call',
  rule: 'request.origin',
}

/** Where a refused request came from. */
export function fromOf({ headers, socket }: IncomingMessage) {
  return { socketAddress: socket.remoteAddress, forwarded: headers['x-forwarded-for']?.toString() }
}

/** The bytes of a request within the room there is for all of them; nothing when the client left. */
export async function bodyOf(
  request: IncomingMessage,
  response: ServerResponse,
  bytesMax: number,
  room: BodyRoom,
): Promise<Result<Buffer, Failure> | undefined> {
  const share = room.share()
  response.once('close', share.give)
  const body = await readBody(request, bytesMax, share)
  if (body.ok) return body
  return body.error === 'client-gone' ? undefined : failure(bodyFailures[body.error])
}

/** Nothing when the client left. */
export async function readFrame(
  request: IncomingMessage,
  response: ServerResponse,
  bytesMax: number,
  room: BodyRoom,
): Promise<Frame | FrameFailure | undefined> {
  const body = await bodyOf(request, response, bytesMax, room)
  if (body === undefined) return undefined
  if (!body.ok) {
    const { status, reason, rule } = body.error
    return { status, code: status === 413 ? gateCodes.limit : gateCodes.invalid, reason, rule }
  }
  const value = readWireJson(body.value)
  if (!value.ok) return unreadable(gateCodes.parse, wireReasons[value.error], value.error)
  const message = readMessage(value.value.value)
  if (!message.ok) return unreadable(gateCodes.invalid, rpcReasons[message.error], message.error)
  return { text: envelopeText(value.value.text, value.value.value), message: message.value }
}

export function unreadable(code: number, reason: string, fault: WireFailure | RpcFailure): FrameFailure {
  return { status: 400, code, reason, rule: `frame.${fault}` }
}

/** What the client calls the gate. A name with characters that no host has is not repeated. */
export function originOf(request: IncomingMessage): string {
  const host = request.headers.host ?? ''
  const isEncrypted = 'encrypted' in request.socket && request.socket.encrypted === true
  return `${isEncrypted ? 'https' : 'http'}://${/^[A-Za-z0-9.:[\]-]+$/.test(host) ? host : 'localhost'}`
}
