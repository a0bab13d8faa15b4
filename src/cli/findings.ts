// What `campaigns` and `explain` have in common: the store they read and the things they look up in it.
import { GateError } from '../kernel/gate-error.ts'
import { loadFindings, type Saved } from '../store/embedded/findings.ts'
import type { Campaign, Lookalike, Report } from '../watch/report.ts'
import { parseReport } from '../watch/report-schema.ts'
import type { Console, ParsedOptions } from './command.ts'
import { count } from './render/figures.ts'
import { storePath } from './store-option.ts'

const AMBIGUOUS_SHOWN = 5

/** What to add to a suggested command so that it reads the same store. */
export function storeFlag(options: ParsedOptions): string {
  return typeof options.store === 'string' ? ` --store ${pasteable(options.store)}` : ''
}

/** A word as a POSIX shell reads it back. */
function pasteable(word: string): string {
  return /^[\w./:@%+,=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

export async function latestReport(
  options: ParsedOptions,
  console: Pick<Console, 'cwd'>,
): Promise<Saved<Report>> {
  const saved = await wholeReport(options, console)
  return { ...saved, findings: withoutMembers(saved.findings) }
}

/** With what is known of each account of each campaign. */
export async function wholeReport(
  options: ParsedOptions,
  console: Pick<Console, 'cwd'>,
): Promise<Saved<Report>> {
  return await loadFindings(storePath(options, console), parseReport)
}

/** What graphs are drawn from is ten times the rest, and no use in a terminal. */
export function withoutMembers(report: Report): Report {
  return { ...report, campaigns: report.campaigns.map(campaignAlone) }
}

export function campaignAlone({ members: _, ...campaign }: Campaign): Campaign {
  return campaign
}

/** The whole id, or a beginning that only one campaign has. */
export function campaignNamed(report: Report, id: string): Campaign | undefined {
  return onlyOne(report.campaigns, ({ id: candidate }) => candidate, id, 'campaigns')
}

export type AccountFound = {
  readonly account: string
  readonly campaign: Campaign | undefined
  readonly lookalikes: readonly Lookalike[]
}

/** An account by its id or a unique beginning, wherever the findings name it. */
export function accountNamed(report: Report, id: string): AccountFound | undefined {
  const named = [...report.campaigns, ...report.lookalikes].flatMap(({ accounts }) => accounts)
  const account = onlyOne([...new Set(named)], (candidate) => candidate, id, 'accounts')
  if (account === undefined) return undefined
  return {
    account,
    campaign: report.campaigns.find(({ accounts }) => accounts.includes(account)),
    lookalikes: report.lookalikes.filter(({ accounts }) => accounts.includes(account)),
  }
}

/** The item of that id, or the only one whose id begins like that. */
export function onlyOne<Item>(
  items: readonly Item[],
  idOf: (item: Item) => string,
  id: string,
  what: string,
): Item | undefined {
  if (id === '') return undefined
  const exact = items.find((item) => idOf(item) === id)
  if (exact !== undefined) return exact
  const beginning = items.filter((item) => idOf(item).startsWith(id))
  if (beginning.length <= 1) return beginning[0]
  const some = beginning.slice(0, AMBIGUOUS_SHOWN).map(idOf).join(', ')
  throw new GateError(
    'usage',
    `'${id}' begins the ids of ${count(beginning.length)} ${what} (${some}${beginning.length > AMBIGUOUS_SHOWN ? ', …' : ''}): write more of it.`,
  )
}
