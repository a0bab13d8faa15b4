import * as v from 'valibot'
import { count, moment, reason, severity } from './common.ts'

export const finding = v.object({
  detector: v.string(),
  fact: v.string(),
  severity,
  summary: v.string(),
})

/** One act as a line of a list: an exchange with a model, an agent's act, or a request refused before it was one. */
export const act = v.object({
  seq: count,
  id: v.string(),
  ts: moment,
  side: v.picklist(['model', 'agent', 'refusal']),
  /** Of a model: the endpoint. Of an agent: call, result, command, message or write. */
  kind: v.string(),
  /** The model, the tool, or what stands in their place. */
  name: v.string(),
  tenant: v.string(),
  account: v.string(),
  agent: v.optional(v.string()),
  session: v.optional(v.string()),
  action: v.picklist(['allow', 'throttle', 'redact', 'ask', 'deny']),
  rule: v.optional(v.string()),
  /** False: observed only; the act went on as if allowed. */
  isEnforced: v.boolean(),
  standing: v.optional(v.string()),
  /** Unset while it is under way. */
  outcome: v.optional(v.string()),
  status: v.optional(count),
  inputTokens: v.optional(count),
  outputTokens: v.optional(count),
  ms: v.optional(v.number()),
})
export type Act = v.InferOutput<typeof act>

export const ledgerProof = v.object({
  seq: count,
  segment: v.string(),
  /** Of the block the entry stands in. */
  blockOffset: count,
  blockHash: v.string(),
  previousHash: v.string(),
  blockFirstSeq: count,
  blockRecords: count,
  /** SHA-256 of the entry's bytes as they stand in the ledger. */
  entryHash: v.string(),
  /** Whether the block's bytes give its hash, and the chain from it to the checkpoint is whole; checked just now. */
  holds: v.boolean(),
  /** The first signed checkpoint after it; unset while none has been signed yet. */
  checkpoint: v.optional(
    v.object({
      seq: count,
      head: v.string(),
      ts: moment,
      key: v.string(),
      signature: v.string(),
      holds: v.boolean(),
    }),
  ),
  blocksToCheckpoint: v.optional(count),
})
export type LedgerProof = v.InferOutput<typeof ledgerProof>

export const actDetail = v.object({
  ...act.entries,
  /** Why, in a sentence. */
  story: v.string(),
  findings: v.array(finding),
  /** The entries as they stand in the ledger: the decision, then the outcome. Texts are untrusted. */
  entries: v.array(v.object({ seq: count, kind: v.string(), entry: v.record(v.string(), v.unknown()) })),
  proof: v.optional(ledgerProof),
  campaign: v.optional(v.object({ id: v.string(), score: v.number() })),
})
export type ActDetail = v.InferOutput<typeof actDetail>

export const account = v.object({
  account: v.string(),
  tenant: v.optional(v.string()),
  /** Through this gate, as the ledger has it. */
  acts: count,
  denied: count,
  inputTokens: count,
  outputTokens: count,
  first: v.optional(moment),
  last: v.optional(moment),
  standing: v.string(),
  isAllowed: v.boolean(),
  campaign: v.optional(v.string()),
})
export type Account = v.InferOutput<typeof account>

export const accountDetail = v.object({
  ...account.entries,
  campaigns: v.array(
    v.object({ id: v.string(), score: v.number(), state: v.string(), objective: v.string() }),
  ),
  lookalikes: v.array(v.object({ kind: v.string(), title: v.string(), summary: v.string() })),
  measures: v.array(
    v.object({
      id: v.string(),
      standing: v.string(),
      state: v.string(),
      reason: v.string(),
      author: v.string(),
      created: moment,
      expires: v.optional(moment),
    }),
  ),
  keys: v.array(v.object({ id: v.string(), state: v.string(), created: moment })),
  /** What it was last seen with. */
  seen: v.object({
    models: v.array(v.object({ name: v.string(), acts: count })),
    addresses: v.array(v.object({ name: v.string(), acts: count })),
    clients: v.array(v.object({ name: v.string(), acts: count })),
  }),
  /** Acts a day for the last 30 days, oldest first. */
  daily: v.array(count),
  /** As the findings have it, where a campaign counts it. */
  inFindings: v.optional(
    v.object({
      exchanges: count,
      outputTokens: count,
      first: v.optional(moment),
      last: v.optional(moment),
      sharedWith: v.array(v.object({ kind: v.string(), value: v.string(), accounts: count })),
    }),
  ),
})
export type AccountDetail = v.InferOutput<typeof accountDetail>

/** Asking to read what an account wrote. Answered with a job whose result is Prompts; audited. */
export const revealPrompts = v.strictObject({ reason, limit: v.optional(v.pipe(count, v.maxValue(50)), 10) })
export const prompts = v.object({
  account: v.string(),
  /** Where they were read from. Empty: the store holds no log with prompts. */
  source: v.string(),
  prompts: v.array(
    v.object({
      id: v.string(),
      ts: moment,
      model: v.string(),
      system: v.optional(v.string()),
      prompt: v.string(),
    }),
  ),
})
export type Prompts = v.InferOutput<typeof prompts>
