// Numbers and times as a person reads them. Times are UTC: a campaign has no time zone.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

export function count(value: number): string {
  return whole.format(value)
}

/** Few digits and a word for the rest: `31.0 bn`, `820 k`; small numbers whole. */
export function large(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toFixed(value >= 1e11 ? 0 : 1)} bn`
  if (value >= 1e6) return `${(value / 1e6).toFixed(value >= 1e8 ? 0 : 1)} M`
  if (value >= 1e4) return `${(value / 1e3).toFixed(0)} k`
  return count(value)
}

/** `1 account`, `24,000 accounts`. */
export function some(value: number, noun: string, plural = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : plural}`
}

/** A share as a percentage with two telling digits: 0.0006 is `0.06 %`. */
export function percent(share: number): string {
  const value = share * 100
  if (value === 0) return '0 %'
  if (value < 0.01) return '< 0.01 %'
  if (value >= 99.95 && value < 100) return '> 99.9 %'
  return `${value < 1 ? value.toFixed(2) : value < 10 ? value.toFixed(1) : value.toFixed(0)} %`
}

/** A campaign's score: two digits, and never a certainty. */
export function score(value: number): string {
  return value > 0.99 ? '> 0.99' : value.toFixed(2)
}

export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < MINUTE) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`
  if (ms < HOUR) return `${Math.round(ms / MINUTE)} min`
  if (ms < 2 * DAY) return `${Math.round(ms / HOUR)} h`
  return `${Math.round(ms / DAY)} d`
}

/** `4 May 08:53`, with the year when it is not this one. */
export function moment(ts: number): string {
  const date = new Date(ts)
  return `${day(ts)} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`
}

export function momentExact(ts: number): string {
  return `${new Date(ts).toISOString().replace('T', ' ').slice(0, 23)} UTC`
}

export function day(ts: number): string {
  const date = new Date(ts)
  const year = date.getUTCFullYear()
  const short = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`
  return year === new Date().getUTCFullYear() ? short : `${short} ${year}`
}

/** `3 min ago`, `in 2 h`. */
export function relative(ts: number, now: number): string {
  const away = Math.abs(now - ts)
  if (away < 5_000) return 'now'
  return ts < now ? `${duration(away)} ago` : `in ${duration(away)}`
}

export function bytes(value: number): string {
  if (value < 1_000) return `${value} B`
  if (value < 1_000_000) return `${(value / 1_000).toFixed(1)} kB`
  if (value < 1_000_000_000) return `${(value / 1_000_000).toFixed(1)} MB`
  return `${(value / 1_000_000_000).toFixed(1)} GB`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
