import type { Screen, Style } from '../render/screen.ts'
import { type DiffLine, lineDiff } from './line-diff.ts'

const styles: Readonly<Record<DiffLine['mark'], Style>> = {
  ' ': 'dim',
  '+': 'green',
  '-': 'red',
  '@': 'cyan',
}

/** Two texts and what is between them, as a page. Long lines are cut at the screen's edge, for they are shown, not copied. */
export function diffPage(before: string, after: string, { columns, paint }: Screen): string {
  return lineDiff(before, after)
    .map(({ mark, text }) => {
      const line = mark === '@' ? `  … ${text}` : `${mark} ${text}`
      return paint(styles[mark], line.length > columns ? `${line.slice(0, columns - 1)}…` : line)
    })
    .join('\n')
}
