// What analysts say of campaigns, and what that changes.
import { join } from 'node:path'
import { GateError } from '../kernel/gate-error.ts'
import { appendToJournal, readJournal } from '../store/embedded/journal.ts'
import type { Campaign, Verdict } from '../watch/report.ts'
import {
  inForce,
  parseVerdictEntry,
  type Replay,
  replay,
  type VerdictEntry,
  verdictOn,
} from '../watch/verdicts.ts'
import type { CommandOption, Console, ExitCode, ParsedOptions } from './command.ts'
import { latestReport } from './findings.ts'
import { moment, some } from './render/figures.ts'
import { screenOf } from './render/screen.ts'
import { authorOption, neededOption, storePath } from './store-option.ts'

const SHOWN = 10
const REASON_CHARACTERS_MAX = 2_000

export const verdictOptions: Readonly<Record<string, CommandOption>> = {
  reason: { type: 'string', value: 'TEXT', summary: 'verdict and undo: why' },
  author: { type: 'string', value: 'NAME', summary: 'who says so (default: the user of this machine)' },
  preview: { type: 'boolean', summary: 'verdict and undo: only say what it would change' },
  force: { type: 'boolean', summary: 'even where a campaign that is real by verdict would be lost' },
}

export function verdictsInForce(store: string): readonly Verdict[] {
  return inForce(entriesOf(store))
}

export async function giveVerdict(
  campaign: Campaign,
  word: string | undefined,
  options: ParsedOptions,
  console: Console,
): Promise<ExitCode> {
  if (word !== 'real' && word !== 'benign' && word !== 'unsure')
    throw new GateError('usage', 'Say what the campaign is: real, benign or unsure.')
  const { findings } = await latestReport(options, console)
  const verdict = verdictOn(campaign, findings.considered ?? [], {
    verdict: word,
    ...signatureOf(options),
    at: console.now(),
  })
  return await change({ kind: 'verdict', verdict }, `${campaign.id} is ${word}`, options, console)
}

export async function undoVerdict(
  id: string | undefined,
  options: ParsedOptions,
  console: Console,
): Promise<ExitCode> {
  const known = verdictsInForce(storePath(options, console)).filter(
    (verdict) => id !== undefined && id !== '' && (verdict.id.startsWith(id) || verdict.campaign === id),
  )
  const [verdict] = known
  if (verdict === undefined || known.length > 1)
    throw new GateError(
      'usage',
      `${known.length === 0 ? 'No verdict' : 'More than one verdict'} in force begins with '${id ?? ''}'. \`portcullis campaigns verdicts\` lists them.`,
    )
  const entry = { kind: 'undo' as const, id: verdict.id, ...signatureOf(options), at: console.now() }
  return await change(entry, `${verdict.id} is taken back`, options, console)
}

export function listVerdicts(options: ParsedOptions, console: Console): ExitCode {
  const verdicts = verdictsInForce(storePath(options, console))
  if (options.json) console.stdout.write(`${JSON.stringify(verdicts)}\n`)
  else if (verdicts.length === 0) console.stdout.write('No verdict is in force.\n')
  for (const { id, campaign, verdict, accounts, author, at, reason } of options.json ? [] : verdicts)
    console.stdout.write(
      `${id}  ${campaign} is ${verdict} (${some(accounts.length, 'account')})\n  ${author}, ${moment(at)} UTC: ${reason}\n`,
    )
  return 0
}

/** Replayed against the past first; only then, and only if nothing real is lost, is it written down. */
async function change(
  entry: VerdictEntry,
  title: string,
  options: ParsedOptions,
  console: Console,
): Promise<ExitCode> {
  const store = storePath(options, console)
  const entries = entriesOf(store)
  const { findings } = await latestReport(options, console)
  const replayed = replay(findings.considered ?? [], inForce(entries), inForce([...entries, entry]))
  const isRefused = replayed.lost.length > 0 && options.force !== true
  const isMade = !isRefused && options.preview !== true
  if (isMade) appendToJournal(journalOf(store), entry)
  const id = entry.kind === 'verdict' ? entry.verdict.id : entry.id
  if (options.json) console.stdout.write(`${JSON.stringify({ id, isMade, ...replayed })}\n`)
  else console.stdout.write(pageOf(title, replayed, { isMade, isRefused }, console))
  return isRefused ? 1 : 0
}

function pageOf(
  title: string,
  { groups, dropped, added, lost }: Replay,
  { isMade, isRefused }: { readonly isMade: boolean; readonly isRefused: boolean },
  console: Console,
): string {
  const screen = screenOf(console)
  const state = isMade ? title : isRefused ? `Refused: ${title}` : `Only looked: ${title}`
  const told = (what: string, list: Replay['dropped']): string[] =>
    list.length === 0
      ? []
      : [
          `  ${some(list.length, 'group')} ${what}:`,
          ...list
            .slice(0, SHOWN)
            .map(
              ({ campaign, accounts, before, after }) =>
                `    ${campaign ?? 'a group'} of ${some(accounts, 'account')}: ${before.toFixed(3)} → ${after.toFixed(3)}`,
            ),
        ]
  const lines = [
    screen.paint('bold', state),
    `  replayed against ${some(groups, 'group')} of the latest findings`,
    ...told('would no longer be raised', dropped),
    ...told('would now be raised', added),
    ...(dropped.length + added.length === 0 ? ['  none would be judged differently'] : []),
    ...lost.map(
      ({ campaign }) => `  ${campaign} is real by verdict and would be lost; --force does it anyway`,
    ),
  ]
  return `${lines.join('\n')}\n`
}

function signatureOf(options: ParsedOptions): { readonly reason: string; readonly author: string } {
  const reason = neededOption(options, 'reason', 'who reads it later wants to know why')
  if (reason.length > REASON_CHARACTERS_MAX)
    throw new GateError('usage', `--reason may have ${REASON_CHARACTERS_MAX} characters.`)
  return { reason, author: authorOption(options) }
}

function entriesOf(store: string): readonly VerdictEntry[] {
  return readJournal(journalOf(store), parseVerdictEntry)
}

function journalOf(store: string): string {
  return join(store, 'verdicts.jsonl')
}
