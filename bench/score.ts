// Scores what a hunt raised against the truth of labelled traffic.
//
//   found      the groups that are at least four fifths one true campaign hold at least half of its accounts
//   impure     a raised group that is less than four fifths one true campaign
//   TPR, FPR   share of attacker accounts, of benign accounts, that are in any raised group, pure or not
//   delay      hours of log time from the campaign's first exchange to the moment the watch raised it
import * as v from 'valibot'

const PURITY_MIN = 0.8
const RECALL_MIN = 0.5
const HOUR_MS = 3_600_000

export const truthSchema = v.object({
  campaigns: v.record(
    v.string(),
    v.object({ kind: v.string(), accounts: v.number(), first: v.nullable(v.number()) }),
  ),
  accounts: v.record(v.string(), v.tuple([v.string(), v.nullable(v.string())])),
})
export type Truth = v.InferOutput<typeof truthSchema>

export type RaisedGroup = { readonly accounts: readonly string[]; readonly flaggedAt: number }

export type CampaignScore = {
  readonly id: string
  readonly kind: string
  readonly accounts: number
  readonly recall: number
  readonly delayHours: number | undefined
}

export type Score = {
  readonly campaigns: readonly CampaignScore[]
  readonly found: number
  readonly impure: number
  readonly attackers: number
  readonly attackersFlagged: number
  readonly benign: number
  readonly benignFlagged: number
  /** By benign kind: flagged and all. Only kinds with a flagged account. */
  readonly falseByKind: ReadonlyMap<string, readonly [flagged: number, all: number]>
}

export function scoreHunt(raised: readonly RaisedGroup[], truth: Truth): Score {
  const flagged = new Set(raised.flatMap(({ accounts }) => accounts))
  for (const account of flagged)
    if (!Object.hasOwn(truth.accounts, account)) throw new Error(`the truth knows no account ${account}`)
  const { held, delays, impure } = attributed(raised, truth)
  const campaigns = Object.entries(truth.campaigns).map(([id, { kind, accounts }]) => ({
    id,
    kind,
    accounts,
    recall: (held.get(id)?.size ?? 0) / Math.max(1, accounts),
    delayHours: delays.get(id),
  }))
  const tally = { attackers: 0, attackersFlagged: 0, benign: 0, benignFlagged: 0 }
  const byKind = new Map<string, readonly [flagged: number, all: number]>()
  for (const [account, [kind, campaign]] of Object.entries(truth.accounts)) {
    const isFlagged = flagged.has(account) ? 1 : 0
    tally[campaign === null ? 'benign' : 'attackers']++
    tally[campaign === null ? 'benignFlagged' : 'attackersFlagged'] += isFlagged
    const [bad, all] = byKind.get(kind) ?? [0, 0]
    if (campaign === null) byKind.set(kind, [bad + isFlagged, all + 1])
  }
  return {
    campaigns,
    found: campaigns.filter(isFound).length,
    impure,
    ...tally,
    falseByKind: new Map([...byKind].filter(([, [bad]]) => bad > 0)),
  }
}

export function isFound({ recall }: Pick<CampaignScore, 'recall'>): boolean {
  return recall >= RECALL_MIN
}

/** Gives each pure group to its campaign: the accounts it holds of it, and how soon it was raised. */
function attributed(raised: readonly RaisedGroup[], truth: Truth) {
  const held = new Map<string, Set<string>>()
  const delays = new Map<string, number>()
  let impure = 0
  for (const { accounts, flaggedAt } of raised) {
    const byCampaign = Map.groupBy(accounts, (account) => truth.accounts[account]?.[1] ?? null)
    const [name, members] = [...byCampaign].sort((a, b) => b[1].length - a[1].length)[0] ?? [null, []]
    if (name === null || members.length < PURITY_MIN * accounts.length) {
      impure++
      continue
    }
    held.set(name, new Set([...(held.get(name) ?? []), ...members]))
    const first = truth.campaigns[name]?.first
    if (typeof first === 'number')
      delays.set(name, Math.min(delays.get(name) ?? Number.POSITIVE_INFINITY, (flaggedAt - first) / HOUR_MS))
  }
  return { held, delays, impure }
}
