// Numbers as people read them: bars, sparklines, shares, dates.

const FULL = '█'
const EMPTY = '░'
const levels = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const MINUTE_MS = 60_000

/** `share` of 0..1 as filled cells. */
export function bar(share: number, cells: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * cells)
  return FULL.repeat(full) + EMPTY.repeat(cells - full)
}

/** One cell a value, the highest is full; a gap is a day of nothing. More values than cells are summed up. */
export function sparkline(values: readonly number[], cells: number): string {
  const per = Math.max(1, Math.ceil(values.length / cells))
  const sums: number[] = []
  for (let at = 0; at < values.length; at += per)
    sums.push(values.slice(at, at + per).reduce((sum, value) => sum + value, 0))
  const most = Math.max(1, ...sums)
  return sums
    .map((sum) =>
      sum <= 0 ? ' ' : levels[Math.min(levels.length - 1, Math.floor((sum / most) * levels.length))],
    )
    .join('')
}

/** 0.0123 → `1.2 %`; what is too small to write is `< 0.01 %`, and only all is 100 %. */
export function percent(share: number): string {
  const value = share * 100
  if (value > 0 && value < 0.01) return '< 0.01 %'
  if (value > 99 && value < 100) return `${(Math.floor(value * 10) / 10).toFixed(1)} %`
  if (value === 0 || value >= 10) return `${Math.round(value)} %`
  return `${value < 1 ? value.toFixed(2) : value.toFixed(1)} %`
}

export function score(value: number): string {
  return value >= 0.995 && value < 1 ? '> 0.99' : value.toFixed(2)
}

/** `4 May 09:12`, in UTC. */
export function moment(ts: number): string {
  const date = new Date(ts)
  return `${day(ts)} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`
}

/** `4 May` */
export function day(ts: number): string {
  const date = new Date(ts)
  return `${date.getUTCDate()} ${months[date.getUTCMonth()]}`
}

/** `3 days 4 hours`, `2 hours`, `12 minutes` */
export function span(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / MINUTE_MS))
  if (minutes < 60) return some(minutes, 'minute')
  const hours = Math.floor(minutes / 60)
  if (hours >= 48) {
    const rest = hours % 24
    return rest === 0
      ? `${Math.floor(hours / 24)} days`
      : `${Math.floor(hours / 24)} days ${some(rest, 'hour')}`
  }
  return some(hours, 'hour')
}

export function count(number: number): string {
  return number.toLocaleString('en-US')
}

/** `1 account`, `1,234 accounts`, `2 entries` */
export function some(number: number, noun: string, nouns = `${noun}s`): string {
  return `${count(number)} ${number === 1 ? noun : nouns}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
