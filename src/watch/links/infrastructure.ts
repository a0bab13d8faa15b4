// Who is one principal, and who shares a card, an address or an organisation with whom.
import type { Accounts } from '../profiles/accounts.ts'

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
  const cards = new Sharers(count)
  const addresses = new Sharers(count)
  const seats = new Sharers(count)
  const orgs = new Sharers(count)
  for (const index of among ?? accounts.names.keys()) {
    const org = accounts.org[index] ?? 0
    if (org !== 0) orgs.add(org, index)
    else for (const payment of accounts.payments[index] ?? []) cards.add(payment, index)
    for (const address of accounts.addresses[index] ?? []) {
      addresses.add(address, index)
      for (const client of accounts.clients[index] ?? []) seats.add(address * CLIENTS_MAX + client, index)
    }
  }
  for (const sharers of [orgs, cards, seats]) sharers.each((members) => union.joinAll(members))
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
    principalSize: Uint32Array.from(principal, (root) => sizes[root] ?? 1),
    cardShare: cards.largest(),
    addressShare: addresses.largest(),
    seatShare: seats.largest(),
  }
}

/** Which accounts share a value. Most values have one account only, and those cost no list. */
class Sharers {
  readonly #accounts: number
  readonly #first = new Map<number, number>()
  readonly #lists = new Map<number, number[]>()
  readonly #holders = new Set<number>()

  constructor(accounts: number) {
    this.#accounts = accounts
  }

  add(value: number, index: number): void {
    this.#holders.add(index)
    const first = this.#first.get(value)
    if (first === undefined) {
      this.#first.set(value, index)
      return
    }
    const list = this.#lists.get(value)
    if (list) list.push(index)
    else this.#lists.set(value, [first, index])
  }

  each(visit: (members: readonly number[]) => void): void {
    for (const members of this.#lists.values()) visit(members)
  }

  /** For each account, how many share its most shared value: 1 for a value of its own, 0 for none. */
  largest(): Uint32Array {
    const sizes = new Uint32Array(this.#accounts)
    for (const index of this.#holders) sizes[index] = 1
    for (const members of this.#lists.values())
      for (const index of members) sizes[index] = Math.max(sizes[index] ?? 0, members.length)
    return sizes
  }
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
