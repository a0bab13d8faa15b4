// The signals: each asks one question about a group and answers with a strength between 0 and 1.
import type { Infrastructure } from '../links/infrastructure.ts'
import { type Accounts, LOG_UNIT } from '../profiles/accounts.ts'
import { ageDays } from '../profiles/rhythm.ts'
import {
  elsewhere,
  excess,
  type Group,
  meanOutputLog,
  outputElsewhere,
  percent,
  type Scene,
  settingsOf,
  shareOf,
  topOf,
  within,
} from './group.ts'
import { handOver } from './hand-over-signal.ts'
import { NETWORKS_ROTATING } from './proposals.ts'
import { replayedReasoning } from './replay-signal.ts'
import { exchangeability, room } from './sameness.ts'
import { isNew, newnessOf } from './scene.ts'
import { harvestTechnique } from './technique-signal.ts'

export type Reading = {
  readonly strength: number
  /** The strength's best estimate, where `strength` is a cautious bound that little data holds down. */
  readonly likely?: number
  /** The most it may say of this group, if not what the signal may. */
  readonly weightMax?: number
  /** Members that show it. */
  readonly accounts: number
  readonly summary: string
}

export type Signal = {
  readonly name: SignalName
  /**
   * Share of real campaigns expected to show it, a judgement from the published cases (docs/detection.md), not a fit:
   * it sets what the signal's absence counts for.
   */
  readonly sensitivity: number
  /** The most it may say, if not WEIGHT_MAX: less where our benign traffic is a poor guide to how often others show it. */
  readonly weightMax?: number
  /** The kind of care that does without it; who takes it does without all of the kind: their absence is charged once. */
  readonly avoidedBy?: 'infrastructure' | 'behaviour'
  /** What one tool gives all its users, together: of these only the one that says most counts. */
  readonly isOfTool?: true
  /** Undefined where the question does not apply, or nothing is known yet: it then speaks neither for nor against. */
  readonly read: (group: Group, scene: Scene) => Reading | undefined
}

export type SignalName =
  | 'one-work-queue'
  | 'alike-accounts'
  | 'equal-shares'
  | 'shared-template'
  | 'no-human-rhythm'
  | 'rotating-addresses'
  | 'shared-cards'
  | 'shared-seats'
  | 'new-accounts'
  | 'one-client'
  | 'same-settings'
  | 'long-answers'
  | 'harvest-technique'
  | 'replayed-reasoning'
  | 'hand-over'

/** Unless it says otherwise, no one signal may say more than this, however rare it is among benign groups (natural log of odds). */
export const WEIGHT_MAX = 5

/** A share that is said to be all. */
const NEARLY_ALL = 0.995

/** Beyond this the accounts are plainly different tenants. */
const VOLUME_SPREAD_MAX = 1.2
const SHARED_MIN = 3
/** Principals below which what they have in common says nothing. */
const WITNESSES_MIN = 4
/** Principals from which a group is strangers to each other: fewer may be the accounts of a tenant or two. */
const STRANGERS_MIN = 4
/**
 * A dozen strangers who happen to be alike can be picked from thousands, a hundred hardly: above so many principals the
 * signal may say more, up to what the calibration can bear when no benign group in three thousand shows it.
 */
const CROWD_MIN = 16
const CROWD_DOUBLINGS = 2.5
const CROWD_WEIGHT = 2.5
/** A tenant's own accounts are alike, and the seats of a platform make one principal of strangers who use one kit there. */
const TENANT_WEIGHT = 3.4
/** Of an app's users, on phones that go from place to place, so many may come from as many networks within a fortnight. */
const MOVERS_SHARE = 0.5
/** Doublings of the typical answer length that count as full strength. */
const OUTPUT_DOUBLINGS = 2

