import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import * as v from 'valibot'
import { BlockWriter } from './block-writer.ts'
import { Chain, type ChainMark } from './chain.ts'
import { Pace } from './pace.ts'
import { type Position, Ring } from './ring.ts'
import { openSigningKey } from './signing.ts'

// The one writer of a ledger. It sleeps until records come, writes all there are as one block, and syncs at a fixed
// pace, so that a busy gate pays for one write and one sync for many records (group commit).

const startSchema = v.object({
  memory: v.instance(SharedArrayBuffer),
  chain: v.instance(SharedArrayBuffer),
  directory: v.string(),
  segmentBytes: v.number(),
  retainMs: v.number(),
  retainBytes: v.number(),
  syncMs: v.number(),
  checkpointMs: v.number(),
})

export type WriterStart = v.InferOutput<typeof startSchema>
export type WriterMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'stalled'; readonly code: string }
  | { readonly kind: 'resumed' }
  | { readonly kind: 'failed'; readonly code: string }

/** After a failed write the disk is asked again at this pace; the ring fills meanwhile and the gate's rule applies. */
const RETRY_MS = 200

/**
 * Blocks that are written while the disk syncs make the next sync longer. Where these follow one another closely somebody waits
 * for the disk, and the writer waits as well; else it goes on.
 */
const BESIDE_MS_MIN = 20

const start = v.parse(startSchema, workerData)
const ring = Ring.attach(start.memory)
const chain = Chain.attach(start.chain)
const writer = BlockWriter.open({
  directory: start.directory,
  chain,
  key: openSigningKey(start.directory),
  segmentBytes: start.segmentBytes,
  retainMs: start.retainMs,
  retainBytes: start.retainBytes,
  now: Date.now,
})
let syncing: Syncing | undefined
let lastSync = 0
let lastCheckpoint = performance.now()
tell({ kind: 'ready' })
await run()

type Syncing = {
  /** All before it is on the disk when it has ended well. */
  readonly at: Position
  readonly ended: Promise<void>
  /** Nothing while it is under way. */
  outcome: { readonly mark: ChainMark } | { readonly failure: unknown } | undefined
}

async function run(): Promise<void> {
  const pace = new Pace()
  let isStalled = false
  for (;;) {
    chain.hold()
    // What is being synced must not be closed meanwhile.
    if (syncing && !syncing.outcome && (writer.isSegmentFull || ring.state() === 'closing')) {
      chain.letGo()
      await syncing.ended
      continue
    }
    // The gate's thread may have written meanwhile.
    let at = ring.watermark('written')
    const { end, bytes, records } = ring.take(at, writer.space)
    if (records > 0) {
      try {
        writer.append(bytes, records)
      } catch (error) {
        if (!isStalled) tell({ kind: 'stalled', code: codeOf(error) })
        isStalled = true
        chain.letGo()
        if (ring.state() === 'closing') return
        await sleep(RETRY_MS)
        continue
      }
    }
    if (isStalled) tell({ kind: 'resumed' })
    isStalled = false
    if (end !== at) ring.raise('written', (at = end))
    const now = performance.now()
    let isClosed = false
    try {
      isClosed = settle(at, now)
    } catch (error) {
      // After a failed sync the kernel may have dropped the pages; what is durable is unknown, so nothing more is.
      ring.setState('failed')
      tell({ kind: 'failed', code: codeOf(error) })
      return
    }
    const sleepMs = writer.isSynced ? start.checkpointMs : Math.max(1, lastSync + start.syncMs - now)
    chain.letGo()
    if (isClosed) return tell({ kind: 'closed' })
    // Waking a sleeping thread costs its waker several microseconds and gains little when records come all the time.
    const napMs = pace.napMs(records, now)
    if (syncing) await ring.rest(at, napMs || sleepMs, napMs > 0 ? 'doze' : 'sleep', syncing.ended)
    else if (napMs > 0) ring.doze(napMs)
    else ring.sleep(at, sleepMs)
  }
}

/** Signs and syncs what it is time for, by whoever holds the chain; whether the ledger is closed with it. */
function settle(at: Position, now: number): boolean {
  endSync()
  if (writer.needsCheckpoint && now - lastCheckpoint >= start.checkpointMs) {
    writer.checkpoint()
    lastCheckpoint = now
  }
  if (syncing) return false
  if (ring.state() === 'closing' && ring.head() === at) {
    writer[Symbol.dispose]()
    ring.raise('durable', at)
    return true
  }
  if (!writer.isSynced && now - lastSync >= start.syncMs) {
    lastSync = now
    if (start.syncMs < BESIDE_MS_MIN) syncNow(at)
    else beginSync(at)
  }
  return false
}

/** Lets the chain go meanwhile; after a failure nobody holds it. */
function syncNow(at: Position): void {
  const mark = writer.syncAside()
  lastSync = performance.now()
  chain.synced(mark)
  ring.raise('durable', at)
}

/** A disk takes milliseconds for it; who holds the chain that long holds up every request. */
function beginSync(at: Position): void {
  const begun: { at: Position; ended: Promise<void>; outcome: Syncing['outcome'] } = {
    at,
    ended: writer.sync().then(
      (mark) => void (begun.outcome = { mark }),
      (failure: unknown) => void (begun.outcome = { failure }),
    ),
    outcome: undefined,
  }
  syncing = begun
}

function endSync(): void {
  if (syncing?.outcome === undefined) return
  const { at, outcome } = syncing
  syncing = undefined
  if ('failure' in outcome) throw outcome.failure
  chain.synced(outcome.mark)
  ring.raise('durable', at)
}

function tell(message: WriterMessage): void {
  parentPort?.postMessage(message)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
