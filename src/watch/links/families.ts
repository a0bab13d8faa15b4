// Template families: word runs that many accounts repeat, put together when the same accounts repeat them.
import type { Accounts } from '../profiles/accounts.ts'
import type { Features } from './features.ts'

/** Accounts a run must be shared by to found a family. */
const ACCOUNTS_MIN = 8
/** Uses an account: a wrapper comes again and again from one account, a stock phrase or a task does not. */
const REPEATS_MIN = 1.8
/** Share of a run's accounts that must already be in a family for the run to join it. */
const OVERLAP_MIN = 0.8
const FAMILIES_MAX = 5000

export type Family = {
  /** Hash of the run that founded it. */
  readonly key: number
  readonly features: number[]
  /** Account → the most uses of one of the family's runs: exchanges that carry the wrapper. */
  readonly members: Map<number, number>
  /** True when the family's runs stand in system prompts only. */
  isSystemOnly: boolean
}

/** Whether so many accounts repeat the run that it can found a family or join one. */
export function isFamilyLike({ accounts, uses }: Features, feature: number): boolean {
  const sharers = accounts[feature] ?? 0
  return sharers >= ACCOUNTS_MIN && (uses[feature] ?? 0) / sharers >= REPEATS_MIN
}

/** Families in falling order of the size of their first run. */
export function familiesOf(features: Features, accounts: Accounts): Family[] {
  const order: number[] = []
  for (let feature = 0; feature < features.hashes.length; feature++)
    if (isFamilyLike(features, feature)) order.push(feature)
  // Ties are broken by hash, never by order of arrival.
  order.sort(
    (a, b) =>
      (features.accounts[b] ?? 0) - (features.accounts[a] ?? 0) ||
      (features.hashes[a] ?? 0) - (features.hashes[b] ?? 0),
  )
  const families: Family[] = []
  const familiesOfAccount: number[][] = Array.from({ length: accounts.count }, () => [])
  for (const feature of order) {
    const counts = new Map<number, number>()
    const size = features.accounts[feature] ?? 0
    features.each(feature, (account) => {
      for (const family of familiesOfAccount[account] ?? []) counts.set(family, (counts.get(family) ?? 0) + 1)
    })
    let joined = -1
    for (const [family, count] of counts)
      if (count >= OVERLAP_MIN * size && (joined < 0 || count > (counts.get(joined) ?? 0))) joined = family
    if (joined < 0) {
      if (families.length >= FAMILIES_MAX) continue
      joined = families.length
      families.push({
        key: features.hashes[feature] ?? 0,
        features: [],
        members: new Map(),
        isSystemOnly: true,
      })
    }
    const family = families[joined]
    if (!family) continue
    family.features.push(feature)
    if (features.kind[feature] !== 'system') family.isSystemOnly = false
    features.each(feature, (account, uses) => {
      const known = family.members.get(account)
      if (known === undefined) familiesOfAccount[account]?.push(joined)
      family.members.set(account, Math.max(known ?? 0, uses))
    })
  }
  return families
}
