// The benign explanations that compete with "these accounts are one campaign", each with how well it fits.

import type { Infrastructure } from '../links/infrastructure.ts'
import { type Accounts, LOG_UNIT } from '../profiles/accounts.ts'
import type { Explanation, LookalikeKind } from '../report.ts'
import { DAY_MS, HOUR_MS } from '../time.ts'
import {
  type Group,
  meanOutputLog,
  outputElsewhere,
  percent,
  type Scene,
  shareOf,
  topOf,
  within,
} from './group.ts'
import { commonItems } from './items.ts'
import { NETWORKS_ROTATING } from './proposals.ts'
import { exchangeability } from './sameness.ts'
import { WORDING_SHARE_MIN } from './scene.ts'
import { harvestTechnique } from './technique-signal.ts'

/** Accounts at one address beyond which it is an office, a school or a carrier, not a home. */
const CROWD = 8
/** Sign-ups of one promotion come within days of each other and are tried out, not used. */
const PROMOTION_DAYS = 4
const PROMOTION_EXCHANGES_MAX = 20
/** A prompt that goes round brings strangers for a week or two: once, for a sitting, and never again. */
const TREND_DAYS = 7
const TREND_DAYS_MAX = 21
const TREND_LIFE_MS = 2 * HOUR_MS
const TREND_EXCHANGES_MAX = 10

/** The accounts of an application's customers are made as customers come: over months. */
const PRODUCT_DAYS = 60
const SEATS_MIN = 4
const MINUTES_A_DAY = 1440
/** An application's keys are of one tenant, or of a few that look like one. */
const TENANTS_MAX = 3
/** Halvings of the usual length of answers at which there is little in them to copy. */
const TERSE_DOUBLINGS = 2

/** Accounts for a course are made within weeks, and an event is over within days. */
const OCCASION_DAYS = 21
const OCCASION_MS = 3 * DAY_MS
/** Share of what accounts send that they have in common, from which it may have been set, and at which it surely was. */
const COMMON_LEAST = 0.2
const COMMON_FULL = 0.6
/** Below this a crowd is no occasion, and nobody elsewhere belongs to it. */
const FIT_MIN = 0.5

type Question = {
  readonly kind: LookalikeKind
  readonly ask: (group: Group, scene: Scene) => Omit<Explanation, 'kind'>
}

const questions: readonly Question[] = [
  {
    kind: 'company',
    ask: ({ members }, { accounts }) => {
      const top = topOf(
        members.filter((index) => accounts.org[index] !== 0),
        (index) => accounts.org[index],
      )
      const fit = top.count / members.length
      return { fit, summary: `${percent(fit)} belong to one verified organisation` }
    },
  },
  {
    kind: 'product',
    ask: (group, scene) => {
      const { members } = group
      const { accounts, infrastructure } = scene
      const verified = shareOf(members, (index) => accounts.org[index] !== 0)
      // One application that makes an account for each of its customers: few servers, accounts made over months.
      const seated = shareOf(members, (index) => (infrastructure.seatShare[index] ?? 0) >= SEATS_MIN)
      const tenants = wholeOf(members, infrastructure)
      const servers = new Set(tenants.map((index) => accounts.addresses[index]?.[0] ?? 0)).size
      const isServed =
        servers * SEATS_MIN <= tenants.length && middleDays(accounts, tenants, 0.25) >= PRODUCT_DAYS
      const served = Math.max(verified, isServed ? seated : 0)
      const own = ownWork(group, scene)
      if (own.fit > served) return own
      return {
        fit: served,
        summary: `${percent(verified)} are verified organisations; ${seated === 0 ? 'none shares' : `${percent(seated)} share`} both address and client with three others or more`,
      }
    },
  },
  { kind: 'class', ask: (group, scene) => gathered(group, scene) },
  {
    kind: 'promotion',
    ask: (group, scene) => {
      const { members } = group
      const { accounts, infrastructure, rhythms } = scene
      const width = middleDays(accounts, members, 0.1)
      const brief = shareOf(
        members,
        (index) =>
          (accounts.exchanges[index] ?? 0) <= PROMOTION_EXCHANGES_MAX &&
          (infrastructure.cardShare[index] ?? 0) === 0,
      )
      const people = shareOf(members, (index) => rhythms[index] !== 'steady')
      const dated = shareOf(members, (index) => (accounts.created[index] ?? 0) !== 0)
      const once = shareOf(members, (index) => isTry(index, scene))
      const isTrend = width > PROMOTION_DAYS || once > brief * people
      const fit = unsuspected((isTrend ? once * fading(width) : brief * people) * dated, group, scene)
      const tried = isTrend
        ? `${percent(once)} came once, for a few questions, each from a place of its own`
        : `${percent(brief)} tried it briefly without a card`
      return { fit, summary: `${tried}; most were made ${within(width)} of each other` }
    },
  },
  {
    kind: 'fans',
    ask: ({ members, family }, { rhythms }) => {
      const people = shareOf(members, (index) => rhythms[index] !== 'steady')
      const fit = family?.isSystemOnly ? people : 0
      return {
        fit,
        summary: `what they share is a system prompt, as users of one tool do; ${percent(people)} keep human hours`,
      }
    },
  },
  { kind: 'batch', ask: (group, scene) => inOneGo(group, scene, (templated) => templated >= 0.5) },
  // A public benchmark: strangers who each work through the same questions.
  {
    kind: 'benchmark',
    ask: (group, scene) => {
      const once = inOneGo(group, scene, (templated) => templated < 0.5)
      const set = setQuestions(commonItems(group, scene) ?? 0)
      return set.fit > once.fit ? set : once
    },
  },
]

