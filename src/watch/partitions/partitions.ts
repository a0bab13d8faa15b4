// The watch divided: partitions hold profiles by account and the graph by feature, and one reducer looks at what they
// hand over. The number of partitions changes who does the work, never what is found.
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { GateError } from '../../kernel/gate-error.ts'
import { moduleUrl } from '../../kernel/module-url.ts'
import { field, tsOf } from '../sketches/record.ts'
import { hashString } from '../sketches/words.ts'
import type { Watch } from '../watch.ts'
import type {
  PartitionAnswer,
  PartitionOrder,
  PartitionStart,
  Share,
  SharedFeatures,
} from './partition-messages.ts'

const BATCH_WORDS = 2 ** 18
/** Batches of a megabyte on their way to each partition. */
const BATCHES_MAX = 32
const WAIT_MS = 1_000
/** A partition that neither works nor answers for so long has died. */
const SILENCE_MAX_MS = 10 * 60_000

type Partition = {
  readonly worker: Worker
  readonly port: MessagePort
  readonly progress: Int32Array
  sent: number
  asked: number
}

export class Partitions implements AsyncDisposable {
  readonly #watch: Watch
  readonly #partitions: readonly Partition[]
  /** The hash of each account's name. */
  readonly #hashes: number[] = []
  #batch = new SharedArrayBuffer(BATCH_WORDS * 4)
  #records = new Uint32Array(this.#batch)
  #words = 0

  private constructor(watch: Watch, partitions: readonly Partition[]) {
    this.#watch = watch
    this.#partitions = partitions
  }

  /** @param watch the reducer: it is shown nothing but what partitions hand over. */
  static open(watch: Watch, partitions: number): Partitions {
    return new Partitions(
      watch,
      Array.from({ length: partitions }, (_, partition) => started(partition, partitions)),
    )
  }

  /** One exchange; they come in log order. What is due is looked at before it counts. */
  add(account: number, records: Uint32Array, at: number, textOf: () => string): void {
    const { accounts, features, exemplars } = this.#watch
    this.#watch.meet(tsOf(records, at), () => this.gather())
    const length = records[at + field.length] ?? 0
    if (this.#words + length > BATCH_WORDS) this.#send()
    const own = this.#records.subarray(this.#words, this.#words + length)
    own.set(records.subarray(at, at + length))
    own[field.account] = account
    own[field.textStart] = this.#hashes[account] ??= hashString(
      accounts.names[account] ?? '',
      this.#watch.seed,
    )
    this.#words += length
    // Two accounts of two partitions may have sent the same: whom sealed reasoning was made for is the reducer's to know.
    const sealed = records[at + field.signature] ?? 0
    if (sealed !== 0) accounts.replays.add(sealed, account)
    for (let k: number = field.shingles; k < length; k++) {
      const feature = features.find('shingle', own[k] ?? 0)
      if (feature >= 0 && exemplars.wants(feature)) exemplars.keep(feature, account, textOf())
    }
  }

  /** Waits until every partition has seen all, and takes over what they hand over. */
  gather(): void {
    this.#send()
    for (const partition of this.#partitions) {
      order(partition, { kind: 'look' })
      partition.asked++
    }
    const features: SharedFeatures[] = []
    for (const partition of this.#partitions) {
      const { accounts, columns, features: own } = answered(partition)
      this.#watch.accounts.take(accounts, columns)
      features.push(own)
    }
    this.#watch.features.take(features)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#partitions.map(({ worker }) => worker.terminate()))
  }

  #send(): void {
    if (this.#words === 0) return
    for (const partition of this.#partitions) {
      until(partition, 0, partition.sent + 1 - BATCHES_MAX)
      order(partition, { kind: 'batch', records: this.#batch, words: this.#words })
      partition.sent++
    }
    this.#batch = new SharedArrayBuffer(BATCH_WORDS * 4)
    this.#records = new Uint32Array(this.#batch)
    this.#words = 0
  }
}

function started(partition: number, partitions: number): Partition {
  const progress = new SharedArrayBuffer(8)
  const { port1, port2 } = new MessageChannel()
  const start: PartitionStart = { partition, partitions, progress, port: port2 }
  const worker = new Worker(moduleUrl('./partition-worker', import.meta.url), {
    workerData: start,
    transferList: [port2],
  })
  // It speaks while the reducer waits; what it cannot say, its silence does.
  worker.on('error', () => {})
  return { worker, port: port1, progress: new Int32Array(progress), sent: 0, asked: 0 }
}

function order({ port }: Partition, message: PartitionOrder): void {
  port.postMessage(message)
}

/** Waits until a count of the partition's is `least` or more. */
function until({ progress }: Partition, count: 0 | 1, least: number): void {
  let silentMs = 0
  for (let now = Atomics.load(progress, count); now < least; now = Atomics.load(progress, count)) {
    if (Atomics.wait(progress, count, now, WAIT_MS) !== 'timed-out') silentMs = 0
    else silentMs += WAIT_MS
    if (silentMs >= SILENCE_MAX_MS) throw new GateError('sketch-failed', 'a partition no longer answers')
  }
}

function answered(partition: Partition): Share {
  until(partition, 1, partition.asked)
  const message = receiveMessageOnPort(partition.port)
  const answer = message?.message as PartitionAnswer | undefined
  if (answer?.kind === 'share') return answer.share
  throw new GateError('sketch-failed', `a partition failed: ${answer?.reason ?? 'it did not say why'}`)
}
