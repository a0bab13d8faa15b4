import { asRecord, listOf, textOf } from './json-fields.ts'
import type { ModelDoor } from './model-door.ts'
import { askText } from './upstream/ask-text.ts'
import type { SentHeaders } from './upstream/sent-headers.ts'
import type { Upstream } from './upstream/upstream.ts'

/** An upstream that is slower than this is left out of the list. */
const LIST_MS = 5_000
const LIST_BYTES_MAX = 4 * 1024 * 1024

export type ModelListRequest = {
  readonly candidates: readonly Upstream[]
  readonly door: ModelDoor
  readonly headers: SentHeaders
  readonly mayUse: (model: string) => boolean
}

/**
 * One list of the models of several upstreams, first choice first, each model once, of those the gate would send there
 * and the caller may use. Nothing when no upstream answers.
 */
export async function mergedModels(request: ModelListRequest): Promise<Buffer | undefined> {
  const { candidates, mayUse } = request
  const lists = await Promise.all(candidates.map((upstream) => listed(upstream, request)))
  if (lists.every((list) => list === undefined)) return undefined
  const models = new Map<string, unknown>()
  for (const [index, list] of lists.entries())
    for (const model of list ?? []) {
      const id = textOf(asRecord(model)?.id)
      const isServed = id !== undefined && (candidates[index]?.serves(id) ?? false)
      if (id !== undefined && isServed && mayUse(id) && !models.has(id)) models.set(id, model)
    }
  const ids = [...models.keys()]
  const pages = { has_more: false, first_id: ids[0] ?? null, last_id: ids.at(-1) ?? null }
  return Buffer.from(JSON.stringify({ object: 'list', data: [...models.values()], ...pages }))
}

async function listed(
  upstream: Upstream,
  { door, headers }: ModelListRequest,
): Promise<readonly unknown[] | undefined> {
  const own = upstream.key === undefined ? headers : headers.with(...door.putKey(upstream.key))
  const request = { method: 'GET', path: '/v1/models', headers: own, body: null } as const
  const text = await askText(upstream, request, { ms: LIST_MS, bytesMax: LIST_BYTES_MAX })
  return text === undefined ? undefined : modelsOf(text)
}

function modelsOf(text: string): readonly unknown[] | undefined {
  try {
    return listOf(asRecord(JSON.parse(text))?.data)
  } catch {
    return undefined
  }
}
