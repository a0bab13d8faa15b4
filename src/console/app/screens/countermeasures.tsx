import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import type { Measure } from '../../../doors/admin/api/shapes/measures.ts'
import { post } from '../api/client.ts'
import { listPath, usePages } from '../api/pages.ts'
import { useResource } from '../api/resource.ts'
import { count, some } from '../figures.ts'
import { openDialog, openReason, ReasonButton, ReasonDialog } from '../parts/dialog.tsx'
import { ListTable } from '../parts/list.tsx'
import { say } from '../parts/notices.tsx'
import { useNow } from '../parts/now.ts'
import { Choices, Empty, Loaded, Page } from '../parts/page.tsx'
import { Pair, Section, Tag, Time } from '../parts/small.tsx'
import type { Column } from '../parts/table.tsx'
import { IdLink, Untrusted } from '../parts/untrusted.tsx'
import { query, setQuery, to } from '../route.ts'
import { may, me } from '../session.ts'
import { AllowList } from './allow-list.tsx'
import { openMeasure } from './measure-dialog.tsx'

const states = [
  ['', 'All'],
  ['proposed', 'Proposed'],
  ['in force', 'In force'],
  ['expired', 'Expired'],
  ['undone', 'Undone'],
] as const

const columns: readonly Column<Measure>[] = [
  {
    id: 'id',
    label: 'Countermeasure',
    cell: ({ id }) => <IdLink at="countermeasures" id={id} />,
  },
  { id: 'state', label: 'State', cell: ({ state }) => <Tag in="states" of={state} /> },
  { id: 'standing', label: 'Standing', cell: (row) => <StandingText measure={row} /> },
  { id: 'accounts', label: 'Accounts', isNumber: true, cell: ({ accounts }) => count(accounts) },
  {
    id: 'campaign',
    label: 'Campaign',
    room: 'wide',
    cell: ({ campaign }) => (campaign === undefined ? '' : <IdLink at="campaigns" id={campaign} />),
  },
  { id: 'reason', label: 'Why', room: 'widest', cell: ({ reason }) => <Untrusted text={reason} max={32} /> },
  { id: 'author', label: 'By', room: 'widest', cell: ({ author }) => author },
  { id: 'created', label: 'Since', room: 'wide', cell: ({ created }) => <Time ts={created} /> },
  { id: 'expires', label: 'Ends', cell: (row) => <Ends measure={row} /> },
]

export function CountermeasuresScreen({ id }: { id: string | undefined }): JSX.Element {
  return id === undefined ? <MeasureList /> : <MeasureScreen key={id} id={id} />
}

function MeasureList(): JSX.Element {
  const state = states.find(([one]) => one === query.value.get('state'))?.[0] ?? ''
  const path = listPath('measures', { state })
  const pages = usePages<Measure>(path, ['measure'])
  return (
    <Page
      title="Countermeasures"
      lead="Standings given to accounts, each by somebody, for a reason. Every one ends or can be undone."
      actions={
        may('operator') && (
          <button type="button" class="button main-action" onClick={openNamed}>
            New countermeasure…
          </button>
        )
      }
    >
      <div class="filters">
        <Choices label="State" at={state} choices={states} onChoose={(one) => setQuery({ state: one })} />
      </div>
      <ListTable
        pages={pages}
        what="countermeasures"
        columns={columns}
        idOf={(row) => row.id}
        hrefOf={(row) => to('countermeasures', row.id)}
        exportPath={path}
        empty={
          <Empty title={state === '' ? 'No account is held' : `None is ${state}`}>
            A countermeasure slows, limits or refuses accounts. Start one from a campaign or an account: you
            see whom it would touch before anything happens.
          </Empty>
        }
      />
      <AllowList />
    </Page>
  )
}

function MeasureScreen({ id }: { id: string }): JSX.Element {
  const path = `measures/${encodeURIComponent(id)}`
  const measure = useResource<Measure>(path, ['measure'])
  const accounts = usePages<AccountRow>(`${path}/accounts`, ['measure'], 200)
  return (
    <Page
      title={`Countermeasure ${id}`}
      trail={<a href="/countermeasures">Countermeasures</a>}
      heading={
        <>
          <span class="id">{id}</span> {measure.data && <Tag in="states" of={measure.data.state} />}
        </>
      }
      actions={measure.data && <MeasureActions measure={measure.data} />}
    >
      <Loaded from={measure} what="countermeasure">
        {(data) => (
          <dl class="pairs">
            <Pair name="Standing">
              <StandingText measure={data} />
            </Pair>
            <Pair name="Why">
              <Untrusted text={data.reason} max={2_000} />
            </Pair>
            <Pair name="By">
              {data.author}
              {data.approvedBy && `, approved by ${data.approvedBy}`}
            </Pair>
            {data.campaign && (
              <Pair name="Campaign">
                <IdLink at="campaigns" id={data.campaign} />
              </Pair>
            )}
            <Pair name="Since">
              <Time ts={data.created} />
            </Pair>
            <Pair name="Ends">
              <Ends measure={data} />
            </Pair>
            {data.released > 0 && <Pair name="Released">{some(data.released, 'account')}</Pair>}
            {data.undone !== undefined && (
              <Pair name="Undone">
                <Time ts={data.undone} /> by {data.undoneBy}
              </Pair>
            )}
          </dl>
        )}
      </Loaded>
      <Section title="Accounts">
        <ListTable
          pages={accounts}
          what="accounts under it"
          columns={accountColumns(measure.data)}
          idOf={nameOf}
          hrefOf={(row) => to('accounts', nameOf(row))}
          exportPath={`${path}/accounts`}
          empty={<p class="quiet">None.</p>}
        />
      </Section>
    </Page>
  )
}

