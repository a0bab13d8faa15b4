import type { McpServerConfig } from '../../../config/mcp.ts'
import { isObject } from '../rpc.ts'
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

  async #era({ owner }: ServerRequest): Promise<Era | undefined> {
    if (this.#told !== undefined) return this.#told
    const known = this.#known
    if (known !== undefined && this.#now() - known.since < KNOWN_MS) return known.era
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
      if (answer.status === 401 || answer.status === 403 || answer.status >= 500) return undefined
      if (said?.kind !== 'result') return 'handshake'
      const { result } = said
      const versions =
        isObject(result) && Array.isArray(result.supportedVersions) ? result.supportedVersions : []
      return versions.some((version) => String(version) >= SPOKEN.stateless) ? 'stateless' : 'handshake'
    } catch (error) {
      if (error instanceof ServerGone) return undefined
      throw error
    }
  }
}

/** A handshake that was not taken. */
function isRefused(answer: ServerAnswer): boolean {
  if (answer.kind === 'empty') return answer.status >= 400
  return answer.kind === 'message' && 'error' in JSON.parse(answer.text)
}
