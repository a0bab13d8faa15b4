import { Buffer } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import { fieldValue } from './field-value.ts'

// Reads the head of a plain request to a model: POST, HTTP/1.1, a length, nothing said twice, nothing that changes how the
// rest is read. It refuses nothing: what is not such a head in every byte is not read here but by Node's own parser, from
// its first byte, with that parser's limits and answers. So there is one question to be right about: what is read here
// has to mean the same there, and a test compares both on made-up heads.

export type RequestHead = {
  /** With its query. */
  readonly url: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[]
  readonly bodyBytes: number
  readonly keepsAlive: boolean
  /** Of the head, with its blank line. */
  readonly bytes: number
}

const HEADERS_MAX = 100
const HEAD_END = Buffer.from('\r\n\r\n')
const START = Buffer.from('POST /v1/')
const PLAIN =
  /^POST (\/v1\/[a-z_/]+)(\?[\w.~!$&'()*+,;=:@/?%-]*)? HTTP\/1\.1(?:\r\n[\w!#$%&'*+.^`|~-]+:[\t\x20-\x7e\x80-\xff]*)+$/
const LENGTH = /^\d{1,15}$/
/** What says how the rest of the connection is to be read, beside the length. */
const SPECIAL: ReadonlySet<string> = new Set([
  'transfer-encoding',
  'expect',
  'upgrade',
  'http2-settings',
  'trailer',
  // Node makes a list of it.
  'set-cookie',
  'proxy-connection',
  '__proto__',
])

/** Nothing when the bytes are not the whole head of a plain request. */
export function readRequestHead(bytes: Buffer, bytesMax: number): RequestHead | undefined {
  if (bytes.length < START.length || bytes.compare(START, 0, START.length, 0, START.length) !== 0)
    return undefined
  const end = bytes.indexOf(HEAD_END)
  if (end < 0 || end + HEAD_END.length > bytesMax) return undefined
  const text = bytes.toString('latin1', 0, end)
  const line = PLAIN.exec(text)
  if (line === null) return undefined
  const [, path = '', query = ''] = line
  const headers: IncomingHttpHeaders = {}
  const rawHeaders: string[] = []
  let at = text.indexOf('\r\n')
  while (at >= 0) {
    const next = text.indexOf('\r\n', at + 2)
    const colon = text.indexOf(':', at)
    const name = text.slice(at + 2, colon)
    const value = fieldValue(text, colon + 1, next < 0 ? text.length : next)
    const lower = name.toLowerCase()
    if (SPECIAL.has(lower) || Object.hasOwn(headers, lower)) return undefined
    headers[lower] = value
    rawHeaders.push(name, value)
    at = next
  }
  const { 'content-length': length, connection } = headers
  if (headers.host === undefined || length === undefined || !LENGTH.test(length)) return undefined
  const kept = connection?.toLowerCase()
  if (kept !== undefined && kept !== 'keep-alive' && kept !== 'close') return undefined
  if (rawHeaders.length > 2 * HEADERS_MAX) return undefined
  return {
    url: path + query,
    path,
    headers,
    rawHeaders,
    bodyBytes: Number(length),
    keepsAlive: kept !== 'close',
    bytes: end + HEAD_END.length,
  }
}
