// A payment to another account than the one that a record has for the same thing: a letter's word against the books.
import type { Finding } from '../../finding.ts'
import type { Effect } from './effects.ts'
import { type Origins, wordsOf } from './origins.ts'
import { isEntry } from './records.ts'
import { called } from './sources.ts'
import { shapeOf, type Value } from './values.ts'

const RECORD_CHARACTERS_MAX = 2_000
const LOOKS_MAX = 20
const WORD_CHARACTERS_MIN = 3

/** Told where a record has another account beside a value of the call. */
export function recordedInstead(
  tool: string,
  effect: Effect,
  values: readonly Value[],
  results: string,
  origins: Origins,
): readonly Finding[] {
  if (effect !== 'pay' && effect !== 'identity') return []
  for (const value of values) {
    const own = wordsOf(value)
    if (shapeOf(own) !== 'account' || origins.of(value) !== 'result') continue
    for (const other of values) {
      const name = wordsOf(other)
      if (other === value || name.length < WORD_CHARACTERS_MIN || /^[\d.,]+$/.test(name)) continue
      const recorded = accountBeside(results, name, own)
      if (recorded === undefined) continue
      const summary = `${tool} would go to ${called(value)}; a record has "${recorded}" for the same`
      return [{ detector: 'flow', fact: 'flow.other-destination', severity: 'medium', summary }]
    }
  }
  return []
}

function accountBeside(results: string, name: string, own: string): string | undefined {
  let looks = 0
  let recorded: string | undefined
  for (let at = results.indexOf(name); at >= 0 && looks < LOOKS_MAX; at = results.indexOf(name, at + 1)) {
    looks++
    const start = results.lastIndexOf('{', at)
    const end = results.indexOf('}', at)
    if (start < 0 || end < 0 || end - start > RECORD_CHARACTERS_MAX || start < results.lastIndexOf('}', at))
      continue
    const record = results.slice(start, end + 1)
    if (isEntry(record, own)) return undefined
    if (isEntry(record, name))
      recorded ??= record
        .match(/[a-z0-9]{8,64}/g)
        ?.find((word) => shapeOf(word) === 'account' && isEntry(record, word))
  }
  return recorded
}
