/** Longer texts are folded to this length; results are read in parts of it, which share a little. */
const FOLDED_CHARACTERS_MAX = 262_144
const SHARED_CHARACTERS = 2_048
/** Of a result; what lies beyond is not read, and a finding says so. */
const PARTS_MAX = 8

const invisible = /[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\u{e0000}-\u{e007f}]/gu

/**
 * One spelling for comparing: lower case, line breaks of YAML and JSON undone, spaces one by one, invisible
 * characters gone. Tool output is attacker-controlled, so the same words must not differ by dress.
 */
export function fold(text: string): string {
  const cut = text.length > FOLDED_CHARACTERS_MAX ? text.slice(0, FOLDED_CHARACTERS_MAX) : text
  const plain = /[^\x00-\x7f]/.test(cut) ? cut.normalize('NFKC').replace(invisible, '') : cut
  const lower = plain.toLowerCase()
  const bare = lower.includes('\\') ? lower.replace(/\\\r?\n\s*\\?/g, '').replace(/\\[nrt]/g, ' ') : lower
  const single = bare.includes("''") ? bare.replaceAll("''", "'") : bare
  return single.replace(/[\t\n\r\f\v ]{2,}|[\t\n\r\f\v]/g, ' ')
}

/** A long text as parts that are folded whole. `isCut` when some of it is in none of them. */
export function partsOf(text: string): { readonly parts: readonly string[]; readonly isCut: boolean } {
  if (text.length <= FOLDED_CHARACTERS_MAX) return { parts: [text], isCut: false }
  const parts: string[] = []
  let end = 0
  for (let start = 0; end < text.length && parts.length < PARTS_MAX; start = end - SHARED_CHARACTERS) {
    end = Math.min(start + FOLDED_CHARACTERS_MAX, text.length)
    parts.push(text.slice(start, end))
  }
  return { parts, isCut: end < text.length }
}
