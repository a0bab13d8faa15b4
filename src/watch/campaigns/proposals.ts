// Where groups come from: the same wording, the same infrastructure, or the same behaviour with neither.
import type { Proposal, Scene } from './group.ts'

/** Accounts below which a group is not looked at: too few for any rate to mean much. */
export const GROUP_MIN = 8
/** A member carries its family's wrapper at least this often, and in at least this share of its exchanges. */
const MEMBER_USES_MIN = 2
const MEMBER_SHARE_MIN = 0.04
/** An account that repeats its own wording more than this runs something of its own: a product or a batch. */
const TEMPLATED_MAX = 0.2
/** A card or a seat shared by fewer is a household. */
export const COMPONENT_MIN = 3
/** Networks (ASNs) from which one account is rotating; people have one to three. */
export const NETWORKS_ROTATING = 4

export function proposalsOf(scene: Scene): Proposal[] {
  return [...templateProposals(scene), ...infrastructureProposals(scene), ...cohortProposals(scene)].filter(
    ({ members }) => members.length >= GROUP_MIN,
  )
}

function templateProposals({ accounts, families }: Scene): Proposal[] {
  return families.map((family) => ({
    origin: 'template',
    key: `wording ${family.key}`,
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

/**
 * Accounts that share a card, or a client at one address, without an organisation that would explain it: each such
 * component, and all of them together, since one operator has many cards; refining tells operators apart.
 */
function infrastructureProposals({ accounts, infrastructure }: Scene): Proposal[] {
  const components = new Map<number, number[]>()
  const all: number[] = []
  for (let index = 0; index < accounts.count; index++) {
    const principal = infrastructure.principal[index] ?? index
    if ((infrastructure.principalSize[index] ?? 1) < COMPONENT_MIN || accounts.org[index] !== 0) continue
    all.push(index)
    const members = components.get(principal)
    if (members) members.push(index)
    else components.set(principal, [index])
  }
  return [
    { origin: 'infrastructure', key: 'principals', members: all },
    ...[...components].map(
      ([root, members]): Proposal => ({ origin: 'infrastructure', key: `principal ${root}`, members }),
    ),
  ]
}

/**
 * Two behaviours that say nothing of one account and much of many: sending as a queue does without wording of one's
 * own (relays and harvesters), and coming from network after network.
 */
function cohortProposals({ accounts, rhythms }: Scene): Proposal[] {
  const unattended: number[] = []
  const rotating: number[] = []
  for (let index = 0; index < accounts.count; index++) {
    if (accounts.org[index] !== 0) continue
    if (rhythms[index] === 'steady' && accounts.templated(index) < TEMPLATED_MAX) unattended.push(index)
    if ((accounts.asns[index]?.length ?? 0) >= NETWORKS_ROTATING) rotating.push(index)
  }
  return [
    { origin: 'cohort', key: 'unattended', members: unattended },
    { origin: 'cohort', key: 'rotating', members: rotating },
  ]
}
