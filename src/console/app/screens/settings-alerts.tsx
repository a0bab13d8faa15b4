import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import type { AlertRoute, AlertTest } from '../../../doors/admin/api/shapes/settings.ts'
import { post } from '../api/client.ts'
import { usePages } from '../api/pages.ts'
import { count, duration } from '../figures.ts'
import { openDialog, ReasonButton, ReasonDialog } from '../parts/dialog.tsx'
import { CheckField, ChoiceField, InputField } from '../parts/fields.tsx'
import { ListTable } from '../parts/list.tsx'
import { say, sayFailure } from '../parts/notices.tsx'
import { Empty } from '../parts/page.tsx'
import { Time } from '../parts/small.tsx'
import type { Column } from '../parts/table.tsx'
import { Untrusted } from '../parts/untrusted.tsx'
import { may } from '../session.ts'

const columns: readonly Column<AlertRoute>[] = [
  { id: 'name', label: 'Route', cell: ({ name }) => <Untrusted text={name} max={40} /> },
  { id: 'kind', label: 'To', cell: ({ target }) => <Untrusted text={placeOf(target)} max={70} /> },
  {
    id: 'state',
    label: 'State',
    cell: ({ isOn }) => (isOn ? <span class="tag good">on</span> : <span class="tag">off</span>),
  },
  {
    id: 'min',
    label: 'From score',
    isNumber: true,
    room: 'wide',
    cell: ({ scoreMin }) => scoreMin.toFixed(2),
  },
  { id: 'sent', label: 'Sent', isNumber: true, room: 'wide', cell: ({ sent }) => count(sent) },
  {
    id: 'last',
    label: 'Last',
    room: 'wide',
    cell: ({ lastSent, lastFailure }) =>
      lastFailure ? (
        <span class="bad">
          <Untrusted text={lastFailure} max={50} />
        </span>
      ) : lastSent ? (
        <Time ts={lastSent} />
      ) : (
        <span class="quiet">nothing yet</span>
      ),
  },
  { id: 'actions', label: 'Change', isLabelUnseen: true, cell: (route) => <RouteActions route={route} /> },
]

export function AlertRoutes(): JSX.Element {
  const pages = usePages<AlertRoute>('alert-routes', ['alert', 'audit'])
  return (
    <>
      <div class="filters">
        <p class="quiet">One message a campaign, updated in place where the receiver can; never a flood.</p>
        <span class="fill" />
        {may('owner') && (
          <button
            type="button"
            class="button main-action"
            onClick={() => openDialog(() => <RouteDialog route={undefined} />)}
          >
            New route…
          </button>
        )}
      </div>
      <ListTable
        pages={pages}
        what="alert routes"
        columns={columns}
        idOf={({ id }) => id}
        exportPath="alert-routes"
        empty={
          <Empty title="Nobody is told">
            Add a route, and a raised campaign is sent to a webhook, Slack, e-mail or syslog.
          </Empty>
        }
      />
    </>
  )
}

function RouteActions({ route }: { route: AlertRoute }): JSX.Element | null {
  const isBusy = useSignal(false)
  const { id, name } = route
  if (!may('operator')) return null
  return (
    <span class="actions">
      <button
        type="button"
        class="link-button"
        disabled={isBusy.value}
        onClick={() => {
          isBusy.value = true
          post<AlertTest>(`alert-routes/${encodeURIComponent(id)}/test`)
            .then(({ isDelivered, detail, ms }) =>
              say(`${name}: ${isDelivered ? `delivered in ${duration(ms)}` : 'not delivered'}. ${detail}`),
            )
            .catch(sayFailure)
            .finally(() => {
              isBusy.value = false
            })
        }}
      >
        {isBusy.value ? 'Sending…' : 'Test'}
      </button>
      {may('owner') && (
        <>
          <button
            type="button"
            class="link-button"
            onClick={() => openDialog(() => <RouteDialog route={route} />)}
          >
            Change…
          </button>
          <ReasonButton
            look="link-button"
            title={`Remove ${name}`}
            verb="Remove"
            isDanger
            onDo={async (reason) => {
              await post(`alert-routes/${encodeURIComponent(id)}/remove`, { reason })
              say(`${name} is removed.`)
            }}
          />
        </>
      )}
    </span>
  )
}

type Kind = AlertRoute['target']['kind']
type Fields = Readonly<Record<string, string>>

const kinds: Readonly<
  Record<Kind, { readonly label: string; readonly secret: string; readonly fields: Fields }>
