import type { Baseline } from '../baselines.ts'

/** What a gateway that counts has: the busiest day of each account. */
export const volume: Baseline = {
  name: 'volume threshold',
  summary: 'exchanges on the busiest day of an account',
  score: ({ accounts }) => Float64Array.from(accounts, ({ busiestDay }) => busiestDay),
}
