import * as v from 'valibot'
import { count, moment, reason, share } from './common.ts'

export const campaignStates = ['open', 'confirmed', 'benign', 'watching'] as const
export const campaignState = v.picklist(campaignStates)
export type CampaignState = v.InferOutput<typeof campaignState>

export const campaignSummary = v.object({
  id: v.string(),
  score: share,
  state: campaignState,
  objective: v.picklist(['reasoning', 'grading', 'coding', 'tools', 'instructions', 'other']),
  accounts: count,
  exchanges: count,
  first: moment,
  last: moment,
  flaggedAt: moment,
  /** Tokens of answers its accounts took; the campaign's cost. 0 when the findings are too old to say. */
  outputTokens: count,
  /** The strongest reasons, in words. */
  headline: v.array(v.string()),
  daily: v.array(v.number()),
  /** How many of its accounts are under a measure in force, and the most severe of those. */
  measured: count,
  standing: v.optional(v.string()),
  /** What was read when it was found, and when that was saved. */
  source: v.string(),
  savedAt: moment,
  /** Other campaigns that a person merged into it. */
  merged: v.array(v.string()),
  /** The campaign it was split from by a person. */
  splitFrom: v.optional(v.string()),
})
export type CampaignSummary = v.InferOutput<typeof campaignSummary>

const signal = v.object({
  signal: v.string(),
  strength: share,
  /** Share of benign groups that show it at least as strongly. */
  falsePositiveRate: share,
  /** 100 × (1 − falsePositiveRate): this group against benign groups. */
  percentile: v.number(),
  /** Accounts of the campaign that show it. */
  accounts: count,
  summary: v.string(),
  /** The page of docs/signals that says what it sees and misses. */
  page: v.optional(v.string()),
})

const explanation = v.object({
  /** batch, benchmark, class, company, reseller, promotion, fans, carrier, product or people. */
  kind: v.string(),
  title: v.string(),
  /** How well the benign story fits, 0..1. */
  fit: share,
  summary: v.string(),
})

export const timelineKinds = [
  'first',
  'last',
  'flagged',
  'model-release',
  'surge',
  'hand-over',
  /** A measure that keeps accounts out: quarantined, or to be verified. */
  'ban',
  'measure',
  'state',
  'change',
] as const

export const timelineEvent = v.object({
  ts: moment,
  kind: v.picklist(timelineKinds),
  summary: v.string(),
  author: v.optional(v.string()),
})

export const campaignDetail = v.object({
  ...campaignSummary.entries,
  signals: v.array(signal),
  /** Most fitting first: the first one is the nearest benign explanation. */
  explanations: v.array(explanation),
  /** One paragraph: why it was raised, what speaks against it. */
  story: v.string(),
  timeline: v.array(timelineEvent),
  /** Wordings with what fewer than eight accounts used masked. */
  templates: v.array(v.object({ text: v.string(), accounts: count, exchanges: count })),
  shared: v.array(v.object({ kind: v.string(), value: v.string(), accounts: count })),
  /** What people did to it, newest first. `undone` once taken back. */
  changes: v.array(
    v.object({
      id: v.string(),
      ts: moment,
      kind: v.picklist(['state', 'merge', 'split']),
      summary: v.string(),
      author: v.string(),
      reason: v.string(),
      undone: v.optional(moment),
      undoneBy: v.optional(v.string()),
    }),
  ),
  measures: v.array(
    v.object({ id: v.string(), standing: v.string(), state: v.string(), accounts: count, created: moment }),
  ),
})
export type CampaignDetail = v.InferOutput<typeof campaignDetail>

/**
 * The graph in columns, ready to draw: no layout is left to the browser. Positions are in a square of 0..10,000.
 * Account `i` is `names[i]`, stands at `x[i]`, `y[i]` and belongs to community `community[i]`. Links go from a node of
 * shared infrastructure to accounts.
 */
export const campaignGraph = v.object({
  id: v.string(),
  /** Accounts drawn, of so many in the campaign. */
  shown: count,
  total: count,
  names: v.array(v.string()),
  x: v.array(v.number()),
  y: v.array(v.number()),
  community: v.array(count),
  exchanges: v.array(count),
  communities: v.array(
    v.object({ label: v.string(), accounts: count, x: v.number(), y: v.number(), r: v.number() }),
  ),
  /** Shared infrastructure, most shared first. `shared` accounts use it, `accounts` of them are linked here. */
  nodes: v.array(
    v.object({
      kind: v.string(),
      value: v.string(),
      shared: count,
      x: v.number(),
      y: v.number(),
      accounts: v.array(count),
    }),
  ),
  /** Shared infrastructure in all, of which `nodes` are the most shared. */
  nodesTotal: count,
  /** False: the findings were saved without who shares what; there are communities of one and no nodes. */
  hasLinks: v.boolean(),
})
export type CampaignGraph = v.InferOutput<typeof campaignGraph>

export const campaignAccount = v.object({
  account: v.string(),
  exchanges: count,
  outputTokens: count,
  first: v.optional(moment),
  last: v.optional(moment),
  created: v.optional(moment),
  community: v.optional(count),
  standing: v.string(),
  isAllowed: v.boolean(),
})
export type CampaignAccount = v.InferOutput<typeof campaignAccount>

export const lookalike = v.object({
  kind: v.string(),
  title: v.string(),
  accounts: count,
  exchanges: count,
  summary: v.string(),
  /** The first few. */
  examples: v.array(v.string()),
})
export type Lookalike = v.InferOutput<typeof lookalike>

export const setState = v.strictObject({ state: campaignState, reason })
export const mergeCampaigns = v.strictObject({
  into: v.string(),
  from: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(50)),
  reason,
})
/** The accounts named, or all of the graph's communities named, become a campaign of their own. */
export const splitCampaign = v.strictObject({
  accounts: v.optional(v.pipe(v.array(v.string()), v.maxLength(100_000)), []),
  communities: v.optional(v.pipe(v.array(count), v.maxLength(1_000)), []),
  reason,
})
export const undo = v.strictObject({ reason })
