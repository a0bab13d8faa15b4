import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { Worker } from 'node:worker_threads'
import type { WatchConfig } from '../config/config.ts'
import type { GaugeSource } from '../doors/gate-metrics.ts'
import type { ExchangeAct } from '../gate/exchange-act.ts'
import type { ExchangeWatch, SeenExchange } from '../gate/exchange-gate.ts'
import type { Log } from '../kernel/log.ts'
import { moduleUrl } from '../kernel/module-url.ts'
import { type MeasureStore, measureState } from '../store/embedded/measure-store.ts'
import { REST_MS } from '../watch/live-order.ts'
import type { Replacement } from '../watch/replacements.ts'
import { TextSketches } from '../watch/sketches/text-sketch.ts'
import { BatchWriter, type WrittenExchange, written } from './passed-batch.ts'
import type { RaisedCampaign, WatchCommand, WatchMessage, WatchStart } from './watch-worker.ts'
import { exchangeOf, isWatched, shownOf } from './watched-exchange.ts'

export type OnlineWatchOptions = {
  readonly store: string
  readonly seed: number
  readonly config: WatchConfig
  readonly log: Log
  readonly now: () => number
  /** How often the watch's state is kept. */
  readonly keepMs?: number
}

/** What the watch needs of a running gate to act; it begins to act when it gets it. */
export type ActOn = {
  readonly measures: MeasureStore
  readonly refresh: () => Promise<void>
  /** What an earlier run recorded, and the first reference of this run. */
  readonly ledger: {
    readonly directory: string
    readonly before: number
    /** The reference the next exchange gets. */
    readonly nextRef: () => number
    /** Resolves once all that was recorded so far is written. */
    readonly written: (timeoutMs: number) => Promise<void>
  }
}

/** Exchanges travel together: a message costs more than an exchange. */
const BATCH_MS = 250
/** Further exchanges the thread may be behind before they are passed over and counted. */
const BEHIND_MAX = 50_000
/** An exchange that takes longer is no longer waited for; it then counts as of the time it ends. */
const OPEN_MS_MAX = 60_000
/** Findings on disk are at most so old. */
const SAVE_MS = 300_000
/** So much of the ledger, and a little more, is read again after a kill. */
const KEEP_MS = 300_000
/** The ledger writes what was recorded within milliseconds, or the disk is in trouble. */
const WRITTEN_MS_MAX = 30_000
/** A state of gigabytes on a slow disk; what is not kept by then is read again at the next start. */
const CLOSE_MS_MAX = 60_000
const DAY_MS = 86_400_000
const AUTHOR = 'watch'

/** Shows every exchange to the slow loop in its thread, and gives what it raises the standing the operator chose. */
export class OnlineWatch implements ExchangeWatch, AsyncDisposable {
  readonly #options: OnlineWatchOptions
  readonly #worker: Worker
  readonly #saver: NodeJS.Timeout
  readonly #keeper: NodeJS.Timeout
  readonly #teller: NodeJS.Timeout
  readonly #sketches: TextSketches
  /** Exchanges under way, oldest first. */
  readonly #open = new Map<string, { readonly ts: number; readonly since: number; readonly from: number }>()
  /** Exchanges under way that are no longer waited for, and what their references are not below. */
  readonly #long = new Map<string, number>()
  readonly #batch = new BatchWriter()
  #flusher: NodeJS.Timeout | undefined
  #behind = 0
  #missed = 0
  #raised: readonly RaisedCampaign[] = []
  #actOn: ActOn | undefined
  #acting: Promise<void> = Promise.resolve()

