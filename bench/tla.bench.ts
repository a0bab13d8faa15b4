// Runs the models of a checkout of github.com/tlaplus/Examples, one child process each, and compares distinct states,
// generated states and depth with the figures its manifests publish.
// Each child may use 60 CPU seconds and 4 GiB; both can be set.
//   node bench/tla.bench.ts CHECKOUT [--only TEXT] [--seconds N] [--memory MIB]
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { say, skip } from './figure.ts'

/** A child that waits rather than works is ended after this many times its CPU limit. */
const WALL_PER_CPU_MAX = 20

type Model = {
  readonly module: string
  readonly config: string
  readonly result: string
  readonly published: readonly [distinct: number, generated: number, depth: number] | undefined
}

type Report = {
  verdict: string
  distinct: number
  generated: number
  depth: number
  reason?: string
  place?: unknown
}

type Row = { readonly model: Model; readonly report: Report | undefined; readonly seconds: number }

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    memory: { type: 'string', default: '4096' },
  },
})

function models(root: string): Model[] {
  const folder = join(root, 'specifications')
  return readdirSync(folder).flatMap((name): Model[] => {
    let text: string
    try {
      text = readFileSync(join(folder, name, 'manifest.json'), 'utf8')
    } catch {
      return []
    }
    const manifest = JSON.parse(text)
    return manifest.modules.flatMap((module: Record<string, unknown>) =>
      (module.models as Record<string, unknown>[])
        .filter((model) => model.mode === 'exhaustive search')
        .map((model) => ({
          module: String(module.path),
          config: String(model.path),
          result: String(model.result),
          published:
            model.distinctStates === undefined ||
            model.totalStates === undefined ||
            model.stateDepth === undefined
              ? undefined
              : [Number(model.distinctStates), Number(model.totalStates), Number(model.stateDepth)],
        })),
    )
  })
}

function run(root: string, model: Model): Promise<Row> {
  const cli = fileURLToPath(new URL('../bin/portcullis.js', import.meta.url))
  const args = [
    cli,
    'tla',
    join(root, model.module),
    '--config',
    join(root, model.config),
    '--json',
    '--memory-max',
    values.memory,
  ]
  const begun = process.hrtime.bigint()
  // CPU time is what is limited: on a busy machine the wall clock says little.
  const limited = ['-c', 'ulimit -t "$0"; exec "$@"', values.seconds, process.execPath, ...args]
  const child = spawn('sh', limited, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let errors = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    errors = (errors + chunk).slice(-400)
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), Number(values.seconds) * 1000 * WALL_PER_CPU_MAX)
  return new Promise((resolve) => {
    child.on('close', () => {
      clearTimeout(timer)
      const seconds = Number(process.hrtime.bigint() - begun) / 1e9
      let report: Report | undefined
      try {
        report = JSON.parse(output)
      } catch {
        report =
          errors === ''
            ? undefined
            : { verdict: 'crash', distinct: 0, generated: 0, depth: 0, reason: errors.trim() }
      }
      resolve({ model, report, seconds })
    })
  })
}

function line({ model, report, seconds }: Row, isRight: boolean): string {
  const counts = report ? `${report.distinct} ${report.generated} ${report.depth}` : 'no answer'
  const expected = model.published ? model.published.join(' ') : model.result
  const reason = report?.reason ? ` ${report.reason.replaceAll('\n', ' ').slice(0, 150)}` : ''
  const name = model.config.replace('specifications/', '')
  return `${isRight ? 'ok  ' : 'MISS'} ${name} | ${counts} | ${expected} | ${seconds.toFixed(1)} s | ${report?.verdict ?? 'time'}${reason}`
}

const [root] = positionals
if (root === undefined) {
  skip('TLA+ examples', 'needs the path of a checkout of github.com/tlaplus/Examples')
  process.exit(0)
}
const chosen = models(root).filter((model) => values.only === undefined || model.config.includes(values.only))
const counted = chosen.filter((model) => model.published !== undefined)
const failing = chosen.filter(
  (model) => model.result === 'safety failure' || model.result === 'liveness failure',
)
const tally = { exact: 0, states: 0, ok: 0, safety: 0, liveness: 0 }
for (const model of counted) {
  const row = await run(root, model)
  const [distinct, generated, depth] = model.published ?? [0, 0, 0]
  const sameStates = row.report?.distinct === distinct && row.report.generated === generated
  const isRight = sameStates && row.report?.depth === depth
  if (sameStates) tally.states++
  if (isRight) tally.exact++
  if (isRight && row.report?.verdict === 'ok') tally.ok++
  process.stdout.write(`${line(row, isRight)}\n`)
}
for (const model of failing) {
  const row = await run(root, model)
  const isRight = row.report?.verdict === 'violated'
  if (isRight) tally[model.result === 'safety failure' ? 'safety' : 'liveness']++
  process.stdout.write(`${line(row, isRight)}\n`)
}
const safety = failing.filter((model) => model.result === 'safety failure').length
const command = 'npm run bench -- tla -- CHECKOUT'
const exact = `${tally.exact} of ${counted.length}, of which ${tally.ok} with every property checked`
for (const [name, figure] of [
  ['distinct, generated and depth exact', exact],
  ['distinct and generated exact', `${tally.states} of ${counted.length}`],
  ['safety failures found', `${tally.safety} of ${safety}`],
  ['liveness failures found', `${tally.liveness} of ${failing.length - safety}`],
] as const)
  say({ name: `TLA+ examples: ${name}`, figure, unit: '', command })
