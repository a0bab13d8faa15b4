// Runs every bench/*.bench.ts in turn, each in a process of its own, and prints their figures as one table.
//
//   npm run bench                     all of them
//   npm run bench -- hunt             those whose name begins with hunt
//   npm run bench -- hunt -- --seed 3 what stands behind the second -- goes to the bench
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import type { Figure } from './figure.ts'

const message = v.variant('kind', [
  v.object({
    kind: v.literal('figure'),
    figure: v.object({ name: v.string(), figure: v.string(), unit: v.string(), command: v.string() }),
  }),
  v.object({ kind: v.literal('skipped'), name: v.string(), reason: v.string() }),
])

type Row = Figure & { readonly load: string }

const here = fileURLToPath(new URL('.', import.meta.url))
const [chosen, passedOn] = arguments_(process.argv.slice(2))
const names = readdirSync(here)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.replace('.bench.ts', ''))
  .filter((name) => chosen.length === 0 || chosen.some((start) => name.startsWith(start)))
  .sort()

if (names.length === 0) {
  console.error(`There is no bench that begins with ${chosen.join(' or ')}.`)
  process.exit(2)
}
const rows: Row[] = []
const failed: string[] = []
for (const name of names) {
  console.log(`\n== ${name}`)
  const child = fork(`${here}${name}.bench.ts`, passedOn, { stdio: 'inherit' })
  child.on('message', (heard) => {
    const said = v.parse(message, heard)
    if (said.kind === 'figure') rows.push({ ...said.figure, load: machineLoad() })
    else rows.push({ name: said.name, figure: 'not measured', unit: '', command: said.reason, load: '' })
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) failed.push(name)
}
console.log(`\n${table(rows)}`)
for (const name of failed) console.log(`FAILED ${name}`)
process.exitCode = failed.length > 0 ? 1 : 0

function arguments_(words: readonly string[]): readonly [names: readonly string[], passedOn: string[]] {
  const end = words.indexOf('--')
  return end < 0 ? [words, []] : [words.slice(0, end), words.slice(end + 1)]
}

/** Others on the machine make every time worse: how many processes wanted a core, and how many cores there are. */
function machineLoad(): string {
  return `${(loadavg()[0] ?? 0).toFixed(1)} on ${availableParallelism()} cores`
}

/** Markdown, so that it can go into the README as it is. */
function table(lines: readonly Row[]): string {
  const cells = lines.map(({ name, figure, unit, command, load }) => [
    name,
    [figure, unit].join(' ').trim(),
    command === '' ? '' : figure === 'not measured' ? command : `\`${command}\``,
    load,
  ])
  const head = ['measure', 'figure', 'command', 'load while measured']
  const widths = head.map((title, at) =>
    Math.max(title.length, ...cells.map((row) => (row[at] ?? '').length)),
  )
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...cells.map(line)].join(
    '\n',
  )
}
