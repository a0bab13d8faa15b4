import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { GateError } from '../kernel/gate-error.ts'
import { describePlace } from '../prove/tla/failure.ts'
import type { TlaReport, TraceState } from '../prove/tla/report.ts'
import { runTla } from '../prove/tla/run.ts'
import type { Command, Console, ExitCode, ParsedOptions } from './command.ts'

const STATES_MAX = 100_000_000
const MEMORY_MIB_MAX = 4096
const BYTES_PER_MIB = 2 ** 20

const exits: Record<TlaReport['verdict'], ExitCode> = {
  ok: 0,
  violated: 1,
  deadlock: 1,
  error: 2,
  unknown: 3,
}

export const tla: Command = {
  usage: 'FILE.tla [--config FILE.cfg] [--json]',
  description: `Checks a TLA+ specification by exploring every state it can reach, and counts states as TLC does: distinct,
generated, and the depth of the state graph. The configuration is FILE.cfg beside the specification unless
--config names another. A violated invariant or property is shown with the shortest way to it.

Exit code 0: no violation; 1: violated, or a deadlock; 2: an error in the input; 3: unknown, because a limit
was hit or a property could not be checked.`,
  options: {
    config: {
      type: 'string',
      value: 'FILE',
      summary: 'model configuration (default: FILE.cfg beside the module)',
    },
    json: { type: 'boolean', summary: 'one JSON object on standard output' },
    'states-max': {
      type: 'string',
      value: 'N',
      summary: `distinct states to stop at (default ${STATES_MAX})`,
    },
    'memory-max': {
      type: 'string',
      value: 'MIB',
      summary: `memory to stop at, in MiB (default ${MEMORY_MIB_MAX})`,
    },
  },
  examples: [
    ['portcullis tla System.tla', 'check System.tla as System.cfg says'],
    ['portcullis tla MC.tla --config Small.cfg --json', 'another configuration, machine-readable'],
  ],
  wordsMax: Number.POSITIVE_INFINITY,
  run,
}

async function run(
  positionals: readonly string[],
  options: ParsedOptions,
  console: Console,
): Promise<ExitCode> {
  const [name] = positionals
  if (name === undefined || positionals.length > 1) throw new GateError('usage', 'Give exactly one FILE.tla.')
  const file = resolve(console.cwd, name)
  const config =
    typeof options.config === 'string' ? resolve(console.cwd, options.config) : file.replace(/\.tla$/, '.cfg')
  for (const path of [file, config]) {
    if (!existsSync(path)) throw new GateError('usage', `There is no file ${path}.`)
  }
  const memoryMiB = count(options['memory-max'], MEMORY_MIB_MAX, '--memory-max')
  // The values of a large model outgrow the default heap; the search itself watches the limit the caller set.
  setFlagsFromString(`--max-old-space-size=${memoryMiB + HEAP_SLACK_MIB}`)
  const isTerminal = console.stderr.isTTY === true
  const report = await runTla({
    file,
    config,
    statesMax: count(options['states-max'], STATES_MAX, '--states-max'),
    memoryBytesMax: memoryMiB * BYTES_PER_MIB,
    print: (text) => console.stderr.write(`${text}\n`),
    progress: (generated, distinct, queue) => {
      if (isTerminal)
        console.stderr.write(`\r${generated} generated, ${distinct} distinct, ${queue} to expand`)
    },
  })
  if (isTerminal) console.stderr.write('\r\x1b[K')
  console.stdout.write(options.json === true ? `${JSON.stringify(json(report))}\n` : readable(report))
  return exits[report.verdict]
}

const HEAP_SLACK_MIB = 1024

function count(given: ParsedOptions[string], fallback: number, name: string): number {
  if (given === undefined) return fallback
  const value = Number(given)
  if (!Number.isInteger(value) || value <= 0)
    throw new GateError('usage', `${name} takes a positive whole number.`)
  return value
}

function json(report: TlaReport): unknown {
  const { trace, ...rest } = report
  if (!trace) return rest
  return {
    ...rest,
    trace: trace.map(({ action, variables }) => ({ action, state: Object.fromEntries(variables) })),
  }
}

function readable(report: TlaReport): string {
  const lines: string[] = []
  if (report.reason !== undefined) {
    const at = report.place && report.verdict === 'error' ? `${describePlace(report.place)}: ` : ''
    lines.push(`${report.verdict === 'unknown' ? 'Unknown' : 'Error'}: ${at}${report.reason}`)
  } else lines.push('Model checking completed. No error has been found.')
  if (report.trace) lines.push('The behavior up to this point is:', ...report.trace.map(traceState))
  if (report.loop !== undefined && report.trace) {
    lines.push(
      report.loop === report.trace.length - 1
        ? `State ${report.trace.length + 1}: Stuttering`
        : `Back to state ${report.loop + 1}: ${report.trace[report.loop]?.action ?? ''}`,
    )
    lines.push('')
  }
  lines.push(`${report.generated} states generated, ${report.distinct} distinct states found.`)
  lines.push(`The depth of the state graph search is ${report.depth}.`)
  return `${lines.join('\n')}\n`
}

function traceState({ action, variables }: TraceState, at: number): string {
  const values = variables.map(([name, value]) =>
    variables.length > 1 ? `/\\ ${name} = ${value}` : `${name} = ${value}`,
  )
  return `State ${at + 1}: <${action}>\n${values.join('\n')}\n`
}
