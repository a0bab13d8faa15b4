import type { McpReach, McpServerConfig } from '../../config/mcp.ts'
import type { JsonValue } from '../../gate/act.ts'
import { readWireJson } from '../wire-json.ts'
import { Outlet } from './outlet.ts'
import { idKey, isObject, type RpcId, type RpcMessage, readMessage } from './rpc.ts'
import { type ChildEnd, StdioChild } from './stdio-child.ts'
import { ServerGone } from './upstream.ts'

/** What a server says while nobody listens; the oldest goes first. */
const BACKLOG_MAX = 100
const BACKLOG_CHARACTERS_MAX = 8 * 1024 * 1024
const LISTEN = 'subscriptions/listen'

type Waiting = {
  /** The id the client gave, where the server was given another. */
  readonly id: RpcId
  readonly method: string
  readonly token: JsonValue | undefined
  readonly outlet: Outlet
}

export type StdioSessionOptions = {
  readonly config: McpServerConfig
  readonly reach: McpReach & { kind: 'stdio' }
  readonly onEnd: (end: ChildEnd, wasAsked: boolean) => void
  readonly onUnreadable: () => void
  readonly stderr?: 'inherit'
}

/** One server process and who waits for what from it. */
export class StdioSession {
  readonly #child: StdioChild
  readonly #options: StdioSessionOptions
  readonly #waiting = new Map<string, Waiting>()
  readonly #backlog: string[] = []
  #standing: Outlet | undefined
  #given = 0
  #isEnding = false
  /** For the stateless era: what the process was last used for. */
  last = 0

  constructor(options: StdioSessionOptions) {
    this.#options = options
    this.#child = new StdioChild({
      reach: options.reach,
      lineBytesMax: options.config.messageBytesMax,
      ...(options.stderr === undefined ? {} : { stderr: options.stderr }),
      onLine: (line) => this.#take(line),
      onLongLine: () => this.#fail(new ServerGone('the server sent a message that is too long')),
      onEnd: (end) => this.#ended(end),
    })
  }

  get isOver(): boolean {
    return this.#child.isOver
  }

  get isIdle(): boolean {
    return this.#waiting.size === 0
  }

  async tell(text: string): Promise<void> {
    await this.#child.write(text)
  }

  /** `isShared`: clients that know nothing of one another use this process, so their ids may collide. */
  ask(
    text: string,
    message: RpcMessage & { kind: 'request' },
    isShared: boolean,
    signal: AbortSignal,
  ): Outlet {
    const { id, method, params } = message
    const isTaken = this.#waiting.has(idKey(id))
    let own = id
    // A client may call its own request so.
    while (this.#waiting.has(idKey(own))) own = `gate-${++this.#given}`
    const key = idKey(own)
    const { callMs } = this.#options.config
    const slow = new ServerGone('the server took too long', { isSlow: true })
    const timer = method === LISTEN ? undefined : setTimeout(() => outlet.fail(slow), callMs)
    const leave = (): void => outlet.close()
    const outlet = new Outlet(() => {
      clearTimeout(timer)
      signal.removeEventListener('abort', leave)
      // Still here: nobody waits for the answer any more.
      if (this.#waiting.delete(key) && isShared) void this.#child.write(cancellation(own))
    })
    signal.addEventListener('abort', leave, { once: true })
    const token = isObject(params._meta) ? params._meta.progressToken : undefined
    this.#waiting.set(key, { id, method, token, outlet })
    void this.#child.write(isTaken ? withId(text, own) : text)
    return outlet
  }

  /** What the server says without being asked. */
  stand(signal: AbortSignal): Outlet {
    this.#standing?.close()
    const leave = (): void => outlet.close()
    const outlet = new Outlet(() => {
      signal.removeEventListener('abort', leave)
      if (this.#standing === outlet) this.#standing = undefined
    })
    signal.addEventListener('abort', leave, { once: true })
    this.#standing = outlet
    for (const data of this.#backlog.splice(0)) outlet.push(data)
    return outlet
  }

  async end(): Promise<void> {
    this.#isEnding = true
    this.#fail(new ServerGone('the session is over'))
    this.#standing?.close()
    await this.#child.end()
  }

  #take(line: Buffer): void {
    const read = readWireJson(line)
    const message = read.ok ? readMessage(read.value.value) : undefined
    if (!read.ok || !message?.ok) {
      this.#options.onUnreadable()
      return
    }
    const { text } = read.value
    const { value } = message
    if (value.kind === 'result' || value.kind === 'error') this.#answered(text, value)
    else this.#pass(text, value)
  }

  #answered(text: string, message: RpcMessage & { kind: 'result' | 'error' }): void {
    if (message.id === undefined) return
    const key = idKey(message.id)
    const waiting = this.#waiting.get(key)
    if (waiting === undefined) return
    this.#waiting.delete(key)
    waiting.outlet.push(idKey(waiting.id) === key ? text : withId(text, waiting.id))
    waiting.outlet.close()
  }

  #pass(text: string, { params }: RpcMessage & { kind: 'request' | 'notification' }): void {
    const meta = isObject(params._meta) ? params._meta : {}
    const subscription = meta['io.modelcontextprotocol/subscriptionId']
    const waiting = [...this.#waiting.values()]
    const owner =
      params.progressToken !== undefined
        ? waiting.find(({ token }) => token === params.progressToken)
        : subscription !== undefined
          ? waiting.find(({ id }) => id === subscription)
          : waiting.findLast(({ method }) => method !== LISTEN)
    const outlet = owner?.outlet ?? this.#standing
    if (outlet !== undefined) outlet.push(text)
    else this.#keep(text)
  }

  #keep(text: string): void {
    this.#backlog.push(text)
    let characters = this.#backlog.reduce((sum, each) => sum + each.length, 0)
    while (this.#backlog.length > BACKLOG_MAX || (characters > BACKLOG_CHARACTERS_MAX && characters > 0))
      characters -= this.#backlog.shift()?.length ?? 0
  }

  #ended(end: ChildEnd): void {
    this.#fail(new ServerGone(`the server process ended (${end.how})`))
    this.#standing?.close()
    this.#options.onEnd(end, this.#isEnding)
  }

  #fail(error: ServerGone): void {
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { outlet } of waiting) outlet.fail(error)
  }
}

function cancellation(requestId: RpcId): string {
  return JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } })
}

/** The text was read before, and the id is of the outermost object. */
function withId(text: string, id: RpcId): string {
  return JSON.stringify({ ...JSON.parse(text), id })
}
