import type { Baseline } from '../baselines.ts'

/** Wordings used by a sixth of an account's exchanges speak for the account. */
const SHARE_MIN = 1 / 6
const PRINCIPALS_MIN = 7

/** The same words from many: an account is as suspect as its main wordings are shared. */
export const templateLift: Baseline = {
  name: 'template lift',
  summary:
    'accounts that share the wording an account uses in a sixth of its exchanges or more, times that share',
  score: ({ accounts, wordings }) => {
    const scores = new Float64Array(accounts.length)
    for (const wording of wordings) {
      if (wording.accounts.length < PRINCIPALS_MIN) continue
      // Counted only where it is a habit: a phrase that everybody lets slip once is no template.
      const habitual = wording.accounts.filter(
        (account, at) => (wording.exchanges[at] ?? 0) >= SHARE_MIN * (accounts[account]?.exchanges ?? 1),
      ).length
      for (const [at, account] of wording.accounts.entries()) {
        const share = Math.min(1, (wording.exchanges[at] ?? 0) / (accounts[account]?.exchanges ?? 1))
        if (share < SHARE_MIN) continue
        scores[account] = Math.max(scores[account] ?? 0, share * Math.log(1 + habitual))
      }
    }
    return scores
  },
}
