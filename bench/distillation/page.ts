// docs/benchmark.md and its charts, from the results.
import { mkdir, writeFile } from 'node:fs/promises'
import { type Baseline, FOREKNOWING } from './baselines.ts'
import { type Cell, hardHalf, type Knobs } from './grid.ts'
import { barChart, lineChart, type Series } from './plots.ts'
import type { CellResult, Flagged } from './run-cell.ts'
import {
  FALSE_POSITIVE_RATE,
  falsePositiveRate,
  foundOf,
  kindsOf,
  LENIENT_RATE,
  mean,
  median,
  only,
  PORTCULLIS,
  type Recalls,
  recallsOf,
} from './scoring.ts'

export type Summary = {
  readonly recalls: Recalls
  readonly hard: ReadonlyMap<string, number>
  readonly bestBaseline: string
  readonly falsePositiveRate: number
  readonly delayUnmixed: number | undefined
  readonly delayCovered: number | undefined
}

/** From this share of cover traffic on, a campaign counts as mixed. */
const COVERED = 0.7

export function summaryOf(results: readonly CellResult[]): Summary {
  const recalls = recallsOf(results)
  const hardCells = hardHalf(results.map(({ cell }) => cell))
  const hard = new Map(
    [...recalls].map(([name, list]) => [name, mean(only(list, results, (cell) => hardCells.has(cell)))]),
  )
  const [best] = [...hard]
    .filter(([name]) => name !== PORTCULLIS && name !== FOREKNOWING)
    .sort((a, b) => b[1] - a[1])
  const delays = (pick: (cell: Cell) => boolean): number[] =>
    results.flatMap(({ cell, delayExchanges }) =>
      pick(cell) && delayExchanges !== undefined ? [delayExchanges] : [],
    )
  return {
    recalls,
    hard,
    bestBaseline: best?.[0] ?? '',
    falsePositiveRate: falsePositiveRate(results),
    delayUnmixed: median(delays(({ knobs }) => knobs.cover === 0)),
    delayCovered: median(delays(({ knobs }) => knobs.cover >= COVERED)),
  }
}

export async function writePage(
  folder: string,
  results: readonly CellResult[],
  baselines: readonly Baseline[],
  command: string,
): Promise<void> {
  const summary = summaryOf(results)
  await mkdir(`${folder}/benchmark`, { recursive: true })
  for (const [name, text] of charts(results, summary.recalls))
    await writeFile(`${folder}/benchmark/${name}.svg`, text)
  await writeFile(`${folder}/benchmark.md`, page(results, summary, baselines, command))
}

function charts(results: readonly CellResult[], recalls: Recalls): readonly (readonly [string, string])[] {
  return [
    [
      'cover',
      lineChart({
        title: 'How much unrelated traffic hides a campaign',
        xTitle: 'share of unrelated traffic in each account',
        yTitle: 'campaign accounts flagged',
        isLogarithmic: false,
        ticks: [0, 0.3, 0.5, 0.7, 0.9],
        series: seriesOf(results, recalls, 'cover'),
      }),
    ],
    [
      'accounts',
      lineChart({
        title: 'How large a campaign has to be',
        xTitle: 'accounts of the campaign',
        yTitle: 'campaign accounts flagged',
        isLogarithmic: true,
        ticks: [10, 30, 100, 400, 2_000, 20_000],
        series: seriesOf(results, recalls, 'accounts'),
      }),
    ],
    [
      'delay',
      lineChart({
        title: 'How soon a campaign is raised',
        xTitle: 'exchanges of the campaign that have passed',
        yTitle: 'campaigns raised',
        isLogarithmic: true,
        ticks: [30, 100, 300, 1_000, 3_000, 10_000, 30_000],
        series: delaySeries(results),
      }),
    ],
    [
      'benign',
      barChart(
        'Benign accounts flagged, by what they are',
        kindsOf(results).map(([kind, [flagged, all]]) => [
          kind,
          flagged / all,
          `${flagged} of ${all.toLocaleString('en')}`,
        ]),
      ),
    ],
  ]
}

function seriesOf(results: readonly CellResult[], recalls: Recalls, line: 'cover' | 'accounts'): Series[] {
  return [...recalls].map(([name, list]) => ({
    name,
    isMain: name === PORTCULLIS,
    points: results.flatMap(({ cell }, index) =>
      cell.line === line ? [[cell.knobs[line], list[index] ?? 0] as const] : [],
    ),
  }))
}

function delaySeries(results: readonly CellResult[]): Series[] {
  const groups: readonly (readonly [string, (knobs: Knobs) => boolean])[] = [
    ['up to 30 % cover', ({ cover }) => cover <= 0.3],
    ['50 % cover and more', ({ cover }) => cover >= 0.5],
  ]
  const marks = [30, 100, 200, 300, 600, 1_000, 1_500, 3_000, 6_000, 10_000, 30_000]
  return groups.map(([name, pick], index) => {
    const delays = results.filter(({ cell }) => pick(cell.knobs)).map(({ delayExchanges }) => delayExchanges)
    return {
      name,
      isMain: index === 0,
      points: marks.map((mark) => {
        const raised = delays.filter((delay) => delay !== undefined && delay <= mark).length
        return [mark, raised / Math.max(1, delays.length)] as const
      }),
    }
  })
}

