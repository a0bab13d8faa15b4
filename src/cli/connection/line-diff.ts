export type DiffLine = { readonly mark: ' ' | '+' | '-' | '@'; readonly text: string }

const CONTEXT_LINES = 3
/** Beyond this many lines that differ, the lines are shown as taken out and put in as a whole. */
const LINES_COMPARED_MAX = 2_000

/** What changes from one text to another, line by line, with a little of what stays around it. */
export function lineDiff(before: string, after: string): readonly DiffLine[] {
  const marked = compared(linesOf(before), linesOf(after))
  const shown: DiffLine[] = []
  let skipped = 0
  for (const [at, line] of marked.entries()) {
    const isNear = marked
      .slice(Math.max(0, at - CONTEXT_LINES), at + CONTEXT_LINES + 1)
      .some(({ mark }) => mark !== ' ')
    if (!isNear) {
      skipped++
      continue
    }
    if (skipped > 0)
      shown.push({ mark: '@', text: `${skipped} ${skipped === 1 ? 'line' : 'lines'} as before` })
    skipped = 0
    shown.push(line)
  }
  if (skipped > 0 && shown.length > 0)
    shown.push({ mark: '@', text: `${skipped} ${skipped === 1 ? 'line' : 'lines'} as before` })
  return shown
}

function linesOf(text: string): readonly string[] {
  if (text === '') return []
  return text.replace(/\r?\n$/, '').split(/\r?\n/)
}

function compared(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  let head = 0
  while (head < before.length && head < after.length && before[head] === after[head]) head++
  let tail = 0
  while (
    tail < before.length - head &&
    tail < after.length - head &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  )
    tail++
  const same = (text: string): DiffLine => ({ mark: ' ', text })
  return [
    ...before.slice(0, head).map(same),
    ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map(same),
  ]
}

/** The longest common lines stay; the table holds how many are common from each pair on. */
function middle(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  const out = (text: string): DiffLine => ({ mark: '-', text })
  const into = (text: string): DiffLine => ({ mark: '+', text })
  if (before.length > LINES_COMPARED_MAX || after.length > LINES_COMPARED_MAX)
    return [...before.map(out), ...after.map(into)]
  const width = after.length + 1
  const common = new Uint16Array((before.length + 1) * width)
  const at = (row: number, column: number): number => common[row * width + column] ?? 0
  for (let row = before.length - 1; row >= 0; row--)
    for (let column = after.length - 1; column >= 0; column--)
      common[row * width + column] =
        before[row] === after[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1))
  const lines: DiffLine[] = []
  let row = 0
  let column = 0
  while (row < before.length || column < after.length) {
    const left = before[row]
    const right = after[column]
    if (left !== undefined && left === right) {
      lines.push({ mark: ' ', text: left })
      row++
      column++
    } else if (left !== undefined && (right === undefined || at(row + 1, column) >= at(row, column + 1))) {
      lines.push(out(left))
      row++
    } else {
      lines.push(into(right ?? ''))
      column++
    }
  }
  return lines
}
