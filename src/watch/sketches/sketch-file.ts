// The sketches of one log in one file: frames that are appended, each with a checksum and its place in the log, so that a
// run that was killed goes on where it stopped. Layout in docs/size.md.
import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import * as v from 'valibot'
import { GateError } from '../../kernel/gate-error.ts'
import type { Position } from '../intake/block.ts'
import { type Check, START } from '../intake/source.ts'

const LAYOUT = 1
const MAGIC = 0x314b5350
const HEADER_BYTES = 56
/** The last frame is always of this size, so that it can be found from the end. */
const END_BYTES = 128
/** A block of a megabyte of log becomes some 100 kB; nothing of ours is a hundred times as large. */
const PAYLOAD_BYTES_MAX = 64 * 1024 * 1024

const kinds = ['start', 'block', 'tail', 'end'] as const
/** `tail`: a last line without its newline, which may have been still being written. */
export type FrameKind = (typeof kinds)[number]

export type Frame = {
  readonly kind: FrameKind
  /** How far the log has been read with this frame, and a checksum of it up to there or somewhat before. */
  readonly next: Position
  readonly check: Check
  readonly payload: Uint8Array
}

const startSchema = v.object({
  layout: v.number(),
  /** Equal for sketches that can be compared: tells of the secret they were made under, and does not tell it. */
  seedTag: v.string(),
  log: v.string(),
  format: v.string(),
})
export type SketchStart = Omit<v.InferOutput<typeof startSchema>, 'layout'>

const endSchema = v.object({
  /** Of the log as it was when it had been read to its end. */
  stamp: v.optional(v.string()),
  /** Running checksum of all frames: two files with the same one hold the same. */
  digest: v.number(),
})
export type SketchEnd = v.InferOutput<typeof endSchema>

export class SketchFile implements Disposable {
  readonly path: string
  readonly start: SketchStart
  readonly #handle: number
  /** Bytes of the file that are known to be whole. */
  #bytes: number
  #digest: number
  #next = START
  #check: Check = { bytes: 0, crc: 0 }
  #end: SketchEnd | undefined
  /** Where the last frame begins if it is a tail or an end, which what comes later replaces. */
  #open: { readonly bytes: number; readonly digest: number; readonly next: Position; readonly check: Check }

  private constructor(path: string, handle: number, start: SketchStart, bytes: number, digest: number) {
    this.path = path
    this.start = start
    this.#handle = handle
    this.#bytes = bytes
    this.#digest = digest
    this.#open = { bytes, digest, next: START, check: this.#check }
  }

