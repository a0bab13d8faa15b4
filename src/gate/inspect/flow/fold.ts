/** Longer texts are folded to this length; what lies beyond is remembered as unread. */
export const FOLDED_CHARACTERS_MAX = 262_144

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
