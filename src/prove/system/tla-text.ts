import type { Row, SystemTable, TableEvent } from '../../gate/decide/system/table.ts'
import { bitName } from './program.ts'
import type { Slice } from './slice.ts'

// How the table reads in TLA+.

/** What a row means, said once more in TLA+; a checker of another make thereby checks `step.ts` too. */
export const commonText: readonly string[] = [
  'EXTENDS Naturals, Sequences, FiniteSets',
  '\\* A state is the set of what holds. A row needs some of it, must not see some of it, and changes it.',
  'Enabled(row, held) == row.requires \\subseteq held /\\ row.forbids \\cap held = {}',
  'After(row, held) ==',
  '  (held \\ row.clears) \\cup row.sets \\cup {pair[2] : pair \\in {each \\in row.copies : each[1] \\in held}}',
  '\\* What a case of a property is about: a row that fires, or a state, while these hold and those do not.',
  'Bad(case, held) ==',
  '  /\\ case.holding \\subseteq held',
  '  /\\ case.lacking \\cap held = {}',
  '  /\\ \\A at \\in DOMAIN case.last : Enabled(case.last[at], held)',
  '  /\\ \\A at \\in DOMAIN case.noneOf : ~Enabled(case.noneOf[at], held)',
]

export function bitNames(table: SystemTable): readonly string[] {
  return table.bits.map(bitName)
}

export function text(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

export function sequence(items: readonly string[]): string {
  return items.length === 0 ? '<<>>' : `<<\n  ${items.join(',\n  ')}\n>>`
}

function set(items: readonly string[]): string {
  return `{${items.map(text).join(', ')}}`
}

export function rowText(row: Row, names: readonly string[], name: string): string {
  const named = (bits: readonly number[]): string => set(bits.map((bit) => names[bit] ?? '?'))
  const pairs: string[] = []
  for (let each = 0; each < row.copies.length; each += 2)
    pairs.push(
      `<<${text(names[row.copies[each] as number] ?? '?')}, ${text(names[row.copies[each + 1] as number] ?? '?')}>>`,
    )
  return `[name |-> ${text(name)}, requires |-> ${named(row.requires)}, forbids |-> ${named(row.forbids)}, sets |-> ${named(row.sets)}, clears |-> ${named(row.clears)}, copies |-> {${pairs.join(', ')}}]`
}

export function casesText({ rows, bad }: Slice, names: readonly string[]): string {
  const named = (bits: readonly number[]): string => set(bits.map((bit) => names[bit] ?? '?'))
  const last = bad.row === undefined ? [] : [rows[bad.row] as Row]
  const list = (each: readonly Row[]): string =>
    `<<${each.map((row) => rowText(row, names, String(row.event))).join(', ')}>>`
  return `[rows |-> ${list(rows)}, last |-> ${list(last)}, holding |-> ${named(bad.holding)}, lacking |-> ${named(bad.lacking)}, noneOf |-> ${list(bad.noneOf ?? [])}]`
}

export function eventName(event: TableEvent | undefined): string {
  if (event === undefined) return '?'
  switch (event.kind) {
    case 'message':
      return `message ${event.from} to ${event.to}`
    case 'delegate':
      return `delegate ${event.from} to ${event.to}: ${event.tool}`
    case 'revoke':
      return `revoke ${event.agent}`
    default:
      return `${event.kind} ${event.agent}: ${event.tool} ${event.slot + 1}`
  }
}
