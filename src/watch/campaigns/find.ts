// One sweep: from everything the watch knows to the groups it would act on.
import type { Features } from '../links/features.ts'
import type { Accounts } from '../profiles/accounts.ts'
import type { Proposal, Scene } from './group.ts'
import { COMPONENT_MIN, GROUP_MIN, NETWORKS_ROTATING, proposalsOf } from './proposals.ts'
import { groupOf, refine } from './refine.ts'
import { loyalTo } from './sameness.ts'
import { isNew, sceneOf } from './scene.ts'
import { type Scored, score } from './score.ts'

/** Expected share of false campaigns among those raised at a sweep: groups are taken best first while it holds. */
const FALSE_DISCOVERY_MAX = 0.05
/** And none that is not likely by itself. */
const SCORE_MIN = 0.9

export type Sweep = {
  readonly scene: Scene
  readonly raised: readonly Scored[]
  /** Groups that were looked at and not raised, best explained first. */
  readonly cleared: readonly Scored[]
  readonly proposals: readonly Proposal[]
}

export function sweepOf(accounts: Accounts, features: Features, silenced?: ReadonlySet<string>): Sweep {
  const scene = sceneOf(accounts, features, silenced)
  const proposals = proposalsOf(scene)
  const groups = proposals.flatMap((proposal) =>
    isPromising(proposal, scene) ? refine(proposal, scene) : [groupOf(proposal, scene)],
  )
  const scored = groups.map((group) => score(group, scene))
  // Among groups that are equally sure the larger goes first: a campaign is better seen whole than in parts.
  const sure = ({ score }: Scored): number => Math.round(score * 50)
  scored.sort(
    (a, b) => sure(b) - sure(a) || b.group.members.length - a.group.members.length || b.score - a.score,
  )
  const { raised, cleared } = discover(scored, scene)
  return { scene, raised, cleared, proposals }
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

/** Bayesian false-discovery control (Newton et al., 2004) over all groups looked at; an account is raised once. */
function discover(scored: readonly Scored[], scene: Scene): { raised: Scored[]; cleared: Scored[] } {
  const raised: Scored[] = []
  const cleared: Scored[] = []
  const taken = new Set<number>()
  let doubt = 0
  for (const candidate of scored) {
    const members = candidate.group.members.filter((index) => !taken.has(index))
    if (members.length < GROUP_MIN) continue
    const rest =
      members.length === candidate.group.members.length
        ? candidate
        : score(groupOf({ ...candidate.group, members }, scene), scene)
    const isRaised =
      rest.score >= SCORE_MIN && (doubt + 1 - rest.score) / (raised.length + 1) <= FALSE_DISCOVERY_MAX
    if (!isRaised) {
      cleared.push(rest)
      continue
    }
    doubt += 1 - rest.score
    for (const index of members) taken.add(index)
    const loyal = loyalTo(scene.accounts, members)
    raised.push(loyal.length < GROUP_MIN ? rest : { ...rest, group: { ...rest.group, members: loyal } })
  }
  return { raised, cleared }
}
