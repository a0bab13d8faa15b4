// Campaigns as people left them: what the watch found, with merges, splits and states laid over it in order.
import type { Campaign, Members, SharedBy } from '../../../watch/report.ts'
import type { CampaignState } from '../api/shapes/campaigns.ts'
import type { Change } from '../state/change-store.ts'

/** A campaign, where it was read from and what people made of it. */
export type Shown = {
  readonly campaign: Campaign
  readonly source: string
  readonly savedAt: number
  readonly state: CampaignState
  readonly merged: readonly string[]
  readonly splitFrom: string | undefined
}

export type Found = Pick<Shown, 'campaign' | 'source' | 'savedAt'>

/** Changes that name campaigns which are gone do nothing, and count again when those come back. */
export function overlaid(found: readonly Found[], changes: readonly Change[]): readonly Shown[] {
  const shown = new Map<string, Shown>(
    found.map((each) => [
      each.campaign.id,
      { ...each, state: 'open' as const, merged: [], splitFrom: undefined },
    ]),
  )
  for (const { detail, undone } of changes) {
    const at = undone === undefined ? shown.get(detail.campaign) : undefined
    if (at === undefined) continue
    if (detail.kind === 'state') shown.set(detail.campaign, { ...at, state: detail.state })
    else if (detail.kind === 'merge') merge(shown, at, detail.from)
    else split(shown, at, detail.part, new Set(detail.accounts))
  }
  return [...shown.values()].filter(({ campaign }) => campaign.accounts.length > 0)
}

function merge(shown: Map<string, Shown>, into: Shown, from: readonly string[]): void {
  let { campaign } = into
  const merged = [...into.merged]
  for (const id of from) {
    const other = shown.get(id)
    if (other === undefined || id === campaign.id) continue
    campaign = joined(campaign, other.campaign)
    merged.push(id, ...other.merged)
    shown.delete(id)
  }
  shown.set(campaign.id, { ...into, campaign, merged })
}

function split(shown: Map<string, Shown>, from: Shown, part: string, accounts: ReadonlySet<string>): void {
  const positions = from.campaign.accounts.map((account, position) => [account, position] as const)
  const taken = positions.filter(([account]) => accounts.has(account)).map(([, position]) => position)
  const left = positions.filter(([account]) => !accounts.has(account)).map(([, position]) => position)
  if (taken.length === 0) return
  shown.set(from.campaign.id, { ...from, campaign: partOf(from.campaign, left) })
  shown.set(part, {
    ...from,
    campaign: { ...partOf(from.campaign, taken), id: part },
    state: 'open',
    merged: [],
    splitFrom: from.campaign.id,
  })
}

/** Both sets of accounts as one; the evidence is that of the first. */
function joined(into: Campaign, other: Campaign): Campaign {
  const had = new Set(into.accounts)
  const fresh = other.accounts
    .map((_, position) => position)
    .filter((at) => !had.has(other.accounts[at] ?? ''))
  const added = partOf(other, fresh)
  const accounts = [...into.accounts, ...added.accounts]
  const order = accounts
    .map((_, at) => at)
    .sort((a, b) => ((accounts[a] ?? '') < (accounts[b] ?? '') ? -1 : 1))
  const at = new Map(accounts.map((account, position) => [account, position]))
  const theirs = other.members?.shared.map((each) => ({
    ...each,
    accounts: each.accounts.flatMap((position) => at.get(other.accounts[position] ?? '') ?? []),
  }))
  const members = into.members && added.members && concatenated(into.members, added.members, theirs ?? [])
  const first = Math.min(into.first, other.first)
  return {
    ...into,
    score: Math.max(into.score, other.score),
    accounts: order.map((at) => accounts[at] ?? ''),
    exchanges: into.exchanges + added.exchanges,
    first,
    last: Math.max(into.last, other.last),
    flaggedAt: Math.min(into.flaggedAt, other.flaggedAt),
    templates: [...into.templates, ...other.templates],
    daily: addedDays(into, other, first),
    members: members && picked(members, order),
  }
}

const DAY_MS = 86_400_000

function addedDays(a: Campaign, b: Campaign, first: number): number[] {
  const from = Math.floor(first / DAY_MS)
  const sum: number[] = []
  for (const { first: start, daily } of [a, b])
    for (const [day, count] of daily.entries()) {
      const at = Math.floor(start / DAY_MS) - from + day
      sum[at] = (sum[at] ?? 0) + count
    }
  return Array.from(sum, (count) => count ?? 0)
}

/** `shared` is what the second ones share, by positions in the whole. */
function concatenated(a: Members, b: Members, theirs: readonly SharedBy[]): Members {
  const both = <Name extends 'exchanges' | 'outputTokens' | 'first' | 'last' | 'created'>(
    name: Name,
  ): number[] => [...a[name], ...b[name]]
  const shared = new Map(a.shared.map((each) => [`${each.kind} ${each.value}`, each]))
  for (const each of theirs) {
    const key = `${each.kind} ${each.value}`
    const users = new Set([...(shared.get(key)?.accounts ?? []), ...each.accounts])
    shared.set(key, { ...each, accounts: [...users] })
  }
  return {
    exchanges: both('exchanges'),
    outputTokens: both('outputTokens'),
    first: both('first'),
    last: both('last'),
    created: both('created'),
    shared: [...shared.values()].sort((x, y) => y.accounts.length - x.accounts.length),
  }
}

function partOf(campaign: Campaign, positions: readonly number[]): Campaign {
  const share = positions.length / Math.max(1, campaign.accounts.length)
  const members = campaign.members && picked(campaign.members, positions)
  return {
    ...campaign,
    accounts: positions.map((at) => campaign.accounts[at] ?? ''),
    members,
    exchanges: members
      ? members.exchanges.reduce((sum, count) => sum + count, 0)
      : Math.round(campaign.exchanges * share),
    first: members && members.first.length > 0 ? min(members.first) : campaign.first,
    last: members && members.last.length > 0 ? max(members.last) : campaign.last,
    daily: campaign.daily.map((count) => Math.round(count * share)),
  }
}

/** The columns at these positions, in this order. */
function picked(members: Members, positions: readonly number[]): Members {
  const column = (values: readonly number[]): number[] => positions.map((at) => values[at] ?? 0)
  const now = new Map(positions.map((at, position) => [at, position]))
  return {
    exchanges: column(members.exchanges),
    outputTokens: column(members.outputTokens),
    first: column(members.first),
    last: column(members.last),
    created: column(members.created),
    shared: members.shared
      .map((each) => ({
        ...each,
        accounts: each.accounts.flatMap((at) => now.get(at) ?? []).sort((a, b) => a - b),
      }))
      .filter(({ accounts }) => accounts.length >= 2),
  }
}

function min(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
}

function max(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0)
}
