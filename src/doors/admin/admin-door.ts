import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GateMetrics } from '../gate-metrics.ts'

export type AdminDoorOptions = {
  readonly token: string | undefined
  readonly metrics: GateMetrics
  /** Whether the gate can take exchanges: its ledger can be written. */
  readonly isReady: () => boolean
}

/** What operators and their machines ask the gate: whether it lives, whether it is ready, and its numbers. */
export class AdminDoor {
  readonly #options: AdminDoorOptions
  #isDraining: () => boolean = () => false

  constructor(options: AdminDoorOptions) {
    this.#options = options
  }

  drainWith(isDraining: () => boolean): void {
    this.#isDraining = isDraining
  }

  /** `/healthz`: the process answers. `/readyz`: it should be sent traffic. Open to all; they tell nothing else. */
  health(request: IncomingMessage, response: ServerResponse, path: string): boolean {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false
    if (path === '/healthz') say(response, 200, 'ok\n')
    else if (path === '/readyz') {
      const isReady = this.#options.isReady() && !this.#isDraining()
      say(response, isReady ? 200 : 503, isReady ? 'ready\n' : 'not ready\n')
    } else return false
    return true
  }

  handle(request: IncomingMessage, response: ServerResponse, path: string): boolean {
    if (this.health(request, response, path)) return true
    if (path !== '/metrics' || request.method !== 'GET') return false
    if (this.isAllowed(request)) say(response, 200, this.#options.metrics.text(), 'text/plain; version=0.0.4')
    else say(response, 401, 'the console token is needed\n')
    return true
  }

  /**
   * Whether a request may see or do what only operators may. Without a token the console listens on this machine
   * only, and a page elsewhere must not reach it through a visitor's browser: the host it asked for has to be ours.
   */
  isAllowed({ headers }: IncomingMessage): boolean {
    const { token } = this.#options
    if (token === undefined) return isOwnHost(headers.host) && isOwnOrigin(headers.origin)
    const given = /^bearer /i.test(headers.authorization ?? '') ? (headers.authorization ?? '').slice(7) : ''
    return sameText(given.trim(), token)
  }
}

function isOwnHost(host: string | undefined): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(host ?? '')
}

function isOwnOrigin(origin: string | undefined): boolean {
  return origin === undefined || isOwnHost(origin.replace(/^https?:\/\//, ''))
}

function sameText(given: string, wanted: string): boolean {
  const left = Buffer.from(given)
  const right = Buffer.from(wanted)
  return left.length === right.length && timingSafeEqual(left, right)
}

function say(response: ServerResponse, status: number, text: string, type = 'text/plain'): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) })
  response.end(text)
}
