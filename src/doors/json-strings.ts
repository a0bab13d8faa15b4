// Strings in the text of JSON, found without parsing it.

export const QUOTE = 0x22
const BACKSLASH = 0x5c

/** An escape in a key is another way to write it, so such keys are compared by what they mean. */
export function keyText(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1)
  try {
    return String(JSON.parse(quoted))
  } catch {
    return quoted
  }
}

/** Where the string that begins at `start` has its closing quote; the end of the text where it has none. */
export function stringEnd(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end < 0 ? text.length : end
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0
  while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++
  return slashes % 2 === 1
}

/** Whether the string that closes at `end` names a member. */
export function isKey(text: string, end: number): boolean {
  let at = end + 1
  while (text.charCodeAt(at) === 0x20 || (text.charCodeAt(at) >= 0x09 && text.charCodeAt(at) <= 0x0d)) at++
  return text.charCodeAt(at) === 0x3a
}
