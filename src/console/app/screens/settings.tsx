import type { JSX } from 'preact'
import type { Settings, Tenant } from '../../../doors/admin/api/shapes/settings.ts'
import { post } from '../api/client.ts'
import { usePages } from '../api/pages.ts'
import { useResource } from '../api/resource.ts'
import { count, score } from '../figures.ts'
import { openReason } from '../parts/dialog.tsx'
import { ListTable } from '../parts/list.tsx'
import { say } from '../parts/notices.tsx'
import { Empty, Loaded, Page, Tabs } from '../parts/page.tsx'
import { Pair, Section } from '../parts/small.tsx'
import type { Column } from '../parts/table.tsx'
import { Untrusted } from '../parts/untrusted.tsx'
import { may } from '../session.ts'
import { AlertRoutes } from './settings-alerts.tsx'
import { Keys } from './settings-keys.tsx'
import { Users } from './settings-users.tsx'

const tabs = [
  ['gate', 'Gate', '/settings', 'viewer'],
  ['keys', 'Keys', '/settings/keys', 'viewer'],
  ['users', 'Users and roles', '/settings/users', 'owner'],
  ['tenants', 'Tenants', '/settings/tenants', 'viewer'],
  ['alerts', 'Alerts', '/settings/alerts', 'operator'],
] as const

export function SettingsScreen({ part }: { part: string }): JSX.Element {
  const offered = tabs.filter(([, , , role]) => may(role))
  const isOffered = offered.some(([id]) => id === part)
  return (
    <Page title="Settings">
      <Tabs label="Settings" at={part} tabs={offered.map(([id, label, href]) => [id, label, href])} />
      {isOffered ? <Part part={part} /> : <Empty title="Your role does not see this">Ask an owner.</Empty>}
    </Page>
  )
}

function Part({ part }: { part: string }): JSX.Element {
  switch (part) {
    case 'keys':
      return <Keys />
    case 'users':
      return <Users />
    case 'tenants':
      return <Tenants />
    case 'alerts':
      return <AlertRoutes />
    default:
      return <Gate />
  }
}

const rules = {
  off: 'Never: one person is enough',
  severe: 'For verify and quarantined',
  all: 'For everything but watched',
} as const

function Gate(): JSX.Element {
  const settings = useResource<Settings>('settings', ['audit'])
  return (
    <Loaded from={settings} what="the settings">
      {(data) => (
        <>
          <dl class="pairs">
            <Pair name="Mode">
              {data.mode === 'observe'
                ? 'observe: decisions are recorded, nobody is held up'
                : 'enforce: decisions are carried out'}
            </Pair>
            <Pair name="Models are served at">
              <code>{data.listen}</code>
            </Pair>
            <Pair name="This console">
              <code>{data.console}</code>
            </Pair>
            <Pair name="Store">
              <code>{data.store}</code>
            </Pair>
            <Pair name="Configuration">
              <code>{data.configFile}</code> <span class="quiet">read again when it changes</span>
            </Pair>
            <Pair name="Watch">
              {data.watch.isEnabled
                ? `beside the gate: gives ${data.watch.standing} from a score of ${score(data.watch.scoreMin)}, for ${count(data.watch.days)} days`
                : 'not beside this gate'}
            </Pair>
            <Pair name="Sign-in provider">
              {data.oidc ? (
                `${data.oidc.issuer} (client ${data.oidc.clientId})`
              ) : (
                <span class="quiet">none</span>
              )}
            </Pair>
            <Pair name="Version">{data.version}</Pair>
          </dl>
          <Section title="Two-person rule" note="when a countermeasure needs a second person">
            <div class="fields">
              <select
                aria-label="Two-person rule"
                value={data.twoPersonRule}
                disabled={!may('owner')}
                onChange={(event) => changeRule(event.currentTarget, data.twoPersonRule)}
              >
                {Object.entries(rules).map(([id, label]) => (
                  <option key={id} value={id}>
                    {label}
                  </option>
                ))}
              </select>
            </div>
          </Section>
          <Section title="Model servers" note="changed in the configuration file">
            <div class="table-scroll">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Name</th>
                    <th scope="col">Protocol</th>
                    <th scope="col">Address</th>
                    <th scope="col" class="wide-only">
                      Models
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {data.upstreams.map(({ name, protocol, url, models, isLocal }) => (
                    <tr key={name}>
                      <td>
                        {name} {isLocal && <span class="tag">local</span>}
                      </td>
                      <td>{protocol}</td>
                      <td>
                        <code>{url}</code>
                      </td>
                      <td class="wide-only">{models.join(', ')}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </Section>
          <Section
            title="Ledger’s public key"
            note="keep a copy elsewhere: it checks the ledger without this machine"
          >
            <pre class="foreign" tabIndex={0}>
              {data.publicKey}
            </pre>
          </Section>
        </>
      )}
    </Loaded>
  )
}

function changeRule(select: HTMLSelectElement, before: string): void {
  const wanted = select.value
  // Shows what is, until it is what was wanted.
  select.value = before
  openReason({
    title: 'Change the two-person rule',
    verb: 'Change',
    children: <p>{rules[wanted as keyof typeof rules]}.</p>,
    onDo: async (reason) => {
      await post('settings', { twoPersonRule: wanted, reason })
      say('Changed.')
    },
  })
}

const tenantColumns: readonly Column<Tenant>[] = [
  { id: 'tenant', label: 'Tenant', cell: ({ tenant }) => <Untrusted text={tenant} max={60} /> },
  { id: 'accounts', label: 'Accounts', isNumber: true, cell: ({ accounts }) => count(accounts) },
  { id: 'keys', label: 'Keys', isNumber: true, cell: ({ keys }) => count(keys) },
  { id: 'users', label: 'Users', isNumber: true, cell: ({ users }) => count(users) },
  { id: 'acts', label: 'Acts', isNumber: true, cell: ({ acts }) => count(acts) },
]

function Tenants(): JSX.Element {
  const pages = usePages<Tenant>('tenants', ['audit'])
  return (
    <>
      <p class="quiet lead">
        A user who belongs to a tenant sees that tenant alone. A key names the tenant it is for.
      </p>
      <ListTable
        pages={pages}
        what="tenants"
        columns={tenantColumns}
        idOf={({ tenant }) => tenant}
        exportPath="tenants"
        empty={
          <Empty title="One tenant">A key can name a tenant; without it all belong to the default one.</Empty>
        }
      />
    </>
  )
}
