/** Characters that change or carry text without being seen, which a person who reads the file does not get to read. */
export type Hidden = 'reordered' | 'tagged' | 'invisible'

/** Overrides and isolates: what is shown is not the order in which it is read (CVE-2021-42574). */
const REORDERING = /[\u202a-\u202e\u2066-\u2069]/
/** Tags and variation selectors of the supplement carry whole texts in nothing (ASCII smuggling). */
const TAGS = /[\u{e0001}\u{e0020}-\u{e007f}]|[\u{e0100}-\u{e01ef}]/gu
/** The flags of England, Scotland and Wales are written with tags. */
const FLAG = /\u{1f3f4}[\u{e0061}-\u{e007a}]{2,6}\u{e007f}/gu
const INVISIBLE =
  /[\u00ad\u200b\u2060-\u2064\ufeff\u115f\u1160\u3164\u180e]|(?<=[a-z ])[\u200c\u200d](?=[a-z ])/gi
/** A single one comes along when text is copied from a page. */
const INVISIBLE_MIN = 3

export function hiddenText(text: string): Hidden | undefined {
  if (!/[^\x00-\x7f]/.test(text)) return undefined
  if ((text.replace(FLAG, '').match(TAGS)?.length ?? 0) > 0) return 'tagged'
  // Hebrew, Arabic and their kin need marks of direction; texts without a letter of theirs do not.
  if (REORDERING.test(text) && !/[\u0590-\u08ff]/.test(text)) return 'reordered'
  return (text.replace(/^\ufeff/, '').match(INVISIBLE)?.length ?? 0) >= INVISIBLE_MIN
    ? 'invisible'
    : undefined
}
