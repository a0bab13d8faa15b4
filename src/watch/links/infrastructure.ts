// Who is one principal, and who shares a card, an address or an organisation with whom.
import type { Accounts } from '../profiles/accounts.ts'
import { Sharers } from './sharers.ts'

/** Numbers of clients fit below this, so that an address and a client make one exact key. */
const CLIENTS_MAX = 2 ** 21

export type Infrastructure = {
  /** Component of each account: one organisation, one card, one client at one address. The smallest member's index. */
  readonly principal: Int32Array
  /** Accounts in each account's component. */
  readonly principalSize: Uint32Array
  /** The accounts of each principal that has two or more, by its root. */
  readonly byPrincipal: ReadonlyMap<number, readonly number[]>
  /** How many accounts without an organisation share the account's most shared card (1: its own, 0: none known). */
  readonly cardShare: Uint32Array
  /** How many accounts share the account's most shared address. */
  readonly addressShare: Uint32Array
  /** How many share an address by the same client software and TLS fingerprint. */
  readonly seatShare: Uint32Array
}

/** Of all accounts, or as if there were only `among`. */
export function infrastructureOf(accounts: Accounts, among?: readonly number[]): Infrastructure {
  const { count } = accounts
  const union = new Union(count)
  const looked = among?.length ?? count
  const cards = new Sharers(count, looked)
  const addresses = new Sharers(count, 2 * looked)
  const seats = new Sharers(count, 2 * looked)
  const orgs = new Sharers(count, looked >> 3)
  for (const index of among ?? accounts.names.keys()) {
    const org = accounts.org[index] ?? 0
    if (org !== 0) union.join(orgs.add(org, index), index)
    else for (const payment of accounts.payments[index] ?? []) union.join(cards.add(payment, index), index)
    for (const address of accounts.addresses[index] ?? []) {
      addresses.add(address, index)
      for (const client of accounts.clients[index] ?? [])
        union.join(seats.add(address * CLIENTS_MAX + client, index), index)
    }
  }
  const principal = new Int32Array(count)
  const sizes = new Uint32Array(count)
  for (let index = 0; index < count; index++) {
    const root = union.find(index)
    principal[index] = root
    sizes[root] = (sizes[root] ?? 0) + 1
  }
  const byPrincipal = new Map<number, number[]>()
  for (let index = 0; index < count; index++) {
    const root = principal[index] ?? index
    if ((sizes[root] ?? 1) === 1) continue
    const own = byPrincipal.get(root)
    if (own) own.push(index)
    else byPrincipal.set(root, [index])
  }
  return {
    principal,
    byPrincipal,
    principalSize: sizesOf(principal, sizes),
    cardShare: cards.largest(),
    addressShare: addresses.largest(),
    seatShare: seats.largest(),
  }
}

function sizesOf(principal: Int32Array, sizes: Uint32Array): Uint32Array {
  const own = new Uint32Array(principal.length)
  for (let index = 0; index < own.length; index++) own[index] = sizes[principal[index] ?? index] ?? 1
  return own
}

/** Union-find in which the smallest index is the root, so that the result does not depend on the order of joins. */
class Union {
  readonly #parents: Int32Array

  constructor(size: number) {
    this.#parents = new Int32Array(size)
    for (let index = 0; index < size; index++) this.#parents[index] = index
  }

  find(index: number): number {
    let at = index
    while (this.#parents[at] !== at) {
      this.#parents[at] = this.#parents[this.#parents[at] ?? 0] ?? 0
      at = this.#parents[at] ?? 0
    }
    return at
  }

  join(one: number, other: number): void {
    const a = this.find(one)
    const b = this.find(other)
    if (a !== b) this.#parents[Math.max(a, b)] = Math.min(a, b)
  }
}