  private constructor(options: OnlineWatchOptions, worker: Worker) {
    this.#options = options
    this.#worker = worker
    this.#sketches = new TextSketches(options.seed)
    worker.on('message', (message: WatchMessage) => this.#hear(message))
    worker.on('error', (error: Error) => options.log('error', 'watch-failed', { failure: error.message }))
    worker.unref()
    this.#saver = setInterval(() => this.#send({ kind: 'save' }), SAVE_MS)
    this.#saver.unref()
    this.#keeper = setInterval(() => this.#keep('keep'), options.keepMs ?? KEEP_MS)
    this.#keeper.unref()
    this.#teller = setInterval(() => this.#tell(), REST_MS / 2)
    this.#teller.unref()
  }

  static async open(options: OnlineWatchOptions): Promise<OnlineWatch> {
    const workerData: WatchStart = { seed: options.seed, store: options.store }
    const worker = new Worker(moduleUrl('./watch-worker', import.meta.url), { workerData, name: 'watch' })
    await once(worker, 'online')
    return new OnlineWatch(options, worker)
  }

  actOn(actOn: ActOn): void {
    this.#actOn = actOn
    const { directory, before } = actOn.ledger
    this.#send({ kind: 'recover', directory, before })
  }

  sketch(system: string | undefined, prompt: string | undefined): string {
    return this.#sketches.read(system, prompt)
  }

  begin({ id, ts }: Pick<ExchangeAct, 'id' | 'ts'>): void {
    this.#open.set(id, { ts, since: performance.now(), from: this.#nextRef() })
  }

  get raised(): readonly RaisedCampaign[] {
    return this.#raised
  }

  get counts(): { readonly behind: number; readonly missed: number } {
    return { behind: this.#behind, missed: this.#missed }
  }

  get gauges(): readonly GaugeSource[] {
    return [
      {
        name: 'portcullis_campaigns_raised',
        help: 'Campaigns the watch has raised.',
        read: () => [[{}, this.#raised.length]],
      },
      {
        name: 'portcullis_watch_behind',
        help: 'Exchanges the watch has yet to look at.',
        read: () => [[{}, this.#behind]],
      },
      {
        name: 'portcullis_watch_missed_total',
        help: 'Exchanges passed over because the watch was too far behind.',
        read: () => [[{}, this.#missed]],
      },
    ]
  }

  see(seen: SeenExchange): void {
    this.ended(seen.act.id, isWatched(seen) ? written(exchangeOf(seen), shownOf(seen)) : undefined)
  }

  /** An exchange has ended, or never will; if there is anything to see of it, this is it. */
  ended(id: string, seen: WrittenExchange | undefined): void {
    const from = this.#open.get(id)?.from ?? this.#long.get(id) ?? 0
    if (!this.#open.delete(id)) this.#long.delete(id)
    if (seen === undefined) return
    if (this.#behind >= BEHIND_MAX) {
      this.#missed++
      return
    }
    this.#behind++
    if (!this.#batch.add(seen, from)) {
      this.#flush()
      this.#batch.add(seen, from)
    }
    if (this.#batch.isFull) this.#flush()
    else this.#flusher ??= setTimeout(() => this.#flush(), BATCH_MS)
  }

  /** Looks now, saves the findings and acts on them. */
  async sweep(): Promise<void> {
    this.#flush()
    const saved = new Promise<void>((done) => {
      const hear = (message: WatchMessage): void => {
        if (message.kind !== 'swept') return
        this.#worker.off('message', hear)
        done()
      }
      this.#worker.on('message', hear)
    })
    this.#send({ kind: 'sweep' })
    await saved
    await this.#acting
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#saver)
    clearInterval(this.#teller)
    clearInterval(this.#keeper)
    this.#flush()
    await this.#close()
    await this.#acting
    await this.#worker.terminate()
  }

  /** Has the state kept a last time. */
  async #close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const limit = setTimeout(resolve, CLOSE_MS_MAX)
    this.#worker.on('message', (message: WatchMessage) => {
      if (message.kind === 'closed') resolve()
    })
    this.#worker.once('exit', () => resolve())
    this.#keep('close')
    await promise
    clearTimeout(limit)
  }

  #keep(kind: 'keep' | 'close'): void {
    this.#flush()
    const { lowest } = this.#underWay()
    this.#send({ kind, lowest, nextRef: this.#nextRef() })
  }

  /** Answers the thread once what it may have been shown can be read in the ledger. */
  async #answerWritten(): Promise<void> {
    const isWritten = await this.#actOn?.ledger.written(WRITTEN_MS_MAX).then(
      () => true,
      () => false,
    )
    this.#send({ kind: 'written', nextRef: isWritten ? this.#nextRef() : undefined })
  }

  #nextRef(): number {
    return this.#actOn?.ledger.nextRef() ?? 0
  }

  #flush(): void {
    clearTimeout(this.#flusher)
    this.#flusher = undefined
    if (this.#batch.count > 0) this.#pass()
  }

  #pass(): void {
    const batch = this.#batch.take()
    const command = { kind: 'exchanges', ...batch, nextRef: this.#nextRef(), ...this.#underWay() } as const
    this.#worker.postMessage(command satisfies WatchCommand, [batch.bytes.buffer])
  }

  /** While nothing ends, the thread must hear that something is still under way. */
  #tell(): void {
    if (this.#open.size > 0 && this.#batch.count === 0) this.#pass()
  }

  /** When the oldest exchange began that is waited for, and what no reference of any under way is below. */
  #underWay(): { readonly open: number; readonly lowest: number } {
    const limit = performance.now() - OPEN_MS_MAX
    let open = Number.POSITIVE_INFINITY
    let lowest = this.#nextRef()
    for (const [id, { ts, since, from }] of this.#open) {
      lowest = Math.min(lowest, from)
      if (since >= limit) open = Math.min(open, ts)
      else {
        this.#open.delete(id)
        this.#long.set(id, from)
      }
    }
    for (const from of this.#long.values()) lowest = Math.min(lowest, from)
    return { open, lowest }
  }

  #send(command: WatchCommand): void {
    this.#worker.postMessage(command)
  }

  #hear(message: WatchMessage): void {
    if (message.kind === 'took') {
      this.#behind -= message.exchanges
      for (const bytes of message.spent) this.#batch.reuse(bytes)
    } else if (message.kind === 'recovered')
      this.#options.log('info', 'watch-recovered', {
        exchanges: message.exchanges,
        kept: message.kept || undefined,
        seconds: Math.round(message.seconds * 10) / 10,
      })
    else if (message.kind === 'written?') void this.#answerWritten()
    else if (message.kind === 'state-kept')
      this.#options.log('info', 'watch-state-kept', {
        exchanges: message.exchanges,
        bytes: message.bytes,
        ms: Math.round(message.ms),
      })
    else if (message.kind === 'state-unkept')
      this.#options.log('error', 'watch-state-unkept', { reason: message.reason })
    else if (message.kind === 'state-refused')
      this.#options.log('warn', 'watch-state-refused', { reason: message.reason })
    else if (message.kind === 'replacement') this.#after(() => this.#inherit(message))
    else if (message.kind === 'unrecovered')
      this.#options.log('error', 'watch-unrecovered', { reason: message.reason })
    else if (message.kind === 'raised') {
      const { campaigns } = message
      this.#after(() => this.#act(campaigns))
    }
  }

