import type { Client, Network, Place } from './network.ts'
import type { Random } from './random.ts'
import type { Rhythm, Window } from './rhythm.ts'
import type { Scenario } from './scenario.ts'

/** What an account asks once. */
export type Said = {
  readonly prompt: string
  readonly system?: string | undefined
  /** Median of the answer's length. */
  readonly outputTokens?: number
  readonly reasoningSignature?: string | undefined
}

export type Turn = {
  readonly ts: number
  readonly random: Random
  /** The first exchange of a sitting: half an hour or more after the last. */
  readonly opening: boolean
}

export type Speaker = (turn: Turn) => Said

export type Account = {
  readonly id: string
  readonly key: string
  /** What it truly is, for scoring. */
  readonly kind: string
  readonly campaign: string | null
  readonly created: number
  readonly plan: string
  readonly org: string | undefined
  readonly payment: string | undefined
  readonly client: Client
  readonly places: readonly Place[]
  /** A new place for each exchange, not for each sitting. */
  readonly isRotating: boolean
  readonly model: (ts: number) => string
  readonly maxTokens: readonly (number | undefined)[]
  readonly temperature: number | undefined
  readonly outputTokens: number
  readonly rhythm: Rhythm
  readonly speak: Speaker
  readonly random: Random
}

/** What those who make accounts need to know of the world. */
export type World = {
  readonly seed: number
  readonly scenario: Scenario
  readonly window: Window
  /** When the new model appears. */
  readonly release: number
  readonly network: Network
  readonly add: (account: Account) => void
}

export const models = { large: 'atlas-4', next: 'atlas-5', small: 'atlas-4-mini' } as const

/** What an account must say about itself; the rest has ordinary values. */
export type Draft = Pick<Account, 'kind' | 'random' | 'rhythm' | 'speak'> & Partial<Account>

const plans = ['free', 'free', 'pro', 'pro', 'team']
const ceilings: readonly (readonly (number | undefined)[])[] = [
  [undefined],
  [1024],
  [2048],
  [4096],
  [8192],
  [undefined, 1024],
]
const temperatures = [undefined, undefined, undefined, undefined, 0, 0.2, 0.7, 1]

export function accountOf(world: World, draft: Draft, client: Client, places: readonly Place[]): Account {
  const { random } = draft
  const plan = draft.plan ?? random.pick(plans)
  return {
    id: `a_${random.hex(14)}`,
    key: `k_${random.hex(14)}`,
    campaign: null,
    created: world.window.from - Math.floor(random.next() ** 1.5 * 600 * 86_400_000),
    plan,
    org: undefined,
    payment: plan === 'free' || plan === 'edu' ? undefined : `p_${random.hex(16)}`,
    client,
    places,
    isRotating: false,
    model: adopting(random, world.release),
    maxTokens: random.pick(ceilings),
    temperature: random.pick(temperatures),
    outputTokens: random.lognormal(240, 0.7),
    ...draft,
  }
}

/** Most stay with a favourite; some try the new model when they hear of it, days after its release. */
export function adopting(random: Random, release: number): (ts: number) => string {
  const favourite = random.chance(0.72) ? models.large : models.small
  const adoptsAt = random.chance(0.55)
    ? release - Math.log(1 - random.next()) * 6 * 86_400_000
    : Number.POSITIVE_INFINITY
  return (ts) => (ts < adoptsAt ? favourite : models.next)
}
