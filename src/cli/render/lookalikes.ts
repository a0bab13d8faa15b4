import { visible } from '../../kernel/visible.ts'
import type { Lookalike } from '../../watch/report.ts'
import { some } from './figures.ts'
import type { Screen } from './screen.ts'
import { cut, padded, widthOf } from './visible.ts'
import { lookalikeWords } from './words.ts'

const SUMMARY_CELLS_MIN = 48

/** Kinds of groups that look like a campaign and are not, most accounts first; why, of the largest of each kind. */
export function lookalikeList(lookalikes: readonly Lookalike[], { paint, columns }: Screen): string {
  const kinds = kindsOf(lookalikes)
  const names = kinds.map(({ kind }) => lookalikeWords[kind])
  const sizes = kinds.map(sizeOf)
  const nameCells = Math.max(0, ...names.map(widthOf))
  const sizeCells = Math.max(0, ...sizes.map(widthOf))
  const beside = columns - nameCells - sizeCells - 6
  const isBeside = beside >= SUMMARY_CELLS_MIN
  const lines = kinds.flatMap(({ groups: [largest] }, at) => {
    const head = `  ${paint('green', padded(names[at] ?? '', nameCells))}  ${padded(sizes[at] ?? '', sizeCells)}`
    const summary = visible(largest?.summary ?? '')
    if (summary === '') return [head.trimEnd()]
    const why = paint('dim', cut(summary, isBeside ? beside : columns - 4))
    return isBeside ? [`${head}  ${why}`] : [head.trimEnd(), `    ${why}`]
  })
  return `${lines.join('\n')}\n`
}

type Kind = {
  readonly kind: Lookalike['kind']
  readonly accounts: number
  /** Largest first. */
  readonly groups: readonly Lookalike[]
}

function kindsOf(lookalikes: readonly Lookalike[]): Kind[] {
  return [...Map.groupBy(lookalikes, ({ kind }) => kind)]
    .map(([kind, groups]) => ({
      kind,
      accounts: groups.reduce((sum, { accounts }) => sum + accounts.length, 0),
      groups: groups.toSorted((left, right) => right.accounts.length - left.accounts.length),
    }))
    .sort((left, right) => right.accounts - left.accounts)
}

function sizeOf({ accounts, groups }: Kind): string {
  return groups.length === 1
    ? some(accounts, 'account')
    : `${some(accounts, 'account')} in ${groups.length} groups`
}
