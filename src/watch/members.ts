// Who of a campaign is who: a few columns an account, and what accounts share, for people who look at one closely.
import { createHash } from 'node:crypto'
import type { Members, SharedBy } from './report.ts'
import type { Watch } from './watch.ts'

/** Shared things kept, the most shared first; a graph with more is a hairball. */
const SHARED_MAX = 4_000
/** And of all links together at most so many: a million are 8 MB of findings. */
const LINKS_MAX = 250_000
const MINUTE_MS = 60_000
const TAG_DIGITS = 6

type Kind = SharedBy['kind']

/** `members` are account indices in the order of the report's accounts. */
export function membersOf({ accounts, names }: Watch, members: readonly number[]): Members {
  const column = (values: ArrayLike<number>): number[] => members.map((index) => values[index] ?? 0)
  const holders = new Map<string, { kind: Kind; value: string; accounts: number[] }>()
  const meet = (position: number, kind: Kind, id: string, value: () => string): void => {
    const name = `${kind}\0${id}`
    const known = holders.get(name)
    if (known === undefined) holders.set(name, { kind, value: value(), accounts: [position] })
    else if (known.accounts.at(-1) !== position) known.accounts.push(position)
  }
  for (const [position, index] of members.entries()) {
    for (const value of accounts.payments[index] ?? [])
      meet(position, 'card', String(value), () => tag('card', value))
    for (const value of accounts.addresses[index] ?? [])
      meet(position, 'address', String(value), () => tag('address', value))
    for (const value of accounts.asns[index] ?? [])
      meet(position, 'network', String(value), () => `AS${value}`)
    for (const value of accounts.clients[index] ?? [])
      meet(position, 'client', String(value), () => (names.client.list[value] ?? '').replace('\n', ' · '))
    const system = accounts.system[index] ?? 0
    if (system !== 0) meet(position, 'system prompt', String(system), () => tag('wording', system))
  }
  return {
    exchanges: column(accounts.exchanges),
    outputTokens: column(accounts.outputTokens),
    first: column(accounts.first),
    last: column(accounts.last),
    created: column(accounts.created).map((minutes) => minutes * MINUTE_MS),
    shared: mostShared([...holders.values()]),
  }
}

function mostShared(holders: readonly SharedBy[]): SharedBy[] {
  const shared = holders
    .filter((holder) => holder.accounts.length >= 2 && holder.value !== '')
    .sort(
      (a, b) =>
        b.accounts.length - a.accounts.length || (`${a.kind} ${a.value}` < `${b.kind} ${b.value}` ? -1 : 1),
    )
  let links = 0
  return shared.slice(0, SHARED_MAX).filter((holder) => {
    links += holder.accounts.length
    return links <= LINKS_MAX
  })
}

/** The watch knows cards and addresses as keyed hashes only; people need something short to tell them apart by. */
function tag(kind: string, hash: number): string {
  return createHash('sha256').update(`${kind}\0${hash}`).digest('hex').slice(0, TAG_DIGITS)
}
