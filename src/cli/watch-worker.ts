// The slow loop beside the gate, in a thread of its own: sketches what passed, sweeps, and says which campaigns are
// raised. Prompts come in, are sketched and forgotten; only masked templates of raised campaigns are kept.
import { parentPort, workerData } from 'node:worker_threads'
import * as v from 'valibot'
import { saveFindings } from '../store/embedded/findings.ts'
import type { Exchange } from '../watch/exchange.ts'
import { Observer } from '../watch/observe.ts'
import { reportOf } from '../watch/reporting.ts'
import { type Raised, Watch } from '../watch/watch.ts'

const startSchema = v.object({ seed: v.number(), store: v.string() })

export type WatchStart = v.InferOutput<typeof startSchema>

export type RaisedCampaign = {
  readonly id: string
  readonly score: number
  readonly flaggedAt: number
  readonly accounts: readonly string[]
}

export type WatchMessage =
  | { readonly kind: 'took'; readonly exchanges: number }
  | { readonly kind: 'raised'; readonly campaigns: readonly RaisedCampaign[] }
  | { readonly kind: 'saved' }

export type WatchCommand =
  | { readonly kind: 'exchanges'; readonly exchanges: readonly Exchange[] }
  /** Look now, whatever is due, and save what is found. */
  | { readonly kind: 'sweep' }

const port = parentPort
if (!port) throw new Error('watch-worker is started as a worker thread')
const { seed, store } = v.parse(startSchema, workerData)
const watch = new Watch({ seed, onSweep: (_sweep, raised) => tell(raised) })
const observer = new Observer(watch)
let lastTs = 0

port.on('message', (command: WatchCommand) => {
  if (command.kind === 'sweep') void sweepAndSave()
  else take(command.exchanges)
})

function take(exchanges: readonly Exchange[]): void {
  for (const exchange of exchanges) {
    // They come as they ended; the watch wants time to go forward, and a few seconds do not matter to it.
    lastTs = Math.max(lastTs, exchange.ts)
    observer.observe(exchange.ts === lastTs ? exchange : { ...exchange, ts: lastTs })
  }
  post({ kind: 'took', exchanges: exchanges.length })
}

function tell(raised: readonly Raised[]): void {
  const campaigns = raised.map(({ id, score, flaggedAt, group }) => ({
    id,
    score,
    flaggedAt,
    accounts: group.members.map((index) => watch.accounts.names[index] ?? '').sort(),
  }))
  post({ kind: 'raised', campaigns })
}

async function sweepAndSave(): Promise<void> {
  const findings = reportOf(watch, 0)
  if (findings.campaigns.length > 0)
    await saveFindings(store, { findings, savedAt: Date.now(), source: 'the gate, as it passed' })
  post({ kind: 'saved' })
}

function post(message: WatchMessage): void {
  port?.postMessage(message)
}
