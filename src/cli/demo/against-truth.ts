import type { Campaign } from '../../watch/report.ts'
import type { TruthFile } from './made-traffic.ts'

/** How a hunt did on traffic whose truth is known. */
export type Verdict = {
  readonly campaigns: number
  readonly campaignsFound: number
  readonly missed: readonly string[]
  readonly attackers: number
  readonly attackersFlagged: number
  readonly benign: number
  readonly benignFlagged: number
}

/** A group counts for a campaign when four in five of its accounts are that campaign's. */
const PURITY_MIN = 0.8
/** A campaign is found when such groups hold half of its accounts. */
const RECALL_MIN = 0.5

export function againstTruth(campaigns: readonly Pick<Campaign, 'accounts'>[], truth: TruthFile): Verdict {
  const flagged = new Set(campaigns.flatMap(({ accounts }) => accounts))
  const held = new Map<string, Set<string>>()
  for (const { accounts } of campaigns) {
    const byCampaign = Map.groupBy(accounts, (account) => truth.accounts[account]?.[1] ?? null)
    for (const [name, members] of byCampaign) {
      if (name === null || members.length < PURITY_MIN * accounts.length) continue
      const known = held.get(name) ?? new Set()
      for (const member of members) known.add(member)
      held.set(name, known)
    }
  }
  const names = Object.entries(truth.campaigns)
  const missed = names.filter(([name, { accounts }]) => (held.get(name)?.size ?? 0) < RECALL_MIN * accounts)
  const { accounts, attackers } = truth.totals
  const attackersFlagged = [...flagged].filter(
    (account) => (truth.accounts[account]?.[1] ?? null) !== null,
  ).length
  return {
    campaigns: names.length,
    campaignsFound: names.length - missed.length,
    missed: missed.map(([, { kind }]) => kind),
    attackers,
    attackersFlagged,
    benign: accounts - attackers,
    benignFlagged: flagged.size - attackersFlagged,
  }
}
