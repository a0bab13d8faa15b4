// One sweep: from everything the watch knows to the groups it would act on.
import type { Features } from '../links/features.ts'
import type { Accounts } from '../profiles/accounts.ts'
import type { Group, Proposal, Scene } from './group.ts'
import { GROUP_MIN, proposalsOf } from './proposals.ts'
import { groupOf, refine } from './refine.ts'
import { sceneOf } from './scene.ts'
import { type Scored, score } from './score.ts'

/** Expected share of false campaigns among those raised at a sweep: groups are taken best first while it holds. */
const FALSE_DISCOVERY_MAX = 0.05
/** And none that is not likely by itself. */
const SCORE_MIN = 0.9
/** Groups of one origin that are tried for merging into one campaign, pair by pair. */
const MERGE_MAX = 400

export type Sweep = {
  readonly scene: Scene
  readonly raised: readonly Scored[]
  /** Groups that were looked at and not raised, best explained first. */
  readonly cleared: readonly Scored[]
  readonly proposals: readonly Proposal[]
}

export function sweepOf(accounts: Accounts, features: Features): Sweep {
  const scene = sceneOf(accounts)
  const proposals = proposalsOf(scene, features)
  const scored = proposals.flatMap((proposal) => refine(proposal, scene).map((group) => score(group, scene)))
  scored.sort((a, b) => b.score - a.score || b.group.members.length - a.group.members.length)
  const { raised, cleared } = discover(scored, scene)
  return { scene, raised: merged(raised, scene), cleared, proposals }
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
    raised.push(rest)
  }
  return { raised, cleared }
}

/** Groups found apart (by card, say) that cannot be told apart by what they do are one campaign. */
function merged(raised: readonly Scored[], scene: Scene): Scored[] {
  const result: Scored[] = []
  for (const candidate of raised) {
    const at =
      result.length > MERGE_MAX
        ? -1
        : result.findIndex((other) => isSame(other.group, candidate.group, scene))
    const partner = result[at]
    if (!partner) {
      result.push(candidate)
      continue
    }
    const members = [...partner.group.members, ...candidate.group.members].sort((a, b) => a - b)
    const family = partner.group.family ?? candidate.group.family
    const origin = partner.group.origin
    result[at] = score(groupOf({ origin, members, ...(family && { family }) }, scene), scene)
  }
  return result
}

function isSame(a: Group, b: Group, scene: Scene): boolean {
  if (a.origin === 'template' && b.origin === 'template') return false
  const members = [...a.members, ...b.members].sort((x, y) => x - y)
  const parts = refine({ origin: 'cohort', members }, scene)
  if (parts.length !== 1) return false
  const together = parts[0]
  if (!together || together.members.length < members.length * 0.95) return false
  const worst = Math.max(a.sameness.output, b.sameness.output, 0.1)
  return (
    together.sameness.output <= worst &&
    together.sameness.topic <= Math.max(a.sameness.topic, b.sameness.topic, 0.01)
  )
}
