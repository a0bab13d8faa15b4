import type { CampaignSummary } from '../../../doors/admin/api/shapes/campaigns.ts'
import { count, large, score, some } from '../figures.ts'
import { Spark, Tag, Time } from '../parts/small.tsx'
import type { Column } from '../parts/table.tsx'
import { IdLink } from '../parts/untrusted.tsx'
import { objectives } from '../parts/words.ts'

export const campaignColumns: readonly Column<CampaignSummary>[] = [
  {
    id: 'id',
    label: 'Campaign',
    cell: ({ id }) => <IdLink at="campaigns" id={id} />,
  },
  { id: 'state', label: 'State', cell: ({ state }) => <Tag in="states" of={state} /> },
  { id: 'score', label: 'Score', isNumber: true, sort: 'score', cell: (row) => score(row.score) },
  {
    id: 'objective',
    label: 'Copies',
    room: 'wide',
    cell: ({ objective }) => objectives[objective] ?? objective,
  },
  {
    id: 'accounts',
    label: 'Accounts',
    isNumber: true,
    sort: 'accounts',
    cell: ({ accounts }) => count(accounts),
  },
  { id: 'exchanges', label: 'Exchanges', isNumber: true, room: 'wide', cell: (row) => count(row.exchanges) },
  {
    id: 'cost',
    label: 'Output tokens',
    isNumber: true,
    room: 'wide',
    sort: 'cost',
    cell: ({ outputTokens }) =>
      outputTokens === 0 ? (
        <span class="quiet">not known</span>
      ) : (
        <span title={count(outputTokens)}>{large(outputTokens)}</span>
      ),
  },
  {
    id: 'daily',
    label: 'By day',
    room: 'widest',
    cell: ({ daily }) => <Spark values={daily} label={`${some(daily.length, 'day')} of exchanges`} />,
  },
  { id: 'last', label: 'Last seen', room: 'wide', sort: 'last', cell: ({ last }) => <Time ts={last} /> },
  {
    id: 'measured',
    label: 'Held',
    room: 'wide',
    cell: ({ measured, accounts, standing }) =>
      measured === 0 ? (
        <span class="quiet">not held</span>
      ) : (
        <>
          <Tag in="standings" of={standing ?? 'watched'} />{' '}
          {measured < accounts && <span class="quiet">{count(measured)}</span>}
        </>
      ),
  },
]
