import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { WatchConfig } from '../config/config.ts'
import type { GaugeSource } from '../doors/gate-metrics.ts'
import type { ExchangeAct } from '../gate/exchange-act.ts'
import type { ExchangeWatch, SeenExchange } from '../gate/exchange-gate.ts'
import { sketchText } from '../gate/sketch-text.ts'
import type { Log } from '../kernel/log.ts'
import { moduleUrl } from '../kernel/module-url.ts'
import { type MeasureStore, measureState } from '../store/embedded/measure-store.ts'
import { REST_MS } from '../watch/live-order.ts'
import type { Replacement } from '../watch/replacements.ts'
import { Sketcher } from '../watch/sketches/sketch.ts'
import { textSketch } from '../watch/sketches/text-sketch.ts'
import type {
  PassedExchange,
  RaisedCampaign,
  WatchCommand,
  WatchMessage,
  WatchStart,
} from './watch-worker.ts'

export type OnlineWatchOptions = {
  readonly store: string
  readonly seed: number
  readonly config: WatchConfig
  readonly log: Log
  readonly now: () => number
}

/** What the watch needs of a running gate to act; it begins to act when it gets it. */
export type ActOn = {
  readonly measures: MeasureStore
  readonly refresh: () => Promise<void>
  /** What an earlier run recorded, and the first reference of this run. */
  readonly ledger: { readonly directory: string; readonly before: number }
}

/** Exchanges travel together: a message costs more than an exchange. */
const BATCH_MAX = 256
const BATCH_MS = 50
/** Further exchanges the thread may be behind before they are passed over and counted. */
const BEHIND_MAX = 50_000
/** An exchange that takes longer is no longer waited for; it then counts as of the time it ends. */
const OPEN_MS_MAX = 60_000
/** What a template is shown with stands at the head or the tail of a prompt. Characters. */
const TEXT_HEAD = 480
const TEXT_TAIL = 320
/** Findings on disk are at most so old. */
const SAVE_MS = 300_000
const DAY_MS = 86_400_000
const AUTHOR = 'watch'

/** Shows every exchange to the slow loop in its thread, and gives what it raises the standing the operator chose. */
export class OnlineWatch implements ExchangeWatch, AsyncDisposable {
  readonly #options: OnlineWatchOptions
  readonly #worker: Worker
  readonly #saver: NodeJS.Timeout
  readonly #teller: NodeJS.Timeout
  readonly #sketcher: Sketcher
  /** Exchanges under way, oldest first. */
  readonly #open = new Map<string, { readonly ts: number; readonly since: number }>()
  #batch: PassedExchange[] = []
  #flusher: NodeJS.Timeout | undefined
  #behind = 0
  #missed = 0
  #raised: readonly RaisedCampaign[] = []
  #actOn: ActOn | undefined
  #acting: Promise<void> = Promise.resolve()

