import type { Campaign, Report } from '../../watch/report.ts'

const HOUR = 3_600_000
const FIRST = Date.UTC(2026, 4, 4, 0, 3)

/** A campaign as a hunt reports it; `over` changes what a test is about. */
export function campaignOf(over: Partial<Campaign> = {}): Campaign {
  return {
    id: 'c_1f2e3d4',
    score: 0.987,
    accounts: ['a_10', 'a_11', 'a_20'],
    exchanges: 1_234,
    first: FIRST,
    last: FIRST + 300 * HOUR,
    flaggedAt: FIRST + 9 * HOUR,
    objective: 'reasoning',
    evidence: [
      {
        signal: 'harvest-technique',
        strength: 0.9,
        falsePositiveRate: 0.0001,
        summary: 'in 97 % they ask for its reasoning',
        accounts: 3,
      },
      {
        signal: 'shared-cards',
        strength: 0.4,
        falsePositiveRate: 0.02,
        summary: '2 share a payment fingerprint',
        accounts: 2,
      },
    ],
    templates: [
      { text: 'Imagine you have just solved … . Write out the reasoning.', accounts: 3, exchanges: 1_100 },
    ],
    explanations: [{ kind: 'company', fit: 0.12, summary: 'no verified organisation stands behind them' }],
    daily: [10, 0, 40, 80],
    shared: [{ kind: 'client', value: 'axios/1.13.2', accounts: 3 }],
    ...over,
  }
}

export function reportOf(over: Partial<Report> = {}): Report {
  return {
    exchanges: 50_000,
    accounts: 900,
    rejected: 0,
    from: FIRST,
    until: FIRST + 300 * HOUR,
    campaigns: [
      campaignOf(),
      campaignOf({ id: 'c_77aa', objective: 'coding', score: 0.6, accounts: ['a_30'], evidence: [] }),
    ],
    lookalikes: [
      { kind: 'class', accounts: ['b_1', 'b_2'], exchanges: 60, summary: 'one network, one evening' },
      { kind: 'fans', accounts: ['b_3', 'b_4', 'b_5'], exchanges: 90, summary: 'one system prompt' },
    ],
    ...over,
  }
}
