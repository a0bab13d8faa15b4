import { isKey, QUOTE, stringEnd } from './json-strings.ts'

/**
 * Whether a text of JSON repeats a key at its top level, `json` being what it says: then it names more members than there
 * are. Bodies are small and keys few, so most texts are settled by one walk that skips strings at native speed.
 */
export function repeatsTopLevelKey(text: string, json: unknown): boolean {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return false
  return namedMembers(text) !== Object.keys(json).length
}

function namedMembers(text: string): number {
  let named = 0
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = stringEnd(text, at)
      if (depth === 1 && isKey(text, at)) named++
    } else if (code === 0x7b || code === 0x5b) depth++
    else if (code === 0x7d || code === 0x5d) depth--
  }
  return named
}
