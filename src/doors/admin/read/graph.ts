// The graph of a campaign, laid out here once so that a browser only draws: accounts in communities by what they
// share, communities packed in rings, and what several communities share in the middle.
import type { Campaign, Members, SharedBy } from '../../../watch/report.ts'
import type { CampaignGraph } from '../api/shapes/campaigns.ts'
import { packed } from './pack.ts'

/** Larger than any campaign seen; the rest are counted, not drawn. */
const ACCOUNTS_MAX = 60_000
const NODES_MAX = 240
const LINKS_MAX = 80_000
const COMMUNITIES_MAX = 160
/** What nearly everybody shares parts nobody from anybody. */
const TELLING_SHARE_MAX = 0.5
/** A community with more than this of all accounts says little. */
const LARGEST_SHARE_MAX = 0.6
const TELLING: readonly (readonly SharedBy['kind'][])[] = [['card', 'address', 'system prompt'], ['card'], []]
const ROUNDS = 8
const WEEK_MS = 7 * 86_400_000
const SIDE = 10_000
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5))
/** Of the whole radius, left free in the middle for what communities share. */
const MIDDLE_SHARE = 0.16

/** For each account the number of its community, the largest community first. */
export function communitiesOf(accounts: number, members: Members | undefined): readonly number[] {
  let label: readonly number[] = []
  // Where everything hangs together through cards and addresses, cards alone part better, and then places and clients.
  for (const kinds of TELLING) {
    label = withoutLoners(joined(accounts, members, kinds), members)
    if (largest(label) <= accounts * LARGEST_SHARE_MAX) break
  }
  return numbered(label)
}

/** Accounts that share one of these kinds of things get one label. */
function joined(
  accounts: number,
  members: Members | undefined,
  kinds: readonly SharedBy['kind'][],
): readonly number[] {
  const label = Array.from({ length: accounts }, (_, index) => index)
  const telling = (members?.shared ?? []).filter(
    ({ kind, accounts: users }) =>
      kinds.includes(kind) && users.length <= Math.max(2, accounts * TELLING_SHARE_MAX),
  )
  // Label propagation (Raghavan et al., 2007) over what is shared, in a fixed order, so that it is the same each time.
  for (let round = 0; round < ROUNDS; round++) {
    let moved = 0
    for (const { accounts: users } of telling) {
      const least = users.reduce((low, index) => Math.min(low, label[index] ?? index), accounts)
      for (const index of users)
        if (label[index] !== least) {
          label[index] = least
          moved++
        }
    }
    if (moved === 0) break
  }
  return label
}

function largest(label: readonly number[]): number {
  const sizes = new Map<number, number>()
  for (const each of label) sizes.set(each, (sizes.get(each) ?? 0) + 1)
  return [...sizes.values()].reduce((most, size) => Math.max(most, size), 0)
}

/**
 * Of a campaign that rotates cards and addresses most accounts would stand alone: those go with the largest network or
 * client that parts them from others, and what is left with those that began in the same week.
 */
function withoutLoners(label: readonly number[], members: Members | undefined): readonly number[] {
  if (members === undefined) return label
  const sizes = new Map<number, number>()
  for (const each of label) sizes.set(each, (sizes.get(each) ?? 0) + 1)
  const rough = new Map<number, number>()
  for (const [node, { kind, accounts: users }] of members.shared.entries()) {
    const isTelling = users.length <= label.length * TELLING_SHARE_MAX
    if (!isTelling || (kind !== 'network' && kind !== 'client')) continue
    for (const index of users) if (!rough.has(index)) rough.set(index, label.length + node)
  }
  const weeks = label.length + members.shared.length
  return label.map((each, index) => {
    if ((sizes.get(each) ?? 0) > 1) return each
    return rough.get(index) ?? weeks + Math.floor((members.first[index] ?? 0) / WEEK_MS)
  })
}

/** Communities by size; beyond COMMUNITIES_MAX, and those of one account, they share the last number. */
function numbered(label: readonly number[]): readonly number[] {
  const sizes = new Map<number, number>()
  for (const each of label) sizes.set(each, (sizes.get(each) ?? 0) + 1)
  const ranked = [...sizes].filter(([, size]) => size > 1).sort((a, b) => b[1] - a[1] || a[0] - b[0])
  const numbers = new Map(ranked.slice(0, COMMUNITIES_MAX - 1).map(([each], rank) => [each, rank]))
  return label.map((each) => numbers.get(each) ?? numbers.size)
}