/** What is left of a fit where the group asks for what a copy is trained on: people try that out seldom. */
function unsuspected(fit: number, group: Group, scene: Scene): number {
  return fit === 0 ? 0 : fit * (1 - suspicion(group, scene))
}

/** How far the group asks for what a copy is trained on. */
function suspicion(group: Group, scene: Scene): number {
  return harvestTechnique.read(group, scene)?.strength ?? 0
}

/** A stranger's: one sitting of a few exchanges, from a place and with a card that nobody else has. */
function isTry(index: number, { accounts, infrastructure }: Scene): boolean {
  return (
    (infrastructure.principalSize[index] ?? 1) === 1 &&
    (accounts.exchanges[index] ?? 0) <= TREND_EXCHANGES_MAX &&
    (accounts.last[index] ?? 0) - (accounts.first[index] ?? 0) <= TREND_LIFE_MS
  )
}

/** 1 for accounts made within a week, 0 beyond three. */
function fading(days: number): number {
  return Math.min(1, Math.max(0, (TREND_DAYS_MAX - days) / (TREND_DAYS_MAX - TREND_DAYS)))
}

/** Best first. */
export function explanationsOf(group: Group, scene: Scene): Explanation[] {
  return questions.map(({ kind, ask }) => ({ kind, ...ask(group, scene) })).sort((a, b) => b.fit - a.fit)
}

/**
 * That a tenant's accounts act as one is no wonder, and not by itself a reason to think of a copy. Those of an
 * application carry its system prompt, and behind it what its users typed, without a wrapper; those of machines that
 * report or ask for a word get answers far shorter than others do. Neither asks for what a copy is trained on.
 */
function ownWork(group: Group, scene: Scene): Omit<Explanation, 'kind'> {
  const { members, principals } = group
  const { accounts, families, population, wording } = scene
  if (principals > TENANTS_MAX) return { fit: 0, summary: '' }
  const top = topOf(members, (index) => accounts.system[index] ?? 0)
  const wrapped = shareOf(members, (index) => families[(wording[index] ?? 0) - 1]?.isSystemOnly === false)
  const lengths = members.map((index) => meanOutputLog(accounts, index) / LOG_UNIT)
  const mean = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length)
  const doublings = mean - outputElsewhere(lengths, population)
  const application =
    top.value === 0 ? 0 : top.share * (1 - wrapped) * Math.max(0, 1 - Math.max(0, doublings))
  const terse = Math.min(1, Math.max(0, -doublings / TERSE_DOUBLINGS))
  const fit = unsuspected(Math.max(application, terse), group, scene)
  const shown = suspicion(group, scene) === 0 ? 'nothing shows harvesting' : 'little shows harvesting'
  return application >= terse
    ? {
        fit,
        summary: `one tenant's accounts put one system prompt before questions without a wrapper, and ${shown}: an application that spreads its users over its keys`,
      }
    : {
        fit,
        summary: `one tenant's accounts get answers of ${percent(2 ** doublings)} of the usual length, and ${shown}: machines that ask for a word`,
      }
}

