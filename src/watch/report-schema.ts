import * as v from 'valibot'
import { failure, type Result, success } from '../kernel/result.ts'
import type { Report } from './report.ts'
import { untoldKinds } from './untold.ts'

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1))
const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const moment = v.pipe(v.number(), v.safeInteger())
const accounts = v.array(v.string())
const lookalikeKind = v.picklist([
  'batch',
  'benchmark',
  'class',
  'company',
  'reseller',
  'promotion',
  'fans',
  'carrier',
  'product',
  'people',
])

const members = v.object({
  exchanges: v.array(v.number()),
  outputTokens: v.array(v.number()),
  first: v.array(v.number()),
  last: v.array(v.number()),
  created: v.array(v.number()),
  shared: v.array(
    v.object({
      kind: v.picklist(['card', 'address', 'network', 'client', 'system prompt']),
      value: v.string(),
      accounts: v.array(v.number()),
    }),
  ),
})

const campaign = v.object({
  id: v.pipe(v.string(), v.nonEmpty()),
  score: share,
  accounts,
  exchanges: count,
  first: moment,
  last: moment,
  flaggedAt: moment,
  objective: v.picklist(['reasoning', 'grading', 'coding', 'tools', 'instructions', 'other']),
  evidence: v.array(
    v.object({
      signal: v.string(),
      strength: share,
      falsePositiveRate: share,
      summary: v.string(),
      accounts: count,
    }),
  ),
  templates: v.array(v.object({ text: v.string(), accounts: count, exchanges: count })),
  explanations: v.array(v.object({ kind: lookalikeKind, fit: share, summary: v.string() })),
  daily: v.array(v.number()),
  shared: v.array(v.object({ kind: v.string(), value: v.string(), accounts: count })),
  members: v.optional(members),
})

const readings = v.array(
  v.object({
    signal: v.string(),
    strength: share,
    likely: v.optional(share),
    weightMax: v.optional(v.number()),
  }),
)
const fits = v.array(v.object({ kind: lookalikeKind, fit: share }))

export const verdictSchema = v.object({
  id: v.pipe(v.string(), v.nonEmpty()),
  campaign: v.string(),
  verdict: v.picklist(['real', 'benign', 'unsure']),
  reason: v.string(),
  author: v.string(),
  at: moment,
  accounts,
  readings,
  fits,
})

const report = v.object({
  exchanges: count,
  accounts: count,
  rejected: count,
  from: v.optional(moment),
  until: v.optional(moment),
  campaigns: v.array(campaign),
  commonAddresses: v.optional(count),
  untold: v.optional(v.array(v.picklist(untoldKinds))),
  lookalikes: v.array(v.object({ kind: lookalikeKind, accounts, exchanges: count, summary: v.string() })),
  considered: v.optional(
    v.array(v.object({ campaign: v.optional(v.string()), accounts: count, readings, fits })),
  ),
})

/** Reads a report that was saved. The failure names the first field that does not fit, never its value. */
export function parseReport(value: unknown): Result<Report, string> {
  const parsed = v.safeParse(report, value)
  if (!parsed.success) return failure(v.getDotPath(parsed.issues[0]) ?? 'report')
  const { from, until, ...rest } = parsed.output
  return success({ ...rest, from, until })
}
