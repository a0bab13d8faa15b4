// The benchmark of campaign detection: a grid of scenarios, Portcullis and seven fair baselines on each.
//
//   npm run bench -- distillation [-- [--round N] [--only LINE] [--write]]
//
// --write makes docs/benchmark.md and its charts anew. Another round draws other tenants and other words.
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { baselinesTaught } from './distillation/baselines.ts'
import { caughtBefore, grid } from './distillation/grid.ts'
import { percent, summaryOf, writePage } from './distillation/page.ts'
import { type CellResult, lessonOf, runCell } from './distillation/run-cell.ts'
import { foundOf, PORTCULLIS } from './distillation/scoring.ts'
import { say } from './figure.ts'

/** Scenarios of another round, a few of every line, teach the baseline that is allowed to know the kinds. */
const LESSON_ROUND = 1_000
const LESSON_EVERY = 4

const { values } = parseArgs({
  options: {
    round: { type: 'string', default: '1' },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})
const command = `npm run bench -- distillation -- --write${values.round === '1' ? '' : ` --round ${values.round}`}`
const started = performance.now()
const seconds = (): string => `${Math.round((performance.now() - started) / 1000)} s`

const alike = grid(LESSON_ROUND)
  .filter(({ knobs }, index) => index % LESSON_EVERY === 0 && knobs.accounts <= 2_000)
  .map(lessonOf)
const baselines = baselinesTaught(caughtBefore().map(lessonOf), alike)
console.log(`the baselines that learn are taught (${seconds()})`)

const cells = grid(Number(values.round)).filter(
  ({ line }) => values.only === undefined || line === values.only,
)
const results: CellResult[] = []
for (const cell of cells) {
  const result = await runCell(cell, baselines)
  results.push(result)
  const { portcullis, attackers, delayExchanges } = result
  console.log(
    `${String(results.length).padStart(3)} of ${cells.length} (${seconds()}) ${JSON.stringify(cell.knobs)}: ${portcullis.attackers} of ${attackers} accounts, ${portcullis.benign} benign, after ${delayExchanges ?? '–'} exchanges`,
  )
}

const summary = summaryOf(results)
for (const [name, list] of summary.recalls)
  console.log(
    `  ${name.padEnd(24)} ${foundOf(list)} found, ${percent(list.reduce((sum, each) => sum + each, 0) / list.length)} of accounts, hard half ${percent(summary.hard.get(name) ?? 0)}`,
  )
const figure = (name: string, value: string, unit = '') =>
  say({ name: `distillation: ${name}`, figure: value, unit, command })
const ours = summary.hard.get(PORTCULLIS) ?? 0
const best = summary.hard.get(summary.bestBaseline) ?? 0
figure('campaigns found', `${foundOf(summary.recalls.get(PORTCULLIS) ?? [])} of ${results.length}`)
figure('accounts found, hard half', percent(ours))
figure(`against the best baseline (${summary.bestBaseline}), hard half`, (ours / best).toFixed(2), '×')
figure('benign accounts flagged', percent(summary.falsePositiveRate, 3))
figure('median delay, no cover', `${summary.delayUnmixed ?? '–'}`, 'exchanges')
figure('median delay, 70 % cover and more', `${summary.delayCovered ?? '–'}`, 'exchanges')
if (values.write && values.only === undefined)
  await writePage(fileURLToPath(new URL('../docs', import.meta.url)), results, baselines, command)
