import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { ledgerExchanges } from '../gate/export-exchanges.ts'
import { GateError } from '../kernel/gate-error.ts'
import { saveFindings } from '../store/embedded/findings.ts'
import { storedInputs, storedSeed } from '../store/embedded/import-store.ts'
import { type Hunt, hunt as runHunt } from '../watch/hunt.ts'
import { SHARDS } from '../watch/partitions/partition-messages.ts'
import type { Report } from '../watch/report.ts'
import type { SketchStore } from '../watch/sketches/reading-messages.ts'
import { sketchedLogs } from '../watch/sketches/stored-reading.ts'
import { verdictsInForce } from './campaign-verdicts.ts'
import type { Command, Console, ParsedOptions } from './command.ts'
import { storeFlag, withoutMembers } from './findings.ts'
import { inputOptions, logOptions, logPaths } from './log-options.ts'
import { progressLine } from './progress.ts'
import { blindSpots } from './render/blind-spots.ts'
import { campaignStory, nextSteps } from './render/campaign-story.ts'
import { campaignTable, headline, nothingFound } from './render/campaign-table.ts'
import { some } from './render/figures.ts'
import { lookalikeList } from './render/lookalikes.ts'
import { notTaken } from './render/not-taken.ts'
import { screenOf } from './render/screen.ts'
import { wrapped } from './render/visible.ts'
import { storeOption, storePath } from './store-option.ts'
import { watchSeed } from './watch-seed.ts'

const WORKERS_MAX = 64
const SPILL_MIB = 256
const SPILL_MIB_MAX = 1_048_576
const MIB = 2 ** 20

export const hunt: Command = {
  usage: 'LOG... [--json] [--until TIME] [--strict] [--store DIR] [--sketches DIR]',
  description: `Reads exchange logs in time order and finds campaigns: accounts that act as one to copy a model. Logs may be plain,
gzip or zstd, in any number, in any known format (told by content); \`-\` is standard input. Without a LOG it hunts in
what \`portcullis import\` put into the store. The findings are kept in the store for
\`campaigns\` and \`explain\`. Progress goes to standard error.

Exit 0 whether or not there are campaigns; 2 for unusable input.`,
  options: {
    json: { type: 'boolean', summary: 'one JSON object on standard output' },
    until: { type: 'string', value: 'TIME', summary: 'ignore later exchanges: Unix ms or an ISO date' },
    strict: { type: 'boolean', summary: 'stop at the first line that cannot be taken' },
    store: storeOption,
    save: { type: 'boolean', summary: 'leave the store as it is: keep no findings', isOnByDefault: true },
    sketches: {
      type: 'string',
      value: 'DIR',
      summary: 'keep sketches of the logs in DIR, and read them in their place the next time',
    },
    partitions: {
      type: 'string',
      value: 'N',
      summary: 'divide the watch among N threads by hash; what is found does not depend on N',
    },
    spill: {
      type: 'string',
      value: 'DIR',
      summary: 'keep what outgrows --memory in an unnamed file in DIR; what is found is the same',
    },
    memory: {
      type: 'string',
      value: 'MIB',
      summary: `with --spill: so much of pairs and profiles in memory (default: ${SPILL_MIB})`,
    },
    workers: { type: 'string', value: 'N', summary: 'threads that read and sketch (default: one a core)' },
    ...logOptions,
  },
  examples: [
    ['portcullis hunt logs/*.jsonl.gz', 'campaigns as a table, the first one explained'],
    ['portcullis hunt logs/*.zst --json | jq .campaigns[0].accounts', 'for a program'],
    ['kubectl logs deploy/proxy | portcullis hunt - --format litellm', 'from a pipe'],
    ['portcullis hunt --store data', 'what was imported into a store, or recorded by its gate'],
    ['portcullis hunt logs/* --until 2026-05-10', 'as if it were that day'],
    ['portcullis hunt logs/* --spill /var/tmp', 'where memory is short'],
    ['portcullis hunt logs/* --sketches kept', 'reads each log once, however often it is hunted in'],
  ],
  wordsMax: Number.POSITIVE_INFINITY,
  run: async (positionals, options, console) => {
    const { inputs, stdin, seed, sketches } = await sourceOf(positionals, options, console)
    const began = performance.now()
    const progress = progressLine(console, { label: 'hunting', unit: 'exchanges' })
    const found = await runHunt(inputs, {
      stdin,
      signal: console.signal,
      isStrict: options.strict === true,
      ...untilOf(options),
      ...workersOf(options),
      ...spillOf(options, console.cwd),
      ...(seed !== undefined && { seed }),
      ...(sketches && { sketches }),
      verdicts: verdictsInForce(storePath(options, console)),
      input: await inputOptions(options, console.cwd),
      onProgress: ({ exchanges, accounts, campaigns, rejected }) =>
        progress.update(
          exchanges,
          `${some(accounts, 'account')} · ${some(campaigns, 'campaign')}${rejected > 0 ? ` · ${rejected} rejected` : ''}`,
        ),
    }).catch((error) => {
      if (sketches && console.signal.aborted)
        console.stderr.write('what was sketched so far is kept; the same command goes on from there\n')
      throw error
    })
    const seconds = (performance.now() - began) / 1000
    progress.done(found.report.exchanges)
    warn(found, console)
    if (options.save !== false) await keep(found.report, inputs, options, console)
    if (options.json) console.stdout.write(`${JSON.stringify(answer(found.report, seconds))}\n`)
    else console.stdout.write(page(found.report, options, console))
    return 0
  },
}

