import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import type { CampaignSummary, Lookalike } from '../../../doors/admin/api/shapes/campaigns.ts'
import { listPath, usePages } from '../api/pages.ts'
import { count, some } from '../figures.ts'
import { campaignColumns } from '../lists/campaigns.tsx'
import { ListTable } from '../parts/list.tsx'
import { Choices, Empty, Page } from '../parts/page.tsx'
import { Section } from '../parts/small.tsx'
import type { Column } from '../parts/table.tsx'
import { IdLink } from '../parts/untrusted.tsx'
import { query, setQuery, to } from '../route.ts'
import { may } from '../session.ts'
import { openMerge } from './campaign-changes.tsx'

const states = [
  ['', 'All'],
  ['open', 'Open'],
  ['confirmed', 'Confirmed'],
  ['watching', 'Watching'],
  ['benign', 'Benign'],
] as const

export function CampaignsScreen(): JSX.Element {
  const given = query.value
  const state = states.find(([id]) => id === given.get('state'))?.[0] ?? ''
  const sort = given.get('sort') ?? 'score'
  const path = listPath('campaigns', { state, q: given.get('q') ?? undefined, sort })
  const pages = usePages<CampaignSummary>(path, ['campaigns', 'measure'])
  const chosen = useSignal<readonly string[]>([])
  const pick: Column<CampaignSummary> = {
    id: 'pick',
    label: 'Merge',
    room: 'wide',
    cell: ({ id }) => (
      <input
        type="checkbox"
        aria-label={`Choose ${id}`}
        checked={chosen.value.includes(id)}
        onChange={(event) => {
          const isOn = event.currentTarget.checked
          chosen.value = isOn ? [...chosen.value, id] : chosen.value.filter((one) => one !== id)
        }}
      />
    ),
  }
  const canMerge = may('analyst') && pages.total > 1
  return (
    <Page
      title="Campaigns"
      lead="Accounts that act as one, with the reasons for saying so. What nobody has judged is open."
      actions={
        chosen.value.length > 1 && (
          <button
            type="button"
            class="button main-action"
            onClick={() => openMerge(chosen.value, () => (chosen.value = []))}
          >
            Merge {count(chosen.value.length)} campaigns
          </button>
        )
      }
    >
      <div class="filters">
        <Choices label="State" at={state} choices={states} onChoose={(id) => setQuery({ state: id })} />
        <input
          type="search"
          aria-label="Campaigns with this in their id, accounts or reasons"
          placeholder="Filter by id or account"
          value={given.get('q') ?? ''}
          onChange={(event) => setQuery({ q: event.currentTarget.value.trim() })}
        />
      </div>
      <ListTable
        pages={pages}
        what="campaigns"
        columns={canMerge ? [...campaignColumns, pick] : campaignColumns}
        idOf={({ id }) => id}
        hrefOf={({ id }) => to('campaigns', id)}
        sortedBy={sort}
        onSort={(by) => setQuery({ sort: by })}
        exportPath={path}
        empty={<NoCampaigns isFiltered={state !== '' || given.has('q')} />}
      />
      <Lookalikes />
    </Page>
  )
}

function NoCampaigns({ isFiltered }: { isFiltered: boolean }): JSX.Element {
  if (isFiltered) return <Empty title="No campaign fits this filter" />
  return (
    <Empty title="No campaign has been raised" command="portcullis hunt logs/*.jsonl.gz">
      The watch beside the gate raises campaigns by itself once enough exchanges have passed. To look into
      logs you already have:
    </Empty>
  )
}

const lookalikeColumns: readonly Column<Lookalike>[] = [
  { id: 'title', label: 'What it is', width: '24%', cell: ({ title }) => title },
  { id: 'accounts', label: 'Accounts', isNumber: true, cell: ({ accounts }) => count(accounts) },
  { id: 'exchanges', label: 'Exchanges', isNumber: true, room: 'wide', cell: (row) => count(row.exchanges) },
  { id: 'summary', label: 'Why it was not raised', width: '52%', cell: ({ summary }) => summary },
  {
    id: 'examples',
    label: 'For example',
    room: 'widest',
    cell: ({ examples: [first] }) =>
      first === undefined ? '' : <IdLink at="accounts" id={first} max={32} />,
  },
]

function Lookalikes(): JSX.Element | null {
  const pages = usePages<Lookalike>('lookalikes', ['campaigns'])
  if (pages.rows.length === 0) return null
  return (
    <Section
      title="Look like a campaign and are not"
      note={`${some(pages.total, 'group')} looked at, explained, and left alone`}
    >
      <ListTable
        pages={pages}
        what="look-alikes"
        isWrapped
        columns={lookalikeColumns}
        idOf={({ kind, examples, accounts }) => `${kind} ${accounts} ${examples[0] ?? ''}`}
        exportPath="lookalikes"
        empty=""
      />
    </Section>
  )
}
