import type { JSX } from 'preact'
import type { Account } from '../../../doors/admin/api/shapes/acts.ts'
import { listPath, usePages } from '../api/pages.ts'
import { count, large } from '../figures.ts'
import { ListTable } from '../parts/list.tsx'
import { Empty, Page } from '../parts/page.tsx'
import { Tag, Time } from '../parts/small.tsx'
import type { Column } from '../parts/table.tsx'
import { IdLink } from '../parts/untrusted.tsx'
import { query, setQuery, to } from '../route.ts'

const columns: readonly Column<Account>[] = [
  {
    id: 'account',
    label: 'Account',
    width: '26%',
    cell: ({ account }) => <IdLink at="accounts" id={account} max={60} />,
  },
  {
    id: 'standing',
    label: 'Standing',
    width: '134px',
    cell: ({ standing, isAllowed }) =>
      isAllowed ? <span class="tag good">always allowed</span> : <Tag in="standings" of={standing} />,
  },
  {
    id: 'campaign',
    label: 'Campaign',
    room: 'wide',
    cell: ({ campaign }) => (campaign === undefined ? '' : <IdLink at="campaigns" id={campaign} />),
  },
  { id: 'acts', label: 'Acts', isNumber: true, sort: 'acts', cell: ({ acts }) => count(acts) },
  { id: 'denied', label: 'Denied', isNumber: true, sort: 'denied', cell: ({ denied }) => count(denied) },
  {
    id: 'tokens',
    label: 'Output tokens',
    width: '116px',
    isNumber: true,
    room: 'wide',
    cell: ({ outputTokens }) => large(outputTokens),
  },
  { id: 'tenant', label: 'Tenant', room: 'widest', cell: ({ tenant }) => tenant ?? '' },
  {
    id: 'last',
    label: 'Last seen',
    width: '134px',
    sort: 'last',
    room: 'wide',
    cell: ({ last }) => (last ? <Time ts={last} /> : ''),
  },
]

export function AccountsScreen(): JSX.Element {
  const given = query.value
  const sort = given.get('sort') ?? 'last'
  const q = given.get('q') ?? undefined
  const path = listPath('accounts', { q, sort })
  const pages = usePages<Account>(path, ['measure'])
  return (
    <Page
      title="Accounts"
      lead="Whoever came through this gate, as the ledger has it, and whom the findings name."
    >
      <div class="filters">
        <input
          type="search"
          aria-label="Accounts with this in their name"
          placeholder="Filter by name"
          value={q ?? ''}
          onChange={(event) => setQuery({ q: event.currentTarget.value.trim() })}
        />
      </div>
      <ListTable
        pages={pages}
        what="accounts"
        columns={columns}
        idOf={({ account }) => account}
        hrefOf={({ account }) => to('accounts', account)}
        sortedBy={sort}
        onSort={(by) => setQuery({ sort: by })}
        exportPath={path}
        empty={
          q === undefined ? (
            <Empty title="Nobody has come through yet" command="portcullis keys create --account acct-1">
              Give a caller a key and point its client at the gate:
            </Empty>
          ) : (
            <Empty title="No account has that in its name" />
          )
        }
      />
    </Page>
  )
}
