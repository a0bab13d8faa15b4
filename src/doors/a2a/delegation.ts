import type { Finding } from '../../gate/finding.ts'

type Leg = {
  readonly tenant: string
  readonly from: string
  readonly to: string
  readonly chain: readonly string[]
}

/**
 * Who asks whom right now. An agent that calls another while it answers somebody itself passes the task on, and the
 * chain of those who did is known without any of them saying so.
 */
export class Delegations {
  readonly #legs = new Set<Leg>()

  /** The longest way by which a request may have come to this caller. */
  chainTo(tenant: string, caller: string): readonly string[] {
    let longest: readonly string[] = []
    for (const leg of this.#legs)
      if (leg.tenant === tenant && leg.to === caller && leg.chain.length > longest.length) longest = leg.chain
    return longest
  }

  begin(tenant: string, from: string, to: string): Disposable {
    const chain = [...this.chainTo(tenant, from), from]
    const leg: Leg = { tenant, from, to, chain }
    this.#legs.add(leg)
    return { [Symbol.dispose]: () => void this.#legs.delete(leg) }
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
