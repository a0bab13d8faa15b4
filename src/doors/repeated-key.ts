const QUOTE = 0x22
const BACKSLASH = 0x5c

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
        const key = text.slice(at, end + 1)
        // An escape in a key is another way to write it, so such keys are compared by what they mean.
        const name = key.includes('\\') ? `"${String(JSON.parse(key))}"` : key
        if (seen.has(name)) return true
        seen.add(name)
      }
      at = end
    } else if (code === 0x7b || code === 0x5b) depth++
    else if (code === 0x7d || code === 0x5d) depth--
  }
  return false
}

function stringEnd(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end < 0 ? text.length : end
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0
  while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++
  return slashes % 2 === 1
}

function isKey(text: string, end: number): boolean {
  let at = end + 1
  while (text.charCodeAt(at) === 0x20 || (text.charCodeAt(at) >= 0x09 && text.charCodeAt(at) <= 0x0d)) at++
  return text.charCodeAt(at) === 0x3a
}
