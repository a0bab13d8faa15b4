import { Buffer } from 'node:buffer'
import { failure, type Result, success } from '../kernel/result.ts'
import type { ModelRequest } from './http/model-message.ts'

export type BodyShare = { readonly take: (bytes: number) => boolean; readonly give: () => void }

export type BodyFailure = 'too-large' | 'encoded' | 'no-room' | 'client-gone'

/** What all bodies together may hold in memory: each is kept until its exchange ends, in case it is sent again. */
export class BodyRoom {
  readonly #bytesMax: number
  #bytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** The part of one request, given back as a whole when its exchange ends. */
  share(): BodyShare {
    let taken = 0
    return {
      take: (bytes) => {
        const isTaken = this.#bytes + bytes <= this.#bytesMax
        if (isTaken) {
          this.#bytes += bytes
          taken += bytes
        }
        return isTaken
      },
      give: () => {
        this.#bytes -= taken
        taken = 0
      },
    }
  }
}

/**
 * Reads a body up to a limit, at once where all of it is there. What announces itself as larger is refused before a byte of
 * it is read.
 */
export function readBody(
  request: ModelRequest,
  bytesMax: number,
  share: BodyShare,
): Result<Buffer, BodyFailure> | Promise<Result<Buffer, BodyFailure>> {
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') return failure('encoded')
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) return failure('too-large')
  const { whole } = request
  if (whole !== undefined) return share.take(whole.length) ? success(whole) : failure('no-room')
  return readPieces(request, bytesMax, share)
}

async function readPieces(
  request: ModelRequest,
  bytesMax: number,
  share: BodyShare,
): Promise<Result<Buffer, BodyFailure>> {
  const { promise, resolve } = Promise.withResolvers<Result<Buffer, BodyFailure>>()
  const chunks: Buffer[] = []
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    const isTooLarge = bytes > bytesMax
    if (isTooLarge || !share.take(chunk.length)) {
      request.pause()
      chunks.length = 0
      resolve(failure(isTooLarge ? 'too-large' : 'no-room'))
    } else chunks.push(chunk)
  })
  request.on('end', () => resolve(success(chunks.length === 1 ? (chunks[0] ?? none) : Buffer.concat(chunks))))
  request.on('close', () => resolve(failure('client-gone')))
  return promise
}

const none = Buffer.alloc(0)
