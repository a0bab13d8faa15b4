// One sweep: from everything the watch knows to the groups it would act on.
import type { Features } from '../links/features.ts'
import type { Sharing } from '../links/infrastructure.ts'
import type { Accounts } from '../profiles/accounts.ts'
import { withoutBystanders } from './bystanders.ts'
import type { Asked, Proposal, Scene } from './group.ts'
import { joined, restOf } from './joined.ts'
import { COMPONENT_MIN, GROUP_MIN, NETWORKS_ROTATING, proposalsOf } from './proposals.ts'
import { groupOf, refine, Splits, undivided } from './refine.ts'
import { loyalTo } from './sameness.ts'
import { isNew, sceneOf } from './scene.ts'
import { type Scored, score } from './score.ts'
import { separate } from './separate.ts'

/** Expected share of false campaigns among those raised at a sweep: groups are taken best first while it holds. */
const FALSE_DISCOVERY_MAX = 0.05
/** And none that is not likely by itself. */
export const SCORE_MIN = 0.9

/** Steps of log odds within which two groups are equally sure, and the steps beyond which more says no more. */
const ODDS_STEP = 2.5
const SURE_MAX = 3
/** The least score, and share of the whole, of what surer parts leave for it to be raised with the whole's. */
const CARRIED_SCORE_MIN = 0.5
const CARRIED_SHARE_MIN = 0.5
const DISMISSED_MIN = 0.5

export type Sweep = {
  readonly scene: Scene
  readonly raised: readonly Scored[]
  /** Groups that were looked at and not raised, best explained first. */
  readonly cleared: readonly Scored[]
  readonly proposals: readonly Proposal[]
}

export function sweepOf(
  accounts: Accounts,
  features: Features,
  splits = new Splits(),
  asked?: Asked,
  sharing?: Sharing,
): Sweep {
  const scene = sceneOf(accounts, features, asked, sharing)
  const proposals = proposalsOf(scene)
  const scored = proposals.flatMap((proposal) => scoredOf(proposal, scene, splits))
  splits.turn()
  // Among groups about equally sure the larger goes first: a campaign is better seen whole than in parts. But two
  // campaigns taken for one are less sure than either.
  const sure = ({ score }: Scored): number => Math.min(SURE_MAX, Math.round(oddsOf(score) / ODDS_STEP))
  scored.sort(
    (a, b) => sure(b) - sure(a) || b.group.members.length - a.group.members.length || b.score - a.score,
  )
  const { raised, cleared } = joined(discover(scored, scene), scene)
  return { scene, raised, cleared, proposals }
}

/**
 * The parts of a proposal; and the whole of it, where no part is sure by itself and yet all of them do one queue's work: its
 * accounts may come from several places, and have no more in common than that.
 */
function scoredOf(proposal: Proposal, scene: Scene, splits: Splits): Scored[] {
  if (!isPromising(proposal, scene)) return [score(groupOf(proposal, scene), scene)]
  const parts = refine(proposal, scene, splits).map((group) => score(group, scene))
  if (parts.length < 2 || parts.some((part) => part.score >= SCORE_MIN)) return parts
  const whole = undivided(proposal, scene)
  return whole === undefined ? parts : [...parts, score(whole, scene)]
}

/** Whether enough members show anything at all that people and tenants of their own do not; else splitting is idle. */
function isPromising({ members }: Proposal, { accounts, infrastructure, rhythms }: Scene): boolean {
  let unattended = 0
  let rotating = 0
  let sharing = 0
  let young = 0
  for (const index of members) {
    if (accounts.org[index] !== 0) continue
    if (rhythms[index] === 'steady') unattended++
    if ((accounts.asns[index]?.length ?? 0) >= NETWORKS_ROTATING) rotating++
    if ((infrastructure.principalSize[index] ?? 1) >= COMPONENT_MIN) sharing++
    if (isNew(accounts, index)) young++
  }
  return Math.max(unattended, rotating, sharing, young) >= GROUP_MIN
}

function oddsOf(score: number): number {
  return Math.log(score / (1 - score))
}

/** Bayesian false-discovery control (Newton et al., 2004) over all groups looked at; an account is raised once. */
function discover(scored: readonly Scored[], scene: Scene): { raised: Scored[]; cleared: Scored[] } {
  const raised: Scored[] = []
  const cleared: Scored[] = []
  const taken = new Set<number>()
  let doubt = 0
  const isSure = ({ score }: Scored): boolean =>
    score >= SCORE_MIN && (doubt + 1 - score) / (raised.length + 1) <= FALSE_DISCOVERY_MAX
  for (const candidate of scored) {
    const rest = restOf(candidate, taken, scene)
    if (rest === undefined) continue
    // Surer parts of it were raised before. What they leave is raised on the whole's account if it is most of it and
    // nothing speaks against it; strangers who came along with a campaign must not be.
    const isCarried =
      rest.score >= CARRIED_SCORE_MIN &&
      rest.group.members.length >= CARRIED_SHARE_MIN * candidate.group.members.length
    const chosen = isSure(rest) || !isCarried ? rest : { ...rest, score: candidate.score }
    if (!isSure(chosen) || isDismissed(chosen, scene)) {
      cleared.push(rest)
      continue
    }
    for (const index of chosen.group.members) taken.add(index)
    for (const part of partsOf(chosen, scene)) {
      doubt += 1 - part.score
      const loyal = withoutBystanders(scene.accounts, loyalTo(scene.accounts, part.group.members))
      raised.push(only(part, loyal, scene))
    }
  }
  return { raised, cleared }
}

/** As sure as it was, of these members alone: the evidence is told of the accounts that are listed. */
function only(part: Scored, members: readonly number[], scene: Scene): Scored {
  if (members.length < GROUP_MIN || members.length === part.group.members.length) return part
  return { ...score(groupOf({ ...part.group, members }, scene), scene), score: part.score }
}

/** A group that does two queues' work is raised as two, if each part is sure enough by itself. */
function partsOf(chosen: Scored, scene: Scene): readonly Scored[] {
  const parts = separate(scene.accounts, chosen.group.members)
  if (parts.length === 1) return [chosen]
  const scored = parts.map((members) => score(groupOf({ ...chosen.group, members }, scene), scene))
  return scored.every((part) => part.score >= SCORE_MIN) ? scored : [chosen]
}

/** Mostly accounts of which an analyst said that they are no campaign. A group that outgrows them is looked at anew. */
function isDismissed({ group: { members } }: Scored, { dismissed }: Scene): boolean {
  return dismissed.some(
    (accounts) => members.filter((index) => accounts.has(index)).length >= DISMISSED_MIN * members.length,
  )
}
