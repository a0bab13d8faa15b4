import { BlockList, isIP } from 'node:net'

const IPV6_GROUPS = 8
const NETWORK_GROUPS = 4

/** Which proxies in front of the gate are believed, and how many of them may stand in a row. */
export class TrustedProxies {
  readonly #list = new BlockList()
  readonly #hops: number
  readonly #isEmpty: boolean

  constructor(proxies: readonly string[], hops: number) {
    for (const proxy of proxies) {
      const [address = '', bits] = proxy.split('/')
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
      if (bits === undefined) this.#list.addAddress(address, family)
      else this.#list.addSubnet(address, Number(bits), family)
    }
    this.#hops = hops
    this.#isEmpty = proxies.length === 0
  }

  isTrusted(address: string): boolean {
    if (this.#isEmpty) return false
    const family = isIP(address)
    return family !== 0 && this.#list.check(address, family === 6 ? 'ipv6' : 'ipv4')
  }

  /**
   * The client's address. `x-forwarded-for` grows to the right and everything left of the first untrusted hop is the
   * client's own claim, so the walk goes right to left, over trusted addresses only, at most `hops` of them.
   */
  clientAddress(socketAddress: string | undefined, forwardedFor: string | undefined): string {
    let client = plainAddress(socketAddress ?? '')
    if (this.#hops === 0 || forwardedFor === undefined) return client
    const claimed = forwardedFor.split(',')
    for (let hop = 0; hop < this.#hops && this.isTrusted(client); hop++) {
      const next = plainAddress((claimed.pop() ?? '').trim())
      if (isIP(next) === 0) break
      client = next
    }
    return client
  }
}

/** `::ffff:192.0.2.1` is `192.0.2.1`: one client must not have two names. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address
}

/** Whose address it is, as far as that can be told: of IPv6 a host usually has all that begin with the same 64 bits. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address
  const [before = '', after] = address.split('::')
  const groups = before === '' ? [] : before.split(':')
  const missing =
    after === undefined ? 0 : IPV6_GROUPS - groups.length - after.split(':').filter(Boolean).length
  const whole = [...groups, ...Array<string>(Math.max(missing, 0)).fill('0'), ...(after ?? '').split(':')]
  return `${whole
    .slice(0, NETWORK_GROUPS)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::`
}
