import { randomUUID } from 'node:crypto'
import type { McpServerConfig } from '../../../config/mcp.ts'
import type { JsonObject, JsonValue } from '../../../gate/act.ts'
import { isObject, type RpcId, type RpcMessage } from '../rpc.ts'
import { type McpUpstream, type ServerAnswer, ServerGone, type ServerRequest } from '../upstream.ts'
import {
  answered,
  askable,
  clientOf,
  errorText,
  INVALID_PARAMS,
  METHOD_NOT_FOUND,
  messageIn,
  messageText,
  SPOKEN,
  shared,
  streamed,
  taken,
  told,
  wantsLog,
  withoutEra,
} from './era.ts'
import { type Asking, Link } from './link.ts'

type Request = RpcMessage & { readonly kind: 'request' }
type Held = {
  readonly asking: Asking
  readonly link: Link
  readonly owner: string
  readonly timer: NodeJS.Timeout
}

/** Sessions the bridge keeps with one server, each for one caller and one set of capabilities. */
const LINKS_MAX = 64
/** Lists and texts may be kept by whoever asked, for no time at all: the server has not said how long. */
const cacheable: ReadonlySet<string> = new Set([
  'server/discover',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
])

/**
 * Stateless clients in front of a server of the handshake era. The bridge shakes hands for them; a question that the
 * server asks in the middle of a call becomes the call's result, and the call is held until the client comes back.
 */
export class ToHandshake {
  readonly #upstream: McpUpstream
  readonly #config: McpServerConfig
  readonly #now: () => number
  readonly #links = new Map<string, Promise<Link>>()
  readonly #held = new Map<string, Held>()

  constructor(upstream: McpUpstream, config: McpServerConfig, now: () => number) {
    this.#upstream = upstream
    this.#config = config
    this.#now = now
  }

