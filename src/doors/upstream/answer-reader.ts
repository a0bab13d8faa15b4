import { Buffer } from 'node:buffer'
import { fieldValue } from '../http/field-value.ts'

// Reads HTTP/1.1 answers as they come (RFC 9112) and is strict about it: whatever two readers could understand differently
// ends the connection. That is no lenience lost: an upstream that needs any is broken or hostile, and an answer that is cut
// in another place than its sender meant would hand one client's answer to the next. Refused are a length beside a transfer
// coding, a length given twice, any coding but `chunked`, folded lines, spaces before a colon, and line ends of one character.

export type AnswerEvents = {
  /** Names and values in turn, as they came. */
  readonly onHead: (status: number, headers: readonly string[]) => void
  /** Never empty. Pieces that came together are one. */
  readonly onData: (chunk: Buffer) => void
  readonly onEnd: () => void
}

/** What the upstream sent is no answer, or not a whole one. */
export class AnswerMalformed extends Error {}

const HEAD_BYTES_MAX = 32 * 1024
const HEADERS_MAX = 256
const INTERIM_MAX = 16
const CHUNK_DIGITS_MAX = 8
/** Extensions of one chunk, which nobody uses; and all trailers together, which are read and dropped. */
const EXTENSION_BYTES_MAX = 256
const TRAILER_BYTES_MAX = 16 * 1024

