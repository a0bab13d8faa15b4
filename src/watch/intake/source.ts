import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import type { ErrorCode } from '../../kernel/error-codes.ts'
import { GateError } from '../../kernel/gate-error.ts'
import type { Framer, Piece, Position } from './block.ts'
import { compressionOf, decompressed, type Fault, foreignContainer } from './decompress.ts'
import { LineFramer } from './lines.ts'
import type { RejectionReason } from './rejection.ts'

/** The name of standard input on a command line. */
export const STDIN = '-'

export type SourceOptions = {
  /** Read for the name `-`. */
  readonly stdin?: Readable
  readonly signal?: AbortSignal
}

/** The start of an input: before anything has been read. */
export const START: Position = { bytes: 0, lines: 0 }
/** What formats are recognised by, and a source known again by. */
export const HEAD_BYTES = 64 * 1024
const READ_BYTES = 512 * 1024

/** The CRC-32 of the first bytes of a decompressed input. */
export type Check = { readonly bytes: number; readonly crc: number }

export type Source = {
  /** For messages: the path, or `stdin`. */
  readonly file: string
  /** The first HEAD_BYTES of the decompressed input, or all of it. */
  readonly head: Uint8Array
  /**
   * Everything after the framer's starting point, once. What breaks off on the way is a rejection in its place.
   * Where a check is given and the input does not begin as it says, throws `input-changed` before yielding.
   */
  readonly pieces: (framer: Framer, begins?: Check) => AsyncGenerator<Piece>
  /** A check of the input as far as it can be had at or before `bytes`; `bytes` never decreases. */
  readonly check: (bytes: number) => Check
  readonly close: () => Promise<void>
}

/**
 * One log, by path or `-`: plain, gzip or zstd by content, in bounded memory.
 * Throws a GateError where nothing can be read at all.
 */
export async function openSource(path: string, options: SourceOptions = {}): Promise<Source> {
  const file = path === STDIN ? 'stdin' : path
  const bytes = bytesOf(path, options)
  const peeked: (Uint8Array | Fault)[] = []
  const head = await peek(bytes, peeked)
  const prefix = new PrefixCheck(path)
  async function* pieces(framer: Framer, begins?: Check): AsyncGenerator<Piece> {
    const skip = framer.position().bytes
    let seen = 0
    let fault: RejectionReason | undefined
    for await (const chunk of startingWith(peeked.splice(0), bytes)) {
      if ('fault' in chunk) {
        fault = chunk.fault
        break
      }
      prefix.add(chunk, begins)
      seen += chunk.length
      const unread = seen - skip
      if (unread > 0)
        yield* framer.push(unread < chunk.length ? chunk.subarray(chunk.length - unread) : chunk)
    }
    if (seen < skip) throw prefix.changed()
    yield* framer.end(fault !== undefined)
    if (seen === 0) fault ??= 'input-empty'
    if (fault === undefined) return
    yield {
      kind: 'rejection',
      rejection: { file, line: framer.line(), reason: fault },
      next: framer.position(),
    }
  }
  return {
    file,
    head,
    pieces,
    check: (upTo) => prefix.upTo(upTo),
    close: async () => void (await bytes.return(undefined)),
  }
}

/** An exchange log as blocks of whole lines. */
export async function* readSource(
  path: string,
  { from = START, ...options }: SourceOptions & { readonly from?: Position } = {},
): AsyncGenerator<Piece> {
  const source = await openSource(path, options)
  try {
    yield* source.pieces(new LineFramer(source.file, from))
  } finally {
    await source.close()
  }
}

async function peek(
  bytes: AsyncGenerator<Uint8Array | Fault>,
  peeked: (Uint8Array | Fault)[],
): Promise<Uint8Array> {
  const head: Uint8Array[] = []
  for (let length = 0; length < HEAD_BYTES; ) {
    const next = await bytes.next()
    if (next.done) break
    peeked.push(next.value)
    if ('fault' in next.value) break
    head.push(next.value)
    length += next.value.length
  }
  return Buffer.concat(head).subarray(0, HEAD_BYTES)
}

/** The decompressed bytes of a source, without a byte order mark. */
export async function* bytesOf(
  path: string,
  { stdin, signal }: SourceOptions = {},
): AsyncGenerator<Uint8Array | Fault> {
  const raw = path === STDIN ? streamOf(stdin, signal) : fileOf(path, signal)
  try {
    const head = await raw.next()
    if (head.done) return
    const foreign = foreignContainer(head.value)
    if (foreign !== undefined)
      throw new GateError('input-format-unknown', `${path} is ${foreign}; decompress or convert it first`)
    let isFirst = true
    for await (const chunk of decompressed(startingWith([head.value], raw), compressionOf(head.value))) {
      if ('fault' in chunk || !isFirst) {
        yield chunk
        continue
      }
      isFirst = false
      if (isUtf16(chunk))
        throw new GateError('input-encoding', `${path} is UTF-16; convert it to UTF-8 first (iconv -t utf-8)`)
      yield hasByteOrderMark(chunk) ? chunk.subarray(3) : chunk
    }
  } finally {
    // Whoever leaves while the head is being looked at has not begun to read the rest.
    await raw.return(undefined)
  }
}

