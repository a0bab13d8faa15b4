import { resolve } from 'node:path'
import { GateError } from '../kernel/gate-error.ts'
import type { Scenario } from '../watch/traffic/scenario.ts'
import { type ScenarioName, scenarios } from '../watch/traffic/scenarios.ts'
import { trafficOf } from '../watch/traffic/traffic.ts'
import { writeTraffic } from '../watch/traffic/write.ts'
import type { Command, Console, ExitCode, ParsedOptions } from './command.ts'
import { progressLine } from './progress.ts'

const SEED_DEFAULT = 7

export const demo: Command = {
  usage: '[--scenario NAME] [--seed N] [--write DIR]',
  description: `Makes labelled traffic with distillation campaigns hidden among benign tenants of every hard kind.
Scenarios: ${Object.keys(scenarios).join(', ')}. With --write it only writes DIR/log.jsonl.gz (the exchange log) and
DIR/truth.json (what each account truly is), the same bytes for the same scenario and seed.`,
  options: {
    scenario: { type: 'string', value: 'NAME', summary: 'what traffic to make (default: demo)' },
    seed: { type: 'string', value: 'N', summary: `another number, another story (default: ${SEED_DEFAULT})` },
    write: { type: 'string', value: 'DIR', summary: 'write the log and its truth to DIR, and nothing else' },
  },
  examples: [
    ['portcullis demo --write traffic --scenario small', '300,000 labelled exchanges to try detectors on'],
  ],
  run: async (_positionals, options, console) => {
    if (typeof options.write !== 'string')
      throw new GateError('usage', 'Say where to write the traffic: --write DIR.')
    return await writeOnly(scenarioOf(options), seedOf(options), options.write, console)
  },
}

async function writeOnly(
  scenario: Scenario,
  seed: number,
  directory: string,
  console: Console,
): Promise<ExitCode> {
  const progress = progressLine(console, { label: 'writing', unit: 'exchanges' })
  const written = await writeTraffic(trafficOf(scenario, seed), resolve(console.cwd, directory), {
    compression: 'gzip',
    signal: console.signal,
    onProgress: (exchanges) => progress.update(exchanges),
  })
  progress.done(written.exchanges)
  console.stdout.write(`${JSON.stringify(written)}\n`)
  return 0
}

function scenarioOf(options: ParsedOptions): Scenario {
  const name = options.scenario ?? 'demo'
  if (typeof name === 'string' && isScenarioName(name)) return scenarios[name]
  throw new GateError(
    'usage',
    `There is no scenario '${name}'. There are: ${Object.keys(scenarios).join(', ')}.`,
  )
}

function isScenarioName(name: string): name is ScenarioName {
  return Object.hasOwn(scenarios, name)
}

function seedOf(options: ParsedOptions): number {
  const seed = Number(options.seed ?? SEED_DEFAULT)
  if (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31) return seed
  throw new GateError('usage', `A seed is a whole number below 2^31, not '${options.seed}'.`)
}
