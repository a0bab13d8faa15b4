// The generator: a seeded population of accounts, planned day by day and spoken in time order.
import type { Exchange } from '../exchange.ts'
import type { Account, World } from './account.ts'
import {
  agencies,
  batches,
  companies,
  customerKeys,
  evaluators,
  hobbies,
  products,
  redTeams,
  researchers,
  resellers,
  supportDesks,
} from './businesses.ts'
import { addCampaign } from './campaign.ts'
import { Network } from './network.ts'
import {
  classes,
  courses,
  families,
  fans,
  type Group,
  hackathons,
  mobilePersons,
  persons,
  promotions,
  templateFans,
  virals,
  vpnPersons,
} from './people.ts'
import { Random } from './random.ts'
import { DAY, MINUTE, type Window } from './rhythm.ts'
import type { BenignKind, Scenario } from './scenario.ts'

export type Truth = { readonly kind: string; readonly campaign: string | null }

export type Traffic = Iterable<Exchange> & {
  readonly scenario: Scenario
  readonly seed: number
  /** What each account truly is. */
  readonly truth: ReadonlyMap<string, Truth>
}

const ACCOUNT_BITS = 2 ** 20
const SITTING_MS = 30 * MINUTE
const FIRST_PLAN_SIZE = 1 << 14

const makers: Readonly<Record<BenignKind, (world: World, group: Group) => void>> = {
  person: persons,
  mobile: mobilePersons,
  vpn: vpnPersons,
  family: families,
  class: classes,
  course: courses,
  hackathon: hackathons,
  viral: virals,
  promotion: promotions,
  fans,
  'template-fans': templateFans,
  product: products,
  'customer-keys': customerKeys,
  batch: batches,
  evaluator: evaluators,
  company: companies,
  agency: agencies,
  'support-desk': supportDesks,
  'red-team': redTeams,
  reseller: resellers,
  hobby: hobbies,
  researcher: researchers,
}

/** Each pass over it tells the same story again. Memory is one day's plan and the accounts, never the exchanges. */
export function trafficOf(scenario: Scenario, seed: number): Traffic {
  let fresh: Account[] | undefined = populate(scenario, seed)
  const truth = new Map(fresh.map(({ id, kind, campaign }) => [id, { kind, campaign }]))
  return {
    scenario,
    seed,
    truth,
    [Symbol.iterator]: () => {
      // Accounts change as they speak, so that each pass needs its own; the first pass takes those made for the truth.
      const accounts = fresh ?? populate(scenario, seed)
      fresh = undefined
      return exchangesOf(scenario, seed, accounts)
    },
  }
}

function populate(scenario: Scenario, seed: number): Account[] {
  const accounts: Account[] = []
  const window = { from: scenario.start, to: scenario.start + scenario.days * DAY }
  const world: World = {
    seed,
    scenario,
    window,
    release: window.from + scenario.releaseDay * DAY,
    network: Network.of(seed),
    add: (account) => accounts.push(account),
  }
  for (const { kind, groups, size, median } of scenario.benign)
    for (let group = 0; group < groups; group++)
      makers[kind](world, { random: Random.of(seed, kind, group), size, median })
  for (const plan of scenario.campaigns) addCampaign(world, plan)
  if (accounts.length >= ACCOUNT_BITS) throw new Error('too many accounts for one scenario')
  return accounts
}

function* exchangesOf(scenario: Scenario, seed: number, accounts: readonly Account[]): Generator<Exchange> {
  const random = Random.of(seed, 'weather')
  const sittings = new Sittings(accounts.length)
  const plan = new DayPlan(scenario.start)
  let number = 0
  for (let index = 0; index < scenario.days; index++) {
    const day = { from: scenario.start + index * DAY, to: scenario.start + (index + 1) * DAY }
    for (const [account, { rhythm }] of accounts.entries()) rhythm(day, plan.pushFor(account))
    for (const [ts, who] of plan.take(day)) {
      const account = accounts[who]
      if (account !== undefined)
        yield exchangeOf(account, ts, sittings.turn(who, ts, account), number++, random)
    }
  }
}