export function graphOf({ id, accounts, members }: Campaign): CampaignGraph {
  const total = accounts.length
  const shown = Math.min(total, ACCOUNTS_MAX)
  const community = communitiesOf(total, members).slice(0, shown)
  const groups = grouped(community)
  const circles = packed(
    groups.map((group) => Math.sqrt(group.length + 1)),
    MIDDLE_SHARE,
  )
  const x = new Array<number>(shown).fill(0)
  const y = new Array<number>(shown).fill(0)
  for (const [number, group] of groups.entries()) {
    const circle = circles[number] ?? { x: 0, y: 0, r: 0 }
    for (const [position, index] of group.entries()) {
      // A sunflower: even spacing without any search.
      const distance = circle.r * 0.9 * Math.sqrt((position + 0.5) / group.length)
      x[index] = coordinate(circle.x + distance * Math.cos(position * GOLDEN_ANGLE))
      y[index] = coordinate(circle.y + distance * Math.sin(position * GOLDEN_ANGLE))
    }
  }
  const kept = sharedNodes(members?.shared ?? [], shown)
  return {
    id,
    shown,
    total,
    names: accounts.slice(0, shown),
    x,
    y,
    community,
    exchanges: (members?.exchanges ?? []).slice(0, shown),
    communities: circles.map((circle, number) => ({
      label: labelOf(groups[number] ?? [], members, kept),
      accounts: groups[number]?.length ?? 0,
      x: coordinate(circle.x),
      y: coordinate(circle.y),
      r: Math.round(circle.r * SIDE * 0.5),
    })),
    nodes: kept.map((node) => ({
      kind: node.kind,
      value: node.value,
      shared: node.accounts.length,
      ...middleOf(node, x, y),
      accounts: node.linked,
    })),
    nodesTotal: members?.shared.length ?? 0,
    hasLinks: members !== undefined,
  }
}

type Kept = SharedBy & { readonly linked: number[] }

/** The most shared, each kind in turn: a hundred common addresses must not hide the one card. */
function sharedNodes(shared: readonly SharedBy[], shown: number): readonly Kept[] {
  const byKind = new Map<string, SharedBy[]>()
  for (const each of shared)
    byKind.set(each.kind, [...(byKind.get(each.kind) ?? []), each].slice(0, NODES_MAX))
  const turns = [...byKind.values()]
  const kept: Kept[] = []
  let links = 0
  for (let turn = 0; turn < NODES_MAX; turn++)
    for (const kind of turns) {
      const each = kind[turn]
      if (each === undefined || kept.length >= NODES_MAX) continue
      const linked = each.accounts.filter((index) => index < shown).slice(0, Math.max(0, LINKS_MAX - links))
      links += linked.length
      kept.push({ ...each, linked })
    }
  return kept.sort((a, b) => b.accounts.length - a.accounts.length)
}

/** Towards the middle of whom it joins; what everybody shares ends up in the middle of all. */
function middleOf({ linked }: Kept, x: readonly number[], y: readonly number[]): { x: number; y: number } {
  if (linked.length === 0) return { x: SIDE / 2, y: SIDE / 2 }
  let [sumX, sumY] = [0, 0]
  for (const index of linked) {
    sumX += x[index] ?? 0
    sumY += y[index] ?? 0
  }
  return { x: Math.round(sumX / linked.length), y: Math.round(sumY / linked.length) }
}

/** What most of a community share and few others do, in words. */
function labelOf(group: readonly number[], members: Members | undefined, kept: readonly Kept[]): string {
  if (members === undefined) return 'all accounts'
  const inside = new Set(group)
  let best: Kept | undefined
  let most = 0
  for (const node of kept) {
    const own = node.linked.filter((index) => inside.has(index)).length
    const fit = (own / Math.max(1, group.length)) * (own / Math.max(1, node.accounts.length))
    if (fit > most) {
      best = node
      most = fit
    }
  }
  return best === undefined || most < 0.1 ? 'nothing shared' : `${best.kind} ${best.value}`
}

function grouped(community: readonly number[]): readonly (readonly number[])[] {
  const groups: number[][] = []
  for (const [index, number] of community.entries()) {
    groups[number] ??= []
    groups[number].push(index)
  }
  return Array.from(groups, (group) => group ?? [])
}

function coordinate(value: number): number {
  return Math.round((value + 1) * 0.5 * SIDE)
}
