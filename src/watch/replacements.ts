// A condemned campaign replaces the accounts it lost. A sweep sees the new ones when they have done enough; this sees
// them at their first exchanges, by what only the campaign says and by what its accounts come with.
import * as v from 'valibot'
import { field } from './sketches/record.ts'
import type { Raised, Watch } from './watch.ts'

/** A word run is the campaign's own when so many of its accounts use it, and hardly anybody else. */
const OWN_ACCOUNTS_MIN = 8
const OWN_OUTSIDE_MAX = 0.02
/** So many of a new account's exchanges have to fit, */
export const FITS_MIN = 3
/** this share of all of them (some campaigns hide among other traffic of theirs), */
const FITS_SHARE_MIN = 0.2
/** and early: who has done more was looked at by a sweep or is none. */
const LOOKED_MAX = 20
const NEWCOMERS_MAX = 200_000
/** In place of its fits: it was told of. More than can be counted. */
const FOUND = 1_000

type Profile = {
  readonly campaign: string
  readonly members: ReadonlySet<number>
  readonly runs: ReadonlySet<number>
  readonly systems: ReadonlySet<number>
  readonly payments: ReadonlySet<number>
  readonly clients: ReadonlySet<number>
  readonly networks: ReadonlySet<number>
  /** Log time from which on an account that begins may be a replacement. */
  readonly since: number
}

const setSchema = v.pipe(
  v.array(v.number()),
  v.readonly(),
  v.transform((list): ReadonlySet<number> => new Set(list)),
)

const keptSchema = v.object({
  profiles: v.array(
    v.object({
      campaign: v.string(),
      since: v.number(),
      members: setSchema,
      runs: setSchema,
      systems: setSchema,
      payments: setSchema,
      clients: setSchema,
      networks: setSchema,
    }),
  ),
  newcomers: v.pipe(
    v.array(
      v.pipe(
        v.tuple([
          v.number(),
          v.number(),
          v.pipe(v.array(v.pipe(v.tuple([v.string(), v.number()]), v.readonly())), v.readonly()),
        ]),
        v.readonly(),
      ),
    ),
    v.readonly(),
  ),
})

type Newcomer = { seen: number; readonly fits: Map<string, number> }

export type Replacement = { readonly campaign: string; readonly account: string }

export class Replacements {
  readonly #watch: Watch
  readonly #found: (replacement: Replacement) => void
  #profiles: readonly Profile[] = []
  readonly #newcomers = new Map<number, Newcomer>()

  constructor(watch: Watch, found: (replacement: Replacement) => void) {
    this.#watch = watch
    this.#found = found
  }

  /** Takes up what a sweep raised. */
  refresh(raised: readonly Raised[]): void {
    this.#profiles = raised
      .map((campaign) => profileOf(campaign, this.#watch))
      .filter(({ runs, systems, payments }) => runs.size + systems.size + payments.size > 0)
  }

  /** All it has to know to go on. */
  keep(): unknown {
    return {
      profiles: this.#profiles.map(({ campaign, since, ...sets }) => ({
        ...{ campaign, since },
        members: [...sets.members],
        runs: [...sets.runs],
        systems: [...sets.systems],
        payments: [...sets.payments],
        clients: [...sets.clients],
        networks: [...sets.networks],
      })),
      newcomers: [...this.#newcomers].map(([account, { seen, fits }]) => [account, seen, [...fits]] as const),
    } satisfies v.InferInput<typeof keptSchema>
  }

  resume(kept: unknown): void {
    const { profiles, newcomers } = v.parse(keptSchema, kept)
    this.#profiles = profiles
    for (const [account, seen, fits] of newcomers) this.#newcomers.set(account, { seen, fits: new Map(fits) })
  }

  /** Looks at an exchange the watch has just been shown. */
  look(account: number, record: Uint32Array): void {
    if (this.#profiles.length === 0) return
    const { accounts } = this.#watch
    const done = accounts.exchanges[account] ?? 0
    if (done > LOOKED_MAX) {
      this.#newcomers.delete(account)
      return
    }
    for (const profile of this.#profiles) {
      if ((accounts.first[account] ?? 0) < profile.since || profile.members.has(account)) continue
      const known = this.#newcomers.get(account)
      const isFit = fitsInto(profile, record)
      // Who fits nothing is not remembered, or honest newcomers would leave no room for others.
      if (known === undefined && !isFit) continue
      const newcomer = known ?? this.#welcome(account)
      newcomer.seen = done
      const fits = (newcomer.fits.get(profile.campaign) ?? 0) + (isFit ? 1 : 0)
      newcomer.fits.set(profile.campaign, fits)
      // Whoever begins with other things fits by number before it fits by share.
      if (fits < FITS_MIN || fits >= FOUND || fits < FITS_SHARE_MIN * done) continue
      newcomer.fits.set(profile.campaign, FOUND)
      this.#found({ campaign: profile.campaign, account: accounts.names[account] ?? '' })
    }
  }

  /** The one that has been there longest makes room. */
  #welcome(account: number): Newcomer {
    const oldest = this.#newcomers.keys().next()
    if (this.#newcomers.size >= NEWCOMERS_MAX && !oldest.done) this.#newcomers.delete(oldest.value)
    const newcomer = { seen: 0, fits: new Map<string, number>() }
    this.#newcomers.set(account, newcomer)
    return newcomer
  }
}

function profileOf({ id, group, flaggedAt }: Raised, { accounts, features }: Watch): Profile {
  const members = new Set(group.members)
  const runs = new Set<number>()
  const systems = new Set<number>()
  for (const feature of group.family?.features ?? []) {
    let inside = 0
    features.each(feature, (account) => {
      if (members.has(account)) inside++
    })
    const outside = (features.accounts[feature] ?? 0) - inside
    if (inside < OWN_ACCOUNTS_MIN || outside > OWN_OUTSIDE_MAX * inside) continue
    const own = features.kind[feature] === 'system' ? systems : runs
    own.add(features.hashes[feature] ?? 0)
  }
  return {
    campaign: id,
    members,
    runs,
    systems,
    payments: sharedBy(group.members, accounts.payments),
    clients: new Set(group.members.flatMap((index) => accounts.clients[index] ?? [])),
    networks: new Set(group.members.flatMap((index) => accounts.asns[index] ?? [])),
    since: flaggedAt,
  }
}

/** Values that at least two of the accounts have. */
function sharedBy(members: readonly number[], values: readonly (readonly number[])[]): ReadonlySet<number> {
  const once = new Set<number>()
  const shared = new Set<number>()
  for (const index of members)
    for (const value of values[index] ?? []) {
      if (once.has(value)) shared.add(value)
      once.add(value)
    }
  return shared
}

/** It says what only the campaign says, or pays with the campaign's card, and comes from where its accounts come from. */
function fitsInto(profile: Profile, record: Uint32Array): boolean {
  const word = (offset: number): number => record[offset] ?? 0
  if (!profile.clients.has(word(field.client)) && !profile.networks.has(word(field.asn))) return false
  if (profile.payments.has(word(field.payment)) || profile.systems.has(word(field.system))) return true
  for (let at: number = field.shingles; at < word(field.length); at++)
    if (profile.runs.has(word(at))) return true
  return false
}