function page(
  results: readonly CellResult[],
  summary: Summary,
  baselines: readonly Baseline[],
  command: string,
): string {
  const exchanges = results.reduce((sum, result) => sum + result.exchanges, 0)
  const benign = results.reduce((sum, result) => sum + result.benign, 0)
  return `# The distillation benchmark

Written by \`${command}\`; change that, not this page.

${results.length} scenarios, ${exchanges.toLocaleString('en')} exchanges, ${benign.toLocaleString('en')} benign accounts.
Each scenario is two weeks of one campaign among 22 kinds of benign tenants, with tenants and words of its own. All of it
comes from this project's generator (\`src/watch/traffic\`), which shares its author with the detectors: compare the lines
with each other, and trust the slopes more than the heights.

Portcullis decides as it ships, with the thresholds in \`src/watch/campaigns/calibration.ts\`. **Each baseline gets the
threshold that flags exactly ${100 * FALSE_POSITIVE_RATE} % of the benign accounts of these very scenarios**, which nobody could know beforehand.
Portcullis realised ${percent(summary.falsePositiveRate, 3)}.

${summaryTable(results, summary)}

A campaign counts as found when half of its accounts are flagged. Baselines that look for what is shared drown in benign
groups that share more: a company behind one address, a class with one assignment, the fans of a prompt. The foreknowing
classifier is a bound, not a rival: it was taught with labels of another round of this grid, and shows how much
the made-up attackers give themselves away one by one, which real ones may do less.

The hard half was named before anything was measured (\`hardness\` in \`bench/distillation/grid.ts\`): few accounts, few
exchanges each, much cover, paraphrase, nothing shared, human hours, people's own requests.

![Recall against cover traffic](benchmark/cover.svg)

![Recall against the number of accounts](benchmark/accounts.svg)

![Delay](benchmark/delay.svg)

![False positives by benign kind](benchmark/benign.svg)

## What each signal adds

The same scenarios, decided without one signal at a time. On labelled logs: \`npm run bench -- ablation\`.

${ablationTable(results)}

## The baselines

| baseline | what it scores |
|---|---|
${baselines.map(({ name, summary: what }) => `| ${name} | ${what} |`).join('\n')}

## Every scenario

Share of the campaign's accounts flagged. *Delay* counts exchanges of the campaign, cover included, that had passed
when the watch would first have raised it.

${detailTable(results, summary.recalls)}
`
}

function summaryTable(results: readonly CellResult[], { recalls, hard }: Summary): string {
  const lenient = recallsOf(results, LENIENT_RATE)
  const rows = [...recalls].map(([name, list]) => {
    const isOurs = name === PORTCULLIS
    return `| ${isOurs ? `**${name}**` : name} | ${foundOf(list)} | ${percent(mean(list))} | ${percent(hard.get(name) ?? 0)} | ${isOurs ? '' : percent(mean(lenient.get(name) ?? []))} |`
  })
  return `| detector | campaigns found of ${results.length} | accounts found | hard half | accounts found at ${100 * LENIENT_RATE} % false positives |\n|---|---:|---:|---:|---:|\n${rows.join('\n')}`
}

function ablationTable(results: readonly CellResult[]): string {
  const row = (name: string, of: (result: CellResult) => Flagged): string => {
    const recalls = results.map((result) => of(result).attackers / result.attackers)
    const benign = results.reduce((sum, result) => sum + of(result).benign, 0)
    return `| ${name} | ${foundOf(recalls)} | ${percent(mean(recalls))} | ${benign} |`
  }
  const nobody: Flagged = { attackers: 0, benign: 0 }
  const names = [...(results[0]?.without.keys() ?? [])]
  return [
    `| without | campaigns found of ${results.length} | accounts found | benign accounts flagged |`,
    '|---|---:|---:|---:|',
    row('–', ({ portcullis }) => portcullis),
    ...names.map((name) => row(`\`${name}\``, ({ without }) => without.get(name) ?? nobody)),
  ].join('\n')
}

function detailTable(results: readonly CellResult[], recalls: Recalls): string {
  const names = [...recalls.keys()]
  const head = ['scenario', 'delay', ...names]
  const rows = results.map((result, index) => [
    describe(result.cell),
    result.delayExchanges?.toLocaleString('en') ?? '–',
    ...names.map((name) => percent(recalls.get(name)?.[index] ?? 0, 0)),
  ])
  return [head, ['---', ...head.slice(1).map(() => '---:')], ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n')
}

function describe({ knobs }: Cell): string {
  const { accounts, exchanges, cover, paraphrase, shared, timing, work } = knobs
  return `${accounts.toLocaleString('en')} × ${exchanges}, cover ${100 * cover} %, paraphrase ${paraphrase}, shares ${shared}, ${timing}, ${work}`
}

export function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)} %`
}
