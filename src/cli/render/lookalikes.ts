import { visible } from '../../kernel/visible.ts'
import type { Lookalike } from '../../watch/report.ts'
import { some } from './figures.ts'
import type { Screen } from './screen.ts'
import { cut, padded, widthOf } from './visible.ts'
import { lookalikeWords } from './words.ts'

const SUMMARY_CELLS_MIN = 48

/** Groups that look like a campaign, named as what they are; the largest of each kind. */
export function lookalikeList(
  lookalikes: readonly Lookalike[],
  { paint, columns }: Screen,
  most = 12,
): string {
  const shown = varied(lookalikes, most)
  const names = shown.map(({ kind }) => lookalikeWords[kind])
  const sizes = shown.map(({ accounts }) => some(accounts.length, 'account'))
  const nameCells = Math.max(0, ...names.map(widthOf))
  const sizeCells = Math.max(0, ...sizes.map(widthOf))
  const beside = columns - nameCells - sizeCells - 6
  const isBeside = beside >= SUMMARY_CELLS_MIN
  const lines = shown.flatMap(({ summary }, at) => {
    const group = `  ${paint('green', padded(names[at] ?? '', nameCells))}  ${padded(sizes[at] ?? '', sizeCells, 'right')}`
    const why = paint('dim', cut(visible(summary), isBeside ? beside : columns - 4))
    if (summary === '') return [group]
    return isBeside ? [`${group}  ${why}`] : [group, `    ${why}`]
  })
  const more = lookalikes.length - shown.length
  if (more > 0) lines.push(paint('dim', `  and ${some(more, 'more group')}`.replace('more groups', 'more')))
  return `${lines.join('\n')}\n`
}

/** Takes turns between the kinds, largest first, so that no kind crowds out the others. */
function varied(lookalikes: readonly Lookalike[], most: number): Lookalike[] {
  const byKind = Map.groupBy(
    lookalikes.toSorted((left, right) => right.accounts.length - left.accounts.length),
    ({ kind }) => kind,
  )
  const queues = [...byKind.values()]
  const shown: Lookalike[] = []
  for (let turn = 0; shown.length < Math.min(most, lookalikes.length); turn++)
    for (const queue of queues) {
      const next = queue[turn]
      if (next && shown.length < most) shown.push(next)
    }
  return shown
}
