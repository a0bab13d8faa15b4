import type { TLSSocket } from 'node:tls'
import { buildConnector } from 'undici'
import type { Protocol, UpstreamConfig } from '../../config/config.ts'
import { Globs } from '../../gate/globs.ts'
import { Breaker } from './breaker.ts'
import type { AnswerHandler } from './http-connection.ts'
import { type AnswerControl, HttpPool, type HttpRequest } from './http-pool.ts'
import { ModelDigests } from './model-digests.ts'
import { SocketReads } from './socket-reads.ts'

/** One place that answers: a vendor's API or a model server on this machine, with its connections and its breaker. */
export class Upstream {
  readonly name: string
  readonly url: URL
  readonly protocol: Protocol
  readonly isLocal: boolean
  readonly key: string | undefined
  readonly retries: number
  readonly idleMs: number
  readonly breaker: Breaker
  readonly #models: Globs
  readonly #digests: ModelDigests
  readonly #pool: HttpPool
  readonly #basePath: string

  constructor(config: UpstreamConfig) {
    this.name = config.name
    this.url = config.url
    this.protocol = config.protocol
    this.isLocal = config.local
    this.key = config.key
    this.retries = config.retries
    this.idleMs = config.idleMs
    this.breaker = new Breaker(config.breaker)
    this.#models = new Globs(config.models)
    // Both `https://host` and `https://host/v1` are common ways to write a base; endpoints here begin with /v1.
    this.#basePath = config.url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '')
    const reads = new SocketReads()
    this.#pool = new HttpPool({ ...config, connect: connector(config, reads.onread), reads })
    this.#digests = new ModelDigests(config.digests, this.#pool, this.#basePath)
  }

  serves(model: string): boolean {
    return this.#models.match(model) && this.#digests.allow(model)
  }

  send(request: HttpRequest, handler: AnswerHandler): AnswerControl {
    const { method, path, headers, body } = request
    return this.#pool.send({ method, path: this.#basePath + path, headers, body }, handler)
  }

  async close(): Promise<void> {
    this.#digests.close()
    await this.#pool.close()
  }

  destroy(): void {
    this.#digests.close()
    this.#pool.destroy()
  }
}

/** A pinned upstream is known by its certificate, not by whoever the name leads to or an authority vouches for. */
function connector(
  { tlsFingerprint, connectMs }: UpstreamConfig,
  onread: SocketReads['onread'],
): buildConnector.connector {
  const pinned = tlsFingerprint !== undefined
  const connect = buildConnector({
    timeout: connectMs,
    allowH2: false,
    onread,
    rejectUnauthorized: !pinned,
    ...(pinned ? { maxCachedSessions: 0 } : {}),
  })
  if (!pinned) return connect
  return (options, callback) =>
    connect(options, (...outcome) => {
      const [error, socket] = outcome
      if (error !== null) return callback(error, null)
      const shown = fingerprintOf(socket as TLSSocket)
      if (shown === tlsFingerprint) return callback(null, socket)
      socket.destroy()
      callback(new Error('the upstream shows another certificate than the one pinned'), null)
    })
}

function fingerprintOf(socket: TLSSocket): string | undefined {
  if (typeof socket.getPeerCertificate !== 'function') return undefined
  return socket.getPeerCertificate().fingerprint256?.replaceAll(':', '').toLowerCase()
}
