import { GateError } from '../../kernel/gate-error.ts'
import { adapters } from './adapters.ts'
import { questionsOf } from './anthropic-batch.ts'
import type { Fields } from './fields.ts'
import { openInput } from './input.ts'
import { linesOf } from './records.ts'

/** Four of the largest batches there are; the questions of a run are held in memory. */
export const BATCH_REQUESTS_MAX = 200_000
/** What of a question matters here: images and tool schemas are not kept. */
const KEPT = [
  'model',
  'messages',
  'system',
  'instructions',
  'input',
  'prompt',
  'user',
  'safety_identifier',
  'metadata',
  'max_tokens',
  'max_completion_tokens',
  'max_output_tokens',
  'temperature',
  'n',
]

/** Reads the questions of batches, by custom id, so that the answers can be joined with them. */
export async function readBatchRequests(paths: readonly string[]): Promise<ReadonlyMap<string, Fields>> {
  const requests = new Map<string, Fields>()
  for (const path of paths) {
    const input = await openInput(path)
    try {
      for await (const piece of input.pieces()) {
        if (piece.kind === 'rejection') continue
        for (const { text } of linesOf(piece)) take(text, requests)
      }
    } finally {
      await input.close()
    }
  }
  if (paths.length > 0 && requests.size === 0)
    throw new GateError('input-format-unknown', `no batch requests in ${paths.join(', ')}`)
  return requests
}

function take(text: string, requests: Map<string, Fields>): void {
  let record: unknown
  try {
    record = JSON.parse(text)
  } catch {
    return
  }
  for (const entry of questionsOf(record))
    for (const adapter of adapters) {
      const question = adapter.request?.(entry)
      if (!question) continue
      const [id, request] = question
      requests.set(
        id,
        Object.fromEntries(KEPT.flatMap((name) => (name in request ? [[name, request[name]]] : []))),
      )
      if (requests.size > BATCH_REQUESTS_MAX)
        throw new GateError(
          'usage',
          `more than ${BATCH_REQUESTS_MAX} batch requests at once; import in parts`,
        )
    }
}
