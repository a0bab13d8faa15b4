import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import type { CampaignAccount, CampaignDetail } from '../../../doors/admin/api/shapes/campaigns.ts'
import type { Done } from '../../../doors/admin/api/shapes/common.ts'
import { post } from '../api/client.ts'
import { listPath, usePages } from '../api/pages.ts'
import { count, large, some } from '../figures.ts'
import { openReason } from '../parts/dialog.tsx'
import { ListTable } from '../parts/list.tsx'
import { say } from '../parts/notices.tsx'
import { Empty } from '../parts/page.tsx'
import { Tag, Time } from '../parts/small.tsx'
import type { Column } from '../parts/table.tsx'
import { IdLink } from '../parts/untrusted.tsx'
import { query, setQuery, to } from '../route.ts'
import { may } from '../session.ts'
import { undoOf } from './campaign-changes.tsx'

const columns: readonly Column<CampaignAccount>[] = [
  {
    id: 'account',
    label: 'Account',
    sort: 'account',
    width: '16%',
    cell: ({ account }) => <IdLink at="accounts" id={account} max={60} />,
  },
  {
    id: 'exchanges',
    label: 'Exchanges',
    width: '100px',
    isNumber: true,
    sort: 'exchanges',
    cell: (row) => count(row.exchanges),
  },
  {
    id: 'tokens',
    label: 'Output tokens',
    width: '114px',
    isNumber: true,
    sort: 'tokens',
    room: 'wide',
    cell: (row) => large(row.outputTokens),
  },
  {
    id: 'created',
    label: 'Made',
    width: '116px',
    room: 'widest',
    cell: ({ created }) => optionalTime(created),
  },
  {
    id: 'first',
    label: 'First',
    width: '116px',
    sort: 'first',
    room: 'wide',
    cell: ({ first }) => optionalTime(first),
  },
  {
    id: 'last',
    label: 'Last',
    width: '116px',
    sort: 'last',
    room: 'wide',
    cell: ({ last }) => optionalTime(last),
  },
  {
    id: 'community',
    label: 'Community',
    isNumber: true,
    room: 'widest',
    cell: ({ community }) => (community === undefined ? '' : community + 1),
  },
  {
    id: 'standing',
    label: 'Standing',
    width: '134px',
    cell: ({ standing, isAllowed }) =>
      isAllowed ? <span class="tag good">always allowed</span> : <Tag in="standings" of={standing} />,
  },
]

function optionalTime(ts: number | undefined): JSX.Element | string {
  return ts === undefined ? '' : <Time ts={ts} />
}

export function CampaignAccounts({ campaign }: { campaign: CampaignDetail }): JSX.Element {
  const given = query.value
  const sort = given.get('sort') ?? 'exchanges'
  const path = listPath(`campaigns/${encodeURIComponent(campaign.id)}/accounts`, {
    q: given.get('q') ?? undefined,
    sort,
  })
  const pages = usePages<CampaignAccount>(path, ['campaigns', 'measure'], 200)
  const chosen = useSignal<readonly string[]>([])
  const pick: Column<CampaignAccount> = {
    id: 'pick',
    label: 'Split off',
    width: '84px',
    room: 'wide',
    cell: ({ account }) => (
      <input
        type="checkbox"
        aria-label="Choose this account"
        checked={chosen.value.includes(account)}
        onChange={(event) => {
          const isOn = event.currentTarget.checked
          chosen.value = isOn ? [...chosen.value, account] : chosen.value.filter((one) => one !== account)
        }}
      />
    ),
  }
  return (
    <>
      <div class="filters">
        <input
          type="search"
          aria-label="Accounts with this in their name"
          placeholder="Filter by name"
          value={given.get('q') ?? ''}
          onChange={(event) => setQuery({ q: event.currentTarget.value.trim() })}
        />
        <span class="fill" />
        {chosen.value.length > 0 && (
          <button
            type="button"
            class="button"
            onClick={() => openSplitOff(campaign.id, chosen.value, () => (chosen.value = []))}
          >
            Split off {some(chosen.value.length, 'account')}…
          </button>
        )}
      </div>
      <ListTable
        pages={pages}
        what="accounts of the campaign"
        columns={may('analyst') ? [...columns, pick] : columns}
        idOf={({ account }) => account}
        hrefOf={({ account }) => to('accounts', account)}
        sortedBy={sort}
        onSort={(by) => setQuery({ sort: by })}
        exportPath={path}
        empty={<Empty title="No account of this campaign has that in its name" />}
      />
    </>
  )
}

function openSplitOff(id: string, accounts: readonly string[], onDone: () => void): void {
  openReason({
    title: `Split ${some(accounts.length, 'account')} off ${id}`,
    verb: 'Split off',
    children: (
      <p>
        They become a campaign of their own, which can be judged by itself. It can be undone under History.
      </p>
    ),
    onDo: async (reason) => {
      const { undo } = await post<Done>(`campaigns/${encodeURIComponent(id)}/split`, { accounts, reason })
      onDone()
      say(`${some(accounts.length, 'account')} split off ${id}.`, undoOf(undo))
    },
  })
}
