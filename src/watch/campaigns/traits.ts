// The categorical traits by which a proposed group is split into classes.
import type { Rhythm } from '../profiles/rhythm.ts'
import { ageDays } from '../profiles/rhythm.ts'
import { CATEGORIES_MAX, type Traits } from './classes.ts'
import type { Scene } from './group.ts'

const rhythmCategory: Record<Rhythm, number> = { few: 0, steady: 1, burst: 2, sittings: 3 }

/** One column a trait. Traits are chosen so that within one campaign they are nearly independent of each other. */
export function traitsOf(
  { accounts, infrastructure, rhythms, wording }: Scene,
  group: readonly number[],
): Traits {
  const numeric = (value: (index: number) => number): Uint8Array =>
    Uint8Array.from(group, (index) => Math.min(CATEGORIES_MAX - 1, Math.max(0, Math.floor(value(index)))))
  const named = (value: (index: number) => string | number): Uint8Array => commonest(group.map(value))
  return [
    numeric((index) => rhythmCategory[rhythms[index] ?? 'few']),
    numeric((index) => Math.log2(infrastructure.principalSize[index] ?? 1) * 1.5),
    numeric((index) => Math.log2(Math.max(1, accounts.asns[index]?.length ?? 1)) * 1.5),
    numeric((index) => Math.log2(1 + (ageDays(accounts, index) ?? 0)) * 0.75),
    numeric((index) => Math.log2(accounts.exchanges[index] ?? 1) * 0.75),
    named((index) => accounts.clients[index]?.[0] ?? 0),
    named((index) => [...(accounts.maxTokens[index] ?? [])].sort((a, b) => a - b).join()),
    named((index) => accounts.plan[index] ?? 0),
    named((index) => (accounts.org[index] === 0 ? 0 : 1)),
    named((index) => wording[index] ?? 0),
    numeric(
      (index) =>
        Math.log2(1 + (accounts.outputTokens[index] ?? 0) / Math.max(1, accounts.exchanges[index] ?? 1)) - 3,
    ),
    numeric(
      (index) =>
        Math.log2(1 + (accounts.inputTokens[index] ?? 0) / Math.max(1, accounts.exchanges[index] ?? 1)) - 1,
    ),
  ]
}

/** Categories by falling frequency; the rarest share the last. Ties are broken by value, not by order. */
function commonest(values: readonly (string | number)[]): Uint8Array {
  const counts = new Map<string | number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const order = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([value]) => value)
  const category = new Map(order.map((value, at) => [value, Math.min(at, CATEGORIES_MAX - 1)]))
  return Uint8Array.from(values, (value) => category.get(value) ?? CATEGORIES_MAX - 1)
}
