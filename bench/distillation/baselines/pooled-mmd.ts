import type { Baseline } from '../baselines.ts'
import { type AccountEvidence, TOPIC_DIMENSIONS } from '../evidence.ts'
import { usersOf } from './infrastructure.ts'

const GROUP_MIN = 3
const GROUP_MAX = 5_000

/**
 * Pools the prompts of each group that shares something (or of one account alone) and asks how far their mean lies
 * from everybody's: the squared maximum mean discrepancy (Gretton et al., 2012) with a linear kernel over word
 * frequencies, scaled by the size of the sample so that a large shift in few prompts does not win by chance.
 */
export const pooledMmd: Baseline = {
  name: 'pooled MMD',
  summary: 'distance of a group’s pooled word frequencies from everybody’s, the best group of each account',
  score: ({ accounts, wordings }) => {
    const centre = meanOf(accounts, [...accounts.keys()])
    const scores = Float64Array.from(accounts, (_, index) => distance(accounts, [index], centre))
    const groups = [...usersOf(accounts).values(), ...wordings.map((wording) => wording.accounts)]
    for (const members of groups) {
      if (members.length < GROUP_MIN || members.length > GROUP_MAX) continue
      const far = distance(accounts, members, centre)
      for (const member of members) scores[member] = Math.max(scores[member] ?? 0, far)
    }
    return scores
  },
}

function distance(
  accounts: readonly AccountEvidence[],
  members: readonly number[],
  centre: Float64Array,
): number {
  const mean = meanOf(accounts, members)
  let squared = 0
  for (let at = 0; at < TOPIC_DIMENSIONS; at++) squared += ((mean[at] ?? 0) - (centre[at] ?? 0)) ** 2
  const exchanges = members.reduce((sum, member) => sum + (accounts[member]?.exchanges ?? 0), 0)
  return squared * Math.sqrt(exchanges)
}

/** Each account counts the same, however much it says. */
function meanOf(accounts: readonly AccountEvidence[], members: readonly number[]): Float64Array {
  const mean = new Float64Array(TOPIC_DIMENSIONS)
  for (const member of members) {
    const topics = accounts[member]?.topics ?? mean
    const words = topics.reduce((sum, count) => sum + count, 0)
    if (words === 0) continue
    for (let at = 0; at < TOPIC_DIMENSIONS; at++)
      mean[at] = (mean[at] ?? 0) + (topics[at] ?? 0) / words / members.length
  }
  return mean
}
