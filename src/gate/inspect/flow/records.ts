// Whether a text holds a value as an entry of its own (a field of a record, a cell of a table) or only inside a sentence.
const LOOKS_MAX = 50
const NEIGHBOURS = 48

/** Of JSON, and of JSON inside a string of JSON; of Python's literals. */
const quotedBefore = /(?:^|[:,[{(] ?)\\*["']$/
const quotedAfter = /^\\*["'] ?(?:[,:\]})]|$)/
const numberBefore = /\\*["'] ?: ?$/
const numberAfter = /^ ?[,}\]]/
/** Cells of CSV, of tables in Markdown and HTML. */
const cellBefore = /(?:[,;|>]|\t) ?$/
const cellAfter = /^ ?[,;|<]/
/** `recipient: CH93 recurring: false`, as YAML has it once its lines are folded. */
const yamlBefore = /(?:^|[\s,{-])[a-z_][\w-]{0,40}: ["']?$/
const yamlAfter = /^["']?(?:$| -? ?[a-z_][\w-]{0,40}:(?: |$)| - )/

const forms: readonly (readonly [before: RegExp, after: RegExp])[] = [
  [quotedBefore, quotedAfter],
  [numberBefore, numberAfter],
  [cellBefore, cellAfter],
  [yamlBefore, yamlAfter],
]

/** Texts are folded; `value` is folded, too. */
export function isEntry(text: string, value: string): boolean {
  let looks = 0
  for (let at = text.indexOf(value); at >= 0 && looks < LOOKS_MAX; at = text.indexOf(value, at + 1)) {
    looks++
    const before = text.slice(Math.max(0, at - NEIGHBOURS), at)
    const after = text.slice(at + value.length, at + value.length + NEIGHBOURS)
    if (forms.some(([left, right]) => left.test(before) && right.test(after))) return true
  }
  return false
}

/** Marks of things: letters or digits in two parts or more. */
export const markPattern =
  /(?<![\w/.@-])(?=[\w-]*\d)[a-z0-9]{1,12}(?:[-_][a-z0-9]{1,12}){1,4}(?![\w@-]|\.\w)/g
const fieldPattern = /(?:^|[\s"'{,\\])([a-z_][\w-]{0,40})\\*["']? ?[:=] ?\\*["']?([^"'{}[\],\\]{1,60})/g
const LIKE_MAX = 2_000

/** The first mark of a folded text that is an entry of its own and fits. */
export function entryLike(text: string, fits: (mark: string) => boolean): string | undefined {
  let looks = 0
  for (const [mark] of text.matchAll(markPattern)) {
    if (looks++ > LIKE_MAX) return undefined
    if (fits(mark) && isEntry(text, mark)) return mark
  }
  return undefined
}

/** The first value of a folded text that stands under a field's name and fits. */
export function fieldLike(text: string, fits: (name: string, value: string) => boolean): string | undefined {
  let looks = 0
  for (const [, name = '', value = ''] of text.matchAll(fieldPattern)) {
    if (looks++ > LIKE_MAX) return undefined
    if (fits(name, value.trim())) return value.trim()
  }
  return undefined
}
