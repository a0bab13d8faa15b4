// The slow loop beside the gate, in a thread of its own: puts in order what passed, sweeps, and says which campaigns are
// raised. Texts come in shortened and are forgotten; only masked templates of raised campaigns are kept.
import { existsSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import * as v from 'valibot'
import { ledgerExchanges } from '../gate/export-exchanges.ts'
import { sketchWords } from '../gate/sketch-text.ts'
import { saveFindings } from '../store/embedded/findings.ts'
import type { Exchange } from '../watch/exchange.ts'
import { exchangeOf } from '../watch/intake/exchange-log.ts'
import { LiveOrder, REST_MS } from '../watch/live-order.ts'
import { Observer } from '../watch/observe.ts'
import { type Replacement, Replacements } from '../watch/replacements.ts'
import { interimReportOf, reportOf } from '../watch/reporting.ts'
import { hashString } from '../watch/sketches/words.ts'
import { TimeOrder } from '../watch/time-order.ts'
import { type Raised, Watch } from '../watch/watch.ts'
import { verdictsInForce } from './campaign-verdicts.ts'

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
  /** A new account that does what only a raised campaign does. */
  | ({ readonly kind: 'replacement' } & Replacement)
  | { readonly kind: 'recovered'; readonly exchanges: number; readonly seconds: number }
  | { readonly kind: 'unrecovered'; readonly reason: string }
  | { readonly kind: 'swept' }

/** An exchange on its way to the thread: its texts are in the sketch, and what is left of them is for showing. */
export type PassedExchange = Omit<Exchange, 'sketch'> & { readonly sketched: string | undefined }

export type WatchCommand =
  /** `open` is when the oldest exchange began that is still under way. */
  | { readonly kind: 'exchanges'; readonly exchanges: readonly PassedExchange[]; readonly open: number }
  /** Take up what an earlier run of the gate recorded: everything begun before the reference. */
  | { readonly kind: 'recover'; readonly directory: string; readonly before: number }
  /** Show the watch all there is, look now, and save and tell what is found. */
  | { readonly kind: 'sweep' }
  /** Save what would be found now; nothing else changes. */
  | { readonly kind: 'save' }

const port = parentPort
if (!port) throw new Error('watch-worker is started as a worker thread')
const { seed, store } = v.parse(startSchema, workerData)
let lastRaised: readonly Raised[] = []
const watch = new Watch({
  seed,
  verdicts: verdictsInForce(store),
  onSweep: (_sweep, raised) => {
    lastRaised = raised
    replacements.refresh(raised)
    tell(raised)
  },
})
const replacements = new Replacements(watch, (replacement) => post({ kind: 'replacement', ...replacement }))
const observer = new Observer(watch, (account, record) => replacements.look(account, record))
const order = new LiveOrder<Exchange>()
/** Between two exchanges of the ledger's that are put in order together. */
const RECOVERED_A_TURN = 4_096
/** Whoever looks at findings waits no longer than this for what was just raised. */
const SAVE_SOON_MS = 5_000
let saveSoon: NodeJS.Timeout | undefined
let lastTold = ''
let lastTs = 0
let open = Number.POSITIVE_INFINITY
let openSaidAt = 0
let isRecovering = false
let savedAt = 0

port.on('message', (command: WatchCommand) => {
  if (command.kind === 'exchanges') take(command.exchanges, command.open)
  else if (command.kind === 'recover') remember(command.directory, command.before)
  else void save(command.kind)
})
setInterval(deliver, REST_MS / 4)

function take(exchanges: readonly PassedExchange[], begun: number): void {
  const now = performance.now()
  for (const { sketched, ...exchange } of exchanges)
    rest(sketched === undefined ? exchange : { ...exchange, sketch: sketchWords(sketched) }, now)
  open = begun
  openSaidAt = now
  deliver()
  post({ kind: 'took', exchanges: exchanges.length })
}

function rest(exchange: Exchange, now: number): void {
  order.push(exchange.ts, tieOf(exchange), exchange, now)
}

/** As a hunt orders exchanges of the same time, so that both see the same sequence. */
function tieOf({ id }: Exchange): number {
  return (hashString(id, seed) || 1) >>> 0
}

function deliver(): void {
  const now = performance.now()
  // A gate that is silent has either nothing under way or nothing that ends.
  const limit = now - openSaidAt > REST_MS ? Number.POSITIVE_INFINITY : open
  for (const { item } of order.ready(limit, now)) observe(item)
}

function observe(exchange: Exchange): void {
  // The watch wants time to go forward; what took longer than anything is waited for counts as of now.
  lastTs = Math.max(lastTs, exchange.ts)
  observer.observe(exchange.ts === lastTs ? exchange : { ...exchange, ts: lastTs })
}

/** What cannot be read of the past must not stop the watch from seeing what comes. */
function remember(directory: string, before: number): void {
  if (!existsSync(directory)) return
  try {
    recover(directory, before)
  } catch (error) {
    isRecovering = false
    post({ kind: 'unrecovered', reason: error instanceof Error ? error.message : String(error) })
  }
}

/** Shows the watch the whole ledger again: what it knew at the end of the last run it then knows again, no more and no less. */
function recover(directory: string, before: number): void {
  const began = performance.now()
  isRecovering = true
  const recorded = new TimeOrder<Exchange>()
  let exchanges = 0
  for (const record of ledgerExchanges(directory, before)) {
    const exchange = exchangeOf(record)
    if (!exchange.ok) continue
    recorded.push(exchange.value.ts, exchange.value)
    if (++exchanges % RECOVERED_A_TURN === 0) show(recorded, recorded.watermark)
  }
  show(recorded, recorded.watermark)
  // The last hour may still have to make room for what its clients send again.
  for (const { item } of recorded.drain(Number.POSITIVE_INFINITY, byTie)) rest(item, performance.now())
  isRecovering = false
  if (exchanges === 0) return
  tell(lastRaised)
  post({ kind: 'recovered', exchanges, seconds: (performance.now() - began) / 1_000 })
}

function show(recorded: TimeOrder<Exchange>, until: number): void {
  for (const { item } of recorded.drain(until, byTie)) observe(item)
}

function byTie(a: Exchange, b: Exchange): number {
  return tieOf(a) - tieOf(b)
}

function tell(raised: readonly Raised[]): void {
  if (isRecovering) return
  const told = raised.map(({ id, group }) => `${id} ${group.members.length}`).join()
  if (told !== lastTold) saveSoon ??= setTimeout(() => void save('save'), SAVE_SOON_MS)
  lastTold = told
  const campaigns = raised.map(({ id, score, flaggedAt, group }) => ({
    id,
    score,
    flaggedAt,
    accounts: group.members.map((index) => watch.accounts.names[index] ?? '').sort(),
  }))
  post({ kind: 'raised', campaigns })
}

async function save(kind: 'sweep' | 'save'): Promise<void> {
  clearTimeout(saveSoon)
  saveSoon = undefined
  if (kind === 'sweep') for (const { item } of order.all()) observe(item)
  else if (watch.exchanges === savedAt) return
  savedAt = watch.exchanges
  watch.judgeBy(verdictsInForce(store))
  const findings = kind === 'sweep' ? reportOf(watch, 0) : interimReportOf(watch)
  if (findings.campaigns.length > 0)
    await saveFindings(store, { findings, savedAt: Date.now(), source: 'the gate, as it passed' })
  if (kind === 'sweep') post({ kind: 'swept' })
}

function post(message: WatchMessage): void {
  port?.postMessage(message)
}
