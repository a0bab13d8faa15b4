import { failure, type Result, success } from '../kernel/result.ts'
import type { ExchangeAct } from './exchange-act.ts'

// Whatever crosses the gate is an act. Agent acts are below; other sides join the union at the end.

export type SessionId = string & { readonly brand: 'SessionId' }
export type ActId = string & { readonly brand: 'ActId' }

/** Longer names than this are no names; they would be kept per session. */
const ID_CHARACTERS_MAX = 256

export function parseSessionId(text: string): Result<SessionId, 'session-id-malformed'> {
  const fits = text.length > 0 && text.length <= ID_CHARACTERS_MAX
  return fits ? success(text as SessionId) : failure('session-id-malformed')
}

export function parseActId(text: string): Result<ActId, 'act-id-malformed'> {
  const fits = text.length > 0 && text.length <= ID_CHARACTERS_MAX
  return fits ? success(text as ActId) : failure('act-id-malformed')
}

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

export type JsonObject = { readonly [key: string]: JsonValue }

/** What a tool says about itself. The server wrote it, so it is a claim and never authority. */
export type ToolDescription = {
  readonly name: string
  readonly description: string
  readonly inputSchema: JsonObject
  readonly annotations: JsonObject
}

/** The tools on offer. Carries no id because it is noted, not judged. */
export type ToolsAct = {
  readonly kind: 'tools'
  readonly session: SessionId
  readonly tools: readonly ToolDescription[]
}

/** What the user asked, in the user's own words: the only text of a session that carries authority. */
export type TaskAct = { readonly kind: 'task'; readonly session: SessionId; readonly text: string }

export type CallAct = {
  readonly kind: 'call'
  readonly id: ActId
  readonly session: SessionId
  readonly tool: string
  readonly arguments: JsonObject
}

/** What a tool returned. Whoever can write into the tool's source controls it. */
export type ResultAct = {
  readonly kind: 'result'
  readonly id: ActId
  readonly session: SessionId
  readonly call: string
  readonly tool: string
  readonly text: string
}

export type CommandAct = {
  readonly kind: 'command'
  readonly id: ActId
  readonly session: SessionId
  readonly command: string
  readonly cwd: string
}

export type MessageAct = {
  readonly kind: 'message'
  readonly id: ActId
  readonly session: SessionId
  readonly from: string
  readonly to: string
  readonly text: string
}

export type WriteAct = {
  readonly kind: 'write'
  readonly id: ActId
  readonly session: SessionId
  readonly path: string
  readonly text: string
}

/** Acts that only tell the gate what a session is about. */
export type AgentNotice = ToolsAct | TaskAct
/** Acts that get a decision. */
export type JudgedAct = CallAct | ResultAct | CommandAct | MessageAct | WriteAct
export type AgentAct = AgentNotice | JudgedAct

export type Act = AgentAct | ExchangeAct
