import type { JsonValue, JudgedAct } from '../../act.ts'

/** How much one act moves, by the measures that budgets are in. */
export type Amount = {
  readonly calls: number
  readonly recordsRead: number
  readonly rowsRead: number
  readonly bytesRead: number
  readonly bytesSent: number
}

const nothing: Amount = { calls: 0, recordsRead: 0, rowsRead: 0, bytesRead: 0, bytesSent: 0 }

export function amountOf(act: JudgedAct): Amount {
  switch (act.kind) {
    case 'result':
      return {
        ...nothing,
        recordsRead: recordsIn(act.text),
        rowsRead: rowsIn(act.text),
        bytesRead: Buffer.byteLength(act.text),
      }
    case 'call':
      return { ...nothing, calls: 1, bytesSent: bytesIn(act.arguments) }
    case 'command':
      return { ...nothing, calls: 1, bytesSent: Buffer.byteLength(act.command) }
    case 'message':
      return { ...nothing, calls: 1, bytesSent: Buffer.byteLength(act.text) }
    // A file that stays here sends nothing.
    case 'write':
      return { ...nothing, calls: 1 }
  }
}

function bytesIn(value: JsonValue): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (typeof value !== 'object' || value === null) return 1
  let bytes = 0
  for (const inner of Object.values(value)) bytes += bytesIn(inner)
  return bytes
}

/** Lines with something on them. From line to line, because most show it in their first character. */
export function rowsIn(text: string): number {
  let rows = 0
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\n', start)
    const end = found < 0 ? text.length : found
    for (let at = start; at < end; at++)
      if (text.charCodeAt(at) > 32) {
        rows++
        break
      }
    start = end + 1
  }
  return rows
}

const OBJECT_INDENT_MAX = 40
const ITEM_INDENT_MAX = 20

/**
 * Items of lists: objects in JSON or one a line, list items of YAML, rows of comma- or tab-separated values. An
 * estimate from how the text looks, whatever its tool calls it: a server that dumps a table has no reason to say so.
 */
export function recordsIn(text: string): number {
  const objects = count(text, '{', OBJECT_INDENT_MAX, '[,\n') + (text.startsWith('{') ? 1 : 0)
  const items = count(text, '- ', ITEM_INDENT_MAX, '\n') + (/^[^\S\n]{0,20}- /.test(text) ? 1 : 0)
  const separated = isSeparated(text) ? rowsIn(text) - 1 : 0
  return Math.max(objects, items, separated)
}

/** How often one of `before` stands before a mark, with no more than some blanks in between. */
function count(text: string, mark: string, blanksMax: number, before: string): number {
  let found = 0
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + mark.length)) {
    const first = Math.max(0, at - blanksMax - 1)
    for (let back = at - 1; back >= first; back--) {
      const character = text[back] ?? ''
      if (before.includes(character)) {
        found++
        break
      }
      if (!isBlank(character)) break
    }
  }
  return found
}

function isBlank(character: string): boolean {
  return character === ' ' || (character !== '' && character.trim() === '')
}

const LINES_LOOKED_AT = 6
const SEPARATORS = [',', '\t', ';', '|']

/** The first lines all have the same number of one separator, and have some. */
function isSeparated(text: string): boolean {
  const lines = text
    .slice(0, 16_384)
    .split('\n', LINES_LOOKED_AT + 1)
    .slice(0, LINES_LOOKED_AT)
    .filter((line) => line.trim() !== '')
  if (lines.length < 3) return false
  return SEPARATORS.some((separator) => {
    const columns = lines.map((line) => line.split(separator).length)
    const [first = 1] = columns
    return first > 1 && columns.every((each) => each === first)
  })
}