type AccountRow = string | { account: string }

const accountColumn: Column<AccountRow> = {
  id: 'account',
  label: 'Account',
  cell: (row) => (
    <a class="id" href={to('accounts', nameOf(row))}>
      <Untrusted text={nameOf(row)} max={80} />
    </a>
  ),
}

function accountColumns(measure: Measure | undefined): readonly Column<AccountRow>[] {
  const goesOn = measure?.state === 'in force' || measure?.state === 'proposed'
  if (!goesOn || !may('operator')) return [accountColumn]
  return [
    accountColumn,
    {
      id: 'release',
      label: 'Release',
      isLabelUnseen: true,
      cell: (row) => (
        <button type="button" class="link-button" onClick={() => openRelease(measure, nameOf(row))}>
          Release…
        </button>
      ),
    },
  ]
}

function openRelease({ id, standing }: Measure, account: string): void {
  openReason({
    title: `Release an account from ${id}`,
    verb: 'Release',
    children: (
      <p>
        <span class="id">
          <Untrusted text={account} max={80} />
        </span>{' '}
        is no longer {standing} by it, also when the campaign is found again. The others are.
      </p>
    ),
    onDo: async (reason) => {
      await post(`measures/${encodeURIComponent(id)}/release`, { accounts: [account], reason })
      say(`${account} is released.`)
    },
  })
}

function nameOf(row: AccountRow): string {
  return typeof row === 'string' ? row : row.account
}

function MeasureActions({ measure }: { measure: Measure }): JSX.Element | null {
  const { id, state, accounts, author } = measure
  if (!may('operator')) return null
  const path = `measures/${encodeURIComponent(id)}`
  if (state === 'proposed') {
    const isOwn = me.value?.name === author
    const refuses = isOwn ? 'Take back' : 'Refuse'
    const answer = (verb: 'approve' | 'refuse'): void =>
      openReason({
        title: `${verb === 'approve' ? 'Approve' : refuses} ${id}`,
        verb: verb === 'approve' ? 'Approve' : refuses,
        isDanger: verb === 'refuse',
        children: (
          <p>
            {some(accounts, 'account')} would be {measure.standing}. Proposed by {author}.
          </p>
        ),
        onDo: async (reason) => {
          await post(`${path}/answer`, { answer: verb, reason })
          say(verb === 'approve' ? 'Approved. It is in force.' : isOwn ? 'Taken back.' : 'Refused.')
        },
      })
    return (
      <>
        <button type="button" class="button" onClick={() => answer('refuse')}>
          {refuses}
        </button>
        {isOwn ? (
          <span class="quiet">Somebody else has to approve it.</span>
        ) : (
          <button type="button" class="button main-action" onClick={() => answer('approve')}>
            Approve
          </button>
        )}
      </>
    )
  }
  if (state !== 'in force') return null
  return (
    <ReasonButton
      look="button danger"
      title={`Undo ${id}`}
      verb="Undo"
      onDo={async (reason) => {
        await post(`${path}/undo`, { reason })
        say('Undone.')
      }}
    >
      <p>{some(accounts, 'account')} go back to the standing they had without it.</p>
    </ReasonButton>
  )
}

const parameterWords: Readonly<Record<string, (value: string | number) => string>> = {
  delayMs: (value) => `${count(Number(value))} ms`,
  requestsPerMinute: (value) => `${count(Number(value))} a minute`,
  maxTokens: (value) => `${count(Number(value))} tokens`,
  model: (value) => `${value}`,
}

function StandingText({ measure: { standing, parameters } }: { measure: Measure }): JSX.Element {
  return (
    <>
      <Tag in="standings" of={standing} />{' '}
      <span class="quiet">
        {Object.entries(parameters)
          .map(([name, value]) => parameterWords[name]?.(value) ?? `${name} ${value}`)
          .join(', ')}
      </span>
    </>
  )
}

function Ends({ measure: { state, expires } }: { measure: Measure }): JSX.Element {
  const now = useNow()
  if (expires === undefined)
    return <span class="quiet">{state === 'in force' ? 'when undone' : 'no end was set'}</span>
  return <Time ts={expires} {...(state === 'in force' ? { now } : {})} />
}

function openNamed(): void {
  openDialog(() => <NamedDialog />)
}

function NamedDialog(): JSX.Element {
  const text = useSignal('')
  const accounts = text.value.split(/[\s,]+/).filter((name) => name !== '')
  return (
    <ReasonDialog
      title="Whom is it for?"
      verb="Next"
      proposed="accounts named by hand"
      isReady={accounts.length > 0}
      onDo={async () => {
        // The dialog closes itself first; the next one opens in its place.
        setTimeout(() => openMeasure({ accounts, size: accounts.length }), 0)
      }}
    >
      <label class="field">
        <span>Accounts, one a line or separated by commas</span>
        <textarea rows={6} value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />
      </label>
    </ReasonDialog>
  )
}
