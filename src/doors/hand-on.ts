import { timingSafeEqual } from 'node:crypto'
import { request as ask, type ServerResponse } from 'node:http'
import type { Handler } from './front.ts'

// Between the processes of one gate: what a worker does not answer itself (acts of agents, which have sessions) it hands
// on over a socket in a folder of the gate's own. The address of whoever asked travels in a header, which counts only
// with the word that the processes share.

const SECRET_HEADER = 'x-portcullis-inner'
const ADDRESS_HEADER = 'x-portcullis-inner-address'

/** Hands every request on, as it comes. */
export function handOn(inner: { readonly path: string; readonly secret: string }): Handler {
  return (request, response) => {
    const headers = withoutInner(withoutHops(request.rawHeaders, requestHops))
    headers.push(SECRET_HEADER, inner.secret, ADDRESS_HEADER, request.socket.remoteAddress ?? '')
    const handed = ask({
      socketPath: inner.path,
      method: request.method,
      path: request.url,
      headers,
      agent: false,
      setHost: false,
    })
    handed.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, withoutHops(answer.rawHeaders, answerHops))
      // An event stream may be silent for long behind its head.
      response.flushHeaders()
      answer.pipe(response)
      answer.on('error', () => response.destroy())
    })
    handed.on('error', () => fail(response))
    response.on('close', () => handed.destroy())
    request.pipe(handed)
    return true
  }
}

/** Lets in only what comes from another process of this gate, on behalf of whoever asked there. */
export function admitInner(secret: string): Handler {
  return (request, response) => {
    const given = Buffer.from(request.headers[SECRET_HEADER]?.toString() ?? '')
    const wanted = Buffer.from(secret)
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      response.writeHead(403).end()
      return true
    }
    const value = request.headers[ADDRESS_HEADER]?.toString()
    // No door behind this one may pass them on.
    delete request.headers[SECRET_HEADER]
    delete request.headers[ADDRESS_HEADER]
    request.rawHeaders.splice(0, Infinity, ...withoutInner(request.rawHeaders))
    // Each request has a connection of its own here, so its address is the connection's.
    Object.defineProperty(request.socket, 'remoteAddress', { value, configurable: true })
    return false
  }
}

/** A client that writes these headers itself speaks for nobody. */
function withoutInner(raw: readonly string[]): string[] {
  return raw.filter((_, index) => !(raw[index - (index % 2)] ?? '').toLowerCase().startsWith(SECRET_HEADER))
}

function withoutHops(raw: readonly string[], hops: ReadonlySet<string>): string[] {
  return raw.filter((_, index) => !hops.has((raw[index - (index % 2)] ?? '').toLowerCase()))
}

/** A body's length or coding goes with it; everything else of one connection stays there. */
const requestHops: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'expect', 'upgrade'])
const answerHops: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding'])

function fail(response: ServerResponse): void {
  if (response.headersSent) response.destroy()
  else response.writeHead(502, { 'content-type': 'text/plain' }).end('the gate cannot answer this now\n')
}