type LogSource = {
  readonly inputs: readonly string[]
  readonly stdin: Readable
  /** What was stored without its texts can be compared only under the store's own seed. */
  readonly seed?: number | undefined
  readonly sketches?: SketchStore
}

/** The logs that are named, else what was imported into the store, else what its gate recorded. */
async function sourceOf(
  positionals: readonly string[],
  options: ParsedOptions,
  console: Console,
): Promise<LogSource> {
  const { stdin } = console
  const directory = typeof options.sketches === 'string' ? resolve(console.cwd, options.sketches) : undefined
  if (positionals.length > 0) {
    const inputs = await logPaths(positionals, console.cwd)
    return { inputs, stdin, ...(directory && { sketches: { directory, isReplay: false } }) }
  }
  if (directory) {
    const inputs = sketchedLogs(directory)
    if (inputs.length > 0) return { inputs, stdin, sketches: { directory, isReplay: true } }
    throw new GateError('usage', `There are no sketches in ${directory}; name the logs to make them of.`)
  }
  const store = storePath(options, console)
  const stored = storedInputs(store)
  if (stored.length > 0) return { inputs: stored, stdin, seed: storedSeed(store) }
  const ledger = join(store, 'ledger')
  if (existsSync(ledger))
    return { inputs: ['-'], stdin: Readable.from(linesOf(ledger)), seed: watchSeed(store) }
  throw new GateError(
    'usage',
    `Name at least one log, or - for standard input: nothing was imported into ${store}, nor has a gate recorded there.`,
  )
}

function* linesOf(ledger: string): Generator<Buffer> {
  for (const exchange of ledgerExchanges(ledger)) yield Buffer.from(`${JSON.stringify(exchange)}\n`)
}

/** Contract C2. The report knows more (templates, explanations); `explain` shows it. */
function answer(report: Report, seconds: number): object {
  const { exchanges, accounts, rejected, campaigns } = withoutMembers(report)
  return {
    exchanges,
    accounts,
    rejected,
    seconds: Math.round(seconds * 1000) / 1000,
    peakRssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    campaigns,
    ...(report.commonAddresses !== undefined && { commonAddresses: report.commonAddresses }),
    ...(report.untold !== undefined && { untold: report.untold }),
    lookalikes: report.lookalikes.map(({ kind, accounts: members, exchanges: count, summary }) => ({
      kind,
      accounts: members.length,
      exchanges: count,
      summary,
    })),
  }
}

