import { isKey, keyText, QUOTE, stringEnd } from './json-strings.ts'

/**
 * Whether an object repeats a key at its top level. Bodies are small and keys few, so most texts are settled by one
 * walk that skips strings at native speed; the text is known to be valid JSON.
 */
export function repeatsTopLevelKey(text: string): boolean {
  const seen = new Set<string>()
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      const end = stringEnd(text, at)
      if (depth === 1 && isKey(text, end)) {
        const name = keyText(text.slice(at, end + 1))
        if (seen.has(name)) return true
        seen.add(name)
      }
      at = end
    } else if (code === 0x7b || code === 0x5b) depth++
    else if (code === 0x7d || code === 0x5d) depth--
  }
  return false
}
