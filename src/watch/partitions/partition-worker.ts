// One partition: the profiles of its accounts and the graph of its features, and nothing of the others'.
import { parentPort, workerData } from 'node:worker_threads'
import { Features } from '../links/features.ts'
import { Accounts } from '../profiles/accounts.ts'
import { field } from '../sketches/record.ts'
import {
  accountShard,
  featureShard,
  type PartitionAnswer,
  type PartitionOrder,
  type PartitionStart,
  SHARDS,
  type Share,
} from './partition-messages.ts'
import { sharedFeatures } from './shared-features.ts'

/** A shard's part of the limits that one watch has as a whole. */
const CANDIDATES_LOG2 = 17
const EDGES_MAX = 2 ** 20

if (!parentPort) throw new Error('partition-worker is started as a worker thread')
const { partition, partitions, progress, port } = workerData as PartitionStart
const done = new Int32Array(progress)
const accounts = new Accounts()
/** The reducer's number of an account to its number here, plus one. */
const numbers: number[] = []
const globals: number[] = []
const changed = new Set<number>()
const shards = Array.from({ length: SHARDS }, (_, shard) =>
  shard % partitions === partition
    ? new Features({ candidatesLog2: CANDIDATES_LOG2, edgesMax: EDGES_MAX })
    : undefined,
)

port.on('message', (order: PartitionOrder) => {
  try {
    if (order.kind === 'batch') {
      see(new Uint32Array(order.records), order.words)
      Atomics.add(done, 0, 1)
    } else {
      answer({ kind: 'share', share: shareOf() })
    }
  } catch (error) {
    answer({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) })
  }
  Atomics.notify(done, 0)
})

function answer(message: PartitionAnswer): void {
  port.postMessage(message)
  Atomics.add(done, 1, 1)
  Atomics.notify(done, 1)
}

function see(records: Uint32Array, words: number): void {
  for (let at = 0; at < words; at += records[at + field.length] ?? words) {
    const account = records[at + field.account] ?? 0
    if (accountShard(records[at + field.textStart] ?? 0) % partitions === partition) {
      const here = numberOf(account)
      accounts.add(here, records, at)
      changed.add(here)
    }
    const end = at + (records[at + field.length] ?? 0)
    for (let k = at + field.shingles; k < end; k++) {
      const hash = records[k] ?? 0
      shards[featureShard(hash)]?.add('shingle', hash, account)
    }
    const system = records[at + field.system] ?? 0
    if (system !== 0) shards[featureShard(system)]?.add('system', system, account)
  }
}

function numberOf(account: number): number {
  const known = numbers[account]
  if (known !== undefined) return known
  const here = accounts.indexOf(String(account))
  numbers[account] = here
  globals[here] = account
  return here
}

function shareOf(): Share {
  const rows = [...changed]
  changed.clear()
  return {
    accounts: Uint32Array.from(rows, (here) => globals[here] ?? 0),
    columns: accounts.rows(rows),
    features: sharedFeatures(shards.filter((shard) => shard !== undefined)),
  }
}
