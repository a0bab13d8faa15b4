import type { MessagePort } from 'node:worker_threads'
import type { Column } from '../state/columns.ts'

/**
 * State is divided by hash into so many shards, each with limits of its own, and a partition holds whole shards: what is
 * kept, forgotten and retired in a shard does not depend on how many partitions there are.
 */
export const SHARDS = 16

export type PartitionStart = {
  readonly partition: number
  readonly partitions: number
  /** Counts: [0] batches done, [1] answers given. */
  readonly progress: SharedArrayBuffer
  readonly port: MessagePort
}

export type PartitionOrder =
  /** Records in log order; their account is the reducer's number, and `textStart` holds the account's hash. */
  | { readonly kind: 'batch'; readonly records: SharedArrayBuffer; readonly words: number }
  | { readonly kind: 'look' }

export type PartitionAnswer =
  | { readonly kind: 'share'; readonly share: Share }
  | { readonly kind: 'failed'; readonly reason: string }

/** What a partition hands over when the reducer looks: accounts that changed, and features worth founding a family. */
export type Share = {
  readonly accounts: Uint32Array<ArrayBuffer>
  readonly columns: ReadonlyMap<string, Column>
  readonly features: SharedFeatures
}

/** Row i of each is a feature; its pairs end at `ends[i]`. */
export type SharedFeatures = {
  readonly hashes: Uint32Array<ArrayBuffer>
  readonly isSystem: Uint8Array<ArrayBuffer>
  readonly uses: Float64Array<ArrayBuffer>
  readonly ends: Uint32Array<ArrayBuffer>
  /** Pairs of an account and its uses. */
  readonly pairs: Uint32Array<ArrayBuffer>
}

export function accountShard(hash: number): number {
  return (Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> 0) % SHARDS
}

/** By other bits than those by which a feature finds its place in a table. */
export function featureShard(hash: number): number {
  return (Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) >>> 0) % SHARDS
}
