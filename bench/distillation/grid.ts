// The scenarios of the benchmark: one campaign each among benign tenants, its difficulty set knob by knob.
//
// The lines of the grid vary one knob around a common middle; the crossing varies five at once. Every scenario draws
// its own tenants, so that false positives are counted over as many different populations as there are scenarios.
import type { CampaignPlan, Scenario } from '../../src/watch/traffic/scenario.ts'
import { scenarios } from '../../src/watch/traffic/scenarios.ts'

/** What a campaign's accounts have in common outside of what they ask. */
export type Shared = 'cards' | 'addresses' | 'clients' | 'vpn' | 'rotating' | 'none'

export type Knobs = {
  readonly accounts: number
  /** Median exchanges an account, cover traffic included. */
  readonly exchanges: number
  /** Share of an account's exchanges that have nothing to do with the campaign. */
  readonly cover: number
  /** 0 word for word … 3 a new frame, opening and closing each time. */
  readonly paraphrase: 0 | 1 | 2 | 3
  readonly shared: Shared
  readonly timing: CampaignPlan['timing']
  readonly work: Work
}

/** `human` replays what people ask anyway: nothing in any wording gives it away. */
export type Work = 'reasoning' | 'grading' | 'coding' | 'tools' | 'instructions' | 'relay' | 'human'

export type Cell = {
  /** The knob that is varied along this line, or `crossed`. */
  readonly line: keyof Knobs | 'crossed'
  readonly knobs: Knobs
  readonly seed: number
}

const middle: Knobs = {
  accounts: 200,
  exchanges: 40,
  cover: 0.3,
  paraphrase: 2,
  shared: 'none',
  timing: 'machine',
  work: 'reasoning',
}

const lines: readonly (readonly [line: keyof Knobs, variants: readonly Partial<Knobs>[]])[] = [
  [
    'accounts',
    [
      { accounts: 10 },
      { accounts: 30 },
      { accounts: 100 },
      { accounts: 400 },
      { accounts: 2_000 },
      // As many exchanges as the line before: what changes is how thinly they are spread.
      { accounts: 20_000, exchanges: 10 },
    ],
  ],
  [
    'exchanges',
    [
      { exchanges: 10 },
      { exchanges: 20 },
      { exchanges: 80 },
      { exchanges: 300, accounts: 100 },
      { exchanges: 1_000, accounts: 40 },
    ],
  ],
  ['cover', [0, 0.3, 0.5, 0.7, 0.8, 0.9].map((cover) => ({ cover }))],
  ['paraphrase', ([0, 1, 2, 3] as const).map((paraphrase) => ({ paraphrase }))],
  ['shared', (['cards', 'addresses', 'clients', 'vpn', 'rotating'] as const).map((shared) => ({ shared }))],
  ['timing', (['balanced', 'waves', 'human'] as const).map((timing) => ({ timing }))],
  [
    'work',
    (['grading', 'coding', 'tools', 'instructions', 'relay', 'human'] as const).map((work) => ({
      work,
      ...(work === 'human' && { timing: 'human' as const }),
    })),
  ],
]

/** Every scenario of the grid; `round` draws other tenants and other words. */
export function grid(round: number): readonly Cell[] {
  const varied = lines.flatMap(([line, variants]) =>
    variants.map((variant) => ({ line, knobs: { ...middle, ...variant } })),
  )
  const crossed = [30, 300].flatMap((accounts) =>
    [0.3, 0.8].flatMap((cover) =>
      (['cards', 'none'] as const).flatMap((shared) =>
        ([0, 3] as const).flatMap((paraphrase) =>
          (['machine', 'human'] as const).map((timing) => ({
            line: 'crossed' as const,
            knobs: { ...middle, accounts, cover, shared, paraphrase, timing },
          })),
        ),
      ),
    ),
  )
  return [...varied, ...crossed].map((cell, index) => ({ ...cell, seed: 10_000 * round + index + 1 }))
}

/** Loud campaigns, such as are caught without any of this: what a team that learns from labels has labels of. */
export function caughtBefore(): readonly Cell[] {
  const loud = (['grading', 'coding', 'tools', 'reasoning'] as const).flatMap((work) =>
    (['cards', 'addresses'] as const).map((shared, index) => ({
      work,
      shared,
      accounts: 60,
      exchanges: 150,
      cover: 0,
      paraphrase: 0 as const,
      timing: index === 0 ? ('balanced' as const) : ('waves' as const),
    })),
  )
  return loud.map((knobs, index) => ({ line: 'crossed', knobs, seed: 90_000_000 + index }))
}

