// A real gate whose findings have one campaign of 24,000 accounts, for what only size shows.
import { campaignOf, reportOf } from '../../../src/cli/testing/report.ts'
import { saveFindings } from '../../../src/store/embedded/findings.ts'
import type { SharedBy } from '../../../src/watch/report.ts'
import { RunningGate } from '../running-gate.ts'
import { accountName, LARGE, NOW, random } from './made.ts'

const HOUR_MS = 3_600_000

/** Cards for five, networks for forty, clients for thousands: as a harvester buys them. */
function sharedBy(): SharedBy[] {
  const next = random(3)
  const groups = (kind: SharedBy['kind'], size: number, spread: number): SharedBy[] =>
    Array.from({ length: Math.ceil(LARGE / size) }, (_, group) => {
      const accounts = Array.from({ length: size }, (_unused, at) =>
        Math.floor(next() < spread ? next() * LARGE : group * size + at),
      ).filter((account) => account < LARGE)
      const unique = [...new Set(accounts)].sort((a, b) => a - b)
      return { kind, value: `${kind}-${group}`, accounts: unique }
    })
  return [...groups('client', 1_200, 0.1), ...groups('network', 40, 0.05), ...groups('card', 5, 0)].filter(
    ({ accounts }) => accounts.length > 1,
  )
}

export async function openLargeGate(): Promise<RunningGate> {
  const gate = await RunningGate.open(`
upstreams:
  - { name: far, protocol: openai, url: "http://127.0.0.1:9", key: far, models: ["*"] }
keys:
  - { key: "sk-one", account: a_1 }
`)
  const accounts = Array.from({ length: LARGE }, (_, index) => accountName(index))
  const column = (value: (index: number) => number): number[] => accounts.map((_, index) => value(index))
  const campaign = campaignOf({
    id: 'c_large',
    accounts,
    exchanges: LARGE * 690,
    members: {
      exchanges: column((index) => 600 + (index % 180)),
      outputTokens: column((index) => 900_000 + index),
      first: column((index) => NOW - (400 + (index % 90)) * HOUR_MS),
      last: column((index) => NOW - (index % 90) * HOUR_MS),
      created: column((index) => NOW - (900 + (index % 300)) * HOUR_MS),
      shared: sharedBy(),
    },
  })
  await saveFindings(gate.config.store, {
    findings: reportOf({ campaigns: [campaign] }),
    savedAt: Date.now(),
    source: 'made for size',
  })
  return gate
}
