// The named scenarios: which tenants and which campaigns, how many and how busy.
import type { BenignKind, BenignPlan, CampaignPlan, Scenario } from './scenario.ts'

/** The week of 4 May 2026 begins on this Monday. */
const START = Date.UTC(2026, 4, 4)
const DAYS = 14
const RELEASE_DAY = 7

const sizes: Readonly<Record<BenignKind, readonly [size: BenignPlan['size'], median: number]>> = {
  person: [[1, 1], 5.5],
  mobile: [[1, 1], 6],
  vpn: [[1, 1], 8],
  family: [[2, 4], 9],
  class: [[18, 32], 0],
  course: [[60, 180], 0],
  hackathon: [[50, 140], 0],
  viral: [[120, 380], 0],
  promotion: [[80, 300], 0],
  fans: [[60, 320], 11],
  'template-fans': [[60, 260], 9],
  product: [[1, 1], 80],
  'customer-keys': [[20, 130], 11],
  batch: [[1, 1], 700],
  evaluator: [[2, 7], 280],
  company: [[10, 60], 14],
  agency: [[3, 8], 14],
  'support-desk': [[16, 40], 7],
  'red-team': [[3, 8], 90],
  reseller: [[1, 1], 1200],
  hobby: [[20, 110], 0],
  researcher: [[1, 1], 500],
}

/** A population: how many groups of each kind; `scale` multiplies the medians of the busy. */
function population(groups: Readonly<Record<BenignKind, number>>, scale = 1): BenignPlan[] {
  return Object.entries(groups).map(([name, count]) => {
    const kind = name as BenignKind
    const [size, median] = sizes[kind]
    return { kind, groups: count, size, median: median * scale }
  })
}

function campaign(
  id: string,
  kind: string,
  accounts: number,
  volume: number,
  over: Partial<CampaignPlan>,
): CampaignPlan {
  return {
    id,
    kind,
    accounts,
    volume,
    volumeSigma: 0.4,
    work: 'reasoning',
    wrappers: [],
    paraphrase: 0,
    variants: 2,
    wording: undefined,
    resample: 0.03,
    cover: [0, 0],
    perCard: undefined,
    perAddress: undefined,
    network: 'home',
    mimics: false,
    timing: 'machine',
    freshDays: undefined,
    plans: ['pro', 'team'],
    maxTokens: undefined,
    outputTokens: 650,
    replacementWaves: 1,
    pools: 1,
    pivots: false,
    replays: false,
    fromDay: 0,
    toDay: DAYS,
    ...over,
  }
}

type CampaignName =
  | 'balanced'
  | 'twin'
  | 'judge'
  | 'pathways'
  | 'pivot'
  | 'hydra'
  | 'slow'
  | 'pools'
  | 'tools'
  | 'safe'
  | 'language'
  | 'replay'
  | 'relay'
  | 'probe'

const anyPlan = ['free', 'pro', 'pro', 'team', 'edu']

/** Each way of harvesting, at its usual settings; a scenario sets the size. */
const ways: Readonly<Record<CampaignName, readonly [kind: string, over: Partial<CampaignPlan>]>> = {
  balanced: [
    'load-balanced reasoning harvest, shared cards',
    {
      wrappers: ['articulate', 'tags'],
      perCard: 12,
      perAddress: 6,
      network: 'hosting',
      timing: 'balanced',
      freshDays: 20,
      outputTokens: 900,
    },
  ],
  twin: [
    'the wrappers of another campaign on other infrastructure',
    {
      wrappers: ['articulate', 'tags'],
      wording: 'balanced',
      perCard: 8,
      perAddress: 3,
      network: 'vpn',
      mimics: true,
      timing: 'machine',
      freshDays: 40,
    },
  ],
  judge: [
    'model as judge with a rubric',
    {
      work: 'grading',
      wrappers: ['judge'],
      perCard: 5,
      perAddress: 10,
      network: 'hosting',
      timing: 'waves',
      freshDays: 10,
      outputTokens: 350,
    },
  ],
  pathways: [
    'several pathways that share nothing but the work queue',
    { work: 'coding', wrappers: ['expert'], paraphrase: 1, mimics: true, plans: anyPlan, resample: 0.08 },
  ],
  pivot: [
    'moves to the new model within a day of its release',
    {
      work: 'coding',
      wrappers: ['expert'],
      variants: 3,
      perAddress: 3,
      network: 'hosting',
      pivots: true,
      freshDays: 30,
    },
  ],
  hydra: [
    'rotating addresses, cover traffic, banned accounts replaced, no wrapper',
    {
      work: 'instructions',
      cover: [0.3, 0.8],
      network: 'rotating',
      mimics: true,
      plans: anyPlan,
      freshDays: 12,
      replacementWaves: 4,
      resample: 0.1,
    },
  ],
  slow: [
    'low and slow at human hours, paraphrased wrappers',
    {
      wrappers: ['articulate'],
      paraphrase: 2,
      perCard: 30,
      network: 'rotating',
      mimics: true,
      timing: 'human',
    },
  ],
  pools: [
    'two pools of accounts, one takes over from the other',
    {
      work: 'reasoning',
      wrappers: ['tags', 'debug'],
      paraphrase: 1,
      pools: 2,
      perCard: 20,
      network: 'vpn',
      freshDays: 25,
    },
  ],
  tools: [
    'tool traces',
    {
      work: 'tools',
      wrappers: ['toolTrace'],
      paraphrase: 1,
      perAddress: 8,
      network: 'hosting',
      timing: 'balanced',
      freshDays: 30,
    },
  ],
  safe: [
    'censorship-safe rewriting',
    { work: 'sensitive', wrappers: ['safe'], paraphrase: 1, perCard: 10, timing: 'waves', freshDays: 60 },
  ],
  language: [
    'reasoning coerced into the language of the user',
    {
      work: 'everyday',
      wrappers: ['language'],
      paraphrase: 1,
      perAddress: 5,
      network: 'hosting',
      freshDays: 45,
    },
  ],
  replay: [
    'reasoning signatures replayed over accounts',
    { wrappers: ['replay'], paraphrase: 2, replays: true, mimics: true, perCard: 25, freshDays: 30 },
  ],
  relay: [
    'relays its own users’ requests',
    {
      work: 'relay',
      network: 'hosting',
      perAddress: 4,
      timing: 'machine',
      plans: ['team', 'enterprise'],
      outputTokens: 320,
      freshDays: 90,
    },
  ],
  probe: [
    'technique probing before a harvest',
    {
      wrappers: ['debug', 'tags', 'articulate', 'language'],
      paraphrase: 3,
      mimics: true,
      network: 'vpn',
      freshDays: 20,
      outputTokens: 300,
    },
  ],
}

