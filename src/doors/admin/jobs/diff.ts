export type DiffLine = { readonly mark: '+' | '-' | ' '; readonly line: string }

/** Longer texts are told as wholly changed: the table below grows with the square. */
const LINES_MAX = 3_000

/** Line by line, by the longest common subsequence. */
export function diffOf(before: string, after: string): DiffLine[] {
  const [a, b] = [before.split('\n'), after.split('\n')]
  const start = commonPrefix(a, b)
  const end = commonPrefix(a.slice(start).reverse(), b.slice(start).reverse())
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)]
  const same = (lines: readonly string[]): DiffLine[] => lines.map((line) => ({ mark: ' ', line }))
  return [...same(a.slice(0, start)), ...middle(left, right), ...same(a.slice(a.length - end))]
}

function middle(left: readonly string[], right: readonly string[]): DiffLine[] {
  const removed = (lines: readonly string[]): DiffLine[] => lines.map((line) => ({ mark: '-', line }))
  const added = (lines: readonly string[]): DiffLine[] => lines.map((line) => ({ mark: '+', line }))
  if (left.length > LINES_MAX || right.length > LINES_MAX) return [...removed(left), ...added(right)]
  const width = right.length + 1
  const longest = new Uint16Array((left.length + 1) * width)
  for (let i = left.length - 1; i >= 0; i--)
    for (let j = right.length - 1; j >= 0; j--)
      longest[i * width + j] =
        left[i] === right[j]
          ? (longest[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(longest[(i + 1) * width + j] ?? 0, longest[i * width + j + 1] ?? 0)
  const lines: DiffLine[] = []
  let [i, j] = [0, 0]
  while (i < left.length && j < right.length) {
    if (left[i] === right[j]) {
      lines.push({ mark: ' ', line: left[i] ?? '' })
      i++
      j++
    } else if ((longest[(i + 1) * width + j] ?? 0) >= (longest[i * width + j + 1] ?? 0))
      lines.push({ mark: '-', line: left[i++] ?? '' })
    else lines.push({ mark: '+', line: right[j++] ?? '' })
  }
  return [...lines, ...removed(left.slice(i)), ...added(right.slice(j))]
}

function commonPrefix(a: readonly string[], b: readonly string[]): number {
  let length = 0
  while (length < a.length && length < b.length && a[length] === b[length]) length++
  return length
}
