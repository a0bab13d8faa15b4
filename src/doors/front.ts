import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
import type { Address, Limits } from '../config/config.ts'
import { GateError } from '../kernel/gate-error.ts'
import type { DecisionIds } from './decision-ids.ts'
import { AnswerDate } from './http/client-answer.ts'
import { ClientConnection, type ClientLimits, type ModelRequests } from './http/client-connection.ts'
import { ConnectionShares, type Crowd } from './http/connection-shares.ts'
import { unknownPath } from './unknown-path.ts'

/** Answers a request it knows and says so, or leaves it to the next. The path comes without its query. */
export type Handler = (request: IncomingMessage, response: ServerResponse, path: string) => boolean

export type FrontOptions = {
  /** Where to listen: an address, or the path of a socket for other processes of the gate. */
  readonly address: Address | { readonly path: string }
  /** Whether other processes of the gate listen on the same address; the system deals connections out among them. */
  readonly isShared?: boolean
  readonly limits: Limits
  readonly handlers: readonly Handler[]
  /** Requests that are read without Node's server as long as they are plain; the handlers get all others. */
  readonly models?: ModelRequests
  /** Without it no address is held to its share of the connections. */
  readonly crowd?: Crowd
  readonly ids: DecisionIds
  readonly now: () => number
}

const KEEP_ALIVE_MS = 65_000
const HEADERS_MAX = 128
const CHECK_MS = 1_000
/** A client that is turned away has this long to read why. */
const TURNED_AWAY_MS = 1_000

const headerFailures: Readonly<Record<string, readonly [status: number, phrase: string, reason: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'the request headers are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'the request did not arrive in time'],
  TOO_MANY_CONNECTIONS: [429, 'Too Many Requests', 'there are too many connections from this address'],
}

/** The HTTP server all doors share: limits on what a connection may cost, and an orderly end. */
export class Front implements AsyncDisposable {
  readonly #server: Server
  readonly #drainMs: number
  /** Connections, and how many answers each is still owed. */
  readonly #sockets = new Map<Socket, number>()
  /** Those that Node's server does not have yet. */
  readonly #plain = new Set<ClientConnection>()
  #isDraining = false

  private constructor(server: Server, drainMs: number) {
    this.#server = server
    this.#drainMs = drainMs
  }

  static async open(options: FrontOptions): Promise<Front> {
    const { address, isShared = false, limits, handlers, models, ids, now } = options
    const server = createServer({
      maxHeaderSize: limits.headerBytesMax,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.headersMs + limits.bodyMs,
      connectionsCheckingInterval: CHECK_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      noDelay: true,
      // Refused below, with a decision's id.
      requireHostHeader: false,
      insecureHTTPParser: false,
      joinDuplicateHeaders: true,
    })
    server.maxHeadersCount = HEADERS_MAX
    server.maxConnections = limits.connectionsMax
    const front = new Front(server, limits.drainMs)
    const refused = new WeakSet<Socket>()
    const refuse = (response: ServerResponse, fault: HeadFault): void => {
      refused.add(response.req.socket)
      refuseRequest(response, fault, ids.next(now()))
    }
    server.on('request', (request, response) => {
      response.on('error', () => {})
      front.#owe(request.socket, 1)
      response.once('close', () => front.#owe(request.socket, -1))
      if (front.#isDraining) response.setHeader('connection', 'close')
      const fault = headFault(request)
      if (fault !== undefined) return refuse(response, fault)
      const path = pathOf(request.url ?? '/')
      if (handlers.some((handler) => handler(request, response, path))) return
      const reason = unknownPath(request.method ?? '', path, (...asked) => models?.answers(...asked) === true)
      const isUpgrade = /websocket/i.test(request.headers.upgrade ?? '')
      notFound(response, isUpgrade ? `${reason}; this gate speaks no WebSocket` : reason, ids.next(now()))
    })
    server.on('checkExpectation', (_, response: ServerResponse) =>
      refuse(response, [417, 'what is expected is not known here']),
    )
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
      // What follows a refused head is read as it can be, and is no request.
      if (refused.has(socket)) socket.destroySoon()
      else refuseSocket(socket, error.code, ids.next(now()))
    })
    front.#admit(options)
    await listen(server, address, isShared)
    return front
  }

  get address(): Address {
    const bound = this.#server.address()
    if (bound === null || typeof bound === 'string') return { host: '', port: 0 }
    return { host: bound.address, port: bound.port }
  }

  get isDraining(): boolean {
    return this.#isDraining
  }

  get connections(): number {
    return this.#sockets.size
  }

  /** Node's server gets a connection with its first request that is not plainly one to a model. */
  #admit({ limits, models, crowd, ids, now }: FrontOptions): void {
    const server = this.#server
    const accept = server.listeners('connection')
    const handOver = (socket: Socket): void => {
      for (const listener of accept) listener.call(server, socket)
    }
    const shares = crowd && new ConnectionShares(limits.connectionsPerAddressMax, crowd.isProxy)
    server.on('drop', (dropped) => crowd?.refused('connection.limit', dropped?.remoteAddress ?? ''))
    const date = new AnswerDate(now)
    const client = clientLimits(limits)
    server.removeAllListeners('connection')
    server.on('connection', (socket) => {
      const give = shares === undefined ? () => {} : shares.take(socket.remoteAddress)
      if (give === undefined) {
        crowd?.refused('connection.address-limit', socket.remoteAddress ?? '')
        return turnAway(socket, ids.next(now()))
      }
      this.#sockets.set(socket, 0)
      socket.once('close', () => {
        give()
        this.#sockets.delete(socket)
      })
      if (models === undefined) return handOver(socket)
      const connection = new ClientConnection({
        ...{ socket, requests: models, date, limits: client },
        handOver,
        refuse: () => refuseSocket(socket, 'ERR_HTTP_REQUEST_TIMEOUT', ids.next(now())),
        owe: (change) => this.#owe(socket, change),
        isDraining: () => this.#isDraining,
        whenGone: (gone) => this.#plain.delete(gone),
      })
      this.#plain.add(connection)
    })
    const sweeper = setInterval(() => this.#sweep(), CHECK_MS)
    sweeper.unref()
    server.once('close', () => clearInterval(sweeper))
  }

