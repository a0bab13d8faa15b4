import type { JsonObject, JsonValue } from '../../gate/act.ts'
import type { Span } from '../../gate/finding.ts'

/** Texts of a value as one, and the way back from a place in it to the value. */
export type Texts = { readonly text: string; readonly without: (spans: readonly Span[]) => JsonValue }

type Path = readonly (string | number)[]
type Leaf = { readonly path: Path; readonly text: string; readonly start: number; readonly isBlob: boolean }

export const CUT = '[removed by the gate]'

/** Labels of the protocol, not text of a server. */
const labels = new Set(['type', 'mimeType', 'role', 'resultType', 'cacheScope', 'jsonrpc', 'method'])
/** Larger binary content is not text. */
const BLOB_CHARACTERS_MAX = 1_048_576
const decoder = new TextDecoder('utf-8', { fatal: true })

/** Every text of a value in its order, one a line: what a model, or whoever reads over its shoulder, gets to see. */
export function textsOf(value: JsonValue): Texts {
  const leaves: Leaf[] = []
  const parts: string[] = []
  let length = 0
  const visit = (inner: JsonValue, path: Path, holder: JsonObject | undefined): void => {
    if (typeof inner === 'string') {
      const key = path.at(-1)
      if (typeof key === 'string' && labels.has(key)) return
      const blob = isBlob(key, holder)
      const text = blob ? decoded(inner) : inner
      if (text === undefined || text === '') return
      leaves.push({ path, text, start: length, isBlob: blob })
      parts.push(text)
      length += text.length + 1
    } else if (Array.isArray(inner))
      for (const [index, item] of inner.entries()) visit(item, [...path, index], undefined)
    else if (isRecord(inner))
      for (const [key, item] of Object.entries(inner)) visit(item, [...path, key], inner)
  }
  visit(value, [], undefined)
  return { text: parts.join('\n'), without: (spans) => cutOut(value, leaves, spans) }
}

function isRecord(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Base64 of the protocol: a resource's `blob`, and the `data` of an image or a sound. */
function isBlob(key: string | number | undefined, holder: JsonObject | undefined): boolean {
  if (key === 'blob') return true
  return key === 'data' && (holder?.type === 'image' || holder?.type === 'audio')
}

/** Bytes that are text are read as text, whatever type they are said to have. */
function decoded(base64: string): string | undefined {
  if (base64.length > BLOB_CHARACTERS_MAX) return undefined
  try {
    return decoder.decode(Buffer.from(base64, 'base64'))
  } catch {
    return undefined
  }
}

function cutOut(value: JsonValue, leaves: readonly Leaf[], spans: readonly Span[]): JsonValue {
  let changed = value
  for (const leaf of leaves) {
    const end = leaf.start + leaf.text.length
    const own = spans
      .map(([from, to]): Span => [Math.max(from, leaf.start) - leaf.start, Math.min(to, end) - leaf.start])
      .filter(([from, to]) => from < to)
      .sort(([left], [right]) => left - right)
    if (own.length === 0) continue
    const rest = without(leaf.text, own)
    changed = replaced(changed, leaf.path, leaf.isBlob ? Buffer.from(rest).toString('base64') : rest)
  }
  return changed
}

function without(text: string, spans: readonly Span[]): string {
  let out = ''
  let at = 0
  for (const [from, to] of spans) {
    if (to <= at) continue
    if (from >= at) out += text.slice(at, from) + CUT
    at = to
  }
  return out + text.slice(at)
}

function replaced(value: JsonValue, [step, ...rest]: Path, text: string): JsonValue {
  if (step === undefined) return text
  if (Array.isArray(value))
    return value.map((item: JsonValue, index) => (index === step ? replaced(item, rest, text) : item))
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === step ? replaced(item, rest, text) : item]),
  )
}
