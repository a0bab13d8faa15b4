import { visible } from '../../kernel/visible.ts'
import { GROUP_MIN } from '../../watch/campaigns/proposals.ts'
import { tellsOfCopying } from '../../watch/content.ts'
import type { Campaign, Report } from '../../watch/report.ts'
import { bar, moment, score, some, span } from './figures.ts'
import type { Screen } from './screen.ts'
import { cut, padded, widthOf } from './visible.ts'

type Column = {
  readonly title: string
  readonly side: 'left' | 'right'
  readonly text: (campaign: Campaign) => string
  /** The narrowest screen that shows it. */
  readonly from: number
}

const GAP = '  '
/** Where nothing says that anything is copied. */
const UNTOLD = 'not told'
const BAR_CELLS = 8
const EVIDENCE_CELLS_MIN = 24
const ID_CELLS_MAX = 14

const columns: readonly Column[] = [
  { title: 'campaign', side: 'left', from: 0, text: ({ id }) => cut(visible(id), ID_CELLS_MAX) },
  {
    title: 'copies',
    side: 'left',
    from: 0,
    text: (campaign) => (tellsOfCopying(campaign) ? campaign.objective : UNTOLD),
  },
  {
    title: 'accounts',
    side: 'right',
    from: 0,
    text: ({ accounts }) => accounts.length.toLocaleString('en-US'),
  },
  { title: 'exchanges', side: 'right', from: 0, text: ({ exchanges }) => exchanges.toLocaleString('en-US') },
  { title: 'since', side: 'right', from: 72, text: ({ first }) => moment(first) },
  {
    title: 'flagged after',
    side: 'right',
    from: 96,
    text: ({ first, flaggedAt }) => span(flaggedAt - first),
  },
]

/** One campaign a row, its main evidence beside it or, where that is too narrow, below it. */
export function campaignTable(report: Report, screen: Screen): string {
  const { campaigns } = report
  if (campaigns.length === 0) return `${nothingFound(report)}\n`
  const { paint } = screen
  const shown = columns.filter(({ from }) => screen.columns >= from)
  const widths = shown.map(({ title, text }) =>
    Math.max(title.length, ...campaigns.map((campaign) => widthOf(text(campaign)))),
  )
  const scoreCells = BAR_CELLS + 1 + 6
  const used = widths.reduce((sum, width) => sum + width + GAP.length, 0) + scoreCells
  const rest = screen.columns - used - GAP.length
  const isBeside = rest >= EVIDENCE_CELLS_MIN
  const head = shown.map(({ title, side }, at) => padded(title, widths[at] ?? 0, side)).join(GAP)
  const lines = [
    paint('dim', `${head}${GAP}${isBeside ? `${padded('score', scoreCells)}${GAP}main evidence` : 'score'}`),
  ]
  for (const campaign of campaigns) {
    const cells = shown.map(({ text, side }, at) => {
      const cell = padded(text(campaign), widths[at] ?? 0, side)
      return at === 0 ? paint('bold', cell) : cell
    })
    const drawn = `${paint(campaign.score >= 0.9 ? 'red' : 'yellow', bar(campaign.score, BAR_CELLS))} ${padded(score(campaign.score), 6)}`
    const evidence = campaign.evidence.map(({ signal }) => visible(signal)).join(' · ')
    lines.push(`${[...cells, drawn].join(GAP)}${isBeside ? GAP + cut(evidence, rest) : ''}`.trimEnd())
    if (!isBeside && evidence !== '') lines.push(paint('dim', `  ${cut(evidence, screen.columns - 2)}`))
  }
  return `${lines.join('\n')}\n`
}

/** One sentence that sums the report up. */
export function headline({ campaigns, exchanges, accounts }: Report): string {
  const acting = campaigns.reduce((sum, campaign) => sum + campaign.accounts.length, 0)
  return `${some(campaigns.length, 'campaign')} of ${some(acting, 'account')} in ${some(exchanges, 'exchange')} of ${some(accounts, 'account')}.`
}

/** Nothing found is no all-clear: how small a campaign may be and still show is said with it. */
export function nothingFound({ exchanges, accounts, lookalikes }: Report): string {
  if (exchanges === 0) return 'No exchange to look at.'
  const groups =
    lookalikes.length === 0
      ? ''
      : ` ${some(lookalikes.length, 'group')} looked like one and ${lookalikes.length === 1 ? 'is' : 'are'} not.`
  return `No campaign in ${some(exchanges, 'exchange')} of ${some(accounts, 'account')}.${groups} Fewer than ${GROUP_MIN} accounts are not looked for.`
}
