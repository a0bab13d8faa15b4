// Reads a log through the file of its sketches: what is kept comes from there, what is new is sketched and kept.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { GateError } from '../../kernel/gate-error.ts'
import type { Piece } from '../intake/block.ts'
import { stampOf } from '../intake/file-stamp.ts'
import { type Input, type InputOptions, openInput } from '../intake/input.ts'
import type { Rejection, RejectionReason } from '../intake/rejection.ts'
import { STDIN, unreadable } from '../intake/source.ts'
import { packedGap, type Unpacked, unpacked } from './packed.ts'
import type { SketchStore } from './reading-messages.ts'
import { type Frame, SketchFile } from './sketch-file.ts'

const EXTENSION = '.sketch'
const NAME_DIGITS = 24
const TAG_DIGITS = 16
/** What broke off may be whole another time. */
const BROKEN: ReadonlySet<RejectionReason> = new Set(['input-truncated', 'input-corrupt', 'input-empty'])

/** The logs whose sketches a directory holds, in the order of their names. */
export function sketchedLogs(directory: string): string[] {
  if (!existsSync(directory)) return []
  const logs: string[] = []
  for (const name of readdirSync(directory)) {
    if (!name.endsWith(EXTENSION)) continue
    using file = SketchFile.open(join(directory, name))
    logs.push(file.start.log)
  }
  return logs.sort()
}

export function sketchPath(directory: string, log: string): string {
  const name = createHash('sha256').update(log).digest('hex').slice(0, NAME_DIGITS)
  return join(directory, name + EXTENSION)
}

export type Opened = {
  /** Kept blocks first, then pieces of the log that are to be sketched and handed to `keep`. */
  readonly kept: () => Generator<Unpacked>
  /** To be asked for once `kept` is exhausted; undefined where nothing is left to read. */
  readonly rest: () => Promise<{ readonly input: Input; readonly pieces: AsyncGenerator<Piece> } | undefined>
  /** In the order of the pieces. */
  readonly keep: (piece: Piece, input: Input) => (packed: Uint8Array | undefined) => void
  /** All that was read is kept: the log need not be read again. */
  readonly seal: () => void
  readonly close: () => void
}

export async function openStored(
  log: string,
  { directory, isReplay }: SketchStore,
  seed: number,
  options: InputOptions,
): Promise<Opened> {
  if (log === STDIN) throw new GateError('usage', 'standard input has no name to keep its sketches under')
  const stamp = isReplay ? undefined : await stampOf(log)
  const format = formatTag(options)
  const file = fileFor(directory, { log, seedTag: seedTag(seed), format }, isReplay)
  const queue = new WriteQueue(file)
  let tails: Frame[] = []
  return {
    kept: function* () {
      for (const frame of file.frames())
        if (frame.kind === 'block') yield unpacked(frame.payload)
        else if (frame.kind === 'tail') tails.push(frame)
      if (!isReplay && (file.end === undefined || file.end.stamp !== stamp)) return
      for (const { payload } of tails) yield unpacked(payload)
      tails = []
    },
    rest: async () => {
      if (isReplay && file.end === undefined)
        throw new GateError(
          'sketches-unusable',
          `the sketches of ${log} are not complete; name the log to go on with them`,
        )
      if (isReplay || (file.end !== undefined && file.end.stamp === stamp)) return undefined
      file.reopen()
      const input = await openInput(log, options)
      const begins = file.check.bytes > 0 ? file.check : undefined
      return { input, pieces: input.pieces(file.position, begins) }
    },
    keep: (piece, input) => queue.reserve(frameOf(piece, input)),
    seal: () => file.seal(stamp),
    close: () => file[Symbol.dispose](),
  }
}

/** One hunt at a time appends to a directory; the lock falls with its thread, however that ends. */
export class SketchLock {
  #database: DatabaseSync | undefined

  take(directory: string): void {
    if (this.#database) return
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 })
    } catch (error) {
      throw unreadable(directory, error)
    }
    const database = new DatabaseSync(join(directory, 'lock.db'))
    try {
      database.exec('BEGIN EXCLUSIVE')
    } catch (cause) {
      database.close()
      throw new GateError('store-locked', `another hunt is writing to ${directory}`, { cause })
    }
    this.#database = database
  }
}

type Identity = { readonly log: string; readonly seedTag: string; readonly format: string }

function fileFor(directory: string, identity: Identity, isReplay: boolean): SketchFile {
  const path = sketchPath(directory, identity.log)
  try {
    if (!existsSync(path)) return SketchFile.create(path, identity)
    const file = SketchFile.open(path)
    const { start } = file
    if (start.seedTag === identity.seedTag && (isReplay || start.format === identity.format)) return file
    file[Symbol.dispose]()
    const what = start.seedTag === identity.seedTag ? 'read with other options' : 'made under another secret'
    throw new GateError('sketches-unusable', `${path} was ${what}; delete it to sketch the log anew`)
  } catch (error) {
    throw unreadable(path, error)
  }
}

/** Everything but the bytes, which come later and in any order. */
function frameOf(
  piece: Piece,
  input: Input,
): Omit<Frame, 'payload'> & { readonly gap: Rejection | undefined } {
  const gap = piece.kind === 'rejection' ? piece.rejection : undefined
  const isWhole = piece.kind === 'block' ? piece.isFinished : !BROKEN.has(piece.rejection.reason)
  return {
    kind: isWhole ? 'block' : 'tail',
    next: piece.next,
    check: input.check(piece.next.bytes),
    gap,
  }
}

/** Frames are written in the order of their pieces; what is finished early waits. */
class WriteQueue {
  readonly #file: SketchFile
  readonly #ready = new Map<number, Frame>()
  #reserved = 0
  #written = 0

  constructor(file: SketchFile) {
    this.#file = file
  }

  reserve({
    gap,
    ...frame
  }: Omit<Frame, 'payload'> & { readonly gap: Rejection | undefined }): (
    packed: Uint8Array | undefined,
  ) => void {
    const place = this.#reserved++
    return (packed) => {
      const payload = packed ?? (gap ? packedGap(gap) : undefined)
      if (payload) this.#ready.set(place, { ...frame, payload })
      for (let next = this.#ready.get(this.#written); next; next = this.#ready.get(this.#written)) {
        this.#ready.delete(this.#written++)
        this.#append(next)
      }
    }
  }

  #append(frame: Frame): void {
    try {
      this.#file.append(frame)
    } catch (cause) {
      throw new GateError('store-unwritable', `${this.#file.path} cannot be written`, { cause })
    }
  }
}

/** Sketches made under two secrets cannot be compared; the tag tells them apart and does not tell the secret. */
function seedTag(seed: number): string {
  return createHash('sha256')
    .update(`sketches\0${seed >>> 0}`)
    .digest('hex')
    .slice(0, TAG_DIGITS)
}

function formatTag({ format, map, set, requests }: InputOptions): string {
  const options = [format ?? '', [...(map ?? [])], [...(set ?? [])], [...(requests?.keys() ?? [])]]
  return createHash('sha256').update(JSON.stringify(options)).digest('hex').slice(0, TAG_DIGITS)
}
