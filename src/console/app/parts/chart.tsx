import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { count, day, large, moment } from '../figures.ts'
import { colourOf, themeChanges } from '../theme.ts'

export type Layer = {
  readonly label: string
  /** A custom property. */
  readonly colour: string
  readonly values: readonly number[]
}

/** A line across the chart; its label stands above it, and is short. */
export type Marker = { readonly ts: number; readonly colour: string; readonly label: string }

type ChartProps = {
  /** What it shows, in a sentence, for whoever does not see it. */
  readonly label: string
  readonly from: number
  readonly stepMs: number
  /** Stacked, the first at the bottom. */
  readonly layers: readonly Layer[]
  readonly height: number
  readonly markers?: readonly Marker[]
}

const DAY_MS = 86_400_000

/** Columns over time, stacked. Everything it says is in the label too. */
export function Chart(props: ChartProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null)
  const changes = themeChanges.value
  useEffect(() => {
    const host = place.current
    if (!host) return
    const plot = new uPlot(optionsOf(props, host.clientWidth), dataOf(props), host)
    const observer = new ResizeObserver(() => {
      if (host.clientWidth > 0) plot.setSize({ width: host.clientWidth, height: props.height })
    })
    observer.observe(host)
    return () => {
      observer.disconnect()
      plot.destroy()
    }
  }, [changes, props.from, props.stepMs, props.layers, props.markers, props.height])
  return (
    <div>
      <div
        ref={place}
        class="chart"
        role="img"
        aria-label={`${props.label} ${summary(props)}`}
        style={{ height: `${props.height}px` }}
      />
      {props.layers.length > 1 && (
        <ul class="legend small">
          {props.layers.map(({ label, colour, values }) => (
            <li key={label}>
              <i style={{ background: `var(${colour})` }} /> {label} <b>{count(sum(values))}</b>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function optionsOf({ layers, height, from, stepMs, markers = [] }: ChartProps, width: number): uPlot.Options {
  const quiet = colourOf('--quiet')
  const line = colourOf('--line')
  // A column stands to the right of its time: without room for the last one it would not be drawn.
  const end = from + stepMs * Math.max(1, ...layers.map(({ values }) => values.length))
  const axis = {
    stroke: quiet,
    grid: { stroke: line, width: 1 },
    ticks: { show: false },
    font: '11px system-ui',
  }
  return {
    width,
    height,
    // Above, room for the markers' labels; on the right, for half of the last time.
    padding: [markers.length > 0 ? 18 : 8, 26, 0, 0],
    cursor: { points: { show: false }, y: false, drag: { x: false, y: false } },
    legend: { show: false },
    scales: {
      x: { time: true, range: () => [from / 1_000, end / 1_000] },
      y: { range: (_plot, _min, max) => [0, Math.max(1, max * 1.08)] },
    },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), 'UTC'),
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 22,
        values: (_plot, splits) => splits.map((seconds) => timeLabel(seconds * 1_000, stepMs)),
      },
      {
        ...axis,
        size: 48,
        values: (_plot, splits) => splits.map((value) => (value % 1 === 0 ? large(value) : '')),
      },
    ],
    // The tallest sum is drawn first and the lower ones over it: a stack without gaps.
    series: [
      {},
      ...layers.toReversed().map(({ label, colour }) => ({
        label,
        fill: colourOf(colour),
        stroke: colourOf(colour),
        width: 0,
        points: { show: false },
        ...columns(),
      })),
    ],
    hooks: { draw: [(plot) => drawMarkers(plot, markers)] },
  }
}

/** Days where a column is a day, else the hour and, at midnight, the day. */
function timeLabel(ts: number, stepMs: number): string {
  const time = new Date(ts).toISOString().slice(11, 16)
  return stepMs >= DAY_MS || time === '00:00' ? day(ts) : time
}

function columns(): { paths?: uPlot.Series.PathBuilder } {
  const paths = uPlot.paths.bars?.({ size: [0.82, 40], align: 1 })
  return paths ? { paths } : {}
}

function dataOf({ from, stepMs, layers }: ChartProps): uPlot.AlignedData {
  const length = Math.max(0, ...layers.map(({ values }) => values.length))
  const times = Array.from({ length }, (_, index) => (from + index * stepMs) / 1_000)
  const stacked: number[][] = []
  let below = times.map(() => 0)
  for (const { values } of layers) {
    below = below.map((value, index) => value + (values[index] ?? 0))
    stacked.push(below)
  }
  return [times, ...stacked.toReversed()]
}

function drawMarkers(plot: uPlot, markers: readonly Marker[]): void {
  const { ctx, bbox } = plot
  const unit = devicePixelRatio
  let free = Number.NEGATIVE_INFINITY
  ctx.save()
  ctx.font = `600 ${11 * unit}px system-ui`
  ctx.textAlign = 'center'
  ctx.textBaseline = 'bottom'
  for (const { ts, colour, label } of markers) {
    const x = Math.round(plot.valToPos(ts / 1_000, 'x', true))
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    ctx.strokeStyle = colourOf(colour)
    ctx.fillStyle = colourOf(colour)
    ctx.lineWidth = unit
    ctx.setLineDash([3 * unit, 3 * unit])
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
    // Labels that would run into each other are left to the list.
    const half = ctx.measureText(label).width / 2
    if (x - half < free) continue
    ctx.fillText(label, x, bbox.top - unit)
    free = x + half + 3 * unit
  }
  ctx.restore()
}

function summary({ layers, from, stepMs }: ChartProps): string {
  const length = layers[0]?.values.length ?? 0
  const totals = layers.map(({ label, values }) => `${label} ${count(sum(values))}`)
  return `From ${moment(from)} to ${moment(from + length * stepMs)} UTC: ${totals.join(', ')}.`
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
