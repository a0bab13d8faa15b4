import { networkOf, plainAddress } from '../../gate/identify/client-address.ts'

export type Crowd = {
  /** A proxy's connections are those of many clients, and are not counted. */
  readonly isProxy: (address: string) => boolean
  /** Told of every connection that is turned away. */
  readonly refused: (rule: 'connection.limit' | 'connection.address-limit', address: string) => void
}

/** How many connections each address holds: whoever opens all there are keeps everybody else out, and slowly sent bytes cost nothing. */
export class ConnectionShares {
  readonly #held = new Map<string, number>()
  readonly #max: number
  readonly #isProxy: (address: string) => boolean

  constructor(max: number, isProxy: (address: string) => boolean) {
    this.#max = max
    this.#isProxy = isProxy
  }

  /** What gives the connection back; nothing where the address has its share. */
  take(address: string | undefined): (() => void) | undefined {
    if (address === undefined || this.#isProxy(address)) return () => {}
    const network = networkOf(plainAddress(address))
    const held = this.#held.get(network) ?? 0
    if (held >= this.#max) return undefined
    this.#held.set(network, held + 1)
    return () => this.#give(network)
  }

  #give(network: string): void {
    const held = this.#held.get(network) ?? 0
    if (held > 1) this.#held.set(network, held - 1)
    else this.#held.delete(network)
  }
}