export const signals: readonly Signal[] = [
  exchangeable('one-work-queue', STRANGERS_MIN, Number.POSITIVE_INFINITY),
  // Accounts of one tenant are alike because they are its own: they are measured against others of that sort.
  exchangeable('alike-accounts', 1, STRANGERS_MIN - 1),
  {
    name: 'equal-shares',
    sensitivity: 0.7,
    read: ({ sameness, members }) => ({
      strength: room(sameness.volume, VOLUME_SPREAD_MAX),
      accounts: members.length,
      summary: `the accounts carry similar loads: two thirds of them lie within a factor of ${Math.exp(sameness.volume).toFixed(1)} of each other, where tenants of their own spread over a factor of 3`,
    }),
  },
  {
    name: 'shared-template',
    sensitivity: 0.7,
    avoidedBy: 'behaviour',
    read: ({ family, members, principals }, { accounts }) => {
      if (!family || family.isSystemOnly) return none('no wording is repeated in their prompts')
      let carried = 0
      let all = 0
      for (const index of members) {
        carried += Math.min(accounts.exchanges[index] ?? 0, family.members.get(index) ?? 0)
        all += accounts.exchanges[index] ?? 0
      }
      const share = carried / Math.max(1, all)
      const spread = Math.min(1, Math.log2(Math.max(1, principals)) / 5)
      return {
        strength: Math.sqrt(Math.min(1, share * 2)) * spread,
        accounts: members.length,
        summary: `${principals} separate principals wrap their prompts in the same words, in ${share >= NEARLY_ALL ? 'all' : `${percent(share)} or more`} of their exchanges`,
      }
    },
  },
  {
    name: 'no-human-rhythm',
    sensitivity: 0.6,
    avoidedBy: 'behaviour',
    read: ({ members }, { rhythms }) => {
      const known = members.filter((index) => rhythms[index] !== 'few')
      if (known.length < members.length / 2) return undefined
      const share = shareOf(known, (index) => rhythms[index] === 'steady')
      return {
        strength: share,
        accounts: members.filter((index) => rhythms[index] === 'steady').length,
        summary: `${percent(share)} send at any hour, without sittings or nights, as a queue does`,
      }
    },
  },
  shared('rotating-addresses', 0.4, NETWORKS_ROTATING, {
    usual: MOVERS_SHARE,
    count: (index, { accounts }) => accounts.asns[index]?.length ?? 0,
    summary: (share) =>
      `${percent(share)} came from ${NETWORKS_ROTATING} or more networks, as accounts behind rotating proxies do`,
  }),
  shared('shared-cards', 0.4, SHARED_MIN, {
    count: (index, { accounts, infrastructure }) =>
      accounts.org[index] ? 0 : (infrastructure.cardShare[index] ?? 0),
    summary: (share) =>
      `${percent(share)} share a payment fingerprint with two or more accounts, of this group or not, with no organisation to explain it`,
  }),
  shared('shared-seats', 0.25, SHARED_MIN, {
    // A platform's few exits and a carrier's give strangers with one kit one seat.
    weightMax: 1.5,
    // Accounts that are one tenant by their seats are not told twice that they share them.
    principalsMin: STRANGERS_MIN,
    count: (index, { accounts, infrastructure }) =>
      accounts.org[index] ? 0 : (infrastructure.seatShare[index] ?? 0),
    summary: (share) =>
      `${percent(share)} share both address and client with two or more accounts, of this group or not, with no organisation to explain it`,
  }),
  {
    name: 'new-accounts',
    sensitivity: 0.6,
    // People come in bursts for more reasons than our benign traffic has.
    weightMax: 3.5,
    avoidedBy: 'infrastructure',
    read: ({ members }, { accounts, population }) => {
      const newness = members.reduce((sum, index) => sum + newnessOf(accounts, index), 0) / members.length
      const base = elsewhere(population.newness, newness, members.length, population)
      return {
        // The chance that two of them are: a group of which every other account is new has seen a busy month.
        strength: excess(newness, base) ** 2,
        accounts: members.filter((index) => isNew(accounts, index)).length,
        summary: `half of them were made ${within(medianAge(accounts, members))} before the first exchange that is seen of them; taken by age they are ${percent(newness)} new, other accounts ${percent(base)}`,
      }
    },
  },
  {
    name: 'one-client',
    sensitivity: 0.4,
    isOfTool: true,
    avoidedBy: 'infrastructure',
    // A tool with a small following gives its users one client; ours has few such tools.
    weightMax: 1.5,
    read: (group, { accounts, infrastructure, population }) => {
      const members = witnessesOf(group, infrastructure)
      if (members === undefined) return undefined
      const top = topOf(members, (index) => accounts.clients[index]?.[0] ?? 0)
      const everywhere = (population.clients.get(top.value ?? 0) ?? 0) / Math.max(1, population.accounts)
      const base = elsewhere(everywhere, top.share, members.length, population)
      return {
        strength: top.value === 0 ? 0 : excess(top.share, base),
        accounts: group.members.filter((index) => (accounts.clients[index]?.[0] ?? 0) === top.value).length,
        summary: `${percent(top.share)} of the principals present the same client software and TLS fingerprint, which ${percent(base)} of other accounts have`,
      }
    },
  },
  {
    name: 'same-settings',
    sensitivity: 0.5,
    isOfTool: true,
    read: (group, { accounts, infrastructure, population }) => {
      const members = witnessesOf(group, infrastructure)
      if (members === undefined) return undefined
      const top = topOf(members, (index) => settingsOf(accounts, index))
      const everywhere = (population.settings.get(top.value ?? '') ?? 0) / Math.max(1, population.accounts)
      const base = elsewhere(everywhere, top.share, members.length, population)
      return {
        strength: excess(top.share, base),
        accounts: group.members.filter((index) => settingsOf(accounts, index) === top.value).length,
        summary: `${percent(top.share)} of the principals ask with the same token limits, which ${percent(base)} of other accounts do`,
      }
    },
  },
  {
    name: 'long-answers',
    sensitivity: 0.5,
    avoidedBy: 'behaviour',
    // How long answers run depends on what a provider sells; our benign tenants ask for little that is long.
    weightMax: 1.5,
    read: ({ members }, { accounts, population }) => {
      const own = members.map((index) => meanOutputLog(accounts, index) / LOG_UNIT)
      const mean = own.reduce((sum, value) => sum + value, 0) / Math.max(1, own.length)
      const doublings = mean - outputElsewhere(own, population)
      return {
        strength: Math.min(1, Math.max(0, doublings / OUTPUT_DOUBLINGS)),
        accounts: members.length,
        summary: `their answers run to ${(2 ** doublings).toFixed(1)} times the usual length`,
      }
    },
  },
  harvestTechnique,
  replayedReasoning,
  handOver,
]