  /** One after the other: what is written about a campaign builds on what was. */
  #after(act: () => Promise<void>): void {
    this.#acting = this.#acting
      .then(act)
      .catch((error: unknown) => this.#options.log('error', 'watch-failed', { failure: String(error) }))
  }

  /** A replacement gets what its campaign has, long before a sweep could see it. */
  async #inherit({ campaign, account }: Replacement): Promise<void> {
    if (this.#actOn === undefined) return
    const { measures, refresh } = this.#actOn
    const now = this.#options.now()
    const inForce = measures
      .list()
      .filter((measure) => measure.campaign === campaign && measureState(measure, now) === 'in force')
    let added = 0
    for (const { id } of inForce) added += measures.extend(id, [account])
    if (added === 0) return
    this.#options.log('warn', 'campaign-replacement', { campaign, account })
    await refresh()
  }

  async #act(campaigns: readonly RaisedCampaign[]): Promise<void> {
    const { log } = this.#options
    const known = new Set(this.#raised.map(({ id }) => id))
    this.#raised = campaigns
    for (const { id, score, accounts, flaggedAt } of campaigns)
      if (!known.has(id))
        log('warn', 'campaign-raised', { campaign: id, score, accounts: accounts.length, flaggedAt })
    if (this.#actOn === undefined) return
    let isChanged = false
    for (const campaign of campaigns) isChanged = this.#measure(campaign, this.#actOn.measures) || isChanged
    if (isChanged) await this.#actOn.refresh()
  }

  /**
   * A new campaign gets a measure; accounts found later get the measure their campaign has, also where a person
   * chose another one. What a person undid stays undone.
   */
  #measure({ id, score, accounts }: RaisedCampaign, measures: MeasureStore): boolean {
    const { config, now } = this.#options
    const given = measures.list().filter(({ campaign }) => campaign === id)
    const inForce = given.filter(({ undone }) => undone === undefined)
    if (inForce.length > 0) {
      let added = 0
      for (const measure of inForce) added += measures.extend(measure.id, accounts)
      return added > 0
    }
    if (given.length > 0 || config.standing === 'clear' || score < config.scoreMin) return false
    measures.apply(
      {
        standing: config.standing,
        parameters: config.parameters,
        reason: `campaign ${id}, score ${score.toFixed(2)}`,
        author: AUTHOR,
        campaign: id,
        created: now(),
        expires: config.days === 0 ? undefined : now() + config.days * DAY_MS,
      },
      accounts,
    )
    return true
  }
}
