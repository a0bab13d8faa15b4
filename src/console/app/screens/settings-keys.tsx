import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import type { Key, MadeKey } from '../../../doors/admin/api/shapes/settings.ts'
import { post } from '../api/client.ts'
import { usePages } from '../api/pages.ts'
import { closeDialog, Dialog, openDialog, ReasonButton, ReasonDialog } from '../parts/dialog.tsx'
import { ChoiceField, InputField } from '../parts/fields.tsx'
import { ListTable } from '../parts/list.tsx'
import { say } from '../parts/notices.tsx'
import { Empty } from '../parts/page.tsx'
import { Tag, Time } from '../parts/small.tsx'
import type { Column } from '../parts/table.tsx'
import { IdLink, Untrusted } from '../parts/untrusted.tsx'
import { may } from '../session.ts'

const DAY_MS = 86_400_000

const columns: readonly Column<Key>[] = [
  { id: 'id', label: 'Key', cell: ({ id }) => <span class="id">{id}</span> },
  { id: 'state', label: 'State', cell: ({ state }) => <Tag in="states" of={state} /> },
  {
    id: 'account',
    label: 'Account',
    cell: ({ account }) => <IdLink at="accounts" id={account} max={50} />,
  },
  { id: 'tenant', label: 'Tenant', room: 'wide', cell: ({ tenant }) => <Untrusted text={tenant} max={40} /> },
  {
    id: 'models',
    label: 'Models',
    room: 'widest',
    cell: ({ models }) => <Untrusted text={models.join(', ')} max={60} />,
  },
  { id: 'created', label: 'Made', room: 'wide', cell: ({ created }) => <Time ts={created} /> },
  {
    id: 'expires',
    label: 'Ends',
    room: 'wide',
    cell: ({ expires }) =>
      expires === undefined ? <span class="quiet">when revoked</span> : <Time ts={expires} />,
  },
  { id: 'actions', label: 'Change', isLabelUnseen: true, cell: (key) => <KeyActions of={key} /> },
]

export function Keys(): JSX.Element {
  const pages = usePages<Key>('keys', ['audit'])
  return (
    <>
      <div class="filters">
        <p class="quiet">Callers get keys of their own; those of your model servers stay in the gate.</p>
        <span class="fill" />
        {may('operator') && (
          <button type="button" class="button main-action" onClick={() => openDialog(() => <NewKey />)}>
            New key…
          </button>
        )}
      </div>
      <ListTable
        pages={pages}
        what="keys"
        columns={columns}
        idOf={({ id }) => id}
        exportPath="keys"
        empty={<Empty title="No key yet">Without a key nobody comes through the gate.</Empty>}
      />
    </>
  )
}

function KeyActions({ of: { id, state, from } }: { of: Key }): JSX.Element | null {
  if (from === 'config') return <span class="quiet small">in portcullis.yaml</span>
  if (state !== 'valid' || !may('operator')) return null
  return (
    <span class="actions">
      <ReasonButton
        look="link-button"
        title={`Rotate ${id}`}
        verb="Rotate"
        onDo={async (reason) => {
          showKey(await post<MadeKey>(`keys/${encodeURIComponent(id)}/rotate`, { overlapMs: DAY_MS, reason }))
        }}
      >
        <p>A new key for the same account. The old one works for another day.</p>
      </ReasonButton>
      <ReasonButton
        look="link-button"
        title={`Revoke ${id}`}
        verb="Revoke"
        isDanger
        onDo={async (reason) => {
          await post(`keys/${encodeURIComponent(id)}/revoke`, { reason })
          say(`${id} is revoked.`)
        }}
      >
        <p>Whoever uses it is refused within a second. This cannot be undone; a new key can be made.</p>
      </ReasonButton>
    </span>
  )
}

/** Days of life; 0 is a key without an end. */
const ends = [
  { value: 0, label: 'when revoked' },
  { value: 30, label: 'after 30 days' },
  { value: 90, label: 'after 90 days' },
  { value: 365, label: 'after a year' },
]

function NewKey(): JSX.Element {
  const account = useSignal('')
  const tenant = useSignal('default')
  const models = useSignal('*')
  const days = useSignal(0)
  return (
    <ReasonDialog
      title="New key"
      verb="Make it"
      isReady={account.value.trim() !== ''}
      onDo={async (reason) => {
        const made = await post<MadeKey>('keys', {
          account: account.value.trim(),
          tenant: tenant.value.trim() || 'default',
          models: models.value.split(/[\s,]+/).filter((name) => name !== ''),
          reason,
          ...(days.value === 0 ? {} : { forMs: days.value * DAY_MS }),
        })
        showKey(made)
      }}
    >
      <div class="fields">
        <InputField label="Account" value={account.value} onValue={(text) => (account.value = text)} />
        <InputField label="Tenant" value={tenant.value} onValue={(text) => (tenant.value = text)} />
        <InputField
          label="Models (* for all)"
          value={models.value}
          onValue={(text) => (models.value = text)}
        />
        <ChoiceField
          label="Ends"
          value={days.value}
          choices={ends}
          onValue={(chosen) => (days.value = chosen)}
        />
      </div>
    </ReasonDialog>
  )
}

/** The one time a key is in sight. After the dialog that asked for it has closed itself. */
function showKey({ key, account }: MadeKey): void {
  setTimeout(
    () =>
      openDialog(() => (
        <Dialog
          title="The key, shown this once"
          footer={
            <button type="button" class="button main-action" onClick={closeDialog}>
              I have copied it
            </button>
          }
        >
          <p>
            For <Untrusted text={account} />. The gate keeps only its digest.
          </p>
          <code class="command" data-key>
            {key}
          </code>
        </Dialog>
      )),
    0,
  )
}