/** Does knowing the account tell anything about the exchange? Asked of groups of that many principals. */
function exchangeable(name: SignalName, principalsMin: number, principalsMax: number): Signal {
  return {
    name,
    // One reported network in seven mixed its harvest with its customers' requests, which hides the queue.
    sensitivity: 0.85,
    read: ({ sameness, members, principals }) => {
      if (principals < principalsMin || principals > principalsMax) return undefined
      const crowd = Math.min(1, Math.max(0, Math.log2(principals / CROWD_MIN) / CROWD_DOUBLINGS))
      return {
        weightMax: principals < STRANGERS_MIN ? TENANT_WEIGHT : WEIGHT_MAX + crowd * CROWD_WEIGHT,
        strength: exchangeability(sameness),
        likely: exchangeability(sameness.likely),
        accounts: members.length,
        summary: `which account an exchange came from says at most ${percent(sameness.output)} about the length of its answer and ${percent(sameness.input)} about its prompt; tenants of their own differ by 30–60 %`,
      }
    },
  }
}

function medianAge(accounts: Accounts, members: readonly number[]): number {
  const ages = members.map((index) => ageDays(accounts, index) ?? Number.POSITIVE_INFINITY)
  return ages.sort((a, b) => a - b)[ages.length >> 1] ?? 0
}

/** One account of each principal: a single tenant's accounts are alike because they are its own. */
function witnessesOf(
  { members, principals }: Group,
  { principal }: Infrastructure,
): readonly number[] | undefined {
  if (principals < WITNESSES_MIN) return undefined
  const seen = new Set<number>()
  return members.filter((index) => {
    const own = principal[index] ?? index
    if (seen.has(own)) return false
    seen.add(own)
    return true
  })
}

function shared(
  name: SignalName,
  sensitivity: number,
  from: number,
  ask: {
    count: (index: number, scene: Scene) => number
    summary: (share: number) => string
    weightMax?: number
    /** The share that people's ways make plausible without any other reason. */
    usual?: number
    /** Asked of groups of so many principals and more. */
    principalsMin?: number
  },
): Signal {
  return {
    name,
    sensitivity,
    avoidedBy: 'infrastructure',
    ...(ask.weightMax !== undefined && { weightMax: ask.weightMax }),
    read: ({ members, principals }, scene) => {
      if (principals < (ask.principalsMin ?? 1)) return undefined
      const share = shareOf(members, (index) => ask.count(index, scene) >= from)
      return {
        strength: excess(share, ask.usual ?? 0),
        accounts: Math.round(share * members.length),
        summary: ask.summary(share),
      }
    },
  }
}

function none(summary: string): Reading {
  return { strength: 0, accounts: 0, summary }
}
