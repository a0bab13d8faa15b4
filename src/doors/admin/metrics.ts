// Counters and histograms in the Prometheus text format. A label set that an outsider could grow without end is
// folded into one named `other`.

const SERIES_MAX = 1_000
const NAME_SEPARATOR = '\0'

export type Labels = Readonly<Record<string, string>>

/** What one process counted, on its way to the one that is asked. */
export type Counts = readonly (readonly [labels: Labels, value: number])[]
export type Observed = readonly (readonly [
  labels: Labels,
  counts: readonly number[],
  sum: number,
  count: number,
])[]

class Series<State> {
  readonly #states = new Map<string, { readonly labels: Labels; readonly state: State }>()
  readonly #make: () => State

  constructor(make: () => State) {
    this.#make = make
  }

  of(labels: Labels): State {
    const key = Object.values(labels).join(NAME_SEPARATOR)
    const known = this.#states.get(key)
    if (known) return known.state
    if (this.#states.size >= SERIES_MAX)
      return this.of(Object.fromEntries(Object.keys(labels).map((name) => [name, 'other'])))
    const state = this.#make()
    this.#states.set(key, { labels, state })
    return state
  }

  all(): Iterable<{ readonly labels: Labels; readonly state: State }> {
    return this.#states.values()
  }
}

type Metric = { readonly text: () => string }

export class Counter implements Metric {
  readonly #name: string
  readonly #help: string
  readonly #series = new Series(() => ({ value: 0 }))

  constructor(name: string, help: string) {
    this.#name = name
    this.#help = help
  }

  add(labels: Labels, amount = 1): void {
    this.#series.of(labels).value += amount
  }

  /** What was counted since the last time, to be added elsewhere. */
  drain(): Counts {
    const counted = [...this.#series.all()].filter(({ state }) => state.value > 0)
    return counted.map(({ labels, state }) => {
      const { value } = state
      state.value = 0
      return [labels, value]
    })
  }

  take(counts: Counts): void {
    for (const [labels, value] of counts) this.add(labels, value)
  }

  /** One series to count on directly, for callers that count often. */
  series(labels: Labels): { value: number } {
    return this.#series.of(labels)
  }

  text(): string {
    const lines = [...this.#series.all()].map(
      ({ labels, state }) => `${this.#name}${labelText(labels)} ${state.value}\n`,
    )
    return heading(this.#name, this.#help, 'counter') + lines.join('')
  }
}

export class Histogram implements Metric {
  readonly #name: string
  readonly #help: string
  readonly #bounds: readonly number[]
  readonly #series: Series<{ readonly counts: number[]; sum: number; count: number }>

  constructor(name: string, help: string, bounds: readonly number[]) {
    this.#name = name
    this.#help = help
    this.#bounds = bounds
    this.#series = new Series(() => ({ counts: bounds.map(() => 0), sum: 0, count: 0 }))
  }

  /** What was observed since the last time, to be added elsewhere. */
  drain(): Observed {
    const observed = [...this.#series.all()].filter(({ state }) => state.count > 0)
    return observed.map(({ labels, state }) => {
      const { sum, count } = state
      const counts = [...state.counts]
      state.counts.fill(0)
      state.sum = 0
      state.count = 0
      return [labels, counts, sum, count]
    })
  }

  take(observed: Observed): void {
    for (const [labels, counts, sum, count] of observed) {
      const state = this.#series.of(labels)
      for (const [index, value] of counts.entries()) state.counts[index] = (state.counts[index] ?? 0) + value
      state.sum += sum
      state.count += count
    }
  }

  /** One series to observe on directly. */
  series(labels: Labels): (value: number) => void {
    const state = this.#series.of(labels)
    return (value) => {
      state.sum += value
      state.count++
      const bucket = this.#bounds.findIndex((bound) => value <= bound)
      if (bucket >= 0) state.counts[bucket] = (state.counts[bucket] ?? 0) + 1
    }
  }

  text(): string {
    const lines: string[] = []
    for (const { labels, state } of this.#series.all()) {
      let below = 0
      for (const [index, bound] of this.#bounds.entries()) {
        below += state.counts[index] ?? 0
        lines.push(`${this.#name}_bucket${labelText({ ...labels, le: String(bound) })} ${below}\n`)
      }
      lines.push(`${this.#name}_bucket${labelText({ ...labels, le: '+Inf' })} ${state.count}\n`)
      lines.push(`${this.#name}_sum${labelText(labels)} ${state.sum}\n`)
      lines.push(`${this.#name}_count${labelText(labels)} ${state.count}\n`)
    }
    return heading(this.#name, this.#help, 'histogram') + lines.join('')
  }
}

/** Read when asked. */
export class Gauge implements Metric {
  readonly #name: string
  readonly #help: string
  readonly #read: () => readonly (readonly [labels: Labels, value: number])[]

  constructor(name: string, help: string, read: () => readonly (readonly [labels: Labels, value: number])[]) {
    this.#name = name
    this.#help = help
    this.#read = read
  }

  text(): string {
    const lines = this.#read().map(([labels, value]) => `${this.#name}${labelText(labels)} ${value}\n`)
    // What only grows is a counter wherever it is kept; Prometheus takes its rate.
    const type = this.#name.endsWith('_total') ? 'counter' : 'gauge'
    return heading(this.#name, this.#help, type) + lines.join('')
  }
}

export function metricsText(metrics: readonly Metric[]): string {
  return metrics.map((metric) => metric.text()).join('')
}

function heading(name: string, help: string, type: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
