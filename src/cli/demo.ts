import { join, resolve } from 'node:path'
import { STORE_DEFAULT } from '../config/schema.ts'
import { GateError } from '../kernel/gate-error.ts'
import { saveFindings } from '../store/embedded/findings.ts'
import { hunt } from '../watch/hunt.ts'
import type { Report } from '../watch/report.ts'
import { type ScenarioName, scenarios } from '../watch/traffic/scenarios.ts'
import { trafficOf } from '../watch/traffic/traffic.ts'
import { writeTraffic } from '../watch/traffic/write.ts'
import type { Command, Console, ExitCode, ParsedOptions } from './command.ts'
import { againstTruth, type Verdict } from './demo/against-truth.ts'
import { MadeTraffic } from './demo/made-traffic.ts'
import { demoPage, raisedLine } from './demo/page.ts'
import { stayUp } from './demo/stay.ts'
import { storeFlag, withoutMembers } from './findings.ts'
import { progressLine } from './progress.ts'
import { some } from './render/figures.ts'
import { screenOf } from './render/screen.ts'
import { wrapped } from './render/visible.ts'
import { storePath } from './store-option.ts'

const SEED_DEFAULT = 7
/** Campaigns told one by one as they are raised; the rest show in the progress line. */
const ANNOUNCED_MAX = 12

export const demo: Command = {
  usage: '[--scenario NAME] [--seed N] [--store DIR] [--json] [--write DIR]',
  description: `Makes labelled traffic with distillation campaigns hidden among benign tenants of every hard kind, hunts in it
while it is being made, shows each campaign as it is raised, then lists them, explains one in full, names the groups
that only look like one, and scores itself against the truth, which the hunt never sees. The log, its truth and the
findings stay below the store (default ${STORE_DEFAULT}). Stopping it early leaves earlier findings as they were.

With --write it hunts nothing and only writes DIR/log.jsonl.gz (the exchange log) and DIR/truth.json (what each
account truly is): the same traffic for the same scenario and seed.`,
  options: {
    scenario: {
      type: 'string',
      value: Object.keys(scenarios).join('|'),
      summary: 'what traffic to make (default: demo)',
    },
    seed: { type: 'string', value: 'N', summary: `another number, another story (default: ${SEED_DEFAULT})` },
    store: { type: 'string', value: 'DIR', summary: `the data folder (default: ${STORE_DEFAULT})` },
    json: { type: 'boolean', summary: 'one JSON object on standard output' },
    stay: { type: 'boolean', summary: 'stay up afterwards as a gate over the same store (npm start does)' },
    write: { type: 'string', value: 'DIR', summary: 'only write the log and its truth to DIR' },
  },
  examples: [
    ['portcullis demo', '24,000 attacker accounts among 44,000 others, found before your eyes'],
    ['portcullis demo --scenario small', 'the same in a quarter of the time'],
    ['portcullis demo --write traffic --scenario clean', 'labelled traffic to try detectors on'],
  ],
  wordsMax: 0,
  run: async (_positionals, options, console) => {
    const [scenario, seed] = [scenarioOf(options), seedOf(options)]
    if (typeof options.write === 'string') return await writeOnly(scenario, seed, options.write, console)
    // Made-up traffic stays out of the store that a portcullis.yaml here may name, unless it is named itself.
    const usual = storePath({}, console) === resolve(console.cwd, STORE_DEFAULT)
    const store = options.store ?? (usual ? undefined : STORE_DEFAULT)
    return await play(scenario, seed, { ...options, store }, console)
  },
}

type Played = {
  readonly report: Report
  readonly verdict: Verdict
  readonly log: string
  readonly seconds: number
  /** From the start to the first campaign raised. */
  readonly firstCampaignSeconds: number | undefined
}

