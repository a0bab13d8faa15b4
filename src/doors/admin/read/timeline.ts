import type { Campaign } from '../../../watch/report.ts'
import type { CampaignDetail } from '../api/shapes/campaigns.ts'
import { compact } from './acts.ts'
import type { MeasureBook } from './measures.ts'

type Event = CampaignDetail['timeline'][number]

const DAY_MS = 86_400_000
/** A day on which so many stop and as many begin is a hand-over. */
const HAND_OVER_SHARE = 0.04
const HAND_OVER_MIN = 3
const SURGE = 3
const EVENTS_MAX = 40
/** The latest; each costs a look at its accounts. */
const MEASURES_MAX = 200
const keepsOut: ReadonlySet<string> = new Set(['verify', 'quarantined'])

/** What happened to the campaign itself, as its days and its accounts' first and last exchanges show. */
export function timelineOf(campaign: Campaign): readonly Event[] {
  const { first, last, flaggedAt, accounts } = campaign
  return [
    { ts: first, kind: 'first' as const, summary: 'its first exchange' },
    ...surges(campaign),
    ...handOvers(campaign),
    {
      ts: flaggedAt,
      kind: 'flagged' as const,
      summary: `raised as a campaign; ${accounts.length.toLocaleString('en')} accounts are in it now`,
    },
    { ts: last, kind: 'last' as const, summary: 'its last exchange so far' },
  ].slice(0, EVENTS_MAX)
}

/** Days with several times the median. */
function surges({ daily, first }: Campaign): Event[] {
  const busy = daily.filter((count) => count > 0).sort((a, b) => a - b)
  const median = busy[Math.floor(busy.length / 2)] ?? 0
  if (busy.length < 4 || median === 0) return []
  const from = Math.floor(first / DAY_MS) * DAY_MS
  return daily.flatMap((count, day) => {
    const before = daily[day - 1] ?? 0
    if (count < SURGE * median || before >= SURGE * median) return []
    const times = (count / median).toFixed(1)
    return [
      {
        ts: Math.max(first, from + day * DAY_MS),
        kind: 'surge' as const,
        summary: `${count.toLocaleString('en')} exchanges in a day, ${times} times its usual`,
      },
    ]
  })
}

/** Accounts that stop (banned, or spent) while others begin. */
function handOvers({ members, accounts, last }: Campaign): Event[] {
  if (members === undefined) return []
  const begun = new Map<number, number>()
  const ended = new Map<number, number>()
  const count = (days: Map<number, number>, ts: number): void => {
    const day = Math.floor(ts / DAY_MS)
    days.set(day, (days.get(day) ?? 0) + 1)
  }
  for (const ts of members.first) count(begun, ts)
  // Who was there on the last day has not ended.
  for (const ts of members.last) if (ts < last - DAY_MS) count(ended, ts)
  const least = Math.max(HAND_OVER_MIN, accounts.length * HAND_OVER_SHARE)
  return [...ended].flatMap(([day, gone]) => {
    const fresh = (begun.get(day) ?? 0) + (begun.get(day + 1) ?? 0)
    if (gone < least || fresh < least) return []
    const summary = `hand-over: ${gone.toLocaleString('en')} accounts stop, ${fresh.toLocaleString('en')} begin`
    return [{ ts: day * DAY_MS + DAY_MS / 2, kind: 'hand-over' as const, summary }]
  })
}

/** Measures given to the campaign, or to some of its accounts by themselves: when they began, and when they ended. */
export function measureEvents(campaign: Campaign, book: MeasureBook, now: number): readonly Event[] {
  const members = new Set(campaign.accounts)
  const measures = book.list({ limit: MEASURES_MAX, cursor: undefined }).items
  return measures.flatMap((measure) => {
    if (measure.state === 'proposed' || measure.state === 'refused') return []
    const touched = book.accountsOf(measure.id).filter((account) => members.has(account)).length
    if (touched === 0) return []
    const { id, standing, created, author, undone, undoneBy, expires } = measure
    const kind = keepsOut.has(standing) ? ('ban' as const) : ('measure' as const)
    const whom = `${touched.toLocaleString('en')} ${touched === 1 ? 'account' : 'accounts'}`
    const events: Event[] = [{ ts: created, kind, summary: `${standing} for ${whom} (${id})`, author }]
    const ended = `no longer ${standing}: ${whom}`
    if (undone !== undefined)
      events.push({ ts: undone, kind: 'measure', summary: `${ended}, taken back (${id})`, author: undoneBy })
    else if (expires !== undefined && expires <= now)
      events.push({ ts: expires, kind: 'measure', summary: `${ended}, its time is over (${id})` })
    return events.map(compact)
  })
}