function exchangeOf(
  account: Account,
  ts: number,
  sitting: Sitting,
  number: number,
  weather: Random,
): Exchange {
  const { random } = account
  const said = account.speak({ ts, random, opening: sitting.opening })
  const place = account.places[sitting.place] ?? account.places[0]
  const maxTokens = account.maxTokens.length === 1 ? account.maxTokens[0] : random.pick(account.maxTokens)
  const status = weather.chance(0.975) ? 200 : weather.pick([429, 429, 400, 529, 500])
  const length = Math.round(random.lognormal(said.outputTokens ?? account.outputTokens, 0.6))
  // Optional fields are set one by one: spreading conditional objects took a quarter of the generator's time.
  const exchange: { -readonly [Field in keyof Exchange]: Exchange[Field] } = {
    ts,
    id: `x_${number.toString(36)}`,
    account: account.id,
    key: account.key,
    ua: account.client.ua,
    ja4: account.client.ja4,
    created: Math.floor(Math.min(account.created, ts)),
    plan: account.plan,
    model: account.model(ts),
    prompt: said.prompt,
    inputTokens: Math.ceil((said.prompt.length + (said.system?.length ?? 0)) / 4) + 3,
    outputTokens: status === 200 ? Math.max(1, Math.min(length, maxTokens ?? length)) : 0,
    status,
  }
  if (place !== undefined) {
    exchange.ip = place.ip
    exchange.asn = place.asn
  }
  if (account.org !== undefined) exchange.org = account.org
  if (account.payment !== undefined) exchange.payment = account.payment
  if (said.system !== undefined) exchange.system = said.system
  if (maxTokens !== undefined) exchange.maxTokens = maxTokens
  if (account.temperature !== undefined) exchange.temperature = account.temperature
  if (said.reasoningSignature !== undefined) exchange.reasoningSignature = said.reasoningSignature
  return exchange
}

type Sitting = { readonly opening: boolean; readonly place: number }

/** Who is in the middle of a sitting, and from where. */
class Sittings {
  readonly #lastTs: Float64Array
  readonly #place: Uint8Array

  constructor(accounts: number) {
    this.#lastTs = new Float64Array(accounts)
    this.#place = new Uint8Array(accounts)
  }

  turn(who: number, ts: number, account: Account): Sitting {
    const opening = ts - (this.#lastTs[who] ?? 0) > SITTING_MS
    this.#lastTs[who] = ts
    if ((opening || account.isRotating) && account.places.length > 1)
      this.#place[who] = account.random.between(0, account.places.length - 1)
    return { opening, place: this.#place[who] ?? 0 }
  }
}

/** One day's moments as sortable numbers; what runs past midnight waits for the next day. */
class DayPlan {
  readonly #start: number
  #moments = new Float64Array(FIRST_PLAN_SIZE)
  #length = 0

  constructor(start: number) {
    this.#start = start
  }

  pushFor(account: number): (ts: number) => void {
    return (ts) => {
      if (this.#length === this.#moments.length) {
        const grown = new Float64Array(this.#length * 2)
        grown.set(this.#moments)
        this.#moments = grown
      }
      this.#moments[this.#length++] = (Math.floor(ts) - this.#start) * ACCOUNT_BITS + account
    }
  }

  *take(day: Window): Generator<readonly [ts: number, account: number]> {
    const sorted = this.#moments.slice(0, this.#length).sort()
    const end = (day.to - this.#start) * ACCOUNT_BITS
    this.#length = 0
    for (const moment of sorted) {
      if (moment >= end) this.#moments[this.#length++] = moment
      else {
        const account = moment % ACCOUNT_BITS
        yield [this.#start + (moment - account) / ACCOUNT_BITS, account]
      }
    }
  }
}
