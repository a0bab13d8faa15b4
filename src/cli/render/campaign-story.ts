import { visible } from '../../kernel/visible.ts'
import { tellsOfCopying } from '../../watch/content.ts'
import type { Campaign, Evidence } from '../../watch/report.ts'
import { bar, day, moment, percent, score, some, span, sparkline } from './figures.ts'
import type { Screen } from './screen.ts'
import { cut, padded, widthOf, wrapped } from './visible.ts'
import { lookalikeWords, objectiveWords } from './words.ts'

const INDENT = '  '
const BAR_CELLS = 10
const TEMPLATES_SHOWN = 5
const TEMPLATE_LINES = 3
const SHARED_SHOWN = 8
const EXPLANATIONS_SHOWN = 4
/** Below it a share is said to be none. */
const FIT_SHOWN_MIN = 0.01
const ACCOUNTS_SHOWN = 6
const DAY_MS = 86_400_000

export type StoryOptions = {
  /** Commands to type next, most useful first. */
  readonly next: readonly (readonly [command: string, meaning: string])[]
}

/** One campaign in full, for whoever has to decide what to do about it. */
export function campaignStory(campaign: Campaign, screen: Screen, options: StoryOptions): string {
  const sections = [
    opening(campaign, screen),
    activity(campaign, screen),
    section('Why', evidence(campaign, screen), screen),
    section('What the accounts share', shared(campaign, screen), screen),
    section('What they send', templates(campaign, screen), screen),
    section('What else it could have been', explanations(campaign, screen), screen),
    section('Accounts', accounts(campaign, screen), screen),
    section('Next', nextSteps(options.next, screen), screen),
  ]
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`
}

function opening(campaign: Campaign, { paint, columns }: Screen): string {
  const { id, accounts: members, exchanges, first, last, flaggedAt } = campaign
  const colour = campaign.score >= 0.9 ? 'red' : 'yellow'
  const title = `${paint('bold', `Campaign ${cut(visible(id), columns - 34)}`)}  ${paint(colour, bar(campaign.score, BAR_CELLS))} ${score(campaign.score)}`
  const copying = tellsOfCopying(campaign)
    ? ` to copy ${objectiveWords[campaign.objective]}`
    : ', which is what the score tells; nothing they ask for or get says that they copy the model'
  const story =
    `${some(members.length, 'account')} act as one${copying}: ${some(exchanges, 'exchange')}, ` +
    `about ${some(Math.round(exchanges / Math.max(1, members.length)), 'exchange')} an account, from ${moment(first)} to ${moment(last)} UTC. ` +
    `The watch raised it on ${moment(flaggedAt)}, ${span(Math.max(0, flaggedAt - first))} after its first exchange.`
  return [title, ...wrapped(story, columns)].join('\n')
}

function activity({ daily, first }: Campaign, { paint, columns }: Screen): string {
  if (daily.length === 0) return ''
  const line = sparkline(daily, Math.min(columns - 24, 60))
  const most = Math.max(...daily)
  const busiest = day(first + daily.indexOf(most) * DAY_MS)
  const label = `${day(first)} – ${day(first + (daily.length - 1) * DAY_MS)}`
  const note = `most on ${busiest}: ${most.toLocaleString('en-US')}`
  return `${padded('Exchanges a day', 17)}${paint('cyan', line)}\n${INDENT}${paint('dim', cut(`${label}, ${note}`, columns - INDENT.length))}`
}

function evidence({ evidence: signals }: Campaign, screen: Screen): string[] {
  return signals.flatMap((signal) => evidenceLines(signal, screen))
}

function evidenceLines(signal: Evidence, { paint, columns }: Screen): string[] {
  const figures = `${some(signal.accounts, 'account')} · ${rarity(signal.falsePositiveRate)}`
  const name = cut(visible(signal.signal), columns - BAR_CELLS - 3)
  const title = `${INDENT}${paint('magenta', bar(signal.strength, BAR_CELLS))} ${paint('bold', name)}`
  const isBeside = BAR_CELLS + 5 + widthOf(name) + figures.length <= columns
  return [
    isBeside ? `${title}  ${paint('dim', figures)}` : title,
    ...(isBeside ? [] : [`${INDENT}${INDENT}${paint('dim', figures)}`]),
    ...wrapped(visible(signal.summary), columns - 4).map((line) => `${INDENT}${INDENT}${line}`),
  ]
}

function rarity(falsePositiveRate: number): string {
  return falsePositiveRate <= 0 ? 'seen in no benign group' : `${percent(falsePositiveRate)} of benign groups`
}

function shared(campaign: Campaign, { paint, columns }: Screen): string[] {
  const { accounts: members } = campaign
  return campaign.shared.slice(0, SHARED_SHOWN).map(({ kind, value, accounts: count }) => {
    const share = members.length === 0 ? 0 : count / members.length
    const figures = `${bar(share, BAR_CELLS)} ${padded(percent(share), 6, 'right')}`
    const room = columns - INDENT.length - figures.length - 2
    return `${INDENT}${paint('cyan', figures)}  ${cut(`${visible(kind)}: ${visible(value)}`, room)}`
  })
}

/** Masked templates; the words were written by the campaign. */
function templates(campaign: Campaign, { paint, columns }: Screen): string[] {
  if (campaign.templates.length === 0) return []
  const note = 'Words that few accounts used are masked, and a number is shown as 0.'
  const listed = campaign.templates.slice(0, TEMPLATES_SHOWN)
  const shown = listed.flatMap(({ text, accounts: count, exchanges }) => {
    const lines = wrapped(visible(text), columns - 6)
    const kept = lines.slice(0, TEMPLATE_LINES)
    if (lines.length > TEMPLATE_LINES) kept.push('…')
    return [
      `${INDENT}${paint('dim', `${some(exchanges, 'exchange')}, ${some(count, 'account')}`)}`,
      ...kept.map((line) => `${INDENT}${paint('yellow', '│')} ${line}`),
    ]
  })
  return [...wrapped(note, columns - 2).map((line) => INDENT + paint('dim', line)), ...shown]
}

/** What fits in part, and why it lost; of the others only that they were asked. */
function explanations(campaign: Campaign, { paint, columns }: Screen): string[] {
  const inPart = campaign.explanations.filter(({ fit }) => fit >= FIT_SHOWN_MIN)
  const others = campaign.explanations.filter(({ fit }) => fit < FIT_SHOWN_MIN)
  const names = others.map(({ kind }) => lookalikeWords[kind]).join(', ')
  const shown = inPart
    .slice(0, EXPLANATIONS_SHOWN)
    .flatMap(({ kind, fit, summary }) => [
      `${INDENT}${paint('green', bar(fit, BAR_CELLS))} ${lookalikeWords[kind]} ${paint('dim', `fits ${percent(fit)}`)}`,
      ...wrapped(visible(summary), columns - 4).map((line) => `${INDENT}${INDENT}${line}`),
    ])
  if (others.length === 0) return shown
  return [
    ...shown,
    ...wrapped(`Not at all: ${names}.`, columns - 2).map((line) => INDENT + paint('dim', line)),
  ]
}

function accounts({ accounts: members }: Campaign, { columns }: Screen): string[] {
  const listed = members.slice(0, ACCOUNTS_SHOWN).map((account) => cut(visible(account), 40))
  const more = members.length - listed.length
  return wrapped(
    `${listed.join(' ')}${more > 0 ? ` and ${more.toLocaleString('en-US')} more` : ''}`,
    columns - 2,
  ).map((line) => INDENT + line)
}

/** Commands with what they do: in two columns where the screen is wide enough, else one below the other. */
export function nextSteps(commands: StoryOptions['next'], { paint, columns }: Screen): string[] {
  const width = Math.max(0, ...commands.map(([command]) => widthOf(command)))
  const widest = Math.max(0, ...commands.map(([, meaning]) => widthOf(meaning)))
  if (INDENT.length * 2 + width + widest <= columns)
    return commands.map(
      ([command, meaning]) => `${INDENT}${paint('bold', padded(command, width))}${INDENT}${meaning}`,
    )
  return commands.flatMap(([command, meaning]) => [
    `${INDENT}${paint('bold', command)}`,
    `${INDENT}${INDENT}${paint('dim', meaning)}`,
  ])
}

function section(title: string, lines: readonly string[], { paint }: Screen): string {
  return lines.length === 0 ? '' : [paint('bold', title), ...lines].join('\n')
}
