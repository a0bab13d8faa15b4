// From a proposal to groups: split into classes that behave alike, and leave out who does not fit.
import { type Accounts, LOG_UNIT } from '../profiles/accounts.ts'
import { classify } from './classes.ts'
import { type Group, meanOutputLog, type Proposal, type Scene } from './group.ts'
import { GROUP_MIN } from './proposals.ts'
import { exchangeability, samenessOf } from './sameness.ts'
import { separate } from './separate.ts'
import { traitsOf } from './traits.ts'

/** Members further than this many standard deviations of their class in load or answer length are left out. */
const OUTLIER_DEVIATIONS = 4
/** A spread narrower than this (natural log of exchanges; doublings of length) is not grounds to leave anyone out. */
const SPREAD_MIN = 0.35
/** Rounds of splitting: six classes a round are enough for more campaigns than anyone runs at once. */
const SPLITS_MAX = 4
/** Above this nothing tells the accounts of the whole apart by what they send. */
export const UNDIVIDED_MIN = 0.9
/** A proposal that has grown by less, in accounts and in exchanges, is not split anew. */
const SPLIT_GROWTH_MAX = 0.15

/** Splits as long as the parts fall apart further: one fit tells a few classes apart, a large proposal holds many. */
export function refine(proposal: Proposal, scene: Scene, splits = new Splits()): Group[] {
  return partsOf(proposal, scene, splits).map((members) => groupOf({ ...proposal, members }, scene))
}

/** The members of the groups alone, each ascending. */
export function partsOf(
  proposal: Proposal,
  scene: Scene,
  splits = new Splits(),
): readonly (readonly number[])[] {
  return splits
    .of(proposal, scene)
    .map((members) => withoutOutliers(scene.accounts, members))
    .filter((members) => members.length >= GROUP_MIN)
}

/** The proposal as one group, if its accounts are as exchangeable as those of one queue, wherever they come from. */
export function undivided(proposal: Proposal, scene: Scene): Group | undefined {
  const members = withoutOutliers(scene.accounts, proposal.members)
  if (members.length < GROUP_MIN) return undefined
  const whole = groupOf({ ...proposal, members }, scene)
  return exchangeability(whole.sameness) < UNDIVIDED_MIN ? undefined : whole
}

/** One operator's campaigns behave alike and do other work; as a whole they look like tenants of their own. */
function queuesOf(members: readonly number[], { accounts }: Scene): readonly (readonly number[])[] {
  if (members.length < 2 * GROUP_MIN) return []
  const parts = separate(accounts, members)
  return parts.length === 1 ? [] : parts
}

type Split = {
  readonly members: number
  readonly exchanges: number
  readonly parts: readonly (readonly number[])[]
}

export type KeptSplits = readonly (readonly [key: string, split: Split])[]

/** How proposals were split last: splitting is most of a sweep's work, and what has hardly grown splits the same. */
export class Splits {
  #known = new Map<string, Split>()
  #next = new Map<string, Split>()

  /** To be called when a sweep is done: what it did not propose is forgotten. */
  turn(): void {
    this.#known = this.#next
    this.#next = new Map()
  }

  /** Between two sweeps, how proposals were split at the last. */
  keep(): KeptSplits {
    return [...this.#known]
  }

  static recall(kept: KeptSplits): Splits {
    const splits = new Splits()
    splits.#known = new Map(kept)
    return splits
  }

  of({ key, members }: Proposal, scene: Scene): readonly (readonly number[])[] {
    const exchanges = members.reduce((sum, index) => sum + (scene.accounts.exchanges[index] ?? 0), 0)
    const known = this.#known.get(key)
    const isCurrent =
      known !== undefined &&
      Math.abs(members.length - known.members) <= SPLIT_GROWTH_MAX * known.members &&
      exchanges <= (1 + SPLIT_GROWTH_MAX) * known.exchanges
    if (!isCurrent) {
      const parts = split(members, scene, 0).flatMap((part) => [part, ...queuesOf(part, scene)])
      this.#next.set(key, { members: members.length, exchanges, parts })
      return parts
    }
    this.#next.set(key, known)
    const here = new Set(members)
    return known.parts.map((part) => part.filter((index) => here.has(index)))
  }
}

function split(members: readonly number[], scene: Scene, depth: number): (readonly number[])[] {
  const classes = classify(traitsOf(scene, members), members.length)
  const parts: number[][] = []
  for (const [at, index] of members.entries()) {
    const part = classes[at] ?? 0
    const known = parts[part]
    if (known) known.push(index)
    else parts[part] = [index]
  }
  const found = parts.filter((part) => part !== undefined)
  if (found.length === 1 || depth === SPLITS_MAX) return found
  return found.flatMap((part) => (part.length < GROUP_MIN ? [] : split(part, scene, depth + 1)))
}

export function groupOf(proposal: Proposal, scene: Scene): Group {
  const principals = separatePrincipals(proposal.members, scene)
  return { ...proposal, sameness: samenessOf(scene.accounts, proposal.members), principals }
}

/**
 * As many principals of equal size as would leave one as unsure whose a member is (the perplexity of their sizes): a
 * platform's forty accounts and four strangers are hardly more than one tenant, however many names they have; and eighty
 * accounts of which thirty met on one exit are many still.
 */
function separatePrincipals(members: readonly number[], { infrastructure }: Scene): number {
  const sizes = new Map<number, number>()
  for (const index of members) {
    const principal = infrastructure.principal[index] ?? index
    sizes.set(principal, (sizes.get(principal) ?? 0) + 1)
  }
  let entropy = 0
  for (const size of sizes.values()) entropy -= (size / members.length) * Math.log(size / members.length)
  return Math.round(Math.exp(entropy))
}

/** Medians and median deviations, so that those to be left out do not set the measure. */
function withoutOutliers(accounts: Accounts, members: readonly number[]): number[] {
  const load = (index: number): number => Math.log(accounts.exchanges[index] ?? 1)
  const length = (index: number): number => meanOutputLog(accounts, index) / LOG_UNIT
  const tests = [load, length].map((measure) => {
    const values = members.map(measure)
    const middle = median(values)
    const deviation = 1.4826 * median(values.map((value) => Math.abs(value - middle)))
    return { measure, middle, reach: OUTLIER_DEVIATIONS * Math.max(SPREAD_MIN, deviation) }
  })
  return members.filter((index) =>
    tests.every(({ measure, middle, reach }) => Math.abs(measure(index) - middle) <= reach),
  )
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}