/** Told before anything is measured: how many of the things that hide a campaign this scenario has. */
export function hardness({ accounts, exchanges, cover, paraphrase, shared, timing, work }: Knobs): number {
  const hides = [
    accounts <= 30,
    exchanges <= 10,
    cover >= 0.5,
    cover >= 0.8,
    paraphrase >= 2,
    shared === 'none' || shared === 'rotating',
    timing === 'human',
    work === 'human' || work === 'relay',
  ]
  return hides.filter(Boolean).length
}

/** The harder half of the scenarios; among equals those that come later in the grid. */
export function hardHalf(cells: readonly Cell[]): ReadonlySet<Cell> {
  const ranked = cells.map((cell, index) => ({ cell, index, hard: hardness(cell.knobs) }))
  ranked.sort((a, b) => b.hard - a.hard || b.index - a.index)
  return new Set(ranked.slice(0, cells.length >> 1).map(({ cell }) => cell))
}

/** Kinds of tenants that come in groups are all there; single people are thinned out to keep a scenario small. */
const PEOPLE_SHARE = 0.3
const people = new Set(['person', 'mobile', 'vpn'])

export function scenarioOf(cell: Cell | undefined): Scenario {
  const { small } = scenarios
  return {
    ...small,
    name: cell === undefined ? 'benign' : `${cell.line}`,
    benign: small.benign.map((plan) =>
      people.has(plan.kind)
        ? { ...plan, groups: Math.ceil(plan.groups * PEOPLE_SHARE) }
        : { ...plan, groups: Math.ceil(plan.groups / 2), median: plan.median / 2 },
    ),
    campaigns: cell === undefined ? [] : [campaignOf(cell.knobs)],
  }
}

const works: Readonly<Record<Work, Pick<CampaignPlan, 'work' | 'wrappers'>>> = {
  reasoning: { work: 'reasoning', wrappers: ['articulate', 'tags'] },
  grading: { work: 'grading', wrappers: ['judge'] },
  coding: { work: 'coding', wrappers: ['expert'] },
  tools: { work: 'tools', wrappers: ['toolTrace'] },
  instructions: { work: 'instructions', wrappers: [] },
  relay: { work: 'relay', wrappers: [] },
  human: { work: 'everyday', wrappers: [] },
}

const sharing: Readonly<Record<Shared, Pick<CampaignPlan, 'perCard' | 'perAddress' | 'network' | 'mimics'>>> =
  {
    cards: { perCard: 12, perAddress: undefined, network: 'home', mimics: true },
    addresses: { perCard: undefined, perAddress: 8, network: 'hosting', mimics: true },
    clients: { perCard: undefined, perAddress: undefined, network: 'home', mimics: false },
    vpn: { perCard: undefined, perAddress: undefined, network: 'vpn', mimics: true },
    rotating: { perCard: undefined, perAddress: undefined, network: 'rotating', mimics: true },
    none: { perCard: undefined, perAddress: undefined, network: 'home', mimics: true },
  }

function campaignOf(knobs: Knobs): CampaignPlan {
  const { days } = scenarios.small
  return {
    ...works[knobs.work],
    ...sharing[knobs.shared],
    id: 'campaign',
    kind: `${knobs.work}, shares ${knobs.shared}`,
    accounts: knobs.accounts,
    volume: knobs.exchanges,
    volumeSigma: 0.4,
    paraphrase: knobs.paraphrase,
    variants: 2,
    wording: undefined,
    resample: 0.03,
    cover: [knobs.cover, knobs.cover],
    timing: knobs.timing,
    // Accounts that share nothing were not made for it either: bought, or long asleep.
    freshDays: knobs.shared === 'none' ? undefined : 45,
    plans: ['free', 'pro', 'pro', 'team', 'edu'],
    maxTokens: undefined,
    outputTokens: 600,
    replacementWaves: 1,
    pools: 1,
    pivots: false,
    replays: false,
    fromDay: 0,
    toDay: days,
  }
}
