import type { AnswerHandler } from './http-connection.ts'
import type { AnswerControl, HttpRequest } from './http-pool.ts'

export type Asks = { readonly send: (request: HttpRequest, handler: AnswerHandler) => AnswerControl }

/** The whole answer with status 200, or nothing: for what the gate asks an upstream on its own account. */
export async function askText(
  upstream: Asks,
  request: HttpRequest,
  limits: { readonly ms: number; readonly bytesMax: number },
): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const chunks: Buffer[] = []
  let bytes = 0
  let isGood = false
  const control = upstream.send(request, {
    onHead: (status) => {
      isGood = status === 200
    },
    onData: (chunk) => {
      bytes += chunk.length
      if (bytes > limits.bytesMax) control.abort(new Error('the answer is too large'))
      else chunks.push(chunk)
    },
    onEnd: () => resolve(isGood ? Buffer.concat(chunks).toString('utf8') : undefined),
    onError: () => resolve(undefined),
  })
  const late = setTimeout(() => control.abort(new Error('the answer takes too long')), limits.ms)
  late.unref()
  const text = await promise
  clearTimeout(late)
  return text
}
