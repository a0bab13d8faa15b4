// Words in a result that no person would see: encoded, written in invisible characters, or in parts of a page not shown.
const TOKENS_MAX = 20
const DECODED_CHARACTERS_MAX = 4_000
const STRETCHES_MAX = 50
const STRETCH_CHARACTERS_MAX = 600

const encoded =
  /(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/]{32,4000}={0,2}|(?:[0-9a-fA-F]{2}){24,2000})(?![A-Za-z0-9+/_-])/g
/** Several words, as no picture, key or digest decodes to. */
const prose = /^[\t\n\r -~\u00a0-\uffff]{16,}$/
const words = /\p{L}{2,}[ ,.:;]+\p{L}{2,}[ ,.:;]+\p{L}/u

/** Sentences hidden in base64, hexadecimal or Unicode's invisible tag characters. */
export function concealed(text: string): readonly string[] {
  const found: string[] = []
  if (text.includes('\udb40')) {
    const tags = [...text].flatMap((each) => {
      const code = each.codePointAt(0) ?? 0
      return code >= 0xe0020 && code <= 0xe007e ? [String.fromCharCode(code - 0xe0000)] : []
    })
    found.push(tags.join('').slice(0, DECODED_CHARACTERS_MAX))
  }
  for (const token of text.match(encoded)?.slice(0, TOKENS_MAX) ?? []) {
    const bytes = /^[0-9a-f]+$/i.test(token) ? Buffer.from(token, 'hex') : Buffer.from(token, 'base64')
    const plain = bytes.toString('utf8').slice(0, DECODED_CHARACTERS_MAX)
    if (prose.test(plain) && !plain.includes('\ufffd')) found.push(plain)
  }
  return found.filter((each) => words.test(each))
}

const unshown =
  /<!--([\s\S]{8,600}?)-->|<(\w+)\b[^>]{0,300}\b(?:display ?: ?none|visibility ?: ?hidden|font-size ?: ?0|opacity ?: ?0(?:[;"' ]|\.0)|color ?: ?(?:white|#fff(?:fff)?|transparent)|left ?: ?-\d{3,})[^>]{0,300}>([\s\S]{8,600}?)(?:<\/\2>|$)|\balt ?= ?\\?"([^"]{24,600})"/gi

/** Where a folded text has what a page does not show: comments, hidden elements, long words in place of pictures. */
export function unshownIn(folded: string): readonly (readonly [start: number, end: number])[] {
  if (!folded.includes('<')) return []
  const spans: (readonly [number, number])[] = []
  for (const match of folded.matchAll(unshown)) {
    if (spans.length >= STRETCHES_MAX) break
    const said = match[1] ?? match[3] ?? match[4] ?? ''
    if (words.test(said))
      spans.push([match.index, match.index + Math.min(match[0].length, STRETCH_CHARACTERS_MAX)])
  }
  return spans
}
