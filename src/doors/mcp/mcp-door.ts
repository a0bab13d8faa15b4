import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Config } from '../../config/config.ts'
import type { McpServerConfig } from '../../config/mcp.ts'
import type { AgentCaller } from '../../gate/agent-caller.ts'
import type { AgentRoad } from '../../gate/agent-road.ts'
import type { IdentityFailure } from '../../gate/caller.ts'
import { GateError } from '../../kernel/gate-error.ts'
import type { Log } from '../../kernel/log.ts'
import type { TaskOwnerStore } from '../../store/embedded/task-owner-store.ts'
import type { ToolPinStore } from '../../store/embedded/tool-pin-store.ts'
import {
  agentCaller,
  type FrameFailure,
  fromOf,
  isJson,
  originOf,
  readFrame,
  wrongOrigin,
  wrongVerb,
} from '../agent-request.ts'
import { AgentSessionBook } from '../agent-session.ts'
import type { DecisionIds } from '../decision-ids.ts'
import { identityFailures } from '../exchange-failures.ts'
import { Judge } from '../judge-act.ts'
import { BodyRoom } from '../read-body.ts'
import { BridgingUpstream } from './bridge/bridging-upstream.ts'
import { exchangeWith } from './exchange.ts'
import { McpGuard } from './guard.ts'
import { headerFault, MODERN_SINCE } from './header-check.ts'
import { HttpUpstream } from './http-upstream.ts'
import { isAllowedOrigin } from './origin.ts'
import { failureStop } from './refusals.ts'
import { Reply } from './reply.ts'
import { RequestStates } from './request-states.ts'
import { errorMessage, gateCodes, type RpcId, type RpcMessage } from './rpc.ts'
import { McpSessions } from './sessions.ts'
import { StdioUpstream } from './stdio-upstream.ts'
import { McpTasks } from './tasks.ts'
import { ToolOffers } from './tool-offers.ts'
import type { McpUpstream } from './upstream.ts'

export type McpDoorParts = {
  readonly road: AgentRoad
  readonly pins: ToolPinStore
  readonly owners: TaskOwnerStore
  readonly ids: DecisionIds
  readonly now: () => number
  readonly log: Log
  readonly onFailure: (error: unknown) => void
}

type Served = {
  readonly config: McpServerConfig
  readonly upstream: McpUpstream
  readonly sessions: McpSessions
}

type Going = {
  readonly id: string
  readonly request: IncomingMessage
  readonly reply: Reply
  readonly served: Served
}

const PATH = '/mcp/'
const METADATA = '/.well-known/oauth-protected-resource/mcp/'
const tooManySessions: FrameFailure = {
  status: 503,
  code: gateCodes.limit,
  reason: 'there are too many sessions',
  rule: 'session.limit',
}
const noSuchSession: FrameFailure = {
  status: 404,
  code: gateCodes.invalid,
  reason: 'there is no such session',
  rule: 'session.unknown',
}
const noSuchEvent: FrameFailure = {
  status: 400,
  code: gateCodes.invalid,
  reason: 'no stream of this session stood there',
  rule: 'session.event-unknown',
}
const wrongType: FrameFailure = {
  status: 415,
  code: gateCodes.invalid,
  reason: 'messages are application/json',
  rule: 'request.media-type',
}
const verbs: ReadonlySet<string> = new Set(['POST', 'GET', 'DELETE'])

/** MCP servers behind the gate, each at /mcp/NAME over streamable HTTP, in both eras of the protocol. */
export class McpDoor implements AsyncDisposable {
  readonly #parts: McpDoorParts
  readonly #judge: Judge
  readonly #offers: ToolOffers
  readonly #states = new RequestStates()
  readonly #book = new AgentSessionBook()
  readonly #room: BodyRoom
  readonly #servers: ReadonlyMap<string, Served>
  readonly #standing = new Set<ServerResponse>()

  constructor(config: Pick<Config, 'mcp' | 'limits'>, parts: McpDoorParts) {
    this.#parts = parts
    this.#judge = new Judge(parts)
    this.#offers = new ToolOffers(parts.pins, parts.now)
    this.#room = new BodyRoom(config.limits.bodiesBytesMax)
    this.#servers = new Map(config.mcp.map((server) => [server.name, this.#serve(server)]))
  }