/** The same questions for everybody: those of a course, a contest or a benchmark. */
function setQuestions(common: number): Omit<Explanation, 'kind'> {
  return {
    fit: Math.min(1, Math.max(0, (common - COMMON_LEAST) / (COMMON_FULL - COMMON_LEAST))),
    summary: `${percent(common)} of what each of them sends is what many of the others send too: questions that are set, as in a course, a contest or a benchmark`,
  }
}

/**
 * How sure it is that nobody was set anything: accounts that are alike wrap all they ask in the same words, or ask for what a
 * copy is trained on, and yet every question was sent by one of them, as a queue deals them out.
 */
function dealtOut(group: Group, scene: Scene): number {
  const common = commonItems(group, scene)
  if (common === undefined) return 0
  // What one account uses of several wordings is known by the commonest only.
  const queued = Math.min(1, 2 * wrapped(group, scene)) * exchangeability(group.sameness)
  return Math.max(suspicion(group, scene), queued) * Math.max(0, 1 - common / COMMON_LEAST)
}

/** Share of what the accounts send that stands in wordings they repeat. */
function wrapped({ members }: Group, { accounts, families }: Scene): number {
  const wordings = families.filter(({ isSystemOnly }) => !isSystemOnly)
  let sum = 0
  for (const index of members) {
    const exchanges = Math.max(1, accounts.exchanges[index] ?? 1)
    let share = 0
    for (const { members: users } of wordings) {
      const own = (users.get(index) ?? 0) / exchanges
      if (own >= WORDING_SHARE_MIN) share += own
    }
    sum += Math.min(1, share)
  }
  return sum / Math.max(1, members.length)
}

/** Each did all its work at once, and on a day of its own: work that was to be done, not a queue that is shared out. */
function inOneGo(
  group: Group,
  scene: Scene,
  isKind: (templated: number) => boolean,
): Omit<Explanation, 'kind'> {
  const { members } = group
  const { accounts, rhythms, infrastructure } = scene
  const nights = new Set(members.map((index) => Math.floor((accounts.first[index] ?? 0) / DAY_MS))).size
  const bursts = shareOf(
    members,
    (index) => rhythms[index] === 'burst' && (infrastructure.principalSize[index] ?? 1) === 1,
  )
  const wrapped = shareOf(members, (index) => accounts.templated(index) >= 0.5)
  const together = bursts * Math.min(1, nights / Math.min(6, members.length))
  const fit = isKind(wrapped) ? unsuspected(together, group, scene) : 0
  return {
    fit,
    summary: `${percent(bursts)} did all their work in one go, the first of it on ${nights === 1 ? 'one day' : `${nights} different days`}; ${percent(wrapped)} repeat a wording`,
  }
}

/**
 * People who came together: a school, a course, an event. Each crowd at one address is judged by itself, as several come
 * together by one wording. Its accounts have no cards, and were made for the occasion or began on one day; they keep people's hours, or all of it was over within days. Some work from home: those with accounts like the
 * crowd's go with it.
 */
