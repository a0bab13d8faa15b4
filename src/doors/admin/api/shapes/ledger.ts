import * as v from 'valibot'
import { ledgerProof } from './acts.ts'
import { count, moment, share } from './common.ts'

/** One entry as a line: what happened to whom, by whom. */
export const ledgerEntry = v.object({
  seq: count,
  ts: moment,
  kind: v.string(),
  subject: v.string(),
  author: v.optional(v.string()),
  summary: v.string(),
})
export type LedgerEntry = v.InferOutput<typeof ledgerEntry>

export const ledgerEntryDetail = v.object({
  ...ledgerEntry.entries,
  /** As it stands there. Texts are untrusted. */
  entry: v.record(v.string(), v.unknown()),
  proof: v.optional(ledgerProof),
})
export type LedgerEntryDetail = v.InferOutput<typeof ledgerEntryDetail>

/** The result of a job of kind `ledger-verify`. */
export const ledgerVerification = v.object({
  holds: v.boolean(),
  segments: count,
  blocks: count,
  records: count,
  checkpoints: count,
  bytes: count,
  firstSeq: count,
  lastSeq: count,
  unsignedRecords: count,
  head: v.string(),
  open: count,
  seconds: v.number(),
  publicKey: v.string(),
  problems: v.array(v.object({ kind: v.string(), segment: v.string(), offset: count, summary: v.string() })),
})
export type LedgerVerification = v.InferOutput<typeof ledgerVerification>

export const ledgerCheckpoint = v.object({
  seq: count,
  /** The hash of the last block before it. */
  head: v.string(),
  ts: moment,
  /** The id of the key, and its signature over the three above. */
  key: v.string(),
  signature: v.string(),
})

export const ledgerStatus = v.object({
  health: v.picklist(['well', 'stalled', 'failed']),
  entries: count,
  bytes: count,
  segments: count,
  firstSeq: count,
  lastSeq: count,
  indexed: share,
  publicKey: v.string(),
  keyId: v.string(),
  kinds: v.array(v.object({ kind: v.string(), entries: count })),
})
export type LedgerStatus = v.InferOutput<typeof ledgerStatus>
