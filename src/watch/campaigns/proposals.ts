// Where groups come from: the same wording, the same infrastructure, or the same behaviour with neither.
import { familiesOf } from '../links/families.ts'
import type { Features } from '../links/features.ts'
import type { Proposal, Scene } from './group.ts'

/** Accounts below which a group is not looked at: too few for any rate to mean much. */
export const GROUP_MIN = 8
/** A member carries its family's wrapper at least this often, and in at least this share of its exchanges. */
const MEMBER_USES_MIN = 2
const MEMBER_SHARE_MIN = 0.04
/** An account that repeats its own wording more than this runs something of its own: a product or a batch. */
const TEMPLATED_MAX = 0.2

export function proposalsOf(scene: Scene, features: Features): Proposal[] {
  return [
    ...templateProposals(scene, features),
    ...infrastructureProposals(scene),
    ...cohortProposals(scene),
  ].filter(({ members }) => members.length >= GROUP_MIN)
}

function templateProposals({ accounts }: Scene, features: Features): Proposal[] {
  return familiesOf(features, accounts).map((family) => ({
    origin: 'template',
    family,
    members: [...family.members]
      .filter(
        ([index, uses]) =>
          uses >= MEMBER_USES_MIN && uses >= MEMBER_SHARE_MIN * (accounts.exchanges[index] ?? 0),
      )
      .map(([index]) => index)
      .sort((a, b) => a - b),
  }))
}

/** Accounts of one card, or of one client at one address, without an organisation that would explain it. */
function infrastructureProposals({ accounts, infrastructure }: Scene): Proposal[] {
  const components = new Map<number, number[]>()
  for (let index = 0; index < accounts.count; index++) {
    const principal = infrastructure.principal[index] ?? index
    if ((infrastructure.principalSize[index] ?? 1) < GROUP_MIN || accounts.org[index] !== 0) continue
    const members = components.get(principal)
    if (members) members.push(index)
    else components.set(principal, [index])
  }
  return [...components.values()].map((members) => ({ origin: 'infrastructure', members }))
}

/** Accounts that send as a queue does but say something new each time: relays and harvesters, if there are many. */
function cohortProposals({ accounts, rhythms }: Scene): Proposal[] {
  const members: number[] = []
  for (let index = 0; index < accounts.count; index++)
    if (rhythms[index] === 'steady' && accounts.templated(index) < TEMPLATED_MAX) members.push(index)
  return [{ origin: 'cohort', members }]
}