const CR = 0x0d
const LF = 0x0a
const SEMICOLON = 0x3b
const HEAD_END = Buffer.from('\r\n\r\n')
const HEAD_START = 'HTTP/1.'
/** A whole head without its blank line. Its parts share no first character, so it is read in one go. */
const HEAD =
  /^HTTP\/1\.[01] [1-9]\d\d(?: [\t\x20-\x7e\x80-\xff]*)?(?:\r\n[\w!#$%&'*+.^`|~-]+:[\t\x20-\x7e\x80-\xff]*)*$/
const LENGTH = /^\d{1,15}$/
const none = Buffer.alloc(0)

type State =
  | 'head'
  | 'length'
  | 'size'
  | 'extension'
  | 'size-end'
  | 'chunk'
  | 'chunk-cr'
  | 'chunk-lf'
  | 'trailer'
  | 'trailer-line'
  | 'trailer-end'
  | 'last-end'
  | 'until-close'
  | 'done'

type Framing = {
  readonly state: State
  readonly bytes: number
  readonly keepsAlive: boolean
  readonly keepAliveSeconds: number | undefined
}

/** A head that was read. */
type KnownHead = {
  readonly status: number
  readonly headers: readonly string[]
  readonly framing: Framing
  /** As it came, with its blank line, where it is looked for again. */
  readonly bytes: Buffer | undefined
}

/** After so many others in a row a head is kept only now and then: many upstreams number their answers in it. */
const OTHERS_MAX = 8
const KEPT_EVERY = 64

export class AnswerReader {
  readonly #events: AnswerEvents
  #state: State = 'head'
  #pending: Buffer = none
  #interim = 0
  /** Bytes still to come of the body or of the chunk. */
  #left = 0
  #digits = 0
  /** Of a chunk's extensions, or of the trailers. */
  #lineBytes = 0
  #keepsAlive = false
  #keepAliveSeconds: number | undefined
  #pieces: Buffer[] = []
  /** Servers near the gate say the same head for a second at a time; one that is the same in every byte is not read again. */
  #known: KnownHead | undefined
  #others = 0

  constructor(events: AnswerEvents) {
    this.#events = events
  }

  /** For the next answer on the same connection. */
  reset(): void {
    this.#state = 'head'
    this.#interim = 0
  }

  get isDone(): boolean {
    return this.#state === 'done'
  }

  /** Whether the connection can carry another exchange after this one, as far as its answer says. */
  get keepsAlive(): boolean {
    return this.#keepsAlive
  }

  /** How long the upstream says that it keeps an idle connection. */
  get keepAliveSeconds(): number | undefined {
    return this.#keepAliveSeconds
  }

  /**
   * Throws `AnswerMalformed` when the bytes are no answer, or more than one. The chunk is whoever's it was again when this
   * returns: what is kept of it or goes on is copied.
   */
  push(chunk: Buffer): void {
    let bytes = chunk
    if (this.#state === 'head') {
      const rest = this.#head(chunk)
      if (rest === undefined) return
      bytes = rest
    }
    this.#body(bytes)
    this.#letGo()
    if (this.isDone) this.#events.onEnd()
  }

  /** The upstream has closed its side. */
  close(): void {
    if (this.#state === 'until-close') {
      this.#state = 'done'
      this.#events.onEnd()
    } else if (!this.isDone) throw new AnswerMalformed('the upstream closed the connection too early')
  }

  /** What stands behind the head, or nothing while the head is not whole. */
  #head(chunk: Buffer): Buffer | undefined {
    const searched = this.#pending.length
    const known = this.#known
    if (searched === 0 && known?.bytes !== undefined && startsWith(chunk, known.bytes)) {
      this.#others = 0
      this.#begin(known)
      return chunk.subarray(known.bytes.length)
    }
    let bytes = searched === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    for (let from = Math.max(0, searched - HEAD_END.length + 1); ; from = 0) {
      const end = bytes.indexOf(HEAD_END, from)
      if (end < 0 || end > HEAD_BYTES_MAX) {
        this.#hold(bytes, from)
        return undefined
      }
      const head = bytes
      const { status, headers, isOld } = parseHead(bytes.toString('latin1', 0, end))
      bytes = bytes.subarray(end + HEAD_END.length)
      if (status >= 200) {
        this.#pending = none
        const isKept = this.#others < OTHERS_MAX || this.#others % KEPT_EVERY === 0
        this.#others++
        this.#known = {
          status,
          headers,
          framing: framingOf(status, headers, isOld),
          bytes: isKept ? Buffer.from(head.subarray(0, end + HEAD_END.length)) : undefined,
        }
        this.#begin(this.#known)
        return bytes
      }
      // Nothing here ever asks for another protocol.
      if (status === 101 || ++this.#interim > INTERIM_MAX)
        throw new AnswerMalformed('the upstream sent interim answers that nobody asked for')
    }
  }

  #hold(bytes: Buffer, from: number): void {
    if (bytes.length > HEAD_BYTES_MAX) throw new AnswerMalformed('the head of the answer is too large')
    if (!HEAD_START.startsWith(bytes.toString('latin1', 0, HEAD_START.length)))
      throw new AnswerMalformed('the upstream does not speak HTTP/1.1')
    for (let at = bytes.indexOf(LF, from); at >= 0; at = bytes.indexOf(LF, at + 1))
      if (bytes[at - 1] !== CR) throw new AnswerMalformed('a line of the head ends in one character')
    this.#pending = Buffer.from(bytes)
  }

  #begin({ status, headers, framing }: KnownHead): void {
    this.#state = framing.state
    this.#left = framing.bytes
    this.#digits = 0
    this.#lineBytes = 0
    this.#keepsAlive = framing.keepsAlive
    this.#keepAliveSeconds = framing.keepAliveSeconds
    this.#events.onHead(status, headers)
  }

  #body(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length) {
      if (this.#state === 'length' || this.#state === 'chunk') at = this.#take(bytes, at)
      else if (this.#state === 'until-close') {
        this.#pieces.push(at === 0 ? bytes : bytes.subarray(at))
        return
      } else if (this.#state === 'done') {
        // Sent unasked: whatever it is, the connection cannot be trusted with another request.
        this.#keepsAlive = false
        return
      } else this.#frame(bytes[at++] ?? 0)
    }
  }

  #take(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left)
    this.#pieces.push(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end))
    this.#left -= end - at
    if (this.#left === 0) this.#state = this.#state === 'length' ? 'done' : 'chunk-cr'
    return end
  }

  /** One byte of what stands between chunks. */
  #frame(byte: number): void {
    switch (this.#state) {
      case 'size':
        this.#size(byte)
        return
      case 'extension':
        this.#state = this.#line(byte, EXTENSION_BYTES_MAX) ? 'size-end' : 'extension'
        return
      case 'size-end':
        expectByte(byte, LF)
        this.#lineBytes = 0
        this.#state = this.#left === 0 ? 'trailer' : 'chunk'
        return
      case 'chunk-cr':
        expectByte(byte, CR)
        this.#state = 'chunk-lf'
        return
      case 'chunk-lf':
        expectByte(byte, LF)
        this.#digits = 0
        this.#lineBytes = 0
        this.#state = 'size'
        return
      case 'trailer':
        this.#state = byte === CR ? 'last-end' : 'trailer-line'
        if (byte !== CR) this.#line(byte, TRAILER_BYTES_MAX)
        return
      case 'trailer-line':
        this.#state = this.#line(byte, TRAILER_BYTES_MAX) ? 'trailer-end' : 'trailer-line'
        return
      case 'trailer-end':
        expectByte(byte, LF)
        this.#state = 'trailer'
        return
      default:
        expectByte(byte, LF)
        this.#state = 'done'
    }
  }

  #size(byte: number): void {
    const value = hexOf(byte)
    if (value >= 0) {
      if (++this.#digits > CHUNK_DIGITS_MAX) throw new AnswerMalformed('a chunk is too large')
      this.#left = this.#left * 16 + value
    } else if (this.#digits === 0) throw new AnswerMalformed('a chunk has no size')
    else if (byte === CR) this.#state = 'size-end'
    else {
      expectByte(byte, SEMICOLON)
      this.#state = 'extension'
    }
  }

  /** Whether a line of text ends here. */
  #line(byte: number, bytesMax: number): boolean {
    if (byte === CR) return true
    if (++this.#lineBytes > bytesMax) throw new AnswerMalformed('there is too much beside the chunks')
    if ((byte < 0x20 && byte !== 0x09) || byte === 0x7f)
      throw new AnswerMalformed('there is a control character beside the chunks')
    return false
  }

  #letGo(): void {
    const pieces = this.#pieces
    if (pieces.length === 0) return
    this.#pieces = []
    this.#events.onData(pieces.length === 1 ? Buffer.from(pieces[0] ?? none) : Buffer.concat(pieces))
  }
}

