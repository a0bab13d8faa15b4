// Who came along with a campaign: members that never did what the group is accused of.
import type { Accounts } from '../profiles/accounts.ts'
import { techniques, waysToReasoning } from '../sketches/technique.ts'
import { leastOf } from './technique-signal.ts'

/** Chance below which an account that never asked for it was not given the same work as the others. */
const CHANCE_MAX = 1e-4

/**
 * The members without those who never once asked for what nearly all the others ask for, again and again. A neighbour
 * with similar questions, or at the same address, is not of the campaign.
 */
export function withoutBystanders(accounts: Accounts, members: readonly number[]): readonly number[] {
  let kept = members
  for (const [at, technique] of techniques.entries()) {
    // Two pools of one campaign may ask for reasoning in two ways.
    if (waysToReasoning.has(technique)) continue
    const asked = (index: number): number => accounts.techniques[index * techniques.length + at] ?? 0
    const exchanges = (index: number): number => Math.max(1, accounts.exchanges[index] ?? 1)
    const share = leastOf(accounts, kept, at)
    if (share === 0) continue
    kept = kept.filter((index) => asked(index) > 0 || (1 - share) ** exchanges(index) >= CHANCE_MAX)
  }
  return kept
}
