import type { Finding } from '../../gate/finding.ts'

type Leg = {
  readonly tenant: string
  readonly from: string
  readonly to: string
  readonly chain: readonly string[]
}

/** A task that nobody hears of any more is taken to have ended. */
const WORKING_MS = 10 * 60_000
const TASKS_MAX = 10_000

type Working = { readonly leg: Leg; readonly until: number }

/**
 * Who asks whom right now. An agent that calls another while it answers somebody itself, or works on a task that it gave for an
 * answer, passes the task on, and the chain of those who did is known without any of them saying so.
 */
export class Delegations {
  readonly #legs = new Set<Leg>()
  /** Tasks that agents say they work on, the ones heard of last at the end. */
  readonly #working = new Map<string, Working>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** The longest way by which a request may have come to this caller. */
  chainTo(tenant: string, caller: string): readonly string[] {
    let longest: readonly string[] = []
    const look = (leg: Leg): void => {
      if (leg.tenant === tenant && leg.to === caller && leg.chain.length > longest.length) longest = leg.chain
    }
    for (const leg of this.#legs) look(leg)
    const now = this.#now()
    for (const [task, { leg, until }] of this.#working) {
      // In the order of their ends.
      if (until <= now) this.#working.delete(task)
      else look(leg)
    }
    return longest
  }

  /** An agent said of a task that it works on it, for whom it was asked now or before. */
  works(task: string, leg: Omit<Leg, 'chain'> | undefined): void {
    const known = this.#working.get(task)
    const own = leg === undefined ? undefined : this.#legOf(leg)
    const kept = known?.leg ?? own
    if (kept === undefined) return
    this.#working.delete(task)
    this.#working.set(task, { leg: kept, until: this.#now() + WORKING_MS })
    const [oldest] = this.#working.keys()
    if (this.#working.size > TASKS_MAX && oldest !== undefined) this.#working.delete(oldest)
  }

  /** It has ended, or waits for whoever asked. */
  rests(task: string): void {
    this.#working.delete(task)
  }

  begin(tenant: string, from: string, to: string): Disposable {
    const leg = this.#legOf({ tenant, from, to })
    this.#legs.add(leg)
    return { [Symbol.dispose]: () => void this.#legs.delete(leg) }
  }

  #legOf(leg: Omit<Leg, 'chain'>): Leg {
    return { ...leg, chain: [...this.chainTo(leg.tenant, leg.from), leg.from] }
  }

  findings(tenant: string, from: string, to: string, depthMax: number): readonly Finding[] {
    const chain = [...this.chainTo(tenant, from), from]
    const findings: Finding[] = []
    if (chain.length > depthMax)
      findings.push({
        detector: 'delegation',
        fact: 'agent.too-deep',
        severity: 'high',
        summary: `this request has passed through ${chain.length} agents; ${depthMax} are allowed`,
      })
    if (chain.includes(to))
      findings.push({
        detector: 'delegation',
        fact: 'agent.loop',
        severity: from === to ? 'high' : 'medium',
        summary: `${to} waits for the answer to what it would be asked`,
      })
    return findings
  }
}
