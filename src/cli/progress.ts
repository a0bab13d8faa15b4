import type { Console } from './command.ts'

export type Progress = {
  /** `done` so far, of `total` where it is known. Cheap: call it as often as you like. */
  readonly update: (done: number, note?: string) => void
  /** A line of its own on standard output, above the progress. */
  readonly say: (text: string) => void
  /** Ends the line and says how long it took. */
  readonly done: (total: number, note?: string) => void
}

export type ProgressOptions = {
  /** What is going on: `reading`, `writing`. */
  readonly label: string
  readonly unit: string
  readonly total?: number
}

const REDRAW_MS = 100
const LINE_EVERY_MS = 5_000
const BAR_CELLS = 20
const COLUMNS_DEFAULT = 80

/** One line on standard error: redrawn on a terminal, a new line every few seconds elsewhere. */
export function progressLine(
  console: Pick<Console, 'stdout' | 'stderr' | 'now'>,
  options: ProgressOptions,
): Progress {
  const { stdout, stderr, now } = console
  const isTerminal = stderr.isTTY === true
  const started = now()
  let shownAt = isTerminal ? Number.NEGATIVE_INFINITY : started
  const line = (done: number, note: string | undefined) => progressText(options, done, now() - started, note)
  return {
    update(done, note) {
      if (now() - shownAt < (isTerminal ? REDRAW_MS : LINE_EVERY_MS)) return
      shownAt = now()
      const text = line(done, note)
      stderr.write(
        isTerminal ? `\r${text.slice(0, (stderr.columns ?? COLUMNS_DEFAULT) - 1)}\u001b[K` : `${text}\n`,
      )
    },
    say(text) {
      if (isTerminal) stderr.write('\r\u001b[K')
      stdout.write(`${text}\n`)
      shownAt = isTerminal ? Number.NEGATIVE_INFINITY : shownAt
    },
    done(total, note) {
      const seconds = (now() - started) / 1000
      const rate = seconds > 0 ? `, ${counted(total / seconds)}/s` : ''
      const text = `${options.label} ${counted(total)} ${options.unit} in ${lasting(seconds)}${rate}${note ? `, ${note}` : ''}`
      stderr.write(isTerminal ? `\r${text}\u001b[K\n` : `${text}\n`)
    },
  }
}

export function progressText(
  options: ProgressOptions,
  done: number,
  elapsedMs: number,
  note?: string,
): string {
  const { label, unit, total } = options
  const rate = elapsedMs > 0 ? done / (elapsedMs / 1000) : 0
  const parts = [`${counted(done)} ${unit}`, `${counted(rate)}/s`]
  if (total !== undefined && total > 0) {
    const share = Math.min(1, done / total)
    const cells = Math.round(share * BAR_CELLS)
    parts.unshift(`${'█'.repeat(cells)}${'░'.repeat(BAR_CELLS - cells)} ${Math.floor(share * 100)} %`)
    if (rate > 0 && share < 1) parts.push(`${lasting((total - done) / rate)} left`)
  }
  if (note !== undefined) parts.push(note)
  return `${label} ${parts.join(' · ')}`
}

/** 1234567 → `1,234,567` */
export function counted(count: number): string {
  return Math.round(count).toLocaleString('en-US')
}

/** Seconds → `4.2 s`, `3 min 20 s`, `2 h 5 min` */
export function lasting(seconds: number): string {
  if (seconds < 60) return seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