function run(
  name: CampaignName,
  accounts: number,
  volume: number,
  over: Partial<CampaignPlan> = {},
): CampaignPlan {
  const [kind, usual] = ways[name]
  return campaign(name, kind, accounts, volume, { ...usual, ...over })
}

const demoPopulation = {
  person: 22_000,
  mobile: 5_400,
  vpn: 1_500,
  family: 170,
  class: 44,
  course: 7,
  hackathon: 7,
  viral: 6,
  promotion: 9,
  fans: 9,
  'template-fans': 5,
  product: 650,
  'customer-keys': 28,
  batch: 36,
  evaluator: 16,
  company: 55,
  agency: 70,
  'support-desk': 9,
  'red-team': 4,
  reseller: 12,
  hobby: 6,
  researcher: 12,
}
const smallPopulation = {
  person: 2_200,
  mobile: 500,
  vpn: 160,
  family: 30,
  class: 6,
  course: 2,
  hackathon: 1,
  viral: 1,
  promotion: 1,
  fans: 2,
  'template-fans': 1,
  product: 100,
  'customer-keys': 5,
  batch: 6,
  evaluator: 4,
  company: 8,
  agency: 10,
  'support-desk': 2,
  'red-team': 2,
  reseller: 2,
  hobby: 2,
  researcher: 3,
}
const tinyPopulation = {
  person: 240,
  mobile: 50,
  vpn: 20,
  family: 4,
  class: 1,
  course: 0,
  hackathon: 0,
  viral: 0,
  promotion: 0,
  fans: 1,
  'template-fans': 0,
  product: 8,
  'customer-keys': 1,
  batch: 1,
  evaluator: 1,
  company: 1,
  agency: 2,
  'support-desk': 0,
  'red-team': 0,
  reseller: 0,
  hobby: 0,
  researcher: 0,
}

function scenario(name: string, benign: readonly BenignPlan[], campaigns: readonly CampaignPlan[]): Scenario {
  return { name, start: START, days: DAYS, releaseDay: RELEASE_DAY, benign, campaigns }
}

export type ScenarioName = 'demo' | 'small' | 'clean' | 'hard' | 'tiny'

export const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  demo: scenario('demo', population(demoPopulation), [
    run('balanced', 480, 80),
    run('twin', 700, 40),
    run('judge', 220, 70),
    run('pathways', 1_600, 40),
    run('pivot', 1_400, 36),
    run('hydra', 14_500, 15),
    run('slow', 2_400, 9),
    run('pools', 1_300, 30),
    run('replay', 500, 28),
    run('relay', 900, 40),
  ]),
  small: scenario('small', population(smallPopulation, 2), [
    run('balanced', 60, 120),
    run('twin', 80, 60),
    run('judge', 30, 90),
    run('pathways', 220, 70),
    run('pivot', 150, 90),
    run('hydra', 600, 30),
    run('slow', 220, 18),
    run('pools', 120, 50),
    run('tools', 50, 60),
    run('safe', 40, 40),
    run('language', 60, 50),
    run('replay', 40, 40),
    run('relay', 60, 90),
  ]),
  clean: scenario('clean', population(smallPopulation, 2), []),
  hard: scenario('hard', population(smallPopulation, 2), [
    run('balanced', 16, 60, {
      cover: [0.4, 0.7],
      perCard: 4,
      perAddress: 1,
      mimics: true,
      timing: 'human',
      paraphrase: 2,
    }),
    run('judge', 12, 40, { cover: [0.5, 0.8], perAddress: 1, network: 'vpn', paraphrase: 2 }),
    run('pathways', 60, 25, { cover: [0.5, 0.8], paraphrase: 3 }),
    run('hydra', 250, 14, { cover: [0.6, 0.9] }),
    run('slow', 80, 8, { cover: [0.3, 0.6], paraphrase: 3, perCard: 8 }),
    run('language', 20, 25, { cover: [0.4, 0.7], perAddress: 1, mimics: true }),
    run('replay', 14, 20, { cover: [0.5, 0.7], perCard: 3 }),
    run('relay', 12, 60, { perAddress: 1, mimics: true }),
    run('probe', 20, 40, { cover: [0.2, 0.5] }),
    run('tools', 14, 30, { cover: [0.4, 0.6], perAddress: 1, paraphrase: 2 }),
  ]),
  tiny: scenario('tiny', population(tinyPopulation, 0.6), [
    run('balanced', 24, 50, { perAddress: 4, perCard: 6 }),
    run('judge', 14, 40, { perAddress: 5, perCard: 4 }),
    run('pathways', 40, 30),
  ]),
}