  #serve(config: McpServerConfig): Served {
    const { reach } = config
    const { log, now } = this.#parts
    const server: McpUpstream =
      reach.kind === 'http' ? new HttpUpstream(config, reach) : new StdioUpstream(config, reach, { log, now })
    const upstream = new BridgingUpstream(server, config, now)
    const sessions = new McpSessions(config.sessionsMax, config.sessionIdleMs, (id) => upstream.forget(id))
    return { config, upstream, sessions }
  }

  handle(request: IncomingMessage, response: ServerResponse, path: string): boolean {
    if (path.startsWith(METADATA)) return this.#metadata(request, response, path.slice(METADATA.length))
    if (!path.startsWith(PATH)) return false
    const served = this.#servers.get(path.slice(PATH.length))
    if (served === undefined) return false
    const id = this.#judge.nextId()
    const going = { id, request, reply: new Reply(response, id), served }
    if (request.method === 'GET') {
      this.#standing.add(response)
      response.once('close', () => this.#standing.delete(response))
    }
    response.on('error', () => {})
    this.#pass(going).catch((error: unknown) => {
      this.#parts.onFailure(error)
      const isLedger = error instanceof GateError && error.code === 'ledger-full'
      const reason = isLedger
        ? 'the decision could not be recorded'
        : 'the gate could not handle this request'
      if (going.reply.isOpen) this.#say(going, isLedger ? 503 : 500, gateCodes.gate, reason)
      else response.destroy()
    })
    return true
  }

  /** Ends the streams that nobody waits on for an answer, so that what is under way may finish and no more. */
  drain(): void {
    for (const response of this.#standing) response.end()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { sessions, upstream } of this.#servers.values()) {
      sessions.end()
      await upstream[Symbol.asyncDispose]()
    }
  }

  async #pass(going: Going): Promise<void> {
    const { request, served } = going
    const verb = request.method ?? ''
    if (!verbs.has(verb))
      return await this.#refuse(going, { ...wrongVerb, reason: 'there is no such method here' })
    if (!isAllowedOrigin(request, served.config)) return await this.#refuse(going, wrongOrigin)
    const caller = await agentCaller(request, served.config.access, this.#parts.road)
    if (!caller.ok) return await this.#unknown(going, caller.error)
    const owner = `${caller.value.tenant}\0${caller.value.agent}\0${caller.value.key ?? ''}`
    if (verb !== 'POST') return await this.#exchange(going, caller.value, owner, undefined)
    if (!isJson(request)) return await this.#refuse(going, wrongType, caller.value)
    const read = await readFrame(request, going.reply.response, served.config.messageBytesMax, this.#room)
    if (read === undefined) return
    if ('reason' in read) return await this.#refuse(going, read, caller.value)
    const schema = this.#schemaOf(served.config.name, read.message)
    const fault = headerFault(read.message, request.headers, schema)
    if (fault !== undefined)
      return await this.#refuse(going, headerMismatch(fault), caller.value, idOf(read.message))
    await this.#exchange(going, caller.value, owner, read)
  }

  async #exchange(
    going: Going,
    caller: AgentCaller,
    owner: string,
    read: { readonly text: string; readonly message: RpcMessage } | undefined,
  ): Promise<void> {
    const { id, request, reply, served } = going
    const { now } = this.#parts
    const { config: server, upstream, sessions } = served
    const message = read?.message
    const version = request.headers['mcp-protocol-version']
    // The stateless era knows no sessions, and a session id there means nothing.
    const isModern = typeof version === 'string' && version >= MODERN_SINCE
    const given = request.headers['mcp-session-id']
    const sessionId = typeof given === 'string' && !isModern ? given : undefined
    const opens = message?.kind === 'request' && message.method === 'initialize'
    if (opens && !sessions.hasRoom(owner, now()))
      return await this.#refuse(going, tooManySessions, caller, message.id)
    const known = sessionId === undefined ? undefined : sessions.find(sessionId, owner, now())
    if (sessionId !== undefined && known === undefined)
      return await this.#refuse(going, noSuchSession, caller, idOf(message))
    const resumed = request.headers['last-event-id']
    if (typeof resumed === 'string' && request.method === 'GET' && known?.events.has(resumed) !== true)
      return await this.#refuse(going, noSuchEvent, caller)
    const session = this.#book.sessionOf(caller, request.headers, now())
    const { owners } = this.#parts
    const tasks = new McpTasks(server.name, caller.tenant, owners, now)
    const shared = { judge: this.#judge, offers: this.#offers, states: this.#states }
    const guard = known ?? new McpGuard({ server, caller, session, tasks, ...shared })
    const { text } = read ?? { text: undefined }
    await exchangeWith({
      id,
      request,
      reply,
      server,
      upstream,
      sessions,
      guard,
      sessionId,
      owner,
      text,
      message,
      now,
    })
  }

  #schemaOf(server: string, message: RpcMessage) {
    if (message.kind !== 'request' || message.method !== 'tools/call') return undefined
    const { name } = message.params
    return typeof name === 'string' ? this.#offers.schemaOf(server, name) : undefined
  }

  async #unknown(going: Going, error: IdentityFailure): Promise<void> {
    const { status, reason, rule } = identityFailures[error]
    const { request, reply } = going
    const { name } = going.served.config
    if (status === 401) {
      const metadata = `${originOf(request)}${METADATA}${name}`
      reply.response.setHeader('www-authenticate', `Bearer resource_metadata="${metadata}"`)
    }
    await this.#refuse(going, { status, code: gateCodes.unauthenticated, reason, rule })
  }

  /**
   * RFC 9728, about the gate and not about the server behind it: a client that followed the server's own metadata would
   * fetch a token for the server and hand it to the gate.
   */
  #metadata(request: IncomingMessage, response: ServerResponse, name: string): boolean {
    if (!this.#servers.has(name) || request.method !== 'GET') return false
    const body = JSON.stringify({
      resource: `${originOf(request)}${PATH}${name}`,
      resource_name: `${name} behind Portcullis`,
      bearer_methods_supported: ['header'],
    })
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'access-control-allow-origin': '*',
    })
    response.end(body)
    return true
  }

  /** Into the ledger first, like every decision. */
  async #refuse(
    going: Going,
    { status, code, reason, rule }: FrameFailure,
    caller?: AgentCaller,
    rpcId?: RpcId,
  ): Promise<void> {
    const { id, request, served } = going
    const door = `mcp/${served.config.name}`
    await this.#judge.refused({ id, door, rule, status, caller, from: fromOf(request) })
    this.#say(going, status, code, reason, rpcId)
  }

  #say({ id, reply }: Going, status: number, code: number, reason: string, rpcId?: RpcId): void {
    const stop = failureStop(id, code, reason)
    reply.message(status, errorMessage(rpcId, stop.code, stop.text, stop.data))
  }
}

function headerMismatch(fault: string): FrameFailure {
  return {
    status: 400,
    code: gateCodes.headerMismatch,
    reason: `Header mismatch: ${fault}`,
    rule: 'frame.header-mismatch',
  }
}

function idOf(message: RpcMessage | undefined): RpcId | undefined {
  return message?.kind === 'request' ? message.id : undefined
}
