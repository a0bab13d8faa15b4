import { visible } from '../../kernel/visible.ts'
import type { RaisedBrief } from '../../watch/hunt.ts'
import type { Campaign, Report } from '../../watch/report.ts'
import { campaignStory, nextSteps } from '../render/campaign-story.ts'
import { campaignTable, headline } from '../render/campaign-table.ts'
import { moment, percent, score, some } from '../render/figures.ts'
import { lookalikeList } from '../render/lookalikes.ts'
import type { Screen } from '../render/screen.ts'
import { wrapped } from '../render/visible.ts'
import type { Verdict } from './against-truth.ts'

const MISSED_SHOWN = 4

export type DemoResult = {
  readonly report: Report
  readonly verdict: Verdict
  readonly log: string
  readonly seconds: number
  readonly firstCampaignSeconds: number | undefined
  /** ` --store DIR` where it is not the default. */
  readonly storeFlag: string
}

/** One line as the watch raises a campaign. */
export function raisedLine(raised: RaisedBrief, seconds: number, { paint }: Screen): string {
  const { id, accounts, flaggedAt } = raised
  return `${paint('red', '▲')} ${paint('bold', visible(id))}  ${some(accounts, 'account')}, score ${score(raised.score)}, raised ${moment(flaggedAt)} ${paint('dim', `(after ${seconds.toFixed(1)} s)`)}`
}

/** Everything the demo has to say once the hunt is over. */
export function demoPage(result: DemoResult, screen: Screen): string {
  const { report, storeFlag } = result
  const { paint } = screen
  const example = telling(report.campaigns)
  const rule = paint('dim', '─'.repeat(screen.columns))
  const parts = [`${paint('bold', headline(report))}\n\n${campaignTable(report, screen)}`]
  if (example) parts.push(`${rule}\n${campaignStory(example, screen, { next: [] })}${rule}\n`)
  if (report.lookalikes.length > 0)
    parts.push(
      `${paint('bold', 'Look like a campaign and are not')}\n${lookalikeList(report.lookalikes, screen)}`,
    )
  parts.push(`${wrapped(verdictText(result), screen.columns).join('\n')}\n`)
  const steps = [
    [`portcullis campaigns${storeFlag}`, 'the campaigns again'],
    ...(example ? [[`portcullis explain ${example.id}${storeFlag}`, 'one of them in full'] as const] : []),
    [`portcullis campaigns export --format csv${storeFlag}`, 'every account to act on'],
    ['portcullis hunt LOG...', 'the same on your own logs'],
  ] as const
  parts.push(`${paint('bold', 'Next')}\n${nextSteps(steps, screen).join('\n')}\n`)
  return `\n${parts.join('\n')}`
}

/** The campaign with the most to tell: many kinds of evidence and something they wrote. */
function telling(campaigns: readonly Campaign[]): Campaign | undefined {
  const worth = ({ evidence, templates, shared }: Campaign) =>
    evidence.length + (templates.length > 0 ? 3 : 0) + shared.length * 0.5
  return campaigns.toSorted((left, right) => worth(right) - worth(left))[0]
}

function verdictText({ verdict, seconds, firstCampaignSeconds }: DemoResult): string {
  const { campaigns, campaignsFound, attackers, attackersFlagged, benign, benignFlagged, missed } = verdict
  const first =
    firstCampaignSeconds === undefined ? '' : `, the first after ${firstCampaignSeconds.toFixed(1)} s`
  const accused = `${benignFlagged.toLocaleString('en-US')} of ${some(benign, 'benign account')} (${percent(benignFlagged / Math.max(1, benign))}) accused by mistake`
  if (campaigns === 0)
    return `Against the truth: there is no campaign in it; ${accused}. It took ${seconds.toFixed(0)} s.`
  const caught = `${attackersFlagged.toLocaleString('en-US')} of ${some(attackers, 'attacker account')} (${percent(attackersFlagged / attackers)})`
  const lost =
    missed.length === 0
      ? ''
      : ` Missed: ${missed.slice(0, MISSED_SHOWN).join('; ')}${missed.length > MISSED_SHOWN ? '; …' : ''}.`
  return `Against the truth, which the hunt never saw: ${campaignsFound} of ${some(campaigns, 'campaign')} found, ${caught} flagged, ${accused}.${lost} It took ${seconds.toFixed(0)} s${first}.`
}
