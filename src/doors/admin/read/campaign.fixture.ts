import type { Campaign } from '../../../watch/report.ts'

const START = Date.UTC(2026, 4, 4)

/** A campaign of which only what matters need be said. */
export function campaignFixture(over: Partial<Campaign> = {}): Campaign {
  return {
    ...{
      id: 'c_1',
      score: 0.97,
      accounts: ['a_1', 'a_2', 'a_3'],
      exchanges: 30,
      first: START,
      last: START + 1_000,
    },
    ...{
      flaggedAt: START + 500,
      objective: 'reasoning',
      evidence: [],
      templates: [],
      explanations: [],
      daily: [30],
    },
    shared: [],
    ...over,
  }
}