function page(report: Report, options: ParsedOptions, console: Console): string {
  const screen = screenOf(console)
  const [first] = report.campaigns
  const flag = storeFlag(options)
  const parts = [screen.paint('bold', first ? headline(report) : nothingFound(report))]
  if (first) parts.push(campaignTable(report, screen), campaignStory(first, screen, { next: [] }))
  if (report.lookalikes.length > 0)
    parts.push(
      `${screen.paint('bold', 'Look like a campaign and are not')}\n${lookalikeList(report.lookalikes, screen)}`,
    )
  for (const sentence of blindSpots(report)) parts.push(wrapped(sentence, screen.columns).join('\n'))
  const steps: readonly Step[] = first
    ? [
        [`portcullis explain ${first.id}${flag}`, 'this campaign in full, or any other by its id'],
        [`portcullis campaigns export --format csv${flag}`, 'every account to act on'],
      ]
    : stepsWithout(report, options)
  parts.push(`${screen.paint('bold', 'Next')}\n${nextSteps(steps, screen).join('\n')}\n`)
  return `${parts.join('\n\n')}`
}

type Step = readonly [command: string, meaning: string]

function stepsWithout({ exchanges }: Report, options: ParsedOptions): readonly Step[] {
  if (exchanges === 0)
    return [
      typeof options.until === 'string'
        ? [
            'portcullis hunt LOG... --until TIME',
            `a later time: nothing in the logs is before ${options.until}`,
          ]
        : ['portcullis hunt --help', 'what logs it reads, and how it is told their format'],
    ]
  return [
    [`portcullis explain ACCOUNT${storeFlag(options)}`, 'why an account is in no campaign'],
    ['portcullis demo --scenario small', 'what a campaign looks like when there is one'],
  ]
}

/** Says what was not taken, and why; never the text of a line. */
function warn({ rejections, late, report }: Hunt, { stderr }: Console): void {
  if (late > 0)
    stderr.write(`${some(late, 'exchange')} came more than an hour late; counted, but out of order\n`)
  stderr.write(notTaken(rejections.counts(), rejections.examples(), report.exchanges))
}

/** A hunt on a read-only disk is still a hunt. */
async function keep(
  report: Report,
  inputs: readonly string[],
  options: ParsedOptions,
  console: Console,
): Promise<void> {
  try {
    await saveFindings(storePath(options, console), {
      findings: report,
      savedAt: console.now(),
      source: inputs.join(' '),
    })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    console.stderr.write(`the findings were not kept: ${reason}\n`)
  }
}

function untilOf({ until }: ParsedOptions): { readonly until?: number } {
  if (typeof until !== 'string') return {}
  const time = /^\d+$/.test(until) ? Number(until) : Date.parse(until)
  if (!Number.isFinite(time))
    throw new GateError('usage', `--until wants Unix ms or an ISO date, not '${until}'`)
  return { until: time }
}

function workersOf({ workers, partitions }: ParsedOptions): {
  readonly workers?: number
  readonly partitions?: number
} {
  return {
    ...(typeof workers === 'string' && { workers: numberOf('workers', workers, WORKERS_MAX) }),
    ...(typeof partitions === 'string' && { partitions: numberOf('partitions', partitions, SHARDS) }),
  }
}

function spillOf(
  { spill, memory, partitions }: ParsedOptions,
  cwd: string,
): { readonly spill?: { readonly directory: string; readonly bytesMax: number } } {
  if (typeof spill !== 'string') {
    if (memory !== undefined) throw new GateError('usage', '--memory wants --spill DIR for what does not fit')
    return {}
  }
  if (partitions !== undefined)
    throw new GateError('usage', 'A divided watch does not spill: --spill or --partitions.')
  const mib = typeof memory === 'string' ? numberOf('memory', memory, SPILL_MIB_MAX) : SPILL_MIB
  return { spill: { directory: resolve(cwd, spill), bytesMax: mib * MIB } }
}

function numberOf(option: string, text: string, most: number): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 1 && number <= most) return number
  throw new GateError('usage', `--${option} wants a number from 1 to ${most}, not '${text}'`)
}
