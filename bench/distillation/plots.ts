// Charts as SVG files that follow the reader's theme.

export type Series = {
  readonly name: string
  readonly points: readonly (readonly [x: number, y: number])[]
  readonly isMain: boolean
}

export type Chart = {
  readonly title: string
  readonly xTitle: string
  readonly yTitle: string
  readonly isLogarithmic: boolean
  readonly ticks: readonly number[]
  readonly series: readonly Series[]
}

const WIDTH = 720
const HEIGHT = 380
const LEFT = 58
const RIGHT = 180
const TOP = 44
const BOTTOM = 50
const LABEL_GAP = 15
const Y_TICKS = [0, 0.25, 0.5, 0.75, 1]

const STYLE = `<style>
    text{font:12px system-ui,sans-serif;fill:#3a4250}.title{font-weight:600;font-size:14px;fill:#10151d}
    .grid{stroke:#dde2ea}.other{stroke:#8b95a5;fill:none;stroke-width:1.4}.main{stroke:#0b66c3;fill:none;stroke-width:2.6}
    .dot{fill:#0b66c3}.mainlabel{fill:#0b66c3;font-weight:600}.bar{fill:#0b66c3}.ground{fill:#fff}
    @media(prefers-color-scheme:dark){text{fill:#b7c0cd}.title{fill:#eef2f7}.grid{stroke:#2c3542}.other{stroke:#7d8898}
    .main{stroke:#5aa9f5}.dot,.bar{fill:#5aa9f5}.mainlabel{fill:#5aa9f5}.ground{fill:#0f141b}}
  </style>`

/** Shares (0..1) against a knob, a line for each detector, named at its end. */
export function lineChart(chart: Chart): string {
  const x = scaleX(chart)
  const y = (share: number): number => TOP + (1 - share) * (HEIGHT - TOP - BOTTOM)
  const right = WIDTH - RIGHT
  const lines = Y_TICKS.map(
    (share) =>
      `<line class="grid" x1="${LEFT}" x2="${right}" y1="${y(share)}" y2="${y(share)}"/><text x="${LEFT - 8}" y="${y(share) + 4}" text-anchor="end">${100 * share} %</text>`,
  )
  const ticks = chart.ticks.map(
    (tick) =>
      `<text x="${x(tick)}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle">${tick.toLocaleString('en')}</text>`,
  )
  const drawn = chart.series.toSorted((a, b) => Number(a.isMain) - Number(b.isMain))
  const paths = drawn.map(({ points, isMain }) => {
    const path = points.map(
      ([at, share], index) => `${index === 0 ? 'M' : 'L'}${round(x(at))} ${round(y(share))}`,
    )
    const dots = isMain
      ? points.map(
          ([at, share]) => `<circle class="dot" cx="${round(x(at))}" cy="${round(y(share))}" r="3"/>`,
        )
      : []
    return `<path class="${isMain ? 'main' : 'other'}" d="${path.join(' ')}"/>${dots.join('')}`
  })
  return svg(chart.title, [
    ...lines,
    ...ticks,
    `<text x="${(LEFT + right) / 2}" y="${HEIGHT - 10}" text-anchor="middle">${escaped(chart.xTitle)}</text>`,
    `<text x="${LEFT}" y="${TOP - 12}">${escaped(chart.yTitle)}</text>`,
    ...paths,
    ...labels(chart.series, y),
  ])
}

/** Rates as bars, one a row, the largest first. */
export function barChart(
  title: string,
  rows: readonly (readonly [name: string, rate: number, note: string])[],
): string {
  const most = Math.max(...rows.map(([, rate]) => rate), Number.EPSILON)
  const rowHeight = (HEIGHT - TOP - 10) / rows.length
  return svg(
    title,
    rows.map(([name, rate, note], index) => {
      const top = TOP + index * rowHeight
      const length = (rate / most) * (WIDTH - 330)
      return `<text x="130" y="${round(top + rowHeight / 2 + 4)}" text-anchor="end">${escaped(name)}</text><rect class="bar" x="140" y="${round(top + 2)}" width="${round(Math.max(length, rate > 0 ? 2 : 0))}" height="${round(rowHeight - 4)}"/><text x="${round(148 + length)}" y="${round(top + rowHeight / 2 + 4)}">${escaped(note)}</text>`
    }),
  )
}

function scaleX({ ticks, isLogarithmic }: Chart): (value: number) => number {
  const at = (value: number): number => (isLogarithmic ? Math.log(Math.max(1, value)) : value)
  const least = at(ticks[0] ?? 0)
  const most = at(ticks.at(-1) ?? 1)
  return (value) => LEFT + ((at(value) - least) / (most - least)) * (WIDTH - RIGHT - LEFT)
}

/** Each line's name at its end, moved apart where lines end together. */
function labels(series: readonly Series[], y: (share: number) => number): string[] {
  const wanted = series
    .map(({ name, points, isMain }) => ({ name, isMain, at: y(points.at(-1)?.[1] ?? 0) }))
    .sort((a, b) => a.at - b.at)
  // Downwards until they are apart, then upwards from the lower edge for those that were pushed over it.
  let free = TOP
  const down = wanted.map((label) => {
    const at = Math.max(label.at, free)
    free = at + LABEL_GAP
    return { ...label, at }
  })
  let edge = HEIGHT - BOTTOM + 4
  const placed = down.toReversed().map((label) => {
    const at = Math.min(label.at, edge)
    edge = at - LABEL_GAP
    return { ...label, at }
  })
  return placed
    .toReversed()
    .map(
      ({ name, isMain, at }) =>
        `<text x="${WIDTH - RIGHT + 8}" y="${round(at + 4)}"${isMain ? ' class="mainlabel"' : ''}>${escaped(name)}</text>`,
    )
}

function svg(title: string, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">
  ${STYLE}
  <rect class="ground" width="${WIDTH}" height="${HEIGHT}"/>
  <text class="title" x="${LEFT - 40}" y="20">${escaped(title)}</text>
  ${parts.join('\n  ')}
</svg>
`
}

function round(value: number): number {
  return Math.round(10 * value) / 10
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
