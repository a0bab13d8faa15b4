import type { DatabaseSync, StatementSync } from 'node:sqlite'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

type Account = {
  tenant: number
  acts: number
  denied: number
  input: number
  output: number
  first: number
  last: number
}

export type CountedAct = {
  readonly ts: number
  readonly side: number
  readonly action: string
  readonly isEnforced: boolean
}

/** Sums of one slice, written together: an upsert an account and slice instead of one an act. */
export class Tallies {
  readonly #minutes = new Map<string, [allowed: number, altered: number, denied: number, observed: number]>()
  readonly #accounts = new Map<number, Account>()
  readonly #days = new Map<string, [acts: number, output: number]>()
  readonly #seen = new Map<string, number>()
  readonly #kinds = new Map<string, number>()
  readonly #writes: Readonly<Record<'minute' | 'account' | 'day' | 'seen' | 'kind', StatementSync>>

  constructor(database: DatabaseSync) {
    this.#writes = {
      minute: database.prepare(
        `INSERT INTO minute VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET allowed = allowed + excluded.allowed,
          altered = altered + excluded.altered, denied = denied + excluded.denied, observed = observed + excluded.observed`,
      ),
      account: database.prepare(
        `INSERT INTO account VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET acts = acts + excluded.acts,
          denied = denied + excluded.denied, input = input + excluded.input, output = output + excluded.output,
          first = min(first, excluded.first), last = max(last, excluded.last)`,
      ),
      day: database.prepare(
        'INSERT INTO account_day VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET acts = acts + excluded.acts, output = output + excluded.output',
      ),
      seen: database.prepare(
        'INSERT INTO seen VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET acts = acts + excluded.acts',
      ),
      kind: database.prepare(
        'INSERT INTO tally VALUES (?, ?) ON CONFLICT DO UPDATE SET entries = entries + excluded.entries',
      ),
    }
  }

  entry(kind: string): void {
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1)
  }

  act({ ts, side, action, isEnforced }: CountedAct): void {
    const key = `${Math.floor(ts / MINUTE_MS)} ${side}`
    const counts = this.#minutes.get(key) ?? [0, 0, 0, 0]
    const at = !isEnforced || action === 'allow' ? 0 : action === 'deny' ? 2 : 1
    counts[at]++
    if (!isEnforced) counts[3]++
    this.#minutes.set(key, counts)
  }

  account({
    account,
    tenant,
    ts,
    isDenied,
  }: {
    readonly account: number
    readonly tenant: number
    readonly ts: number
    readonly isDenied: boolean
  }): void {
    const sum = this.#accounts.get(account) ?? none(tenant, ts)
    sum.acts++
    if (isDenied) sum.denied++
    sum.first = Math.min(sum.first, ts)
    sum.last = Math.max(sum.last, ts)
    this.#accounts.set(account, sum)
    this.#day(account, ts, 1, 0)
  }

  tokens(account: number, ts: number, input: number, output: number): void {
    const sum = this.#accounts.get(account) ?? none(0, ts)
    sum.input += input
    sum.output += output
    this.#accounts.set(account, sum)
    this.#day(account, ts, 0, output)
  }

  seen(account: number, what: number, name: number): void {
    const key = `${account} ${what} ${name}`
    this.#seen.set(key, (this.#seen.get(key) ?? 0) + 1)
  }

  flush(): { readonly allowed: number; readonly altered: number; readonly denied: number } {
    const total = { allowed: 0, altered: 0, denied: 0 }
    for (const [key, [allowed, altered, denied, observed]] of this.#minutes) {
      this.#writes.minute.run(...numbers(key), allowed, altered, denied, observed)
      total.allowed += allowed
      total.altered += altered
      total.denied += denied
    }
    for (const [account, { tenant, acts, denied, input, output, first, last }] of this.#accounts)
      this.#writes.account.run(account, tenant, acts, denied, input, output, first, last)
    for (const [key, [acts, output]] of this.#days) this.#writes.day.run(...numbers(key), acts, output)
    for (const [key, acts] of this.#seen) this.#writes.seen.run(...numbers(key), acts)
    for (const [kind, entries] of this.#kinds) this.#writes.kind.run(kind, entries)
    for (const map of [this.#minutes, this.#accounts, this.#days, this.#seen, this.#kinds]) map.clear()
    return total
  }

  #day(account: number, ts: number, acts: number, output: number): void {
    const key = `${account} ${Math.floor(ts / DAY_MS)}`
    const sums = this.#days.get(key) ?? [0, 0]
    sums[0] += acts
    sums[1] += output
    this.#days.set(key, sums)
  }
}

function none(tenant: number, ts: number): Account {
  return { tenant, acts: 0, denied: 0, input: 0, output: 0, first: ts, last: ts }
}

function numbers(key: string): number[] {
  return key.split(' ').map(Number)
}
