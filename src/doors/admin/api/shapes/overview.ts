import * as v from 'valibot'
import { act } from './acts.ts'
import { campaignSummary } from './campaigns.ts'
import { count, moment, role } from './common.ts'

export const me = v.object({
  name: v.string(),
  role,
  /** The tenant whose data is shown; null: all of them. */
  tenant: v.nullable(v.string()),
  mode: v.picklist(['observe', 'enforce']),
  /** How the person came in: `open` is a loopback console without a token. */
  via: v.picklist(['open', 'token', 'password', 'oidc']),
  /** Goes into the header `x-portcullis-csrf` of every write that a cookie vouches for. */
  csrf: v.string(),
  version: v.string(),
  expires: v.optional(moment),
})
export type Me = v.InferOutput<typeof me>

/** What the sign-in page offers; open to all. */
export const signInWays = v.object({
  ways: v.array(v.picklist(['open', 'token', 'password', 'oidc'])),
  /** What to write on the button. */
  oidcName: v.optional(v.string()),
})
export type SignInWays = v.InferOutput<typeof signInWays>

export const signedOut = v.object({
  /** Of the identity provider: it ends its own session there. */
  next: v.optional(v.string()),
})
export type SignedOut = v.InferOutput<typeof signedOut>

const gateNow = v.object({
  acts: count,
  allowed: count,
  /** Slowed, limited, capped, redacted or asked about. */
  altered: count,
  denied: count,
  /** In observe mode: would have been altered or denied, was not. */
  observed: count,
})

export const overview = v.object({
  now: moment,
  mode: v.picklist(['observe', 'enforce']),
  /** Over the window asked for (`hours`, 24 unless said). */
  from: moment,
  model: gateNow,
  agent: gateNow,
  /** Columns of equal length, oldest first, `stepMs` apart. */
  chart: v.object({
    from: moment,
    stepMs: count,
    allowed: v.array(count),
    altered: v.array(count),
    denied: v.array(count),
  }),
  campaigns: v.object({
    open: count,
    confirmed: count,
    watching: count,
    benign: count,
    accounts: count,
    top: v.array(campaignSummary),
  }),
  waiting: v.object({ approvals: count, proposals: count }),
  measures: v.object({ inForce: count, accounts: count, endingSoon: count }),
  /** The last acts that were not simply allowed. */
  notable: v.array(act),
  ledger: v.object({
    health: v.picklist(['well', 'stalled', 'failed']),
    entries: count,
    /** Entries that the search has yet to take in. */
    behind: count,
    lastCheckpoint: v.optional(moment),
  }),
  /** As exchanges found them: `unknown` until one went there. */
  upstreams: v.array(v.object({ name: v.string(), state: v.picklist(['up', 'down', 'unknown']) })),
  watch: v.object({
    isRunning: v.boolean(),
    behind: count,
    missed: count,
    /** When the findings shown were saved, and from what. */
    findingsAt: v.optional(moment),
    source: v.optional(v.string()),
    exchanges: count,
    accounts: count,
  }),
  /** What to do next in an empty deployment, most useful first. */
  nextSteps: v.array(v.object({ title: v.string(), text: v.string(), command: v.optional(v.string()) })),
})
export type Overview = v.InferOutput<typeof overview>

/** One server-sent event. `id` goes into Last-Event-ID; `resync` says that what was missed is gone: load again. */
export const liveEvent = v.variant('kind', [
  v.object({ kind: v.literal('hello'), now: moment, seq: count }),
  v.object({ kind: v.literal('resync') }),
  /** New acts are in: counts since the last such event, at most one a second. */
  v.object({ kind: v.literal('acts'), seq: count, allowed: count, altered: count, denied: count }),
  v.object({ kind: v.literal('campaigns'), raised: v.array(v.string()), changed: v.array(v.string()) }),
  v.object({ kind: v.literal('approval'), id: v.string(), state: v.string(), session: v.string() }),
  v.object({ kind: v.literal('measure'), id: v.string(), change: v.string(), standing: v.string() }),
  v.object({ kind: v.literal('audit'), author: v.string(), action: v.string(), subject: v.string() }),
  v.object({ kind: v.literal('job'), id: v.string(), state: v.string(), progress: v.optional(v.number()) }),
  v.object({ kind: v.literal('alert'), route: v.string(), campaign: v.string(), outcome: v.string() }),
])
export type LiveEvent = v.InferOutput<typeof liveEvent>