> = {
  webhook: { label: 'Webhook', secret: 'Signing secret', fields: { url: 'https://' } },
  slack: {
    label: 'Slack',
    secret: 'Bot token, with a channel and https://slack.com/api: one message, kept up to date',
    fields: { url: 'https://hooks.slack.com/', channel: '' },
  },
  email: {
    label: 'E-mail',
    secret: 'SMTP password',
    fields: { host: '', port: '587', security: 'starttls', from: '', to: '', user: '' },
  },
  syslog: { label: 'Syslog', secret: '', fields: { host: '', port: '514', transport: 'udp' } },
}
const kindChoices = (['webhook', 'slack', 'email', 'syslog'] as const).map((value) => ({
  value,
  label: kinds[value].label,
}))
const choices: Readonly<Record<string, readonly string[]>> = {
  security: ['none', 'starttls', 'tls'],
  transport: ['udp', 'tcp', 'tls'],
}
const fieldWords: Fields = {
  url: 'Address',
  channel: 'Channel',
  host: 'Host',
  port: 'Port',
  from: 'From',
  to: 'To (commas between)',
  user: 'User (if it asks)',
  transport: 'Transport',
  security: 'Security',
}

function RouteDialog({ route }: { route: AlertRoute | undefined }): JSX.Element {
  const kind = useSignal<Kind>(route?.target.kind ?? 'webhook')
  const name = useSignal(route?.name ?? '')
  const scoreMin = useSignal(String(route?.scoreMin ?? 0.9))
  const isOn = useSignal(route?.isOn ?? true)
  const fields = useSignal<Fields>(route ? fieldsOf(route.target) : kinds.webhook.fields)
  const secret = useSignal('')
  return (
    <ReasonDialog
      title={route ? `Change ${route.name}` : 'New alert route'}
      verb={route ? 'Change' : 'Add'}
      isReady={name.value.trim() !== ''}
      onDo={async (reason) => {
        await post(route ? `alert-routes/${encodeURIComponent(route.id)}` : 'alert-routes', {
          name: name.value.trim(),
          isOn: isOn.value,
          scoreMin: Number(scoreMin.value),
          target: targetOf(kind.value, fields.value),
          ...(secret.value === '' ? {} : { secret: secret.value }),
          reason,
        })
        say('Saved. Test sends a real message.')
      }}
    >
      <div class="fields">
        <InputField label="Name" value={name.value} onValue={(text) => (name.value = text)} />
        <ChoiceField
          label="Kind"
          value={kind.value}
          choices={kindChoices}
          onValue={(chosen) => {
            kind.value = chosen
            fields.value = kinds[chosen].fields
          }}
        />
        <InputField
          label="From score"
          type="number"
          min={0}
          max={1}
          step={0.01}
          value={scoreMin.value}
          onValue={(text) => (scoreMin.value = text)}
        />
        <CheckField label="On" isOn={isOn.value} onValue={(next) => (isOn.value = next)} />
      </div>
      <div class="fields">
        {Object.entries(fields.value).map(([field, value]) => {
          const props = {
            label: fieldWords[field] ?? field,
            value,
            onValue: (next: string) => (fields.value = { ...fields.value, [field]: next }),
          }
          return choices[field] ? (
            <ChoiceField key={field} {...props} choices={choices[field].map((of) => ({ value: of }))} />
          ) : (
            <InputField key={field} {...props} />
          )
        })}
        {kinds[kind.value].secret !== '' && (
          <InputField
            label={kinds[kind.value].secret + (route?.hasSecret ? ' (there is one; empty keeps it)' : '')}
            type="password"
            autoComplete="off"
            value={secret.value}
            onValue={(text) => (secret.value = text)}
          />
        )}
      </div>
    </ReasonDialog>
  )
}

function fieldsOf(target: AlertRoute['target']): Fields {
  const { kind, ...rest } = target
  const given = Object.entries(rest).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : String(value),
  ])
  return { ...kinds[kind].fields, ...Object.fromEntries(given) }
}

function targetOf(kind: Kind, fields: Fields): Record<string, unknown> {
  const given = Object.entries(fields).filter(([, value]) => value.trim() !== '')
  return {
    kind,
    ...Object.fromEntries(
      given.map(([name, value]) => [
        name,
        name === 'port' ? Number(value) : name === 'to' ? value.split(/[\s,]+/) : value.trim(),
      ]),
    ),
  }
}

function placeOf(target: AlertRoute['target']): string {
  switch (target.kind) {
    case 'webhook':
    case 'slack':
      return `${kinds[target.kind].label} ${target.url}`
    case 'email':
      return `E-mail ${target.to.join(', ')}`
    case 'syslog':
      return `Syslog ${target.host}:${target.port} (${target.transport ?? 'udp'})`
    default:
      return ''
  }
}
