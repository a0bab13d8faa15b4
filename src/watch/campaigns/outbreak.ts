// Between sweeps: does a wording that has just begun to spread look like a campaign? Then the sweep is brought forward.
import type { Family } from '../links/families.ts'
import type { Features } from '../links/features.ts'
import { infrastructureAmong } from '../links/infrastructure.ts'
import { type Rhythm, rhythmOf } from '../profiles/rhythm.ts'
import type { Backdrop, Proposal, Scene } from './group.ts'
import { GROUP_MIN } from './proposals.ts'
import { groupOf, partsOf } from './refine.ts'
import { usesOf } from './scene.ts'
import { isAtLeast } from './score.ts'

/** A sweep is not cheap: it is brought forward for what it would probably raise. */
const SCORE_MIN = 0.8
const USES_MIN = 2
/** Beyond this many accounts a wording is no outbreak but known, and the next sweep sees to it. */
const ACCOUNTS_MAX = 400

/** The accounts of an outbreak. `last` is what the sweep before saw everybody do; `isKnown` that an account was seen to. */
export function outbreakOf(
  feature: number,
  features: Features,
  last: Backdrop,
  isKnown: (index: number) => boolean,
): readonly number[] | undefined {
  const { accounts } = last
  const uses = new Map<number, number>()
  if ((features.accounts[feature] ?? 0) > ACCOUNTS_MAX) return undefined
  features.each(feature, (account, count) => uses.set(account, count))
  const members = [...uses.keys()]
    .filter((index) => (uses.get(index) ?? 0) >= USES_MIN && accounts.org[index] === 0)
    .sort((a, b) => a - b)
  if (members.length < GROUP_MIN || members.filter(isKnown).length * 2 >= members.length) return undefined
  const family: Family = {
    key: features.hashes[feature] ?? 0,
    features: [feature],
    members: uses,
    isSystemOnly: false,
  }
  const scene = closeUp(features, members, family, last)
  const proposal: Proposal = { origin: 'template', key: `wording ${family.key}`, members, family }
  const isLikely = (members: readonly number[]): boolean =>
    isAtLeast(groupOf({ ...proposal, members }, scene), scene, SCORE_MIN)
  // Parting is idle where the whole is likely already, and a part that is the whole has been asked about.
  const isPartLikely = (part: readonly number[]): boolean => part.length < members.length && isLikely(part)
  return isLikely(members) || partsOf(proposal, scene).some(isPartLikely) ? members : undefined
}

/** The scene of these accounts alone; what everybody does is taken from the last sweep. */
function closeUp(features: Features, members: readonly number[], family: Family, last: Backdrop): Scene {
  const { accounts } = last
  const rhythms: Rhythm[] = []
  // Of few among very many: nothing here is as long as the list of all accounts.
  const wording: number[] = []
  for (const index of members) {
    rhythms[index] = rhythmOf(accounts, index)
    wording[index] = 1
  }
  const { population, silenced, tuning } = last
  return {
    ...{ accounts, population, silenced, tuning, dismissed: [] },
    infrastructure: infrastructureAmong(accounts, members, population.everybodys),
    rhythms,
    families: [family],
    usesOf: usesOf(features),
    wording,
  }
}
