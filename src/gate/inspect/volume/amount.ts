import type { JsonValue, JudgedAct } from '../../act.ts'

/** How much one act moves, by the measures that budgets are in. */
export type Amount = {
  readonly calls: number
  readonly recordsRead: number
  readonly rowsRead: number
  readonly bytesRead: number
  readonly bytesSent: number
}

const LINE_FEED = 10
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

/** Lines with something on them. */
export function rowsIn(text: string): number {
  let rows = 0
  let isEmpty = true
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === LINE_FEED) {
      if (!isEmpty) rows++
      isEmpty = true
    } else if (code > 32) isEmpty = false
  }
  return isEmpty ? rows : rows + 1
}

/**
 * Items of lists: objects in JSON or one a line, list items of YAML, rows of comma- or tab-separated values. An
 * estimate from how the text looks, whatever its tool calls it: a server that dumps a table has no reason to say so.
 */
export function recordsIn(text: string): number {
  const objects = text.includes('{') ? count(text, /[[,\n]\s{0,40}\{/g) + (text.startsWith('{') ? 1 : 0) : 0
  const items = text.includes('- ') ? count(text, /(?:^|\n)\s{0,20}- /g) : 0
  const separated = isSeparated(text) ? rowsIn(text) - 1 : 0
  return Math.max(objects, items, separated)
}

function count(text: string, pattern: RegExp): number {
  let found = 0
  pattern.lastIndex = 0
  while (pattern.test(text)) found++
  return found
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
