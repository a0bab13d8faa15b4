// Accounts that no countermeasure touches.
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import type { Allowed } from '../../../doors/admin/api/shapes/measures.ts'
import { post } from '../api/client.ts'
import { usePages } from '../api/pages.ts'
import { openDialog, openReason, ReasonDialog } from '../parts/dialog.tsx'
import { InputField } from '../parts/fields.tsx'
import { ListTable } from '../parts/list.tsx'
import { say } from '../parts/notices.tsx'
import { Section, Time } from '../parts/small.tsx'
import type { Column } from '../parts/table.tsx'
import { IdLink, Untrusted } from '../parts/untrusted.tsx'
import { may } from '../session.ts'

const allowedColumns: readonly Column<Allowed>[] = [
  {
    id: 'account',
    label: 'Account',
    cell: ({ account }) => <IdLink at="accounts" id={account} max={60} />,
  },
  { id: 'reason', label: 'Why', cell: ({ reason }) => <Untrusted text={reason} max={80} /> },
  { id: 'author', label: 'By', room: 'wide', cell: ({ author }) => author },
  { id: 'created', label: 'Since', room: 'wide', cell: ({ created }) => <Time ts={created} /> },
  {
    id: 'remove',
    label: 'Remove',
    isLabelUnseen: true,
    cell: ({ account, from }) =>
      from === 'config' ? (
        <span class="quiet small">in portcullis.yaml</span>
      ) : (
        may('operator') && (
          <button type="button" class="link-button" onClick={() => openDisallow(account)}>
            Remove…
          </button>
        )
      ),
  },
]

export function AllowList(): JSX.Element {
  const pages = usePages<Allowed>('allowed', ['audit', 'measure'])
  return (
    <Section
      title="Always allowed"
      note="the allow-list wins over every countermeasure"
      aside={
        may('operator') && (
          <button type="button" class="button" onClick={() => openDialog(() => <AllowDialog />)}>
            Add…
          </button>
        )
      }
    >
      <ListTable
        pages={pages}
        what="accounts that are always allowed"
        columns={allowedColumns}
        idOf={({ account }) => account}
        exportPath="allowed"
        empty={<p class="quiet">Nobody. Add partners and your own systems before you hold anybody up.</p>}
      />
    </Section>
  )
}

function AllowDialog(): JSX.Element {
  const account = useSignal('')
  return (
    <ReasonDialog
      title="Always allow an account"
      verb="Allow"
      isReady={account.value.trim() !== ''}
      onDo={async (reason) => {
        await post('allowed', { account: account.value.trim(), reason })
        say('Always allowed from now on.')
      }}
    >
      <InputField label="Account" value={account.value} onValue={(text) => (account.value = text)} />
    </ReasonDialog>
  )
}

function openDisallow(account: string): void {
  openReason({
    title: 'Remove from the allow-list',
    verb: 'Remove',
    isDanger: true,
    children: (
      <p>
        Countermeasures touch <Untrusted text={account} /> again.
      </p>
    ),
    onDo: async (reason) => {
      await post(`allowed/${encodeURIComponent(account)}/remove`, { reason })
      say('Removed.')
    },
  })
}
