import { once } from 'node:events'
import { GateError } from '../kernel/gate-error.ts'
import type { Campaign } from '../watch/report.ts'
import { giveVerdict, listVerdicts, undoVerdict, verdictOptions } from './campaign-verdicts.ts'
import type { Command, Console, ExitCode, ParsedOptions } from './command.ts'
import { campaignSteps } from './explain.ts'
import { campaignNamed, latestReport, storeFlag } from './findings.ts'
import { campaignStory, nextSteps } from './render/campaign-story.ts'
import { campaignTable, headline } from './render/campaign-table.ts'
import { moment } from './render/figures.ts'
import { lookalikeList } from './render/lookalikes.ts'
import { screenOf } from './render/screen.ts'
import { storeOption } from './store-option.ts'

export const campaigns: Command = {
  usage:
    '[list | show ID | export [ID] | verdict ID real|benign|unsure | verdicts | undo VERDICT] [--store DIR] [--json]',
  description: `The campaigns of the latest findings. \`list\` (what you get without a word) is a table, \`show\` tells one
campaign in full, \`export\` writes all of them, or one, for other programs: JSON with everything, or CSV with a row
for each account. Cells of the CSV never start a formula. The beginning of an id is enough. Exit 2 without findings.

\`verdict\` records what you say of a campaign: a benign one is not raised again and makes its signals count for less,
a real one makes what it showed expected of others. It is replayed against the groups of the latest findings first, and
with --preview that is all; where a campaign you called real would be lost it is refused (exit 1) unless you --force it.
\`verdicts\` lists them, \`undo\` takes one back. Hunts and a running gate (within five minutes) go by them.`,
  options: {
    format: { type: 'string', value: 'json|csv', summary: 'what export writes (default: json)' },
    store: storeOption,
    ...verdictOptions,
    json: { type: 'boolean', summary: 'JSON on standard output' },
  },
  examples: [
    ['portcullis campaigns', 'all campaigns, worst first'],
    ['portcullis campaigns show c_1f', 'one campaign in full'],
    ['portcullis campaigns verdict c_1f benign --reason "our partner’s app"', 'say what it was'],
    ['portcullis campaigns export --format csv > accounts.csv', 'every account to act on'],
  ],
  wordsMax: 3,
  run: async ([verb = 'list', id, word], options, console) => {
    switch (verb) {
      case 'list':
        return await list(options, console)
      case 'show':
        return await show(id, options, console)
      case 'export':
        return await exportCampaigns(id, options, console)
      case 'verdict':
        return await giveVerdict(await named(id, options, console), word, options, console)
      case 'verdicts':
        return listVerdicts(options, console)
      case 'undo':
        return await undoVerdict(id, options, console)
      default:
        throw new GateError('usage', `'${verb}' is none of list, show, export, verdict, verdicts, undo.`)
    }
  },
}

async function list(options: ParsedOptions, console: Console): Promise<ExitCode> {
  const { findings: report, savedAt, source } = await latestReport(options, console)
  if (options.json) {
    await write(console, `${JSON.stringify(report.campaigns)}\n`)
    return 0
  }
  const screen = screenOf(console)
  const first = report.campaigns[0]
  const about = screen.paint('dim', `${source}, found ${moment(savedAt)} UTC`)
  const steps = first
    ? `\n${nextSteps([[`portcullis explain ${first.id}${storeFlag(options)}`, 'why, and what to do about it']], screen).join('\n')}\n`
    : ''
  const title = report.campaigns.length > 0 ? `${headline(report)}\n${about}\n\n` : `${about}\n`
  const alike =
    report.lookalikes.length > 0
      ? `\n${screen.paint('bold', 'Look like a campaign and are not')}\n${lookalikeList(report.lookalikes, screen)}`
      : ''
  await write(console, title + campaignTable(report, screen) + alike + steps)
  return 0
}

async function show(id: string | undefined, options: ParsedOptions, console: Console): Promise<ExitCode> {
  const campaign = await named(id, options, console)
  const page = options.json
    ? `${JSON.stringify(campaign)}\n`
    : campaignStory(campaign, screenOf(console), { next: campaignSteps(campaign, storeFlag(options)) })
  await write(console, page)
  return 0
}

async function exportCampaigns(
  id: string | undefined,
  options: ParsedOptions,
  console: Console,
): Promise<ExitCode> {
  const format = options.format ?? 'json'
  if (format !== 'json' && format !== 'csv')
    throw new GateError('usage', `'${format}' is no format: there are json and csv.`)
  const chosen =
    id === undefined
      ? (await latestReport(options, console)).findings.campaigns
      : [await named(id, options, console)]
  if (format === 'json') await write(console, `${JSON.stringify(chosen, null, 2)}\n`)
  else for (const rows of csvOf(chosen)) await write(console, rows)
  return 0
}

async function named(id: string | undefined, options: ParsedOptions, console: Console): Promise<Campaign> {
  if (id === undefined) throw new GateError('usage', 'Say which campaign: the beginning of its id is enough.')
  const campaign = campaignNamed((await latestReport(options, console)).findings, id)
  if (campaign) return campaign
  throw new GateError('usage', `No campaign begins with '${id}'. \`portcullis campaigns\` lists them.`)
}

const csvColumns = [
  'campaign',
  'account',
  'score',
  'objective',
  'first',
  'last',
  'flaggedAt',
  'mainEvidence',
] as const

/** One row an account, in pieces of one campaign each. Lines end as RFC 4180 asks. */
function* csvOf(chosen: readonly Campaign[]): Generator<string> {
  yield `${csvColumns.join(',')}\r\n`
  for (const { id, accounts, score, objective, first, last, flaggedAt, evidence } of chosen) {
    const times = [first, last, flaggedAt].map((ts) => new Date(ts).toISOString())
    const rows = accounts.map((account) => [
      id,
      account,
      score.toFixed(4),
      objective,
      ...times,
      evidence[0]?.summary ?? '',
    ])
    yield rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('')
  }
}

/**
 * A spreadsheet runs a cell that begins with one of these as a formula, and account ids are attacker-chosen
 * (OWASP, CSV injection): a quote in front makes it text.
 */
export function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Exports are large: they wait for a slow reader instead of filling memory. */
async function write({ stdout, signal }: Console, text: string): Promise<void> {
  if (!stdout.write(text)) await once(stdout, 'drain', { signal })
}