  #sweep(): void {
    const now = performance.now()
    for (const connection of this.#plain) connection.sweep(now)
  }

  #owe(socket: Socket, change: 1 | -1): void {
    const owed = this.#sockets.get(socket)
    if (owed === undefined) return
    this.#sockets.set(socket, owed + change)
    if (this.#isDraining && owed + change === 0) socket.end()
  }

  /** Takes no new connection, lets what is under way finish, and ends the rest when the time is up. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isDraining) return
    this.#isDraining = true
    const { promise, resolve } = Promise.withResolvers<void>()
    // Not the HTTP server's own close: it cuts connections whose answer has ended but has not left yet.
    NetServer.prototype.close.call(this.#server, () => resolve())
    for (const [socket, owed] of this.#sockets) if (owed === 0) socket.end()
    const deadline = setTimeout(() => {
      for (const socket of this.#sockets.keys()) socket.destroy()
    }, this.#drainMs)
    await promise
    clearTimeout(deadline)
  }
}

function clientLimits(limits: Limits): ClientLimits {
  return {
    headBytesMax: limits.headerBytesMax,
    bodyBytesMax: limits.bodyBytesMax,
    firstMs: limits.headersMs,
    bodyMs: limits.headersMs + limits.bodyMs,
    keepAliveMs: KEEP_ALIVE_MS,
  }
}

export function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}

/** What is said where an address is not to be had, and what may be done about it. */
export function notListenable(place: string, { code }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE')
    return `${place} is in use already (EADDRINUSE): stop what holds it, or name another address in the configuration.`
  if (code === 'EACCES') return `${place} needs an administrator (EACCES): ports below 1024 often do.`
  if (code === 'EADDRNOTAVAIL') return `${place} is no address of this machine (EADDRNOTAVAIL).`
  return `${place} cannot be listened on (${code}).`
}

async function listen(server: Server, address: FrontOptions['address'], isShared: boolean): Promise<void> {
  const place = 'path' in address ? address.path : `${address.host}:${address.port}`
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', (cause: NodeJS.ErrnoException) =>
    reject(new GateError('listen-failed', notListenable(place, cause), { cause })),
  )
  if ('path' in address) server.listen(address.path, () => resolve())
  else server.listen({ ...address, reusePort: isShared }, () => resolve())
  await promise
}

/** Both protocols' error shapes at once: nothing says yet which of them the client speaks. */
function errorBody(type: string, reason: string, id: string): string {
  return JSON.stringify({
    type: 'error',
    error: { type, message: `${reason} (${id})`, param: null, code: null, decision_id: id },
    request_id: id,
  })
}

function notFound(response: ServerResponse, reason: string, id: string): void {
  const body = errorBody('not_found_error', reason, id)
  response.writeHead(404, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-portcullis-decision': id,
  })
  response.end(body)
}

type HeadFault = readonly [status: number, reason: string]

/** What Node's parser lets through and RFC 9112 does not: two readers would not find the same end of the request. */
function headFault({ headers, httpVersion }: IncomingMessage): HeadFault | undefined {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return [505, 'this gate speaks HTTP/1.1']
  const coding = headers['transfer-encoding']
  if (coding !== undefined && httpVersion === '1.0') return [400, 'HTTP/1.0 has no transfer codings']
  if (coding !== undefined && coding.toLowerCase() !== 'chunked')
    return [501, 'the transfer coding is not known here']
  if (headers.host === undefined)
    return httpVersion === '1.0' ? undefined : [400, 'the request names no host']
  // Several of them are joined by commas; section 3.2 has them refused.
  return headers.host.includes(',') ? [400, 'the request names more than one host'] : undefined
}

/** In its turn behind the answers that the connection is still owed, and as its last. */
function refuseRequest(response: ServerResponse, [status, reason]: HeadFault, id: string): void {
  const body = errorBody('invalid_request_error', reason, id)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-portcullis-decision': id,
    connection: 'close',
  })
  response.end(body)
}

/** What it sends meanwhile is read and dropped: closed with bytes unread, the system would throw the answer away. */
function turnAway(socket: Socket, id: string): void {
  socket.on('error', () => {})
  refuseSocket(socket, 'TOO_MANY_CONNECTIONS', id)
  socket.resume()
  setTimeout(() => socket.destroy(), TURNED_AWAY_MS).unref()
}

function refuseSocket(socket: Socket, code: string | undefined, id: string): void {
  if (!socket.writable || code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const [status, phrase, reason] = headerFailures[code ?? ''] ?? [
    400,
    'Bad Request',
    'the request is not valid HTTP',
  ]
  const body = errorBody(status === 429 ? 'rate_limit_error' : 'invalid_request_error', reason, id)
  const retry = status === 429 ? 'retry-after: 1\r\n' : ''
  socket.end(
    `HTTP/1.1 ${status} ${phrase}\r\n${retry}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nx-portcullis-decision: ${id}\r\nconnection: close\r\n\r\n${body}`,
  )
}