  async ask({ text, owner, signal }: ServerRequest): Promise<ServerAnswer> {
    // The text is what was let go: in it, credentials have been put in.
    const message = messageIn(text ?? '')
    if (message.kind !== 'request') return taken
    const { id, method, params } = message
    const link = await this.#linkOf(owner, params)
    if (method === 'server/discover') return answered(discovered(id, link))
    if (!shared.has(method)) {
      const reason = `${method} has no like in the version ${link.version} that this server speaks`
      return answered(errorText(id, METHOD_NOT_FOUND, reason))
    }
    if (params.inputResponses !== undefined || params.requestState !== undefined)
      return await this.#resume(message, owner, signal)
    const asking = await this.#begin(message, owner, link, signal)
    return await streamed(this.#leg(asking, message, signal))
  }

  end(): void {
    for (const token of [...this.#held.keys()]) this.#release(token)?.asking.leave()
    for (const link of this.#links.values()) link.then((open) => open.end()).catch(() => {})
    this.#links.clear()
  }

  /** A session that the server has ended is opened once more; nothing of the call has happened by then. */
  async #begin(message: Request, owner: string, link: Link, signal: AbortSignal): Promise<Asking> {
    const { method, params } = message
    const bare = withoutEra(params)
    const asking = await link.begin(method, bare, signal)
    if (asking !== 'session-over') return asking
    this.#forget(link)
    const again = await (await this.#linkOf(owner, params)).begin(method, bare, signal)
    if (again === 'session-over') throw new ServerGone('the server ends every session at once')
    return again
  }

  async #linkOf(owner: string, params: JsonObject): Promise<Link> {
    const client = clientOf(params)
    const key = `${owner}\0${JSON.stringify(client.capabilities)}`
    const now = this.#now()
    const known = this.#links.get(key)
    if (known !== undefined) {
      const open = await known
      if (!open.isOver && now - open.last < this.#config.sessionIdleMs) {
        open.last = now
        return open
      }
      this.#forget(open)
    }
    const made = Link.open({ upstream: this.#upstream, config: this.#config, owner, client, now })
    this.#links.set(key, made)
    made.catch(() => {
      if (this.#links.get(key) === made) this.#links.delete(key)
    })
    if (this.#links.size > LINKS_MAX) {
      const [oldest] = this.#links.values()
      if (oldest !== undefined) this.#forget(await oldest)
    }
    return await made
  }

  #forget(link: Link): void {
    for (const [key, each] of this.#links)
      each.then(
        (open) => {
          if (open === link && this.#links.get(key) === each) this.#links.delete(key)
        },
        () => {},
      )
    link.end()
  }

  /** One answer to one request of the client's: to the result, or to the next question. */
  async *#leg(asking: Asking, { id, method, params }: Request, signal: AbortSignal): AsyncGenerator<string> {
    const leave = (): void => asking.leave()
    signal.addEventListener('abort', leave, { once: true })
    let isHeld = false
    try {
      for await (const message of asking.messages()) {
        if (message.kind === 'notification') {
          const isWanted = message.method !== 'notifications/message' || wantsLog(params)
          if (told.has(message.method) && isWanted) yield message.text
        } else if (message.kind === 'request') {
          const { id: asked, method: question } = message
          if (!askable.has(method) || this.#held.size >= this.#config.pendingMax) {
            await asking.refuse(asked, `${question} cannot be carried to this client now`)
            continue
          }
          isHeld = true
          yield this.#hold(asking, message, id)
          return
        } else {
          const { text: _, ...said } = message
          yield said.kind === 'error'
            ? messageText({ id, error: said.error })
            : messageText({ id, result: completed(method, said.result) })
          return
        }
      }
      throw new ServerGone('the server ended the stream without an answer')
    } finally {
      signal.removeEventListener('abort', leave)
      if (!isHeld) asking.done()
    }
  }

  /** The server waits, and so does its call, until the client comes back with an answer. */
  #hold(asking: Asking, question: Request, id: RpcId): string {
    const token = randomUUID()
    asking.question = { key: token, id: question.id }
    const timer = setTimeout(() => this.#release(token)?.asking.leave(), this.#config.callMs)
    timer.unref()
    this.#held.set(token, { asking, link: asking.link, owner: asking.link.owner, timer })
    const { method, params } = question
    const inputRequests = { [token]: { method, params } }
    return messageText({ id, result: { resultType: 'input_required', inputRequests, requestState: token } })
  }

  async #resume(message: Request, owner: string, signal: AbortSignal): Promise<ServerAnswer> {
    const { id, method, params } = message
    const token = String(params.requestState)
    const held = this.#held.get(token)
    const isSame = held !== undefined && held.owner === owner && held.asking.isFor(method, withoutEra(params))
    if (!isSame)
      return answered(errorText(id, INVALID_PARAMS, 'the call that this answers is over, or another'))
    const answer = isObject(params.inputResponses) ? params.inputResponses[token] : undefined
    if (!isObject(answer))
      return answered(errorText(id, INVALID_PARAMS, 'the question that was asked is not answered'))
    this.#release(token)
    await held.asking.answer(answer)
    return await streamed(this.#leg(held.asking, message, signal))
  }

  #release(token: string): Held | undefined {
    const held = this.#held.get(token)
    this.#held.delete(token)
    clearTimeout(held?.timer)
    return held
  }
}

function completed(method: string, result: JsonValue): JsonObject {
  const bare = isObject(result) ? result : {}
  const cache = cacheable.has(method) ? { ttlMs: 0, cacheScope: 'private' } : {}
  return { ...bare, resultType: 'complete', ...cache }
}

/** What the server said at the handshake, as an answer to a question of the stateless era. */
function discovered(id: RpcId, { opened }: Link): string {
  const { capabilities, instructions, serverInfo } = opened
  const { tools, prompts, resources, completions, logging } = isObject(capabilities) ? capabilities : {}
  const kept = Object.entries({ tools, prompts, resources, completions, logging })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => [name, {}] as const)
  const result = {
    supportedVersions: [SPOKEN.stateless],
    capabilities: Object.fromEntries(kept),
    ...(instructions === undefined ? {} : { instructions }),
    ...(serverInfo === undefined
      ? {}
      : { serverInfo, _meta: { 'io.modelcontextprotocol/serverInfo': serverInfo } }),
  }
  return messageText({ id, result: completed('server/discover', result) })
}