function gathered(group: Group, scene: Scene): Omit<Explanation, 'kind'> {
  const { members } = group
  const { accounts, infrastructure } = scene
  const cardless = (index: number): boolean => (accounts.payments[index]?.length ?? 0) === 0
  const users = new Map<number, number>()
  for (const index of members)
    for (const address of accounts.addresses[index] ?? [])
      if (!infrastructure.everybodys.has(address)) users.set(address, (users.get(address) ?? 0) + 1)
  const crowds = Map.groupBy(
    members.filter(
      (index) =>
        (infrastructure.addressShare[index] ?? 0) >= CROWD &&
        // Who comes from network after network sits nowhere.
        (accounts.asns[index]?.length ?? 0) < NETWORKS_ROTATING &&
        (infrastructure.cardShare[index] ?? 0) < 3,
    ),
    // Of an account's addresses the one that most members use.
    (index) =>
      (accounts.addresses[index] ?? []).reduce(
        (best, address) => ((users.get(address) ?? 0) > (users.get(best) ?? 0) ? address : best),
        0,
      ),
  )
  let fitting = 0
  let present = 0
  const spans: { readonly from: number; readonly to: number }[] = []
  const isMadeThen = (made: number): boolean => spans.some(({ from, to }) => made >= from && made <= to)
  for (const crowd of crowds.values()) {
    present += crowd.length
    const made = crowd.map((index) => accounts.created[index] ?? 0).sort((a, b) => a - b)
    const together = occasion(crowd, scene)
    fitting += crowd.length * together
    if (together >= FIT_MIN) spans.push({ from: made[0] ?? 0, to: made.at(-1) ?? 0 })
  }
  const apart = members.filter(
    (index) =>
      (infrastructure.addressShare[index] ?? 0) < CROWD &&
      cardless(index) &&
      isPeoples(index, scene) &&
      isMadeThen(accounts.created[index] ?? 0),
  ).length
  const fit = (fitting + Math.min(apart, fitting)) / members.length
  const elsewhere =
    apart === 0 ? '' : `; ${percent(apart / members.length)} elsewhere have accounts like theirs`
  return {
    fit: fit < FIT_MIN ? fit : fit * (1 - dealtOut(group, scene)),
    summary:
      crowds.size === 0
        ? `none sits at an address with ${CROWD - 1} others or more`
        : `${percent(present / members.length)} sit at ${crowds.size === 1 ? 'one address' : `${crowds.size} addresses`} with many others${elsewhere}`,
  }
}

/** How well a crowd at one address fits an occasion: made for it without cards, or begun on one day; as people do. */
function occasion(crowd: readonly number[], scene: Scene): number {
  const { accounts } = scene
  const people = shareOf(crowd, (index) => isPeoples(index, scene))
  const day = topOf(crowd, (index) => Math.floor((accounts.first[index] ?? 0) / DAY_MS))
  const cardless = shareOf(crowd, (index) => (accounts.payments[index]?.length ?? 0) === 0)
  const dated = shareOf(crowd, (index) => (accounts.created[index] ?? 0) !== 0)
  const made = middleDays(accounts, crowd, 0.1) <= OCCASION_DAYS ? dated : 0
  return people * cardless * Math.min(1, Math.max(day.share * 1.5, made))
}

/** Hours that people keep, or all of it within an occasion that was over in days. */
function isPeoples(index: number, { accounts, rhythms }: Scene): boolean {
  if (rhythms[index] !== 'steady') return true
  return (accounts.last[index] ?? 0) - (accounts.first[index] ?? 0) <= OCCASION_MS
}

/** The members with everybody who is one principal with them: a class cut from one tenant is judged by all of it. */
function wholeOf(members: readonly number[], { principal, byPrincipal }: Infrastructure): readonly number[] {
  const roots = new Set(members.map((index) => principal[index] ?? index))
  return [...roots].flatMap((root) => byPrincipal.get(root) ?? [root])
}

/** Days over which all but the first and last `tail` of the accounts were made; none known counts as no time at all. */
function middleDays(accounts: Accounts, members: readonly number[], tail: number): number {
  const made = members.map((index) => accounts.created[index] ?? 0).sort((a, b) => a - b)
  const at = (share: number): number => made[Math.min(made.length - 1, Math.floor(made.length * share))] ?? 0
  return (at(1 - tail) - at(tail)) / MINUTES_A_DAY
}
