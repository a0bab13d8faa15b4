import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { CompletionEntry } from '../gate/entry.ts'
import type { ExchangeAct } from '../gate/exchange-act.ts'
import type { ExchangeDecision } from '../gate/exchange-decision.ts'
import { Counter, Gauge, Histogram, type Labels, metricsText } from './admin/metrics.ts'

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300] as const
const NS_A_SECOND = 1e9

export type GaugeSource = {
  readonly name: string
  readonly help: string
  readonly read: () => readonly (readonly [labels: Labels, value: number])[]
}

/** What the gate counts about itself. No label comes from a client: models and accounts are too many to be labels. */
export class GateMetrics {
  readonly #decisions = new Counter('portcullis_decisions_total', 'Decisions by action and rule.')
  readonly #refusals = new Counter('portcullis_refusals_total', 'Requests refused before they became an act.')
  readonly #exchanges = new Counter('portcullis_exchanges_total', 'Exchanges by how they ended.')
  readonly #tokens = new Counter('portcullis_tokens_total', 'Tokens as the upstreams report them.')
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
  readonly #loop = monitorEventLoopDelay({ resolution: 10 })
  readonly #gauges: Gauge[]
  readonly #report: (failure: string) => void

  constructor(gauges: readonly GaugeSource[], report: (failure: string) => void) {
    this.#report = report
    this.#loop.enable()
    this.#gauges = [
      new Gauge('portcullis_event_loop_delay_seconds', 'Delay of the event loop by quantile.', () =>
        [0.5, 0.99].map((quantile) => [
          { quantile: String(quantile) },
          this.#loop.percentile(quantile * 100) / NS_A_SECOND,
        ]),
      ),
      new Gauge('portcullis_resident_bytes', 'Resident memory.', () => [[{}, process.memoryUsage.rss()]]),
    ]
    for (const source of gauges) this.watch(source)
  }

  watch({ name, help, read }: GaugeSource): void {
    this.#gauges.push(new Gauge(name, help, read))
  }

  decided(act: ExchangeAct, decision: ExchangeDecision): void {
    const rule = decision.action === 'allow' ? '' : decision.rule
    this.#decisions.add({ action: decision.action, rule, endpoint: act.endpoint })
  }

  refused(rule: string): void {
    this.#refusals.add({ rule })
  }

  finished(act: ExchangeAct, completion: CompletionEntry): void {
    const { endpoint } = act
    const { outcome, upstream = '', ms, first_ms: firstMs, bytes } = completion
    this.#exchanges.add({ endpoint, outcome, upstream })
    if (completion.input_tokens) this.#tokens.add({ direction: 'input' }, completion.input_tokens)
    if (completion.output_tokens) this.#tokens.add({ direction: 'output' }, completion.output_tokens)
    if (bytes > 0) this.#bytes.add({}, bytes)
    this.#duration.observe({ endpoint }, ms / 1_000)
    if (firstMs !== undefined) this.#first.observe({ endpoint }, firstMs / 1_000)
  }

  /** A failure of ours: counted, and said in the log by its kind, never by what it carried. */
  failed(error: unknown): void {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    this.#failures.add({ code })
    this.#report(error instanceof Error ? `${error.name} ${code}: ${error.stack ?? error.message}` : code)
  }

  text(): string {
    return metricsText([
      this.#decisions,
      this.#refusals,
      this.#exchanges,
      this.#tokens,
      this.#bytes,
      this.#failures,
      this.#duration,
      this.#first,
      ...this.#gauges,
    ])
  }
}
