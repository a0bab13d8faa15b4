import type { ComponentChildren, JSX } from 'preact'
import { momentExact, moment as momentText, relative } from '../figures.ts'
import { type WordTable, wordOf } from './words.ts'

/** A state in a word and, beside it, a colour. */
export function Tag({ of: name, in: table }: { of: string; in: WordTable }): JSX.Element {
  const { text, tone } = wordOf(table, name)
  return <span class={`tag ${tone}`}>{text}</span>
}

/** A moment, in UTC. What has no time, like a policy that comes with the gate, has 0. */
export function Time({ ts, now }: { ts: number; now?: number }): JSX.Element {
  if (ts === 0) return <span class="quiet">no time</span>
  return (
    <time dateTime={new Date(ts).toISOString()} title={momentExact(ts)} class="nowrap">
      {now === undefined ? momentText(ts) : relative(ts, now)}
    </time>
  )
}

export function Strength({ of: value, isQuiet = false }: { of: number; isQuiet?: boolean }): JSX.Element {
  return (
    <span class="strength">
      <span class="track" aria-hidden="true">
        <i class={isQuiet ? 'none' : undefined} style={{ width: `${Math.round(value * 100)}%` }} />
      </span>
      <span class="number">{value.toFixed(2)}</span>
    </span>
  )
}

/** Columns a few pixels wide: a course at a glance, its numbers in the title for whoever cannot see it. */
export function Spark({ values, label }: { values: readonly number[]; label: string }): JSX.Element {
  const width = 96
  const height = 20
  const bars = folded(values, 32)
  const top = Math.max(1, ...bars)
  const step = width / Math.max(1, bars.length)
  return (
    <svg class="spark" width={width} height={height} role="img" aria-label={label}>
      {bars.map((value, index) => (
        <rect
          key={index}
          x={index * step}
          width={Math.max(1, step - 1)}
          y={height - Math.max(value > 0 ? 1.5 : 0, (value / top) * height)}
          height={Math.max(value > 0 ? 1.5 : 0, (value / top) * height)}
        />
      ))}
    </svg>
  )
}

function folded(values: readonly number[], max: number): number[] {
  if (values.length <= max) return [...values]
  const fold = Math.ceil(values.length / max)
  return Array.from({ length: Math.ceil(values.length / fold) }, (_, index) =>
    values.slice(index * fold, (index + 1) * fold).reduce((sum, value) => sum + value, 0),
  )
}

export function Section(props: {
  title: string
  aside?: ComponentChildren
  note?: ComponentChildren
  children: ComponentChildren
}): JSX.Element {
  return (
    <section class="section">
      <header>
        <h2>{props.title}</h2>
        {props.note && <span class="quiet small">{props.note}</span>}
        {props.aside && <span class="aside">{props.aside}</span>}
      </header>
      {props.children}
    </section>
  )
}

export function Fact({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

export function Pair({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}
