import { GateError } from '../kernel/gate-error.ts'
import { visible } from '../kernel/visible.ts'
import type { Campaign, Report } from '../watch/report.ts'
import type { Command } from './command.ts'
import {
  type AccountFound,
  accountNamed,
  campaignAlone,
  campaignNamed,
  storeFlag,
  wholeReport,
} from './findings.ts'
import { campaignStory, nextSteps } from './render/campaign-story.ts'
import { bar, moment, score, some } from './render/figures.ts'
import { type Screen, screenOf } from './render/screen.ts'
import { cut, padded, wrapped } from './render/visible.ts'
import { lookalikeWords } from './render/words.ts'
import { storeOption } from './store-option.ts'

const SIGNALS_SHOWN = 3
const SHARED_SHOWN = 6

export const explain: Command = {
  usage: 'CAMPAIGN|ACCOUNT [--store DIR] [--json]',
  description: `Tells why a campaign was raised: who, how many, since when, each signal with its strength and how often benign
groups show it, what the accounts share, what they send, and which benign explanations lost and why. For an account:
which campaign it belongs to, what it did itself and what it shares with the others there, or that it belongs to none and which look-alike group it is in. The beginning of an id
is enough where only one id begins like that. Reads the latest findings. Exit 2 if there are none.`,
  options: {
    store: storeOption,
    json: { type: 'boolean', summary: 'one JSON object on standard output' },
  },
  examples: [
    ['portcullis explain c_1f', 'the campaign whose id begins with c_1f'],
    ['portcullis explain a_928761b36a9809', 'why this account is, or is not, part of a campaign'],
  ],
  wordsMax: 1,
  run: async ([id], options, console) => {
    if (id === undefined)
      throw new GateError(
        'usage',
        'Say which campaign or account. `portcullis campaigns` lists the campaigns.',
      )
    const { findings: report } = await wholeReport(options, console)
    const campaign = campaignNamed(report, id)
    const found = campaign ? undefined : accountNamed(report, id)
    const account = found ?? { account: id, campaign: undefined, lookalikes: [] }
    const screen = screenOf(console)
    const flag = storeFlag(options)
    if (options.json)
      console.stdout.write(`${JSON.stringify(campaign ? campaignAlone(campaign) : accountFacts(account))}\n`)
    else if (campaign)
      console.stdout.write(campaignStory(campaign, screen, { next: campaignSteps(campaign, flag) }))
    else console.stdout.write(accountPage(account, report, screen, flag))
    return 0
  },
}

export function campaignSteps(
  { id, accounts }: Campaign,
  flag: string,
): (readonly [command: string, meaning: string])[] {
  const steps: (readonly [string, string])[] = [
    [`portcullis campaigns export ${id} --format csv${flag}`, 'its accounts, to act on them'],
  ]
  // Account ids are attacker-chosen: one that a shell would read something into is never offered for copying.
  const safe = accounts.find((account) => /^[\w.:@][\w.:@-]*$/.test(account))
  if (safe !== undefined) steps.push([`portcullis explain ${safe}${flag}`, 'why one account belongs to it'])
  return steps
}

function accountFacts({ account, campaign, lookalikes }: AccountFound) {
  return {
    account,
    campaign: campaign
      ? {
          id: campaign.id,
          score: campaign.score,
          objective: campaign.objective,
          evidence: campaign.evidence,
          member: ownPart(campaign, account) ?? null,
        }
      : null,
    lookalikes: lookalikes.map(({ kind, summary, accounts }) => ({
      kind,
      summary,
      accounts: accounts.length,
    })),
  }
}

function accountPage(found: AccountFound, report: Report, screen: Screen, flag: string): string {
  const { paint, columns } = screen
  const title = paint('bold', `Account ${cut(visible(found.account), columns - 10)}`)
  const lines = found.campaign
    ? memberLines(found.account, found.campaign, screen, flag)
    : outsiderLines(found, report, screen)
  return `${[title, ...lines].join('\n')}\n`
}

