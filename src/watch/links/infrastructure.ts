// Who is one principal, and who shares a card, an address or an organisation with whom.
import type { Accounts } from '../profiles/accounts.ts'

/** Numbers of clients fit below this, so that an address and a client make one exact key. */
const CLIENTS_MAX = 2 ** 21

export type Infrastructure = {
  /** Component of each account: one organisation, one card, one client at one address. The smallest member's index. */
  readonly principal: Int32Array
  /** Accounts in each account's component. */
  readonly principalSize: Uint32Array
  /** How many accounts without an organisation share the account's most shared card (1: its own, 0: none known). */
  readonly cardShare: Uint32Array
  /** How many accounts share the account's most shared address. */
  readonly addressShare: Uint32Array
  /** How many share an address by the same client software and TLS fingerprint. */
  readonly seatShare: Uint32Array
}

export function infrastructureOf(accounts: Accounts): Infrastructure {
  const { count } = accounts
  const union = new Union(count)
  const cards = new Map<number, number[]>()
  const addresses = new Map<number, number[]>()
  const seats = new Map<number, number[]>()
  const orgs = new Map<number, number[]>()
  for (let index = 0; index < count; index++) {
    const org = accounts.org[index] ?? 0
    if (org !== 0) append(orgs, org, index)
    else for (const payment of accounts.payments[index] ?? []) append(cards, payment, index)
    for (const address of accounts.addresses[index] ?? []) {
      append(addresses, address, index)
      for (const client of accounts.clients[index] ?? []) append(seats, address * CLIENTS_MAX + client, index)
    }
  }
  for (const table of [orgs, cards, seats]) for (const members of table.values()) union.joinAll(members)
  const principal = new Int32Array(count)
  const principalSize = new Uint32Array(count)
  for (let index = 0; index < count; index++) {
    principal[index] = union.find(index)
    const root = principal[index] ?? 0
    principalSize[root] = (principalSize[root] ?? 0) + 1
  }
  for (let index = 0; index < count; index++) principalSize[index] = principalSize[principal[index] ?? 0] ?? 1
  return {
    principal,
    principalSize,
    cardShare: largest(cards, count),
    addressShare: largest(addresses, count),
    seatShare: largest(seats, count),
  }
}

function append(table: Map<number, number[]>, key: number, index: number): void {
  const members = table.get(key)
  if (members) members.push(index)
  else table.set(key, [index])
}

function largest(table: ReadonlyMap<number, readonly number[]>, count: number): Uint32Array {
  const sizes = new Uint32Array(count)
  for (const members of table.values())
    for (const index of members) sizes[index] = Math.max(sizes[index] ?? 0, members.length)
  return sizes
}

/** Union-find in which the smallest index is the root, so that the result does not depend on the order of joins. */
class Union {
  readonly #parents: Int32Array

  constructor(size: number) {
    this.#parents = Int32Array.from({ length: size }, (_, index) => index)
  }

  find(index: number): number {
    let at = index
    while (this.#parents[at] !== at) {
      this.#parents[at] = this.#parents[this.#parents[at] ?? 0] ?? 0
      at = this.#parents[at] ?? 0
    }
    return at
  }

  joinAll(members: readonly number[]): void {
    for (const member of members) {
      const a = this.find(member)
      const b = this.find(members[0] ?? member)
      if (a !== b) this.#parents[Math.max(a, b)] = Math.min(a, b)
    }
  }
}
