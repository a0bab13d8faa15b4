// What an attacker wrote is shown, never obeyed: text for a terminal or a page.

const NEWLINE_MARK = '⏎'
const TAB_MARK = '⇥'
const CONTROL_PICTURES = 0x2400
const DELETE_PICTURE = '␡'
/** Marks stacked higher than this only serve to draw over other lines. */
const stackedMarks = /(\p{Mn}\p{Mn})\p{Mn}+/gu
/** Controls, format characters (bidi, joiners, tags), private use, lone surrogates, separators and selectors. */
const invisible = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}\u3164]|\p{Variation_Selector}/gu
const asciiOnly = /^[ -~]*$/

/** Every control, bidirectional and invisible character as a mark one can see; the rest as it is. */
export function visible(text: string): string {
  if (asciiOnly.test(text)) return text
  return text.replace(/\r\n/g, '\n').replace(stackedMarks, '$1').replace(invisible, markOf)
}

/** The same in parts, so that a page can tell marks from text. Newlines and tabs stay what they are. */
export function visibleParts(text: string): readonly { readonly text: string; readonly isMark: boolean }[] {
  const parts: { text: string; isMark: boolean }[] = []
  const clean = text.replace(/\r\n/g, '\n').replace(stackedMarks, '$1')
  let from = 0
  for (const { 0: character, index } of clean.matchAll(invisible)) {
    if (character === '\n' || character === '\t') continue
    if (index > from) parts.push({ text: clean.slice(from, index), isMark: false })
    parts.push({ text: markOf(character), isMark: true })
    from = index + character.length
  }
  if (from < clean.length) parts.push({ text: clean.slice(from), isMark: false })
  return parts
}

function markOf(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (character === '\n') return NEWLINE_MARK
  if (character === '\t') return TAB_MARK
  if (code < 0x20) return String.fromCharCode(CONTROL_PICTURES + code)
  if (code === 0x7f) return DELETE_PICTURE
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`
}
