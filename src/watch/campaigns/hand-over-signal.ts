// Do some accounts stop when others begin? Banned accounts are replaced, and a pool that is lost hands over to the next.
import { DAY_MS, HOUR_MS } from '../time.ts'
import { type Group, percent, type Scene } from './group.ts'
import type { Reading, Signal } from './signals.ts'

/** Starts and stops are counted by so many hours, and belong together when a day holds both. */
const SLOT_MS = 6 * HOUR_MS
const SLOTS_TOGETHER = 4
/** An account has stopped when nothing came of it for so long. */
const SILENT_MS = 1.5 * DAY_MS
/** People begin and stop at any time: a day counts where it has more than half as much again as its even share, and two
 * standard deviations of chance. */
const EVEN_TIMES = 1.5
const DEVIATIONS = 2
/** A pool that hands over once moves half of the accounts, and more is not needed to be sure. */
const SHARE_FULL = 0.3
/** Fewer begin as others end by chance in many a group of jobs, whatever their share. */
const MOVED_MIN = 5

export const handOver: Signal = {
  name: 'hand-over',
  // Pools and replacements are told of in a third of the cases, and a log of days may hold none.
  sensitivity: 0.25,
  avoidedBy: 'infrastructure',
  // Jobs that end as others begin are rare in our benign traffic, and need not be in yours.
  weightMax: 3,
  read: ({ members }: Group, { accounts }: Scene): Reading | undefined => {
    let from = Number.POSITIVE_INFINITY
    let until = 0
    for (const index of members) {
      from = Math.min(from, accounts.first[index] ?? from)
      until = Math.max(until, accounts.last[index] ?? 0)
    }
    const slots = Math.ceil((until - from) / SLOT_MS) + 1
    if (slots < 3 * SLOTS_TOGETHER) return undefined
    const starts = new Uint32Array(slots + SLOTS_TOGETHER)
    const stops = new Uint32Array(slots + SLOTS_TOGETHER)
    for (const index of members) {
      const [first, last] = [accounts.first[index] ?? from, accounts.last[index] ?? from]
      // Who comes for an hour begins and stops in the same one, and hands nothing to anybody.
      if (last - first < SLOTS_TOGETHER * SLOT_MS && until - last > SILENT_MS) continue
      increment(starts, Math.floor((first - from) / SLOT_MS))
      if (until - last > SILENT_MS) increment(stops, Math.floor((last - from) / SLOT_MS))
    }
    const even = (members.length * SLOTS_TOGETHER) / slots
    const told = handed(starts, stops, EVEN_TIMES * even + DEVIATIONS * Math.sqrt(even))
    const moved = told < MOVED_MIN ? 0 : told
    const share = moved / members.length
    return {
      strength: Math.min(1, share / SHARE_FULL),
      accounts: Math.round(moved),
      summary: `${percent(share)} began in the very hours in which as many others fell silent for good`,
    }
  },
}

/** Accounts that took over: day by day the fewer of those that began and those that stopped, where they are more than `chance`. */
function handed(starts: Uint32Array, stops: Uint32Array, chance: number): number {
  const sums = (counts: Uint32Array, at: number): number =>
    counts.subarray(at, at + SLOTS_TOGETHER).reduce((sum, count) => sum + count, 0)
  let moved = 0
  // The first day holds the beginning of everybody.
  for (let at = SLOTS_TOGETHER; at + SLOTS_TOGETHER <= starts.length; ) {
    const here = Math.min(sums(starts, at), sums(stops, at))
    const next = Math.min(sums(starts, at + 1), sums(stops, at + 1))
    if (here <= chance || next > here) at++
    else {
      moved += here
      at += SLOTS_TOGETHER
    }
  }
  return moved
}

function increment(counts: Uint32Array, at: number): void {
  counts[at] = (counts[at] ?? 0) + 1
}