type OwnPart = {
  readonly exchanges: number
  readonly outputTokens: number
  /** Unix ms; `created` is zero where it is not known. */
  readonly first: number
  readonly last: number
  readonly created: number
  /** What it has in common with others of the campaign, and with how many of them. */
  readonly shares: readonly { readonly kind: string; readonly value: string; readonly others: number }[]
}

/** What of the campaign this account is. Findings of earlier versions do not say. */
function ownPart({ accounts, members }: Campaign, account: string): OwnPart | undefined {
  const at = accounts.indexOf(account)
  if (members === undefined || at < 0) return undefined
  const { exchanges, outputTokens, first, last, created, shared } = members
  return {
    exchanges: exchanges[at] ?? 0,
    outputTokens: outputTokens[at] ?? 0,
    first: first[at] ?? 0,
    last: last[at] ?? 0,
    created: created[at] ?? 0,
    shares: shared
      .filter(({ accounts: holders }) => holders.includes(at))
      .map(({ kind, value, accounts: holders }) => ({ kind, value, others: holders.length - 1 })),
  }
}

function ownLines(part: OwnPart, others: number, { paint, columns }: Screen): string[] {
  const { exchanges, outputTokens, first, last, created, shares } = part
  const did = `It sent ${some(exchanges, 'exchange')} from ${moment(first)} to ${moment(last)} UTC and got ${some(outputTokens, 'token')} of answers.`
  const made = created > 0 ? ` It was made on ${new Date(created).toISOString().slice(0, 10)}.` : ''
  const listed = shares.slice(0, SHARED_SHOWN).map(({ kind, value, others: count }) => {
    const figures = `${bar(count / Math.max(1, others), 10)} ${padded(count.toLocaleString('en-US'), 6, 'right')}`
    return `  ${paint('cyan', figures)}  ${cut(`${kind}: ${visible(value)}`, columns - figures.length - 4)}`
  })
  const common =
    listed.length === 0
      ? 'It has no card, address, network, client or system prompt in common with another of them.'
      : `What it has in common with how many of the other ${others.toLocaleString('en-US')}:`
  return [...wrapped(`${did}${made}`, columns), ...wrapped(common, columns), ...listed]
}

function memberLines(account: string, campaign: Campaign, screen: Screen, flag: string): string[] {
  const { paint, columns } = screen
  const members = some(campaign.accounts.length, 'account')
  const story = `It is one of the ${members} of campaign ${visible(campaign.id)}, which scores ${score(campaign.score)}. What weighs most in that campaign:`
  const signals = campaign.evidence
    .slice(0, SIGNALS_SHOWN)
    .flatMap(({ signal, strength, summary, accounts }) => {
      const figures = paint('dim', `shown by ${accounts.toLocaleString('en-US')} of ${members}`)
      return [
        `  ${paint('magenta', bar(strength, 10))} ${paint('bold', visible(signal))}  ${figures}`,
        ...wrapped(visible(summary), columns - 4).map((line) => `    ${line}`),
      ]
    })
  const steps = nextSteps([[`portcullis explain ${campaign.id}${flag}`, 'the whole campaign']], screen)
  const part = ownPart(campaign, account)
  const own = part ? ['', ...ownLines(part, campaign.accounts.length - 1, screen)] : []
  return [...wrapped(story, columns), ...signals, ...own, '', ...steps]
}

function outsiderLines({ lookalikes }: AccountFound, report: Report, { columns }: Screen): string[] {
  const [group] = lookalikes
  const story = group
    ? `It is in no campaign. It is in a group of ${some(group.accounts.length, 'account')} that looks like one and is ${lookalikeWords[group.kind]}:`
    : `It is in no campaign, and in no group that looks like one among the ${some(report.accounts, 'account')} that were read. An account that was not read gets the same answer.`
  const reasons = lookalikes.flatMap(({ summary }) => wrapped(visible(summary), columns - 4))
  return [...wrapped(story, columns), ...reasons.map((line) => `    ${line}`)]
}
