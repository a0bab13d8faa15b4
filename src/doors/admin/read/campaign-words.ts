import { tellsOfCopying } from '../../../watch/content.ts'
import type { Campaign } from '../../../watch/report.ts'
import type { Shown } from './overlay.ts'

/** What a benign group of each kind is called. */
const titles: Readonly<Record<string, string>> = {
  batch: 'a batch job',
  benchmark: 'a benchmark run',
  class: 'a class or a course',
  company: 'a company',
  reseller: 'a reseller',
  promotion: 'a promotion',
  fans: 'fans of one prompt',
  carrier: 'users behind one carrier',
  product: "a product's customers",
  people: 'people who happen to look alike',
}
const objectives: Readonly<Record<string, string>> = {
  reasoning: 'to get reasoning written out',
  grading: 'to get answers graded',
  coding: 'to get code written',
  tools: 'to see tools used',
  instructions: 'to see instructions followed',
  other: 'for a purpose that its prompts do not show',
}
const UNTOLD = 'and nothing they ask for or get says that they copy the model'
const HEADLINES = 3

export function titleOf(kind: string): string {
  return titles[kind] ?? kind
}

/** The strongest reasons, in words. */
export function headlineOf({ evidence }: Campaign): string[] {
  return [...evidence]
    .sort((a, b) => b.strength - a.strength)
    .slice(0, HEADLINES)
    .map(({ summary }) => summary)
}

/** Why it was raised, and what speaks against it, as a person would say it. */
export function storyOf({ campaign, merged, splitFrom }: Shown): string {
  const { accounts, exchanges, objective, score, evidence, explanations } = campaign
  const said = [
    `${accounts.length.toLocaleString('en')} accounts made ${exchanges.toLocaleString('en')} exchanges as if they were one, ${tellsOfCopying(campaign) ? (objectives[objective] ?? objectives.other) : UNTOLD}.`,
    `The odds that they do are ${percent(score)}.`,
  ]
  const [first, second] = [...evidence].sort((a, b) => a.falsePositiveRate - b.falsePositiveRate)
  if (first) said.push(`What speaks most for it: ${first.summary}${second ? `, and ${second.summary}` : ''}.`)
  const [nearest] = explanations
  if (nearest)
    said.push(
      `The nearest benign explanation is ${titleOf(nearest.kind)} (fits ${percent(nearest.fit)}): ${nearest.summary}.`,
    )
  else said.push('No benign explanation came near.')
  if (merged.length > 0) said.push(`A person merged ${merged.join(', ')} into it.`)
  if (splitFrom !== undefined) said.push(`A person split it from ${splitFrom}.`)
  return said.join(' ')
}

/** Never 100 %: a probability that rounds up to certainty is a lie. */
function percent(share: number): string {
  const value = Math.min(99.9, share * 100)
  return `${value >= 99 ? value.toFixed(1) : Math.round(value)} %`
}
