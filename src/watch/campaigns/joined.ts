// A campaign is often sure by a part only: by the accounts that rotate, or that never sleep. What is tied to that part by a
// card or by its wording, and sends what nothing tells from it, is of the same operator; and so is what is tied by both.
import type { Group, Scene } from './group.ts'
import { GROUP_MIN } from './proposals.ts'
import { groupOf, UNDIVIDED_MIN } from './refine.ts'
import { exchangeability } from './sameness.ts'
import { FIT_MIN, type Scored, score } from './score.ts'

/** The least a group must be likely by itself to be raised with a campaign. */
const JOINED_SCORE_MIN = 0.3
/** Share of one side that must have the card or the wording of the other. */
const TIED_MIN = 0.5
/** Together two parts of one schedule spread no further than the wider of them, but for chance. */
const LOADS_ALIKE = 1.1

type Found = { readonly raised: readonly Scored[]; readonly cleared: readonly Scored[] }
type Tie = 'principal' | 'wording'

/** The campaigns with what belongs to them, and the groups that belong to none. */
export function joined({ raised, cleared }: Found, scene: Scene): Found {
  const campaigns = [...raised]
  const taken = new Set(raised.flatMap(({ group }) => group.members))
  const left: Scored[] = []
  for (const candidate of cleared) {
    const rest = mayBelong(candidate) ? restOf(candidate, taken, scene) : undefined
    const found = rest && tied(campaigns, rest.group, scene)
    if (rest === undefined || found === undefined) {
      left.push(candidate)
      continue
    }
    const { at, campaign, tie } = found
    for (const index of rest.group.members) taken.add(index)
    const whole = widened(campaign, rest.group, scene)
    // Who shares a card is one campaign. One wording may serve two of the same operator: each is shown by itself, unless
    // their loads are alike as those that one scheduler hands out.
    const spread = Math.max(campaign.group.sameness.volume, rest.group.sameness.volume)
    if (tie === 'principal' || whole.group.sameness.volume <= LOADS_ALIKE * spread) campaigns[at] = whole
    else campaigns.push({ ...rest, score: campaign.score })
  }
  return { raised: campaigns, cleared: left }
}

/** The candidate without who is raised already, scored anew; undefined if too few are left. */
export function restOf(candidate: Scored, taken: ReadonlySet<number>, scene: Scene): Scored | undefined {
  const members = candidate.group.members.filter((index) => !taken.has(index))
  if (members.length < GROUP_MIN) return undefined
  if (members.length === candidate.group.members.length) return candidate
  return score(groupOf({ ...candidate.group, members }, scene), scene)
}

/** Whether it is likely enough by itself, and nothing explains it. */
function mayBelong({ score, explanations }: Scored): boolean {
  return score >= JOINED_SCORE_MIN && explanations.every(({ fit }) => fit < FIT_MIN)
}

/** The first campaign that it is tied to, and by what. */
function tied(
  campaigns: readonly Scored[],
  group: Group,
  scene: Scene,
): { readonly at: number; readonly campaign: Scored; readonly tie: Tie } | undefined {
  for (const [at, campaign] of campaigns.entries()) {
    const tie = tieOf(campaign.group, group, scene)
    if (tie !== undefined) return { at, campaign, tie }
  }
  return undefined
}

/** As sure as its surest part, with the evidence told of everybody in it. */
function widened(campaign: Scored, { members }: Group, scene: Scene): Scored {
  const whole = [...campaign.group.members, ...members].sort((a, b) => a - b)
  const group = groupOf({ ...campaign.group, members: whole }, scene)
  return { ...campaign, group, evidence: score(group, scene).evidence }
}

/** What ties two groups that nothing else tells apart; undefined where something does. */
function tieOf(one: Group, other: Group, scene: Scene): Tie | undefined {
  const { wording, infrastructure } = scene
  const isPlaced = areTied(one.members, other.members, (index) => infrastructure.principal[index])
  const isWorded = areTied(one.members, other.members, (index) => wording[index] || undefined)
  if (!isPlaced && !isWorded) return undefined
  const tie = isPlaced ? 'principal' : 'wording'
  // Whoever has both is told by that, even where other traffic makes all its accounts different.
  if (isPlaced && isWorded) return tie
  const whole = groupOf({ ...one, members: [...one.members, ...other.members] }, scene)
  return exchangeability(whole.sameness) >= UNDIVIDED_MIN ? tie : undefined
}

/** Whether most of either side have something in common with any of the other. */
function areTied(
  one: readonly number[],
  other: readonly number[],
  of: (index: number) => number | undefined,
): boolean {
  const isMost = (own: readonly number[], others: readonly number[]): boolean => {
    const known = new Set(own.map(of).filter((value) => value !== undefined))
    const count = others.filter((index) => known.has(of(index) ?? Number.NaN)).length
    return count >= TIED_MIN * others.length
  }
  return isMost(one, other) || isMost(other, one)
}
