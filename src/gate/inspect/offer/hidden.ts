import type { Severity } from '../../finding.ts'

export type Hidden = {
  readonly how: string
  readonly severity: Severity
  /** The text without what is invisible. */
  readonly plain: string
  /** What the invisible characters spell. */
  readonly decoded: string
}

/** Letters of a second alphabet that no font shows: a whole sentence fits between two words. */
const tags = /[\u{e0000}-\u{e007f}]+/gu
/** Characters that turn the order of reading, so that what is seen is not what is read. */
const bidi = /[\u202a-\u202e\u2066-\u2069]/g
const zeroWidth =
  /\u034f|[\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0]/g
/** Joiners belong to emoji and to several scripts; a run of them, or one between Latin letters, does not. */
const joiners = /[\u200c\u200d]{2,}|(?<=[a-z])[\u200c\u200d](?=[a-z])/gi
/** A row of variation selectors carries bytes; one after a sign chooses its look. */
const selectors = /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{3,}/gu
/** Terminals hide what comes between these. */
const escapes = /\x1b[[\]PX^_][^\n]{0,200}|[\x00-\x08\x0b\x0c\x0e-\x1a\x7f]/g
const comments = /<!--[\s\S]{1,4000}?-->/g
/** Pushed out of sight of whoever approves it. */
const gap = /\n{25,}|[ \t\u00a0]{200,}/

/** A flag of a region is spelt with tag characters after a black flag: the one honest use. */
const flags = /\u{1f3f4}[\u{e0061}-\u{e007a}]{2,6}\u{e007f}/gu

export function hiddenIn(text: string): Hidden | undefined {
  const seen = text.replace(flags, '')
  const spelt = (seen.match(tags) ?? []).map(speltByTags).join(' ')
  const selected = (seen.match(selectors) ?? []).map(speltBySelectors).join(' ')
  const commented = (seen.match(comments) ?? []).join(' ')
  const how: [name: string, severity: Severity][] = []
  if (spelt !== '') how.push(['characters of the tag block', 'critical'])
  if (selected !== '') how.push(['rows of variation selectors', 'critical'])
  if (seen.search(bidi) >= 0) how.push(['characters that turn the direction of reading', 'high'])
  if (seen.search(zeroWidth) >= 0 || seen.search(joiners) >= 0) how.push(['characters of no width', 'high'])
  if (seen.search(escapes) >= 0) how.push(['control characters', 'high'])
  if (commented !== '') how.push(['a comment', 'medium'])
  if (gap.test(seen)) how.push(['a gap that pushes text out of sight', 'medium'])
  const [first] = how
  if (first === undefined) return undefined
  const plain = seen
    .replace(tags, '')
    .replace(selectors, '')
    .replace(bidi, '')
    .replace(zeroWidth, '')
    .replace(joiners, '')
    .replace(/[ \t\u00a0]{200,}/g, ' ')
  return {
    how: how.map(([name]) => name).join(', '),
    severity: first[1],
    plain,
    decoded: `${spelt} ${selected}`.trim(),
  }
}

function speltByTags(run: string): string {
  return Array.from(run, (character) => {
    const code = (character.codePointAt(0) ?? 0) - 0xe0000
    return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : ''
  }).join('')
}

/** One selector is one byte: the first sixteen, then the other 240. */
function speltBySelectors(run: string): string {
  const bytes = Array.from(run, (character) => {
    const code = character.codePointAt(0) ?? 0
    return code < 0xe0100 ? code - 0xfe00 : code - 0xe0100 + 16
  })
  return Buffer.from(bytes).toString('utf8')
}