  private constructor(options: OnlineWatchOptions, worker: Worker) {
    this.#options = options
    this.#worker = worker
    this.#sketcher = new Sketcher(options.seed)
    worker.on('message', (message: WatchMessage) => this.#hear(message))
    worker.on('error', (error: Error) => options.log('error', 'watch-failed', { failure: error.message }))
    worker.unref()
    this.#saver = setInterval(() => this.#send({ kind: 'save' }), SAVE_MS)
    this.#saver.unref()
    this.#teller = setInterval(() => this.#tell(), REST_MS / 2)
    this.#teller.unref()
  }

  static async open(options: OnlineWatchOptions): Promise<OnlineWatch> {
    const workerData: WatchStart = { seed: options.seed, store: options.store }
    const worker = new Worker(moduleUrl('./watch-worker', import.meta.url), { workerData })
    await once(worker, 'online')
    return new OnlineWatch(options, worker)
  }

  actOn(actOn: ActOn): void {
    this.#actOn = actOn
    this.#send({ kind: 'recover', ...actOn.ledger })
  }

  sketch(system: string | undefined, prompt: string | undefined): string {
    return sketchText(textSketch(this.#sketcher, system, prompt))
  }

  begin({ id, ts }: Pick<ExchangeAct, 'id' | 'ts'>): void {
    this.#open.set(id, { ts, since: performance.now() })
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
    this.ended(seen.act.id, isWatched(seen) ? exchangeOf(seen) : undefined)
  }

  /** An exchange has ended, or never will; if there is anything to see of it, this is it. */
  ended(id: string, exchange: PassedExchange | undefined): void {
    this.#open.delete(id)
    if (exchange === undefined) return
    if (this.#behind >= BEHIND_MAX) {
      this.#missed++
      return
    }
    this.#behind++
    this.#batch.push(exchange)
    if (this.#batch.length >= BATCH_MAX) this.#flush()
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
    clearTimeout(this.#flusher)
    await this.#acting
    await this.#worker.terminate()
  }

  #flush(): void {
    clearTimeout(this.#flusher)
    this.#flusher = undefined
    if (this.#batch.length === 0) return
    this.#send({ kind: 'exchanges', exchanges: this.#batch, open: this.#oldestOpen() })
    this.#batch = []
  }

  /** While nothing ends, the thread must hear that something is still under way. */
  #tell(): void {
    if (this.#open.size > 0) this.#send({ kind: 'exchanges', exchanges: [], open: this.#oldestOpen() })
  }

  #oldestOpen(): number {
    const limit = performance.now() - OPEN_MS_MAX
    let oldest = Number.POSITIVE_INFINITY
    for (const [id, { ts, since }] of this.#open) {
      if (since < limit) this.#open.delete(id)
      else oldest = Math.min(oldest, ts)
    }
    return oldest
  }

  #send(command: WatchCommand): void {
    this.#worker.postMessage(command)
  }

  #hear(message: WatchMessage): void {
    if (message.kind === 'took') this.#behind -= message.exchanges
    else if (message.kind === 'recovered')
      this.#options.log('info', 'watch-recovered', {
        exchanges: message.exchanges,
        seconds: Math.round(message.seconds * 10) / 10,
      })
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
      .filter(({ id }) => !measures.accountsOf(id).includes(account))
    if (inForce.length === 0) return
    for (const { id } of inForce) measures.extend(id, [account])
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
      let isChanged = false
      for (const measure of inForce) {
        const touched = new Set(measures.accountsOf(measure.id))
        const fresh = accounts.filter((account) => !touched.has(account))
        if (fresh.length > 0) measures.extend(measure.id, fresh)
        isChanged ||= fresh.length > 0
      }
      return isChanged
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

/** What is no answer of a model tells nothing. */
export function isWatched({ act }: SeenExchange): boolean {
  return act.endpoint !== 'models' && act.endpoint !== 'count_tokens'
}

export function exchangeOf({ caller, act, completion }: SeenExchange): PassedExchange {
  const fields = {
    ts: act.ts,
    id: act.id,
    account: caller.account,
    key: caller.key,
    org: caller.org,
    ip: caller.address,
    asn: caller.asn,
    ua: caller.userAgent,
    ja4: caller.ja4,
    created: caller.created,
    plan: caller.plan,
    payment: caller.payment,
    model: act.model,
    prompt: act.prompt && shortened(act.prompt),
    sketched: act.sketch,
    inputTokens: completion.input_tokens,
    outputTokens: completion.output_tokens,
    maxTokens: act.maxTokens,
    temperature: act.temperature,
    n: act.n,
    status: completion.status,
    reasoningSignature: act.reasoningBlocks.at(-1),
  }
  // Absent and undefined are the same to whoever reads an exchange; leaving fields out here would cost every exchange.
  return fields as PassedExchange
}

function shortened(text: string): string {
  if (text.length <= TEXT_HEAD + TEXT_TAIL) return text
  return `${text.slice(0, TEXT_HEAD)} … ${text.slice(-TEXT_TAIL)}`
}
