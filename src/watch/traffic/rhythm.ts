// When accounts speak. A rhythm plans one day at a time, in any order within the day; days come in sequence.
import type { Random } from './random.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** Unix milliseconds; the end is outside. */
export type Window = { readonly from: number; readonly to: number }
export type Push = (ts: number) => void
export type Rhythm = (day: Window, push: Push) => void

const SESSION_TURNS_MAX = 12
const WEEKEND_REST = 0.45

/** Sessions in somebody's own afternoon and evening, fewer at weekends, with pauses to read between turns. */
export function humanHours(random: Random, window: Window, exchanges: number, zoneHours: number): Rhythm {
  const turnsUsual = random.between(2, 8)
  const days = Math.max(1, Math.ceil((window.to - window.from) / DAY))
  const sessionsOn = new Uint16Array(days)
  for (let sessions = Math.max(1, Math.round(exchanges / turnsUsual)); sessions > 0; sessions--) {
    let day = random.between(0, days - 1)
    if (isWeekend(window.from + day * DAY) && random.chance(WEEKEND_REST)) day = random.between(0, days - 1)
    sessionsOn[day] = (sessionsOn[day] ?? 0) + 1
  }
  const peak = 15 + random.normal() * 2
  let left = exchanges
  let sessionsLeft = sessionsOn.reduce((sum, count) => sum + count, 0)
  return (day, push) => {
    const index = Math.floor((day.from - window.from + DAY / 2) / DAY)
    for (let session = index < 0 ? 0 : (sessionsOn[index] ?? 0); session > 0; session--) {
      const hour = (((peak + random.normal() * 3.5 - zoneHours) % 24) + 24) % 24
      let ts = Math.max(day.from, window.from) + hour * HOUR
      const share = Math.max(1, Math.round((2 * random.next() * left) / sessionsLeft))
      const turns =
        sessionsLeft === 1 ? left : Math.min(left, Math.max(share, random.between(1, SESSION_TURNS_MAX)))
      sessionsLeft--
      left -= turns
      for (let turn = 0; turn < turns; turn++) {
        if (ts < window.to) push(ts)
        ts += random.lognormal(50_000, 1)
      }
    }
  }
}

/** Any time of day, as programs that serve the whole world are called. `nightly` is the share that ignores daylight. */
export function machineHours(random: Random, window: Window, exchanges: number, nightly = 1): Rhythm {
  const perMs = exchanges / Math.max(1, window.to - window.from)
  const noon = random.between(0, 23)
  return (day, push) => {
    const [from, to] = [Math.max(day.from, window.from), Math.min(day.to, window.to)]
    if (to <= from) return
    const expected = perMs * (to - from)
    let count = Math.floor(expected) + (random.chance(expected % 1) ? 1 : 0)
    if (count > 3) count = Math.max(0, Math.round(count + random.normal() * Math.sqrt(count)))
    for (; count > 0; count--) {
      let ts = from + random.next() * (to - from)
      if (nightly < 1 && !random.chance(nightly)) {
        const hour = (((noon + random.normal() * 3) % 24) + 24) % 24
        ts = Math.min(to - 1, Math.max(from, day.from + hour * HOUR))
      }
      push(ts)
    }
  }
}

/** Equal steps from a phase: what a load balancer does to each account of its pool. */
export function balanced(random: Random, window: Window, exchanges: number, phase: number): Rhythm {
  const step = (window.to - window.from) / Math.max(1, exchanges)
  let next = window.from + phase * step
  return (day, push) => {
    for (; next < day.to && next < window.to; next += step) {
      const ts = next + random.normal() * step * 0.02
      push(Math.min(day.to - 1, Math.max(day.from, ts)))
    }
  }
}

export type Burst = { readonly at: number; readonly exchanges: number; readonly gapMs: number }

/** Runs of exchanges, one after the other. Bursts in time order. */
export function bursts(random: Random, runs: readonly Burst[]): Rhythm {
  let run = 0
  let done = 0
  let next = runs[0]?.at ?? Number.POSITIVE_INFINITY
  return (day, push) => {
    for (let current = runs[run]; current !== undefined && next < day.to; current = runs[run]) {
      push(Math.max(day.from, next))
      done++
      next += random.lognormal(current.gapMs, 0.5)
      if (done < current.exchanges) continue
      run++
      done = 0
      next = runs[run]?.at ?? Number.POSITIVE_INFINITY
    }
  }
}

/** The same minutes every day, as cron and home automation do it. */
export function everyDay(random: Random, minutes: readonly number[], reliability: number): Rhythm {
  const second = random.between(0, 59)
  return (day, push) => {
    for (const minute of minutes)
      if (random.chance(reliability)) push(day.from + minute * MINUTE + second * 1000 + random.next() * 2500)
  }
}

/** A seat of a rota: eight hours on some days, starting at a fixed hour. */
export function shift(random: Random, hour: number, perDay: number, offset: number): Rhythm {
  return (day, push) => {
    const index = Math.round(day.from / DAY) + offset
    if (index % 7 >= 5) return
    for (let count = random.count(perDay, 0.3); count > 0; count--)
      push(day.from + ((hour + random.next() * 8) % 24) * HOUR)
  }
}

function isWeekend(ts: number): boolean {
  return new Date(ts).getUTCDay() % 6 === 0
}
