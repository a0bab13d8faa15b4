import type { McpServerConfig } from '../../../config/mcp.ts'
import { isObject, type RpcMessage } from '../rpc.ts'
import { type McpUpstream, type ServerAnswer, ServerGone, type ServerRequest } from '../upstream.ts'
import { ACCEPT, type Era, eraOf, messageText, SPOKEN, settled, withEra } from './era.ts'
import { ToHandshake } from './to-handshake.ts'
import { ToStateless } from './to-stateless.ts'

/** A server that does not answer which era it is of is asked no longer than this. */
const PROBE_MS = 5_000
/** A server may be exchanged for another; what it speaks is asked anew after this. */
const KNOWN_MS = 600_000
const PROBE = 'gate-probe'

/**
 * A server behind a gate whose clients may speak the other era of the protocol. Where both speak the same, everything
 * passes as it comes; where not, requests are carried over, and what has no like on the other side is refused.
 */
export class BridgingUpstream implements McpUpstream {
  readonly #inner: McpUpstream
  readonly #up: ToHandshake
  readonly #down: ToStateless
  readonly #now: () => number
  readonly #told: Era | undefined
  #known: { readonly era: Era; readonly since: number } | undefined
  #probing: Promise<Era | undefined> | undefined

  constructor(inner: McpUpstream, config: McpServerConfig, now: () => number) {
    this.#inner = inner
    this.#now = now
    this.#told = config.era === 'auto' ? undefined : config.era
    this.#up = new ToHandshake(inner, config, now)
    this.#down = new ToStateless(inner, config)
  }

  async ask(request: ServerRequest): Promise<ServerAnswer> {
    const session = request.headers['mcp-session-id']
    if (session !== undefined && this.#down.has(session)) return await this.#down.ask(session, request)
    if (eraOf(request) === 'stateless') {
      if (request.message?.kind === 'request' && request.message.method === 'server/discover')
        return await this.#discover(request)
      const era = await this.#era(request)
      return era === 'handshake' ? await this.#up.ask(request) : await this.#inner.ask(request)
    }
    const { message } = request
    if (message?.kind !== 'request' || message.method !== 'initialize') return await this.#inner.ask(request)
    if (this.#told === 'stateless') return await this.#down.open(request, message)
    const answer = await this.#inner.ask(request)
    if (this.#told !== undefined || !isRefused(answer)) return answer
    if ((await this.#era(request)) !== 'stateless') return answer
    // What the server made of the handshake it refused is of no use to anybody.
    const opened = answer.headers['mcp-session-id']
    if (opened !== undefined) this.#inner.forget(opened)
    return await this.#down.open(request, message)
  }

  forget(session: string): void {
    if (!this.#down.forget(session)) this.#inner.forget(session)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#up.end()
    this.#down.end()
    await this.#inner[Symbol.asyncDispose]()
  }

  /** What a client is told tells the gate as well; that it is told nothing may be the client's own fault. */
  async #discover(request: ServerRequest): Promise<ServerAnswer> {
    if (this.#knownEra() === 'handshake') return await this.#up.ask(request)
    if (this.#told !== undefined) return await this.#inner.ask(request)
    const { answer, message } = await settled(this.#inner, request)
    if (eraSaid(answer, message) === 'stateless') this.#known = { era: 'stateless', since: this.#now() }
    else if ((await this.#era(request)) === 'handshake') return await this.#up.ask(request)
    const { status, headers } = answer
    return message === undefined ? answer : { kind: 'message', status, headers, text: message.text }
  }

  #knownEra(): Era | undefined {
    if (this.#told !== undefined) return this.#told
    const known = this.#known
    return known !== undefined && this.#now() - known.since < KNOWN_MS ? known.era : undefined
  }

  async #era({ owner }: ServerRequest): Promise<Era | undefined> {
    const known = this.#knownEra()
    if (known !== undefined) return known
    this.#probing ??= this.#probe(owner).finally(() => {
      this.#probing = undefined
    })
    const era = await this.#probing
    if (era !== undefined) this.#known = { era, since: this.#now() }
    return era
  }

  /** Nothing when the server cannot be asked: then the client's own request will tell it why. */
  async #probe(owner: string): Promise<Era | undefined> {
    const params = withEra({}, { capabilities: {}, info: { name: 'portcullis', version: '1' } }, undefined)
    const message = { kind: 'request', id: PROBE, method: 'server/discover', params } as const
    try {
      const { answer, message: said } = await settled(this.#inner, {
        verb: 'POST',
        headers: {
          accept: ACCEPT,
          'content-type': 'application/json',
          'mcp-protocol-version': SPOKEN.stateless,
          'mcp-method': message.method,
        },
        text: messageText({ id: PROBE, method: message.method, params }),
        message,
        owner,
        signal: AbortSignal.timeout(PROBE_MS),
      })
      return eraSaid(answer, said)
    } catch (error) {
      if (error instanceof ServerGone) return undefined
      throw error
    }
  }
}

/** What the answer to `server/discover` says of its server; nothing where it says that it is not well. */
function eraSaid({ status }: ServerAnswer, said: RpcMessage | undefined): Era | undefined {
  if (status === 401 || status === 403 || status >= 500) return undefined
  if (said?.kind !== 'result' || !isObject(said.result)) return 'handshake'
  const { supportedVersions } = said.result
  const versions = Array.isArray(supportedVersions) ? supportedVersions : []
  return versions.some((version) => String(version) >= SPOKEN.stateless) ? 'stateless' : 'handshake'
}

/** A handshake that was not taken. */
function isRefused(answer: ServerAnswer): boolean {
  if (answer.kind === 'empty') return answer.status >= 400
  return answer.kind === 'message' && 'error' in JSON.parse(answer.text)
}
