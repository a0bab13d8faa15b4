import type { IncomingMessage } from 'node:http'
import { failure, type Result, success } from '../kernel/result.ts'

/** Reads a body up to a limit. What announces itself as larger is refused before a byte of it is read. */
export async function readBody(
  request: IncomingMessage,
  bytesMax: number,
): Promise<Result<Buffer, 'too-large' | 'encoded' | 'client-gone'>> {
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') return failure('encoded')
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) return failure('too-large')
  const { promise, resolve } = Promise.withResolvers<Result<Buffer, 'too-large' | 'client-gone'>>()
  const chunks: Buffer[] = []
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > bytesMax) {
      request.pause()
      chunks.length = 0
      resolve(failure('too-large'))
    } else chunks.push(chunk)
  })
  request.on('end', () => resolve(success(chunks.length === 1 ? (chunks[0] ?? none) : Buffer.concat(chunks))))
  request.on('close', () => resolve(failure('client-gone')))
  return promise
}

const none = Buffer.alloc(0)
