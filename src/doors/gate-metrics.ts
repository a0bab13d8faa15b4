import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { CompletionEntry } from '../gate/entry.ts'
import type { ExchangeAct } from '../gate/exchange-act.ts'
import type { ExchangeDecision } from '../gate/exchange-decision.ts'
import {
  Counter,
  type Counts,
  Gauge,
  Histogram,
  type Labels,
  metricsText,
  type Observed,
} from './admin/metrics.ts'

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300] as const
const NS_A_MS = 1e6
/** How often the event loop is tried. */
const LOOP_EVERY_MS = 10
/** What fails again and again, of a full disk for instance, must not fill the log as well. */
const SAID_AGAIN_MS = 60_000
const SAID_MAX = 64

export type GaugeSource = {
  readonly name: string
  readonly help: string
  readonly read: () => readonly (readonly [labels: Labels, value: number])[]
}

/** What one process of a gate counted since it last said so. */
export type MetricsShare = { readonly counts: readonly Counts[]; readonly observed: readonly Observed[] }

/** What the gate counts about itself. No label comes from a client: models and accounts are too many to be labels. */
export class GateMetrics {
  readonly #decisions = new Counter('portcullis_decisions_total', 'Decisions by action and rule.')
  readonly #refusals = new Counter('portcullis_refusals_total', 'Requests refused before they became an act.')
  readonly #exchanges = new Counter('portcullis_exchanges_total', 'Exchanges by how they ended.')
  readonly #tokens = new Counter('portcullis_tokens_total', 'Tokens as the upstreams report them.')
  readonly #estimated = new Counter(
    'portcullis_estimated_tokens_total',
    'Tokens of answers that no upstream reported, by their bytes.',
  )
  readonly #bytes = new Counter('portcullis_answer_bytes_total', 'Bytes of answers passed on.')
  readonly #failures = new Counter('portcullis_failures_total', 'Failures of the gate itself, by kind.')
  readonly #duration = new Histogram(
    'portcullis_exchange_seconds',
    'Time from the request to the end of its answer.',
    SECONDS,
  )
  readonly #first = new Histogram(
    'portcullis_first_byte_seconds',
    'Time until the upstream begins its answer.',
    SECONDS,
  )
  readonly #inputTokens = this.#tokens.series({ direction: 'input' })
  readonly #outputTokens = this.#tokens.series({ direction: 'output' })
  readonly #estimatedTokens = this.#estimated.series({ direction: 'output' })
  readonly #answerBytes = this.#bytes.series({})
  readonly #decided = new Handles<{ value: number }>()
  readonly #ended = new Handles<Ended>()
  readonly #loop = monitorEventLoopDelay({ resolution: LOOP_EVERY_MS })
  readonly #gauges: Gauge[]
  readonly #report: (failure: string) => void
  readonly #said = new Map<string, number>()

  constructor(report: (failure: string) => void) {
    this.#report = report
    this.#loop.enable()
    this.#gauges = [
      new Gauge(
        'portcullis_event_loop_delay_seconds',
        'Delay of the event loop since it was last read, by quantile.',
        () => this.#loopDelays(),
      ),
      new Gauge('portcullis_resident_bytes', 'Resident memory.', () => [[{}, process.memoryUsage.rss()]]),
    ]
  }

  watch({ name, help, read }: GaugeSource): void {
    this.#gauges.push(new Gauge(name, help, read))
  }

  decided(act: ExchangeAct, decision: ExchangeDecision): void {
    const rule = decision.action === 'allow' ? '' : decision.rule
    const { endpoint } = act
    const { action } = decision
    this.#decided.of(endpoint, action, rule, () => this.#decisions.series({ action, rule, endpoint })).value++
  }

  refused(rule: string): void {
    this.#refusals.add({ rule })
  }

  finished({ endpoint }: ExchangeAct, completion: CompletionEntry): void {
    const { outcome, upstream = '', ms, first_ms: firstMs, bytes } = completion
    const ended = this.#ended.of(endpoint, outcome, upstream, () => ({
      exchanges: this.#exchanges.series({ endpoint, outcome, upstream }),
      duration: this.#duration.series({ endpoint }),
      first: this.#first.series({ endpoint }),
    }))
    ended.exchanges.value++
    ended.duration(ms / 1_000)
    if (firstMs !== undefined) ended.first(firstMs / 1_000)
    this.#inputTokens.value += completion.input_tokens ?? 0
    const output = completion.tokens_estimated ? this.#estimatedTokens : this.#outputTokens
    output.value += completion.output_tokens ?? 0
    this.#answerBytes.value += bytes
  }

  /** A failure of ours: counted, and said in the log by its kind, never by what it carried; the same once a minute. */
  failed(error: unknown): void {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    this.#failures.add({ code })
    const failure = error instanceof Error ? `${error.name} ${code}: ${error.stack ?? error.message}` : code
    const now = performance.now()
    if (now - (this.#said.get(failure) ?? Number.NEGATIVE_INFINITY) < SAID_AGAIN_MS) return
    if (this.#said.size >= SAID_MAX) this.#said.clear()
    this.#said.set(failure, now)
    this.#report(failure)
  }

  /** What was counted here since the last time; from now on it counts where it is taken. */
  drain(): MetricsShare {
    return {
      counts: this.#counters().map((counter) => counter.drain()),
      observed: [this.#duration.drain(), this.#first.drain()],
    }
  }

  take({ counts, observed }: MetricsShare): void {
    for (const [index, counter] of this.#counters().entries()) counter.take(counts[index] ?? [])
    for (const [index, histogram] of [this.#duration, this.#first].entries())
      histogram.take(observed[index] ?? [])
  }

  /** What Node measures is the time from one try to the next: what they are apart by design is no delay. */
  #loopDelays(): readonly (readonly [Labels, number])[] {
    const delays = [0.5, 0.99].map((quantile) => {
      const apart = this.#loop.percentile(quantile * 100) / NS_A_MS
      return [{ quantile: String(quantile) }, Math.max(0, apart - LOOP_EVERY_MS) / 1_000] as const
    })
    this.#loop.reset()
    return delays
  }

  #counters(): readonly Counter[] {
    return [
      this.#decisions,
      this.#refusals,
      this.#exchanges,
      this.#tokens,
      this.#estimated,
      this.#bytes,
      this.#failures,
    ]
  }

  text(): string {
    return metricsText([...this.#counters(), this.#duration, this.#first, ...this.#gauges])
  }
}

type Ended = {
  readonly exchanges: { value: number }
  readonly duration: (value: number) => void
  readonly first: (value: number) => void
}

/** Series by three short names: rules, outcomes and upstreams come from the configuration, so there are few. */
class Handles<Handle> {
  readonly #handles = new Map<string, Map<string, Map<string, Handle>>>()

  of(first: string, second: string, third: string, make: () => Handle): Handle {
    const known = this.#handles.get(first)?.get(second)?.get(third)
    if (known !== undefined) return known
    const made = make()
    const seconds = this.#handles.get(first) ?? new Map<string, Map<string, Handle>>()
    this.#handles.set(first, seconds)
    seconds.set(second, (seconds.get(second) ?? new Map<string, Handle>()).set(third, made))
    return made
  }
}
