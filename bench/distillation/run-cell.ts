// One scenario: its traffic is made, hunted and shown to every baseline.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SignalName } from '../../src/watch/campaigns/signals.ts'
import type { Exchange } from '../../src/watch/exchange.ts'
import { hunt } from '../../src/watch/hunt.ts'
import { type Traffic, trafficOf } from '../../src/watch/traffic/traffic.ts'
import { writeTraffic } from '../../src/watch/traffic/write.ts'
import { ablated } from './ablation.ts'
import { phrases } from './baselines/phrase-list.ts'
import type { Baseline, Lesson } from './baselines.ts'
import { type Evidence, Gathering } from './evidence.ts'
import { type Cell, scenarioOf } from './grid.ts'

export type Flagged = { readonly attackers: number; readonly benign: number }

export type CellResult = {
  readonly cell: Cell
  readonly attackers: number
  readonly benign: number
  readonly portcullis: Flagged
  /** What would have been flagged without each signal. */
  readonly without: ReadonlyMap<SignalName, Flagged>
  /** Exchanges of the campaign that had passed when it was first raised; undefined: never. */
  readonly delayExchanges: number | undefined
  /** By benign kind: flagged by Portcullis and all. */
  readonly kinds: ReadonlyMap<string, readonly [flagged: number, all: number]>
  /** Suspicion of attackers and of benign accounts, by baseline. */
  readonly scores: ReadonlyMap<string, { readonly attackers: Float64Array; readonly benign: Float64Array }>
  readonly exchanges: number
}

export function lessonOf(cell: Cell): Lesson {
  const traffic = trafficOf(scenarioOf(cell), cell.seed)
  const { evidence } = gathered(traffic)
  return { evidence, isAttacker: (account) => isAttacker(traffic, account) }
}

export async function runCell(cell: Cell, baselines: readonly Baseline[]): Promise<CellResult> {
  const traffic = trafficOf(scenarioOf(cell), cell.seed)
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-bench-'))
  try {
    const { log } = await writeTraffic(traffic, folder, { compression: 'zstd' })
    const { report, watch } = await hunt([log])
    const { evidence, campaignTimes, exchanges } = gathered(traffic)
    const raised = new Set(report.campaigns.flatMap(({ accounts }) => accounts))
    const attackers = [...traffic.truth.values()].filter(({ campaign }) => campaign !== null).length
    return {
      cell,
      attackers,
      benign: traffic.truth.size - attackers,
      portcullis: flaggedOf(raised, traffic),
      without: new Map(
        [...ablated(watch)].map(([name, groups]) => [name, flaggedOf(new Set(groups.flat()), traffic)]),
      ),
      delayExchanges: delayOf(report.campaigns, traffic, campaignTimes),
      kinds: byKind(traffic, raised),
      scores: new Map(baselines.map((baseline) => [baseline.name, split(baseline, evidence, traffic)])),
      exchanges,
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function flaggedOf(raised: ReadonlySet<string>, traffic: Traffic): Flagged {
  const flagged = { attackers: 0, benign: 0 }
  for (const account of raised) flagged[isAttacker(traffic, account) ? 'attackers' : 'benign']++
  return flagged
}

function gathered(traffic: Traffic): {
  evidence: Evidence
  campaignTimes: readonly number[]
  exchanges: number
} {
  const gathering = new Gathering(phrases)
  const campaignTimes: number[] = []
  let exchanges = 0
  for (const exchange of traffic as Iterable<Exchange>) {
    gathering.add(exchange)
    exchanges++
    if (isAttacker(traffic, exchange.account)) campaignTimes.push(exchange.ts)
  }
  return { evidence: gathering.finish(), campaignTimes, exchanges }
}

function isAttacker({ truth }: Traffic, account: string): boolean {
  return typeof truth.get(account)?.campaign === 'string'
}

/** Half of a raised group has to be the campaign, or it was not the campaign that was raised. */
function delayOf(
  campaigns: readonly { readonly accounts: readonly string[]; readonly flaggedAt: number }[],
  traffic: Traffic,
  times: readonly number[],
): number | undefined {
  const right = campaigns.filter(
    ({ accounts }) => 2 * accounts.filter((account) => isAttacker(traffic, account)).length > accounts.length,
  )
  if (right.length === 0) return undefined
  const at = Math.min(...right.map(({ flaggedAt }) => flaggedAt))
  const after = times.findIndex((ts) => ts > at)
  return after < 0 ? times.length : after
}

function byKind({ truth }: Traffic, raised: ReadonlySet<string>): Map<string, readonly [number, number]> {
  const kinds = new Map<string, readonly [flagged: number, all: number]>()
  for (const [account, { kind, campaign }] of truth) {
    if (campaign !== null) continue
    const [flagged, all] = kinds.get(kind) ?? [0, 0]
    kinds.set(kind, [flagged + (raised.has(account) ? 1 : 0), all + 1])
  }
  return kinds
}

function split({ score }: Baseline, evidence: Evidence, traffic: Traffic) {
  const scores = score(evidence)
  const of = (wanted: boolean) =>
    scores.filter((_, index) => isAttacker(traffic, evidence.accounts[index]?.id ?? '') === wanted)
  return { attackers: of(true), benign: of(false) }
}
