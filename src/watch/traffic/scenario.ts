import type { Harvest } from './speech.ts'
import type { WrapperFamily } from './topics/wrappers.ts'

/** What a stretch of traffic is made of. */
export type Scenario = {
  readonly name: string
  /** Unix milliseconds; a Monday, so that weekends fall where calendars have them. */
  readonly start: number
  readonly days: number
  /** The day a new model appears. */
  readonly releaseDay: number
  readonly benign: readonly BenignPlan[]
  readonly campaigns: readonly CampaignPlan[]
}

export type BenignKind =
  | 'person'
  | 'mobile'
  | 'vpn'
  | 'family'
  | 'class'
  | 'course'
  | 'hackathon'
  | 'viral'
  | 'promotion'
  | 'fans'
  | 'template-fans'
  | 'product'
  | 'customer-keys'
  | 'batch'
  | 'evaluator'
  | 'company'
  | 'agency'
  | 'support-desk'
  | 'red-team'
  | 'reseller'
  | 'hobby'
  | 'researcher'

export type BenignPlan = {
  readonly kind: BenignKind
  /** How many tenants of this kind: people, or groups of `size` accounts. */
  readonly groups: number
  readonly size: readonly [least: number, most: number]
  /** Median exchanges an account, where the kind leaves it open. */
  readonly median: number
}

export type CampaignPlan = {
  readonly id: string
  /** In words, for the truth file. */
  readonly kind: string
  readonly accounts: number
  /** Median exchanges an account and the spread of its logarithm. */
  readonly volume: number
  readonly volumeSigma: number
  readonly work: Harvest | 'everyday' | 'relay'
  /** None: the bare item. */
  readonly wrappers: readonly WrapperFamily[]
  /** 0 word for word, 1 synonyms in one frame, 2 a new frame each time, 3 with changing openings and closings too. */
  readonly paraphrase: 0 | 1 | 2 | 3
  /** Fixed wordings of each wrapper family when nothing is paraphrased. */
  readonly variants: number
  /** Another campaign whose wrappers it uses word for word. */
  readonly wording: string | undefined
  /** Share of items asked again for another sample. */
  readonly resample: number
  /** Share of unrelated traffic an account carries, least and most. */
  readonly cover: readonly [least: number, most: number]
  /** Accounts that share one card, or one address; undefined: each has its own. */
  readonly perCard: number | undefined
  readonly perAddress: number | undefined
  readonly network: 'hosting' | 'home' | 'vpn' | 'rotating'
  /** Each account looks like another client program. */
  readonly mimics: boolean
  readonly timing: 'balanced' | 'waves' | 'machine' | 'human'
  /** Accounts are made this many days before their first use; undefined: at any time. */
  readonly freshDays: number | undefined
  readonly plans: readonly string[]
  readonly maxTokens: readonly (number | undefined)[] | undefined
  readonly outputTokens: number
  /** Banned accounts are replaced by fresh ones this many times. */
  readonly replacementWaves: number
  readonly pools: 1 | 2
  readonly pivots: boolean
  readonly replays: boolean
  readonly fromDay: number
  readonly toDay: number
}
