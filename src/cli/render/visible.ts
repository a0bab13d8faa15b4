// How wide text is on a terminal, and how to cut and fill it.

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
const wide =
  /\p{Emoji_Presentation}|[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\uff01-\uff60\uffe0-\uffe6]/u
const asciiOnly = /^[ -~]*$/
const ELLIPSIS = '…'

/** Terminal cells the text takes. */
export function widthOf(text: string): number {
  if (asciiOnly.test(text)) return text.length
  let cells = 0
  for (const { segment } of graphemes.segment(text)) cells += cellsOf(segment)
  return cells
}

function cellsOf(segment: string): number {
  if (/^\p{M}/u.test(segment)) return 0
  return wide.test(segment) ? 2 : 1
}

/** At most `cells` wide, with an ellipsis where something was cut. */
export function cut(text: string, cells: number): string {
  if (widthOf(text) <= cells) return text
  if (cells <= 0) return ''
  let kept = ''
  let used = 0
  for (const { segment } of graphemes.segment(text)) {
    const next = cellsOf(segment)
    if (used + next > cells - 1) break
    kept += segment
    used += next
  }
  return kept + ELLIPSIS
}

export function padded(text: string, cells: number, side: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, cells - widthOf(text)))
  return side === 'left' ? text + space : space + text
}

/** Words on lines of at most `cells`; a word that is longer is broken. */
export function wrapped(text: string, cells: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text
    // A number keeps its sign of a share.
    .split(/\s+(?!%)/)
    .filter((part) => part !== '')
    .flatMap((part) => pieces(part, cells))) {
    if (line === '') line = word
    else if (widthOf(line) + 1 + widthOf(word) <= cells) line += ` ${word}`
    else {
      lines.push(line)
      line = word
    }
  }
  if (line !== '') lines.push(line)
  return lines
}

function pieces(word: string, cells: number): string[] {
  if (widthOf(word) <= cells) return [word]
  const parts: string[] = []
  let part = ''
  let used = 0
  for (const { segment } of graphemes.segment(word)) {
    const next = cellsOf(segment)
    if (used + next > cells && part !== '') {
      parts.push(part)
      part = ''
      used = 0
    }
    part += segment
    used += next
  }
  return [...parts, part]
}