  static create(path: string, start: SketchStart): SketchFile {
    const handle = openSync(path, 'wx+', 0o600)
    const file = new SketchFile(path, handle, start, 0, 0)
    const payload = Buffer.from(JSON.stringify({ ...start, layout: LAYOUT }))
    file.append({ kind: 'start', next: START, check: file.#check, payload })
    return file
  }

  /** Opens what is there. A frame that a killed run left half written is cut off; a damaged one is an error. */
  static open(path: string): SketchFile {
    const handle = openSync(path, 'r+')
    try {
      const first = frameAt(handle, 0, path)
      if (first === undefined || first.frame.kind !== 'start') throw damaged(path, 0)
      return new SketchFile(
        path,
        handle,
        startOf(first.frame.payload, path),
        first.bytes,
        digested(first.crc, 0),
      )
    } catch (error) {
      closeSync(handle)
      throw error
    }
  }

  /** How far the log has been read. Known once `frames` has been read to its end. */
  get position(): Position {
    return this.#next
  }

  get check(): Check {
    return this.#check
  }

  get end(): SketchEnd | undefined {
    return this.#end
  }

  /** All frames after the start, in order. To be read to its end before anything is appended. */
  *frames(): Generator<Frame> {
    for (;;) {
      const read = frameAt(this.#handle, this.#bytes, this.path)
      if (read === undefined) return void this.#cut(this.#bytes)
      this.#take(read.frame, read.bytes, read.crc)
      yield read.frame
    }
  }

  append(frame: Frame): void {
    const bytes = encoded(frame)
    let written = 0
    while (written < bytes.length)
      written += writeSync(this.#handle, bytes, written, bytes.length - written, this.#bytes + written)
    this.#take(frame, bytes.length, bytes.readUInt32LE(8))
  }

  seal(stamp: string | undefined): void {
    const end: SketchEnd = { ...(stamp !== undefined && { stamp }), digest: this.#digest }
    const payload = Buffer.from(JSON.stringify(end).padEnd(END_BYTES))
    this.append({ kind: 'end', next: this.#next, check: this.#check, payload })
  }

  /** Takes back the end, and a last line that may not have been all of it: the log has grown since. */
  reopen(): void {
    const { bytes, digest, next, check } = this.#open
    this.#cut(bytes)
    this.#digest = digest
    this.#next = next
    this.#check = check
    this.#end = undefined
  }

  [Symbol.dispose](): void {
    closeSync(this.#handle)
  }

  #take(frame: Frame, bytes: number, crc: number): void {
    this.#bytes += bytes
    this.#next = frame.next
    this.#check = frame.check
    if (frame.kind === 'end') {
      this.#end = v.parse(endSchema, JSON.parse(textOf(frame.payload)))
      return
    }
    this.#digest = digested(crc, this.#digest)
    if (frame.kind === 'tail') return
    this.#open = { bytes: this.#bytes, digest: this.#digest, next: frame.next, check: frame.check }
  }

  #cut(bytes: number): void {
    if (fstatSync(this.#handle).size > bytes) ftruncateSync(this.#handle, bytes)
    this.#bytes = bytes
  }
}

/** What a complete file says of itself in its last frame, or undefined where it is not complete or not there. */
export function endOf(path: string): SketchEnd | undefined {
  if (!existsSync(path)) return undefined
  const handle = openSync(path, 'r')
  try {
    const at = fstatSync(handle).size - HEADER_BYTES - END_BYTES
    const header = Buffer.alloc(4)
    if (at < 0 || readSync(handle, header, 0, 4, at) < 4 || header.readUInt32LE(0) !== MAGIC) return undefined
    const last = frameAt(handle, at, path)
    return last?.frame.kind === 'end' ? v.parse(endSchema, JSON.parse(textOf(last.frame.payload))) : undefined
  } finally {
    closeSync(handle)
  }
}

function digested(crc: number, digest: number): number {
  return crc32(Buffer.from(String(crc)), digest)
}

function encoded({ kind, next, check, payload }: Frame): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES + payload.length)
  bytes.writeUInt32LE(MAGIC, 0)
  bytes.writeUInt32LE(payload.length, 4)
  bytes.writeUInt32LE(kinds.indexOf(kind), 12)
  bytes.writeDoubleLE(next.bytes, 16)
  bytes.writeDoubleLE(next.lines, 24)
  bytes.writeDoubleLE(check.bytes, 32)
  bytes.writeDoubleLE(check.crc, 40)
  bytes.set(payload, HEADER_BYTES)
  bytes.writeUInt32LE(crc32(bytes.subarray(12)), 8)
  return bytes
}

/** Undefined at the end, and at a frame that the end of the file cuts off. */
function frameAt(
  handle: number,
  at: number,
  path: string,
): { readonly frame: Frame; readonly bytes: number; readonly crc: number } | undefined {
  const header = Buffer.alloc(HEADER_BYTES)
  if (readSync(handle, header, 0, HEADER_BYTES, at) < HEADER_BYTES) return undefined
  const length = header.readUInt32LE(4)
  if (header.readUInt32LE(0) !== MAGIC || length > PAYLOAD_BYTES_MAX) throw damaged(path, at)
  const payload = Buffer.allocUnsafeSlow(length)
  if (readSync(handle, payload, 0, length, at + HEADER_BYTES) < length) return undefined
  const crc = header.readUInt32LE(8)
  const kind = kinds[header.readUInt32LE(12)]
  if (kind === undefined || crc32(payload, crc32(header.subarray(12))) !== crc) throw damaged(path, at)
  const next = { bytes: header.readDoubleLE(16), lines: header.readDoubleLE(24) }
  const check = { bytes: header.readDoubleLE(32), crc: header.readDoubleLE(40) }
  return { frame: { kind, next, check, payload }, bytes: HEADER_BYTES + length, crc }
}

function startOf(payload: Uint8Array, path: string): SketchStart {
  const start = v.safeParse(startSchema, JSON.parse(textOf(payload)))
  if (!start.success) throw damaged(path, 0)
  const { layout, ...rest } = start.output
  if (layout === LAYOUT) return rest
  throw new GateError(
    'sketches-unusable',
    `${path} was written by another version (layout ${layout}, this one reads ${LAYOUT}); delete it to sketch the log anew`,
  )
}

function damaged(path: string, at: number): GateError {
  return new GateError(
    'sketches-unusable',
    `${path} is damaged at byte ${at}; delete it to sketch the log anew`,
  )
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
}
