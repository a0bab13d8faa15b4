import type { Exchange } from './exchange.ts'
import { Observer } from './observe.ts'
import { Accounts } from './profiles/accounts.ts'
import { encodeRecord, RECORD_WORDS_MAX } from './sketches/record.ts'
import { Sketcher } from './sketches/sketch.ts'
import { DAY_MS } from './time.ts'
import { Watch } from './watch.ts'

export const SEED = 0x5eed
/** Midnight at the beginning of a Monday. */
export const MONDAY = Date.UTC(2026, 4, 4)

/** An exchange of which only what matters need be said. */
export function exchange(said: Partial<Exchange>): Exchange {
  const account = said.account ?? 'a_1'
  return { ts: MONDAY, id: 'x', account, key: `k_${account}`, model: 'm', status: 200, ...said }
}

/** A watch that has seen the exchanges, put in time order. */
export function watchOf(exchanges: readonly Exchange[]): Watch {
  const watch = new Watch({ seed: SEED })
  const observer = new Observer(watch)
  for (const each of [...exchanges].sort((a, b) => a.ts - b.ts)) observer.observe(each)
  return watch
}

/** The profiles such a watch would have, without the room it takes for linking. */
export function accountsOf(exchanges: readonly Exchange[]): Accounts {
  const accounts = new Accounts()
  const sketcher = new Sketcher(SEED)
  const record = new Uint32Array(RECORD_WORDS_MAX)
  const names: string[] = ['']
  const numberOf = (name: string): number => {
    const known = names.indexOf(name)
    return known >= 0 ? known : names.push(name) - 1
  }
  for (const each of [...exchanges].sort((a, b) => a.ts - b.ts)) {
    const account = accounts.indexOf(each.account)
    const client = each.ua === undefined && each.ja4 === undefined ? '' : `${each.ua}\n${each.ja4}`
    const interned = {
      account,
      client: numberOf(client),
      plan: numberOf(each.plan ?? ''),
      model: numberOf(each.model),
    }
    encodeRecord(record, 0, each, interned, { start: 0, end: 0 }, sketcher, SEED)
    accounts.add(account, record, 0)
  }
  return accounts
}

/** Times from `from` on, every `gapMs`. */
export function every(gapMs: number, count: number, from = MONDAY): number[] {
  return Array.from({ length: count }, (_, at) => from + at * gapMs)
}

/** `sittings` a day at the given hours, each of `count` exchanges half a minute apart, over `days` days. */
export function sittings(days: number, hours: readonly number[], count: number, from = MONDAY): number[] {
  return Array.from({ length: days }, (_, day) =>
    hours.flatMap((hour) => every(30_000, count, from + day * DAY_MS + hour * 3_600_000)),
  ).flat()
}