async function play(
  scenario: ScenarioName,
  seed: number,
  options: ParsedOptions,
  console: Console,
): Promise<ExitCode> {
  const store = storePath(options, console)
  const screen = screenOf(console)
  if (!options.json)
    console.stdout.write(`${wrapped(opening(scenario, seed), screen.columns).join('\n')}\n\n`)
  const played = await huntWhileMade(scenario, seed, store, options, console)
  if (played === undefined) {
    console.stderr.write('Stopped. Nothing was saved; findings of earlier runs are as they were.\n')
    return 1
  }
  const source = `demo traffic ${scenario}, seed ${seed}`
  await saveFindings(store, { findings: played.report, savedAt: console.now(), source })
  if (options.json)
    console.stdout.write(
      `${JSON.stringify({ scenario, seed, ...played, report: withoutMembers(played.report) })}\n`,
    )
  else console.stdout.write(demoPage({ ...played, storeFlag: storeFlag(options) }, screen))
  if (options.stay) await stayUp(store, played, console)
  return 0
}

async function huntWhileMade(
  scenario: ScenarioName,
  seed: number,
  store: string,
  options: ParsedOptions,
  console: Console,
): Promise<Played | undefined> {
  const { signal, now } = console
  const screen = screenOf(console)
  const began = now()
  let firstAt: number | undefined
  const announced = new Set<string>()
  await using traffic = MadeTraffic.start(scenario, seed, join(store, 'demo'), signal)
  const progress = progressLine(console, { label: 'hunting', unit: 'exchanges' })
  try {
    const { report } = await hunt(['-'], {
      stdin: traffic.lines,
      signal,
      onProgress: ({ exchanges, accounts, campaigns }) =>
        progress.update(exchanges, `${some(accounts, 'account')}, ${some(campaigns, 'campaign')} raised`),
      onSweep: (raised) => {
        for (const campaign of raised) {
          if (announced.has(campaign.id)) continue
          announced.add(campaign.id)
          firstAt ??= now()
          if (!options.json && announced.size <= ANNOUNCED_MAX)
            progress.say(raisedLine(campaign, (now() - began) / 1000, screen))
        }
      },
    })
    progress.done(report.exchanges)
    const { log = '' } = traffic
    const verdict = againstTruth(report.campaigns, await traffic.truth())
    const firstCampaignSeconds = firstAt === undefined ? undefined : (firstAt - began) / 1000
    return { report, verdict, log, seconds: (now() - began) / 1000, firstCampaignSeconds }
  } catch (error) {
    if (signal.aborted) return undefined
    throw traffic.failure ?? error
  }
}

async function writeOnly(
  scenario: ScenarioName,
  seed: number,
  directory: string,
  console: Console,
): Promise<ExitCode> {
  const { signal, cwd } = console
  const progress = progressLine(console, { label: 'writing', unit: 'exchanges' })
  try {
    const written = await writeTraffic(trafficOf(scenarios[scenario], seed), resolve(cwd, directory), {
      compression: 'gzip',
      signal,
      onProgress: (exchanges) => progress.update(exchanges),
    })
    progress.done(written.exchanges)
    console.stdout.write(`${JSON.stringify(written)}\n`)
    return 0
  } catch (error) {
    if (!signal.aborted) throw error
    console.stderr.write('Stopped. Nothing was written.\n')
    return 1
  }
}

function opening(name: ScenarioName, seed: number): string {
  const { campaigns, days } = scenarios[name]
  const attackers = campaigns.reduce((sum, { accounts }) => sum + accounts, 0)
  const hidden =
    campaigns.length === 0
      ? 'no campaign among them'
      : `${some(campaigns.length, 'campaign')} of ${some(attackers, 'account')} hidden in it`
  return `${days} days of made-up traffic (${name}, seed ${seed}), ${hidden}. The hunt sees the log only.`
}

function scenarioOf(options: ParsedOptions): ScenarioName {
  const name = options.scenario ?? 'demo'
  if (typeof name === 'string' && isScenarioName(name)) return name
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
