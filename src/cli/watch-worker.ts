// The slow loop beside the gate, in a thread of its own: puts in order what passed, sweeps, and says which campaigns are
// raised. Texts come in shortened and are forgotten; only masked templates of raised campaigns are kept.
import { existsSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import * as v from 'valibot'
import { saveFindings } from '../store/embedded/findings.ts'
import type { Exchange } from '../watch/exchange.ts'
import { LiveOrder, REST_MS } from '../watch/live-order.ts'
import { Observer } from '../watch/observe.ts'
import { type Replacement, Replacements } from '../watch/replacements.ts'
import { interimReportOf, reportOf } from '../watch/reporting.ts'
import { hashString } from '../watch/sketches/words.ts'
import type { Column } from '../watch/state/columns.ts'
import { type Raised, Watch, type WatchOptions } from '../watch/watch.ts'
import { verdictsInForce } from './campaign-verdicts.ts'
import { exchangeIn, type PassedBatch } from './passed-batch.ts'
import { WatchKeeper } from './watch-keeper.ts'
import { recoverFrom } from './watch-recovery.ts'
import { type KeptWatch, WatchStates } from './watch-state.ts'

const startSchema = v.object({ seed: v.number(), store: v.string() })

export type WatchStart = v.InferOutput<typeof startSchema>

export type RaisedCampaign = {
  readonly id: string
  readonly score: number
  readonly flaggedAt: number
  readonly accounts: readonly string[]
}

export type WatchMessage =
  /** `spent` are the bytes of batches whose exchanges have all been shown. */
  | { readonly kind: 'took'; readonly exchanges: number; readonly spent: readonly Uint8Array<ArrayBuffer>[] }
  | { readonly kind: 'raised'; readonly campaigns: readonly RaisedCampaign[] }
  /** A new account that does what only a raised campaign does. */
  | ({ readonly kind: 'replacement' } & Replacement)
  /** `kept` are exchanges known from a kept state, without being read. */
  | {
      readonly kind: 'recovered'
      readonly exchanges: number
      readonly kept: number
      readonly seconds: number
    }
  /** A kept state was there and is not gone by. */
  | { readonly kind: 'state-refused'; readonly reason: string }
  | { readonly kind: 'state-kept'; readonly ms: number; readonly bytes: number; readonly exchanges: number }
  | { readonly kind: 'state-unkept'; readonly reason: string }
  /** To be answered by `written` once all that is recorded by now is written. */
  | { readonly kind: 'written?' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'unrecovered'; readonly reason: string }
  | { readonly kind: 'swept' }

/** Where exchanges stand in the ledger, as far as the gate knows without asking. */
export type References = {
  /** What all their references are below. */
  readonly nextRef: number
  /** What no reference of an exchange under way is below. */
  readonly lowest: number
}

/** An exchange that was recovered, or the bytes of one that was passed. */
type Waiting = {
  readonly exchange: Exchange | Passed
  readonly from: number
  readonly until: number
}
type Passed = {
  readonly batch: Batch
  readonly start: number
  readonly end: number
  readonly textEnd: number
}
/** Bytes of exchanges that came together, and how many of them have not been shown yet. */
type Batch = { readonly bytes: Buffer<ArrayBuffer>; left: number }

export type WatchCommand =
  /** `open` is when the oldest exchange began that is still under way. */
  | ({ readonly kind: 'exchanges'; readonly open: number } & PassedBatch & References)
  /** Keep the state; `close`: and say when that is done, for nothing more will come. */
  | ({ readonly kind: 'keep' | 'close' } & References)
  /** The next reference of the ledger, of which all up to now is written; none if it cannot be written. */
  | { readonly kind: 'written'; readonly nextRef: number | undefined }
  /** Take up what an earlier run of the gate recorded: everything begun before the reference. */
  | { readonly kind: 'recover'; readonly directory: string; readonly before: number }
  /** Show the watch all there is, look now, and save and tell what is found. */
  | { readonly kind: 'sweep' }
  /** Save what would be found now; nothing else changes. */
  | { readonly kind: 'save' }

const contentSchema = v.object({
  watch: v.unknown(),
  replacements: v.unknown(),
  told: v.pipe(
    v.array(
      v.object({
        ...{ id: v.string(), score: v.number(), flaggedAt: v.number() },
        accounts: v.pipe(v.array(v.string()), v.readonly()),
      }),
    ),
    v.readonly(),
  ),
  lastTs: v.number(),
})

const port = parentPort
if (!port) throw new Error('watch-worker is started as a worker thread')
const { seed, store } = v.parse(startSchema, workerData)
/** Whoever looks at findings waits no longer than this for what was just raised. */
const SAVE_SOON_MS = 5_000
const SETTLE_MS = 1_000
/** Of batches that have been shown since they were given back last. */
const read: Uint8Array<ArrayBuffer>[] = []
let told: readonly RaisedCampaign[] = []
let { watch, replacements, observer } = engineOf()
const order = new LiveOrder<Waiting>()
let keeper: WatchKeeper | undefined
let saveSoon: NodeJS.Timeout | undefined
let lastTold = ''
let lastTs = 0
let open = Number.POSITIVE_INFINITY
let openSaidAt = 0
let isRecovering = false
let savedAt = 0
let settledAt = 0
/** Exchanges the watch had seen when its state was kept last. */
let keptAt = 0

port.on('message', (command: WatchCommand) => {
  if (command.kind === 'exchanges') take(command)
  else if (command.kind === 'recover') remember(command.directory, command.before)
  else if (command.kind === 'written') keeper?.answered(command.nextRef)
  else if (command.kind === 'keep' || command.kind === 'close') void keep(command)
  else void save(command.kind)
})
setInterval(deliver, REST_MS / 4)

function engineOf(kept?: KeptWatch): {
  readonly watch: Watch
  readonly replacements: Replacements
  readonly observer: Observer
} {
  const options: WatchOptions = {
    seed,
    verdicts: verdictsInForce(store),
    onSweep: (_sweep, raised) => {
      replacements.refresh(raised)
      told = raised.map(toldOf)
      tell()
    },
  }
  const content = kept && v.parse(contentSchema, kept.content)
  const watch = kept ? Watch.resume(content?.watch, kept.columns, options) : new Watch(options)
  const replacements = new Replacements(watch, (found) => post({ kind: 'replacement', ...found }))
  if (content) {
    replacements.resume(content.replacements)
    told = content.told
    lastTs = content.lastTs
  }
  const toldOf = ({ id, score, flaggedAt, group }: Raised): RaisedCampaign => ({
    ...{ id, score, flaggedAt },
    accounts: group.members.map((index) => watch.accounts.names[index] ?? '').sort(),
  })
  const observer = new Observer(watch, (account, record) => replacements.look(account, record))
  return { watch, replacements, observer }
}

function take(command: Extract<WatchCommand, { kind: 'exchanges' }>): void {
  const { ids, times, froms, ends, textEnds, nextRef, lowest } = command
  const batch: Batch = { bytes: Buffer.from(command.bytes.buffer), left: ids.length }
  const now = performance.now()
  let start = 0
  for (let at = 0; at < ids.length; at++) {
    const id = ids[at] ?? ''
    const end = ends[at] ?? start
    const textEnd = textEnds[at] ?? end
    const waiting = { exchange: { batch, start, end, textEnd }, from: froms[at] ?? 0, until: nextRef }
    order.push(times[at] ?? 0, tieOf({ id }), waiting, now)
    start = textEnd
  }
  open = command.open
  openSaidAt = now
  deliver()
  // It looks through all that rests, and nobody needs it to the moment.
  if (now - settledAt >= SETTLE_MS) settle(lowest)
  giveBack(ids.length)
}

/** What was read goes back to be written again. */
function giveBack(exchanges: number): void {
  const spent = read.splice(0)
  const message: WatchMessage = { kind: 'took', exchanges, spent }
  port?.postMessage(
    message,
    spent.map(({ buffer }) => buffer),
  )
}

/** As a hunt orders exchanges of the same time, so that both see the same sequence. */
function tieOf({ id }: Pick<Exchange, 'id'>): number {
  return (hashString(id, seed) || 1) >>> 0
}

function deliver(): void {
  const now = performance.now()
  // A gate that is silent has either nothing under way or nothing that ends.
  const limit = now - openSaidAt > REST_MS ? Number.POSITIVE_INFINITY : open
  for (const { item } of order.ready(limit, now)) observe(item)
}

function observe({ exchange: given, until }: Waiting): void {
  const isPassed = 'batch' in given
  const exchange = isPassed ? exchangeIn(given.batch.bytes, given.start, given.end) : given
  // The watch wants time to go forward; what took longer than anything is waited for counts as of now.
  lastTs = Math.max(lastTs, exchange.ts)
  observer.observe(
    exchange.ts === lastTs ? exchange : { ...exchange, ts: lastTs },
    isPassed ? () => given.batch.bytes.toString('utf8', given.end, given.textEnd) : undefined,
  )
  // Texts of prompts are not kept any longer than they are needed.
  if (isPassed && --given.batch.left === 0) read.push(given.batch.bytes.fill(0))
  keeper?.shown(exchange.id, until)
}

/** `lowest`: what no reference of an exchange that is yet to come here is below. */
function settle(lowest: number): void {
  if (!keeper) return
  settledAt = performance.now()
  let least = lowest
  for (const { from } of order.items()) least = Math.min(least, from)
  keeper.settled(least)
}

/** What cannot be read of the past must not stop the watch from seeing what comes. */
function remember(directory: string, before: number): void {
  if (!existsSync(directory)) return
  try {
    recover(directory, before)
  } catch (error) {
    isRecovering = false
    post({ kind: 'unrecovered', reason: reasonOf(error) })
  }
}

/**
 * Takes up the state that was kept and shows the watch what the ledger has beyond it; the whole ledger where there is no
 * state. What the watch knew at the end of the last run it then knows again, no more and no less.
 */
function recover(directory: string, before: number): void {
  const began = performance.now()
  const states = new WatchStates(store, directory, seed)
  const kept = recalled(states)
  const content = (columns: Map<string, Column>): v.InferOutput<typeof contentSchema> => ({
    // The ledger holds no text of what was asked, and neither does what is kept of it.
    watch: watch.keepWhole(columns, 'without-excerpts'),
    replacements: replacements.keep(),
    ...{ told, lastTs },
  })
  const parts = { states, ledger: directory, ask: () => post({ kind: 'written?' }), content }
  keeper = new WatchKeeper(
    parts,
    kept && { ref: kept.since, place: kept.from },
    kept?.shown.map((id) => ({ id, until: before })),
  )
  const known = watch.exchanges
  keptAt = known
  isRecovering = true
  const part = { before, ...(kept && { ...kept, without: new Set(kept.shown) }) }
  const exchanges = recoverFrom(directory, part, {
    tieOf,
    show: ({ exchange, ref }) => observe({ exchange, from: ref, until: ref + 1 }),
    rest: ({ exchange, ref }) => {
      const waiting = { exchange, from: ref, until: ref + 1 }
      order.push(exchange.ts, tieOf(exchange), waiting, performance.now())
    },
  })
  isRecovering = false
  if (exchanges + known === 0) return
  tell()
  const seconds = (performance.now() - began) / 1_000
  post({ kind: 'recovered', exchanges, kept: known, seconds })
}

function recalled(states: WatchStates): KeptWatch | undefined {
  const found = states.recall()
  if (found.kind === 'refused') post({ kind: 'state-refused', reason: found.reason })
  if (found.kind !== 'kept') return undefined
  try {
    const engine = engineOf(found.kept)
    ;({ watch, replacements, observer } = engine)
    return found.kept
  } catch (error) {
    told = []
    lastTs = 0
    post({ kind: 'state-refused', reason: `the state cannot be taken up: ${reasonOf(error)}` })
    return undefined
  }
}

/** Nothing is lost when it fails: the ledger has all of it. */
async function keep({
  kind,
  lowest,
  nextRef,
}: Extract<WatchCommand, { kind: 'keep' | 'close' }>): Promise<void> {
  // A gate that has drained sends nothing that could have to go before what rests.
  if (kind === 'close' && lowest === nextRef) for (const { item } of order.all()) observe(item)
  settle(lowest)
  try {
    const { exchanges } = watch
    // What is kept of a gate that is silent is as good as new.
    const kept = exchanges === keptAt ? undefined : await keeper?.keep()
    if (kept) {
      keptAt = exchanges
      post({ kind: 'state-kept', ...kept, exchanges })
    }
  } catch (error) {
    post({ kind: 'state-unkept', reason: reasonOf(error) })
  }
  if (kind === 'close') post({ kind: 'closed' })
}

function tell(): void {
  if (isRecovering) return
  const brief = told.map(({ id, accounts }) => `${id} ${accounts.length}`).join()
  if (brief !== lastTold) saveSoon ??= setTimeout(() => void save('save'), SAVE_SOON_MS)
  lastTold = brief
  post({ kind: 'raised', campaigns: told })
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

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function post(message: WatchMessage): void {
  port?.postMessage(message)
}