/** Runs a CRC along with the input, remembered where chunks end. */
class PrefixCheck {
  readonly #path: string
  #seen: Check = { bytes: 0, crc: 0 }
  #marks: Check[] = [{ bytes: 0, crc: 0 }]

  constructor(path: string) {
    this.#path = path
  }

  add(chunk: Uint8Array, begins: Check | undefined): void {
    const { bytes, crc } = this.#seen
    if (begins && begins.bytes > bytes && begins.bytes <= bytes + chunk.length)
      if (crc32(chunk.subarray(0, begins.bytes - bytes), crc) !== begins.crc) throw this.changed()
    this.#seen = { bytes: bytes + chunk.length, crc: crc32(chunk, crc) }
    this.#marks.push(this.#seen)
  }

  upTo(bytes: number): Check {
    const last = this.#marks.findLastIndex((mark) => mark.bytes <= bytes)
    this.#marks = this.#marks.slice(Math.max(0, last))
    return this.#marks[0] ?? { bytes: 0, crc: 0 }
  }

  changed(): GateError {
    return new GateError(
      'input-changed',
      `${this.#path} no longer begins as it did when it was first imported`,
    )
  }
}

async function* startingWith<T>(head: readonly T[], rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield* head
  yield* rest
}

async function* fileOf(path: string, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const handle = await openFile(path)
  try {
    if ((await handle.stat()).isDirectory())
      throw new GateError('input-is-directory', `${path} is a directory; name the files in it`)
    const stream = createReadStream(path, {
      fd: handle,
      highWaterMark: READ_BYTES,
      autoClose: false,
      ...(signal && { signal }),
    })
    yield* withHead(stream)
  } catch (error) {
    throw unreadable(path, error)
  } finally {
    await handle.close()
  }
}

async function* streamOf(
  stdin: Readable | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  if (stdin === undefined) throw new GateError('input-unreadable', 'there is no standard input to read')
  const stop = () => stdin.destroy(new DOMException('stopped', 'AbortError'))
  signal?.throwIfAborted()
  signal?.addEventListener('abort', stop)
  try {
    yield* withHead(stdin)
  } catch (error) {
    throw unreadable('standard input', error)
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

const HEAD_BYTES_MIN = 4096

/** Pipes hand out single bytes if they like; what looks at the first chunk needs a few to look at. */
async function* withHead(chunks: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  const held: Uint8Array[] = []
  let bytes = 0
  let isStarted = false
  for await (const chunk of chunks) {
    const buffer = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    if (!(buffer instanceof Uint8Array) || buffer.length === 0) continue
    if (isStarted) {
      yield buffer
      continue
    }
    held.push(buffer)
    bytes += buffer.length
    if (bytes < HEAD_BYTES_MIN) continue
    isStarted = true
    yield Buffer.concat(held)
  }
  if (!isStarted && bytes > 0) yield Buffer.concat(held)
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r')
  } catch (error) {
    throw unreadable(path, error)
  }
}

const CODES: Readonly<Record<string, readonly [code: ErrorCode, text: string]>> = {
  ENOENT: ['input-not-found', 'does not exist'],
  ENOTDIR: ['input-not-found', 'does not exist'],
  EISDIR: ['input-is-directory', 'is a directory; name the files in it'],
  EACCES: ['input-unreadable', 'may not be read by this user'],
  EPERM: ['input-unreadable', 'may not be read by this user'],
}

/** What the file system said, as a coded error; anything else as it is. */
export function unreadable(path: string, error: unknown): unknown {
  if (error instanceof GateError || !(error instanceof Error) || !('code' in error)) return error
  if (error.name === 'AbortError') return error
  const [code, text] = CODES[String(error.code)] ?? ['input-unreadable', `cannot be read (${error.code})`]
  return new GateError(code, `${path} ${text}`, { cause: error })
}

function hasByteOrderMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
}

/** By its mark, or because every other byte of the start is zero, as ASCII looks in UTF-16. */
function isUtf16(bytes: Uint8Array): boolean {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) return true
  const head = bytes.subarray(0, 64)
  if (head.length < 4) return false
  const zeros = (from: number) => head.every((byte, at) => at % 2 !== from || byte === 0)
  const letters = (from: number) => head.every((byte, at) => at % 2 !== from || byte !== 0)
  return (zeros(0) && letters(1)) || (zeros(1) && letters(0))
}
