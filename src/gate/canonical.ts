import { createHash } from 'node:crypto'
import type { JsonValue } from './act.ts'

/**
 * JSON as RFC 8785 writes it: one text for one value, whatever order its fields came in. ECMAScript writes numbers
 * and texts as the RFC asks already; what is left is the order of names, by UTF-16 code units.
 */
export function canonicalJson(value: JsonValue): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) {
    const items = (value as readonly JsonValue[]).map(canonicalJson)
    return `[${items.join(',')}]`
  }
  const fields = Object.entries(value)
    .sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
    .map(([name, inner]) => `${JSON.stringify(name)}:${canonicalJson(inner)}`)
  return `{${fields.join(',')}}`
}

/** SHA-256 of a canonical text. */
export function digestOf(canonical: string): string {
  return createHash('sha256').update(canonical).digest('hex')
}
