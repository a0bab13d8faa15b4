import type { Family } from '../links/families.ts'
import type { Infrastructure } from '../links/infrastructure.ts'
import type { Accounts } from '../profiles/accounts.ts'
import type { Rhythm } from '../profiles/rhythm.ts'
import type { Verdict } from '../report.ts'
import { below, upTo } from './ascending.ts'
import type { Sameness } from './sameness.ts'
import type { Tuning } from './tuning.ts'

/** What proposed a group: a shared template, shared infrastructure, or behaviour alone. */
export type Origin = 'template' | 'infrastructure' | 'cohort'

/** A set of accounts that may act as one, before anything is said about it. */
export type Proposal = {
  readonly origin: Origin
  /** The same from sweep to sweep as long as it is the same wording, principal or behaviour. */
  readonly key: string
  /** Account indices, ascending. */
  readonly members: readonly number[]
  readonly family?: Family
}

/** A proposal refined to accounts that behave alike, with what the signals ask about it. */
export type Group = Proposal & {
  readonly sameness: Sameness
  /** How many principals of equal size would be as separate as the members are. */
  readonly principals: number
}

/** What everybody does: the base rates against which a group's shares are read. */
export type Population = {
  readonly accounts: number
  /** How new accounts were at their first exchange, on average, from 0 to 1. */
  readonly newness: number
  readonly clients: ReadonlyMap<number, number>
  /** Addresses that tell nobody apart. */
  readonly everybodys: ReadonlySet<number>
  readonly settings: ReadonlyMap<string, number>
  /** Mean log2 output tokens of each account, ascending. */
  readonly outputs: Float64Array
  /** For each technique, the share of exchanges that ask for it, as the mean over accounts. */
  readonly techniques: readonly number[]
}

export type Scene = {
  readonly accounts: Accounts
  readonly infrastructure: Infrastructure
  readonly rhythms: readonly Rhythm[]
  readonly population: Population
  readonly families: readonly Family[]
  /** Exchanges an account in which a word run stands that is shared by several; 0 for one that is not. */
  readonly usesOf: (run: number) => number
  /** For each account the family whose wording it uses most, counted from 1; 0 where it has none to speak of. */
  readonly wording: ArrayLike<number>
  /** Signals that are not asked, to measure what each adds. */
  readonly silenced: ReadonlySet<string>
  readonly tuning: Tuning
  /** Groups of accounts that are benign by verdict. */
  readonly dismissed: readonly ReadonlySet<number>[]
}

/** What a sweep leaves for those that come between it and the next: what everybody does. */
export type Backdrop = Pick<Scene, 'accounts' | 'population' | 'silenced' | 'tuning'>

/** What is asked of a sweep beside looking. */
export type Asked = {
  readonly silenced?: ReadonlySet<string>
  /** In force, oldest first. */
  readonly verdicts?: readonly Verdict[]
}

/** Other accounts below which nothing can be said of what is usual elsewhere. */
const OTHERS_MIN = 50

export function shareOf(group: readonly number[], holds: (index: number) => boolean): number {
  let count = 0
  for (const index of group) if (holds(index)) count++
  return group.length === 0 ? 0 : count / group.length
}

/** The commonest value and its share of the group. */
export function topOf<Value>(
  group: readonly number[],
  value: (index: number) => Value,
): { readonly value: Value | undefined; readonly count: number; readonly share: number } {
  const counts = new Map<Value, number>()
  for (const index of group) counts.set(value(index), (counts.get(value(index)) ?? 0) + 1)
  let top: Value | undefined
  let most = 0
  for (const [candidate, count] of counts) if (count > most) [top, most] = [candidate, count]
  return { value: top, count: most, share: group.length === 0 ? 0 : most / group.length }
}

export function settingsOf(accounts: Accounts, index: number): string {
  return [...(accounts.maxTokens[index] ?? [])].sort((a, b) => a - b).join()
}

export function meanOutputLog(accounts: Accounts, index: number): number {
  return (accounts.outputLog[index] ?? 0) / Math.max(1, accounts.exchanges[index] ?? 1)
}

/** Share beyond what the population has anyway: 0 as common as everywhere, 1 all of the group and nobody else. */
export function excess(share: number, base: number): number {
  return base >= 1 ? 0 : Math.max(0, (share - base) / (1 - base))
}

/**
 * What everybody else does: the population's share without the group's own part in it. Beside half of all accounts
 * nothing is rare, so a large campaign would hide itself.
 */
export function elsewhere(base: number, own: number, members: number, { accounts }: Population): number {
  const others = accounts - members
  if (others < OTHERS_MIN) return base
  return Math.min(1, Math.max(0, (base * accounts - own * members) / others))
}

/** Median over everybody else of the mean log2 output tokens; `own` are the group's. */
export function outputElsewhere(own: readonly number[], { outputs }: Population): number {
  const others = outputs.length - own.length
  if (others < OTHERS_MIN) return outputs[outputs.length >> 1] ?? 0
  // The median of what is left lies where as many of the others are below it as above.
  const sorted = Float64Array.from(own).sort()
  const mine = sorted.subarray(0, foundIn(sorted, outputs))
  let low = 0
  let high = outputs.length
  while (low < high) {
    const middle = (low + high) >> 1
    const value = outputs[middle] ?? 0
    if (upTo(outputs, value) - upTo(mine, value) > others >> 1) high = middle
    else low = middle + 1
  }
  return outputs[low] ?? outputs[outputs.length >> 1] ?? 0
}

/** How many of the ascending values stand, one for one, in the others, up to the first that does not. */
function foundIn(values: Float64Array, others: Float64Array): number {
  let taken = 0
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? 0
    taken = Math.max(taken, below(others, value))
    if (others[taken] !== value) return at
    taken++
  }
  return values.length
}

export function percent(share: number): string {
  const value = 100 * share
  return `${value >= 10 || value === 0 ? Math.round(value) : value.toFixed(1)} %`
}

/** "within a day", "within 23 days": of a span that nobody knows, nothing. */
export function within(days: number): string {
  if (!Number.isFinite(days)) return 'at an unknown time'
  return days <= 1 ? 'within a day' : `within ${Math.ceil(days).toLocaleString('en')} days`
}
