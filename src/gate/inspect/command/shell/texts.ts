// How the text of a command is written, before a shell reads it.

/** What stands before the first word by a slip, or as the definition that a flaw of old shells reads past. */
export const slip = /^\s*(?:(?:\|\|?&?|&&|;)\s*(?=\w)|\(\)\s*\{\s*:;\s*\}\s*;)/

/** How programs of other languages begin; a shell can parse some of them and would make nothing of it. */
export const sourceCode =
  /^\s*(?:using\s+[\w.]+;|module\s+\w+\s+where\b|package\s+\w+;?\s*\n|import\s+[\w.]+;?\s*\n|#include\s*[<"]|require\s+['"][\w/]+['"]\s*\n|from\s+\w+\s+import\b|use\s+std::|\$\{T\(|public\s+class\b)/

/** What Java starts without a shell in between: braces stand for spaces, and `-c` takes all of it. */
export function joinedScript(text: string): string | undefined {
  if (text.includes('-c {')) return /\b\w*sh\s+-c\s+(\{[^}]*\}\s*\|.*)$/s.exec(text)?.[1]
  return text.includes('-c exec ') ? /^\S*sh\s+-c\s+(exec\s.*)$/s.exec(text)?.[1] : undefined
}

/** A whole line as it stands in an address. */
export function fromAddress(text: string): string | undefined {
  if (!text.includes('%20') || /\s/.test(text)) return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** `-EncodedCommand` holds base64 of UTF-16. */
export function windowsText(code: string): string {
  const compact = code.trim()
  return compact.length > 15 && /^[A-Za-z0-9+/]+={0,2}$/.test(compact)
    ? Buffer.from(compact, 'base64').toString('utf16le')
    : code
}
