import type { JSX } from 'preact'
import type { PolicyVersion } from '../../../doors/admin/api/shapes/policies.ts'
import { post } from '../api/client.ts'
import { usePages } from '../api/pages.ts'
import { openReason } from '../parts/dialog.tsx'
import { ListTable } from '../parts/list.tsx'
import { say } from '../parts/notices.tsx'
import { Empty, Page } from '../parts/page.tsx'
import { Tag, Time } from '../parts/small.tsx'
import type { Column } from '../parts/table.tsx'
import { Untrusted } from '../parts/untrusted.tsx'
import { to } from '../route.ts'
import { may } from '../session.ts'
import { PolicyScreen } from './policy.tsx'
import { PolicyEditor } from './policy-editor.tsx'

const columns: readonly Column<PolicyVersion>[] = [
  {
    id: 'name',
    label: 'Policy',
    width: '22%',
    cell: ({ id, name }) => (
      <a href={to('policies', id)}>
        <Untrusted text={name} max={50} />
      </a>
    ),
  },
  { id: 'state', label: 'State', cell: ({ state }) => <Tag in="states" of={state} /> },
  {
    id: 'digest',
    label: 'Digest',
    room: 'widest',
    cell: ({ digest }) => <code class="quiet">{digest.slice(0, 12)}</code>,
  },
  {
    id: 'backtested',
    label: 'Back-tested',
    room: 'wide',
    cell: ({ checks }) =>
      checks.backtested === undefined ? <span class="quiet">not yet</span> : <Time ts={checks.backtested} />,
  },
  {
    id: 'proved',
    label: 'Proof',
    cell: ({ checks }) =>
      checks.proved === undefined ? (
        <span class="quiet">not yet</span>
      ) : (
        <Tag in="states" of={checks.proved} />
      ),
  },
  { id: 'author', label: 'By', room: 'wide', cell: ({ author }) => author },
  {
    id: 'changed',
    label: 'Changed',
    room: 'wide',
    cell: ({ changed }) => (changed === 0 ? <span class="quiet">with the gate</span> : <Time ts={changed} />),
  },
]

export function PoliciesScreen({ id }: { id: string | undefined }): JSX.Element {
  if (id === 'new') return <PolicyEditor from={undefined} />
  if (id !== undefined) return <PolicyScreen key={id} id={id} />
  return <PolicyList />
}

function PolicyList(): JSX.Element {
  const pages = usePages<PolicyVersion>('policies', ['audit'])
  return (
    <Page
      title="Policies"
      lead="What agents may do. A change is a draft first: try it on the past, prove it, stage it, then make it active."
      actions={
        <>
          {may('operator') && pages.rows.some(({ state }) => state === 'retired') && (
            <button type="button" class="button" onClick={openRollback}>
              Roll back…
            </button>
          )}
          {may('operator') && (
            <a class="button main-action" href="/policies/new">
              New draft
            </a>
          )}
        </>
      }
    >
      <ListTable
        pages={pages}
        what="policies"
        columns={columns}
        idOf={({ id }) => id}
        hrefOf={({ id }) => to('policies', id)}
        exportPath="policies"
        empty={<Empty title="No policy">Without one, agents are judged by the built-in rules.</Empty>}
      />
    </Page>
  )
}

function openRollback(): void {
  openReason({
    title: 'Roll back to the policy before this one',
    verb: 'Roll back',
    isDanger: true,
    children: (
      <p>
        The policy that was active before becomes active again. Sessions under way meet it with their next
        act.
      </p>
    ),
    onDo: async (reason) => {
      await post('policies/rollback', { reason })
      say('Rolled back.')
    },
  })
}