function startsWith(bytes: Buffer, start: Buffer): boolean {
  return bytes.length >= start.length && bytes.compare(start, 0, start.length, 0, start.length) === 0
}

type Head = { readonly status: number; readonly headers: readonly string[]; readonly isOld: boolean }

function parseHead(text: string): Head {
  if (!HEAD.test(text)) throw new AnswerMalformed('the head of the answer is malformed')
  const headers: string[] = []
  let line = text.indexOf('\r\n')
  while (line >= 0) {
    const next = text.indexOf('\r\n', line + 2)
    const colon = text.indexOf(':', line)
    headers.push(text.slice(line + 2, colon), fieldValue(text, colon + 1, next < 0 ? text.length : next))
    line = next
  }
  if (headers.length > 2 * HEADERS_MAX) throw new AnswerMalformed('the answer has too many headers')
  return { status: Number(text.slice(9, 12)), headers, isOld: text[7] === '0' }
}

/** How an answer's end is told (RFC 9112, section 6.3), and whether its connection goes on behind it. */
function framingOf(status: number, headers: readonly string[], isOld: boolean): Framing {
  let length: string | undefined
  let coding: string | undefined
  let keepsAlive = !isOld
  let keepAliveSeconds: number | undefined
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const given = headers[index] ?? ''
    if (!isAsLongAsFraming(given.length)) continue
    const name = given.toLowerCase()
    const value = headers[index + 1] ?? ''
    if (name === 'connection') keepsAlive &&= !/\bclose\b/i.test(value)
    else if (name === 'keep-alive') keepAliveSeconds = secondsIn(value)
    else if (name === 'content-length' || name === 'transfer-encoding') {
      if (length !== undefined || coding !== undefined)
        throw new AnswerMalformed('the answer says twice how long it is')
      if (name === 'content-length') length = value
      else coding = value.toLowerCase()
    }
  }
  if (coding !== undefined && (coding !== 'chunked' || isOld))
    throw new AnswerMalformed('the answer has a transfer coding that cannot be read')
  if (length !== undefined && !LENGTH.test(length))
    throw new AnswerMalformed('the length of the answer is no number')
  const kept = { keepsAlive, keepAliveSeconds }
  if (status === 204 || status === 304) return { ...kept, state: 'done', bytes: 0 }
  if (coding !== undefined) return { ...kept, state: 'size', bytes: 0 }
  if (length === undefined) return { state: 'until-close', bytes: 0, keepsAlive: false, keepAliveSeconds }
  const bytes = Number(length)
  return { ...kept, state: bytes === 0 ? 'done' : 'length', bytes }
}

/** Whether a name is as long as `connection`, `keep-alive`, `content-length` or `transfer-encoding`. */
function isAsLongAsFraming(length: number): boolean {
  return length === 10 || length === 14 || length === 17
}

function secondsIn(keepAlive: string): number | undefined {
  const seconds = /\btimeout=(\d{1,6})\b/i.exec(keepAlive)?.[1]
  return seconds === undefined ? undefined : Number(seconds)
}

function expectByte(byte: number, wanted: number): void {
  if (byte !== wanted) throw new AnswerMalformed('the chunks of the answer are malformed')
}

function hexOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}
