// Shows a family's wording with everything masked that is not shared: no one account's text is ever shown.
import type { Family } from '../links/families.ts'
import type { Template } from '../report.ts'
import { SHINGLE_WORDS, Sketcher } from '../sketches/sketch.ts'
import type { Watch } from '../watch.ts'

const TEMPLATES_MAX = 6
const MASK = '…'
/** A word run is shown only if this many accounts used it: k-anonymity for text. */
const ACCOUNTS_MIN = 8
const WORDS_MIN = 6
/** Marks that belong to the word they touch: `<scratch>`, `(a)`, `why?`. */
const opening = /[<([{"'“‘«¿¡]+$/u
const closing = /^[>)\]}"'”’».,:;!?]+/u

/** Templates of the family, most used first; each is one exemplar with the unshared words masked. */
export function templatesOf(family: Family, members: readonly number[], watch: Watch): Template[] {
  const { features, exemplars } = watch
  const shared = new Map<number, number>()
  for (const feature of family.features)
    if (features.kind[feature] === 'shingle' && (features.accounts[feature] ?? 0) >= ACCOUNTS_MIN)
      shared.set(features.hashes[feature] ?? 0, feature)
  const inGroup = new Set(members)
  const found = new Map<string, { accounts: number; exchanges: number }>()
  const sketcher = new Sketcher(watch.seed)
  for (const feature of family.features) {
    for (const { account, text } of exemplars.of(feature)) {
      if (!inGroup.has(account)) continue
      const masked = mask(text, sketcher, shared)
      if (masked === undefined || found.has(masked)) continue
      found.set(masked, usage(feature, inGroup, watch))
    }
  }
  const templates = [...found].map(([text, use]) => ({ text, ...use }))
  templates.sort(
    (a, b) => b.accounts - a.accounts || b.text.length - a.text.length || (a.text < b.text ? -1 : 1),
  )
  return distinct(templates).slice(0, TEMPLATES_MAX)
}

function mask(text: string, sketcher: Sketcher, shared: ReadonlyMap<number, number>): string | undefined {
  const { count, shingles, positions, words } = sketcher.read(text)
  const covered = new Uint8Array(words)
  for (let k = 0; k < count; k++) {
    if (!shared.has(shingles[k] ?? 0)) continue
    const position = positions[k] ?? 0
    covered.fill(1, position, position + SHINGLE_WORDS)
  }
  const stretches: string[] = []
  let shown = 0
  for (let from = covered.indexOf(1); from >= 0; ) {
    const gap = covered.indexOf(0, from)
    const to = gap < 0 ? words : gap
    stretches.push(stretch(text, sketcher, from, to, words))
    shown += to - from
    from = covered.indexOf(1, to)
  }
  if (shown < WORDS_MIN) return undefined
  const masked = stretches.join(` ${MASK} `)
  return `${covered[0] === 1 ? '' : `${MASK} `}${masked}${covered[words - 1] === 1 ? '' : ` ${MASK}`}`
}

/** The words `from` to before `to`, with the marks that touch them. */
function stretch(text: string, sketcher: Sketcher, from: number, to: number, words: number): string {
  const [start] = sketcher.wordAt(from)
  const [, end] = sketcher.wordAt(to - 1)
  const before = text.slice(from === 0 ? 0 : sketcher.wordAt(from - 1)[1], start)
  const after = text.slice(end, to === words ? text.length : sketcher.wordAt(to)[0])
  // A run is the same whatever its numbers are, so a number in it may be one account's own.
  const own = text.slice(start, end).replace(/\d+/g, '0')
  return `${opening.exec(before)?.[0] ?? ''}${own}${closing.exec(after)?.[0] ?? ''}`
}

function usage(
  feature: number,
  inGroup: ReadonlySet<number>,
  { features }: Watch,
): { accounts: number; exchanges: number } {
  let accounts = 0
  let exchanges = 0
  features.each(feature, (account, uses) => {
    if (!inGroup.has(account)) return
    accounts++
    exchanges += uses
  })
  return { accounts, exchanges }
}

/** Drops templates that repeat the start of one already kept: the same wrapper with other words behind it. */
function distinct(templates: readonly Template[]): Template[] {
  const kept: Template[] = []
  for (const template of templates) {
    const head = template.text.slice(0, 40)
    if (!kept.some((other) => other.text.startsWith(head) || other.text.includes(head))) kept.push(template)
  }
  return kept
}
