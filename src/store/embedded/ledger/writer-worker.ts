import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import * as v from 'valibot'
import { BlockWriter } from './block-writer.ts'
import { Chain } from './chain.ts'
import { Pace } from './pace.ts'
import { Ring } from './ring.ts'
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
tell({ kind: 'ready' })
await run()

async function run(): Promise<void> {
  let lastSync = 0
  const pace = new Pace()
  let lastCheckpoint = performance.now()
  let isStalled = false
  for (;;) {
    chain.hold()
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
    const isClosing = ring.state() === 'closing' && ring.head() === at
    try {
      if (writer.needsCheckpoint && now - lastCheckpoint >= start.checkpointMs) {
        writer.checkpoint()
        lastCheckpoint = now
      }
      if (isClosing || (!writer.isSynced && now - lastSync >= start.syncMs)) {
        if (isClosing) writer[Symbol.dispose]()
        else writer.syncAside()
        lastSync = performance.now()
        ring.raise('durable', at)
      }
    } catch (error) {
      // After a failed sync the kernel may have dropped the pages; what is durable is unknown, so nothing more is.
      ring.setState('failed')
      tell({ kind: 'failed', code: codeOf(error) })
      return
    }
    const sleepMs = writer.isSynced ? start.checkpointMs : start.syncMs
    chain.letGo()
    if (isClosing) return tell({ kind: 'closed' })
    // Waking a sleeping thread costs its waker several microseconds and gains little when records come all the time.
    const napMs = pace.napMs(records, now)
    if (napMs > 0) ring.doze(napMs)
    else ring.sleep(at, sleepMs)
  }
}

function tell(message: WriterMessage): void {
  parentPort?.postMessage(message)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
