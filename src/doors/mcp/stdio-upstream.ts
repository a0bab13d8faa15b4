import { randomUUID } from 'node:crypto'
import type { McpReach, McpServerConfig } from '../../config/mcp.ts'
import type { Log } from '../../kernel/log.ts'
import { type Outlet, startingWith } from './outlet.ts'
import type { RpcMessage } from './rpc.ts'
import type { ChildEnd } from './stdio-child.ts'
import { StdioSession } from './stdio-session.ts'
import { type McpUpstream, type ServerAnswer, ServerGone, type ServerRequest } from './upstream.ts'

/** A server that keeps dying is started less and less often. */
const BACK_OFF_MS = 250
const BACK_OFF_MS_MAX = 60_000
/** One that lived this long was well. */
const WELL_MS = 10_000
/** Processes are dear: fewer of them than sessions over HTTP. */
const PROCESSES_MAX = 64

export type StdioUpstreamParts = {
  readonly log: Log
  readonly now: () => number
  readonly stderr?: 'inherit'
}

/**
 * A server that is a program on this machine. The handshake belongs to a process, so each session of that era has one
 * of its own; clients of the stateless era share one a caller.
 */
export class StdioUpstream implements McpUpstream {
  readonly #config: McpServerConfig
  readonly #reach: McpReach & { kind: 'stdio' }
  readonly #parts: StdioUpstreamParts
  readonly #sessions = new Map<string, StdioSession>()
  readonly #shared = new Map<string, StdioSession>()
  #deaths = 0
  #restUntil = 0

  constructor(config: McpServerConfig, reach: McpReach & { kind: 'stdio' }, parts: StdioUpstreamParts) {
    this.#config = config
    this.#reach = reach
    this.#parts = parts
  }

  async ask(request: ServerRequest): Promise<ServerAnswer> {
    const { verb, headers, text, message, owner, signal } = request
    const id = headers['mcp-session-id']
    if (verb === 'DELETE') {
      if (id !== undefined) this.forget(id)
      return { kind: 'empty', status: id === undefined ? 405 : 200, headers: {} }
    }
    if (message?.kind === 'request' && message.method === 'initialize')
      return await this.#open(text ?? '', message, signal)
    const own = id === undefined ? undefined : this.#sessions.get(id)
    if (id !== undefined && own === undefined) return { kind: 'empty', status: 404, headers: {} }
    if (verb === 'GET') {
      if (own === undefined) return { kind: 'empty', status: 405, headers: { allow: 'POST' } }
      return { kind: 'events', status: 200, headers: {}, events: own.stand(signal) }
    }
    const session = own ?? this.#sharedBy(owner)
    session.last = this.#parts.now()
    if (message?.kind !== 'request') {
      await session.tell(text ?? '')
      return { kind: 'empty', status: 202, headers: {} }
    }
    return await answerOf(session.ask(text ?? '', message, own === undefined, signal))
  }

  forget(id: string): void {
    const session = this.#sessions.get(id)
    this.#sessions.delete(id)
    void session?.end()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#sessions.values(), ...this.#shared.values()]
    this.#sessions.clear()
    this.#shared.clear()
    await Promise.all(all.map((session) => session.end()))
  }

  async #open(
    text: string,
    message: RpcMessage & { kind: 'request' },
    signal: AbortSignal,
  ): Promise<ServerAnswer> {
    const id = randomUUID()
    const session = this.#start(() => this.#sessions.delete(id))
    this.#sessions.set(id, session)
    const answer = await answerOf(session.ask(text, message, false, signal))
    return { ...answer, headers: { ...answer.headers, 'mcp-session-id': id } }
  }

  #sharedBy(owner: string): StdioSession {
    const now = this.#parts.now()
    for (const [other, session] of this.#shared)
      if (other !== owner && session.isIdle && now - session.last > this.#config.sessionIdleMs) {
        this.#shared.delete(other)
        void session.end()
      }
    const known = this.#shared.get(owner)
    if (known !== undefined && !known.isOver) return known
    const session = this.#start(() => {
      if (this.#shared.get(owner) === session) this.#shared.delete(owner)
    })
    this.#shared.set(owner, session)
    return session
  }

  #start(onEnd: () => void): StdioSession {
    const { now } = this.#parts
    const started = now()
    const restMs = this.#restUntil - started
    if (restMs > 0)
      throw new ServerGone('the server died and is not started again at once', { retryAfterMs: restMs })
    if (this.#sessions.size + this.#shared.size >= Math.min(PROCESSES_MAX, this.#config.sessionsMax))
      throw new ServerGone('too many processes of this server run already', { retryAfterMs: WELL_MS })
    return new StdioSession({
      config: this.#config,
      reach: this.#reach,
      ...(this.#parts.stderr === undefined ? {} : { stderr: this.#parts.stderr }),
      onUnreadable: () => this.#parts.log('warn', 'mcp-server-unreadable', { server: this.#config.name }),
      onEnd: (end, wasAsked) => {
        onEnd()
        if (!wasAsked) this.#died(end, now() - started)
      },
    })
  }

  #died({ how, stderr }: ChildEnd, livedMs: number): void {
    const { now, log } = this.#parts
    this.#deaths = livedMs >= WELL_MS ? 1 : this.#deaths + 1
    this.#restUntil = now() + Math.min(BACK_OFF_MS_MAX, BACK_OFF_MS * 2 ** (this.#deaths - 1))
    log('warn', 'mcp-server-died', { server: this.#config.name, how, livedMs, stderr: stderr.trim() })
  }
}

/** One message where the answer comes first, a stream where anything comes before it. */
async function answerOf(outlet: Outlet): Promise<ServerAnswer> {
  const events = outlet[Symbol.asyncIterator]()
  const first = await events.next()
  if (first.done === true) throw new ServerGone('the server did not answer')
  const { data = '' } = first.value
  if (!('method' in JSON.parse(data))) {
    await events.return(undefined)
    return { kind: 'message', status: 200, headers: {}, text: data }
  }
  return { kind: 'events', status: 200, headers: {}, events: startingWith(first.value, events) }
}
