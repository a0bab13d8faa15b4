import type { JSX } from 'preact'
import type { AgentSession, Approval } from '../../../doors/admin/api/shapes/agents.ts'
import { listPath, usePages } from '../api/pages.ts'
import { count } from '../figures.ts'
import { ListTable } from '../parts/list.tsx'
import { Empty, Page } from '../parts/page.tsx'
import { Section, Tag, Time } from '../parts/small.tsx'
import type { Column } from '../parts/table.tsx'
import { IdLink, Untrusted } from '../parts/untrusted.tsx'
import { query, setQuery, to } from '../route.ts'
import { ApprovalCard } from './approvals.tsx'

const WAITING_SHOWN = 20

const columns: readonly Column<AgentSession>[] = [
  {
    id: 'session',
    label: 'Session',
    width: '28%',
    cell: ({ session }) => <IdLink at="agents" id={session} max={60} />,
  },
  { id: 'agent', label: 'Agent', cell: ({ agent }) => <Untrusted text={agent} max={40} /> },
  {
    id: 'person',
    label: 'For',
    room: 'wide',
    cell: ({ person }) => <Untrusted text={person ?? ''} max={40} />,
  },
  { id: 'acts', label: 'Acts', isNumber: true, cell: ({ acts }) => count(acts) },
  { id: 'asked', label: 'Asked', isNumber: true, room: 'wide', cell: ({ asked }) => count(asked) },
  { id: 'redacted', label: 'Redacted', isNumber: true, room: 'widest', cell: (row) => count(row.redacted) },
  {
    id: 'denied',
    label: 'Denied',
    isNumber: true,
    cell: ({ denied }) => <span class={denied > 0 ? 'bad' : undefined}>{count(denied)}</span>,
  },
  {
    id: 'waiting',
    label: 'Waiting',
    isLabelUnseen: true,
    cell: ({ waiting }) => waiting > 0 && <Tag in="states" of="waiting" />,
  },
  { id: 'last', label: 'Last act', room: 'wide', cell: ({ last }) => <Time ts={last} /> },
]

export function AgentsScreen(): JSX.Element {
  const q = query.value.get('q') ?? undefined
  const path = listPath('sessions', { q })
  const sessions = usePages<AgentSession>(path, ['acts', 'approval'])
  return (
    <Page title="Agents" lead="What agents did, session by session, and what they ask a person for.">
      <Waiting />
      <Section title="Sessions">
        <div class="filters">
          <input
            type="search"
            aria-label="Sessions with this in session, agent or person"
            placeholder="Filter"
            value={q ?? ''}
            onChange={(event) => setQuery({ q: event.currentTarget.value.trim() })}
          />
        </div>
        <ListTable
          pages={sessions}
          what="sessions"
          columns={columns}
          idOf={({ session }) => session}
          hrefOf={({ session }) => to('agents', session)}
          exportPath={path}
          empty={
            q === undefined ? (
              <Empty title="No agent has come through yet" command="portcullis connect claude-code">
                Connect a coding agent, an MCP server or an A2A agent to the gate; its sessions appear here.
              </Empty>
            ) : (
              <Empty title="No session fits this filter" />
            )
          }
        />
      </Section>
      <Answered />
    </Page>
  )
}

function Waiting(): JSX.Element {
  const waiting = usePages<Approval>('approvals?state=waiting', ['approval'], WAITING_SHOWN)
  return (
    <Section
      title="Waiting for a person"
      note={waiting.total > 0 ? `${count(waiting.rows.length)} of ${count(waiting.total)}` : undefined}
    >
      {waiting.rows.length === 0 ? (
        <p class="quiet">Nothing waits.</p>
      ) : (
        <div class="approvals">
          {waiting.rows.map((approval) => (
            <ApprovalCard key={approval.id} approval={approval} />
          ))}
        </div>
      )}
    </Section>
  )
}

const answeredColumns: readonly Column<Approval>[] = [
  { id: 'asked', label: 'Asked (UTC)', cell: ({ asked }) => <Time ts={asked} /> },
  { id: 'state', label: 'Answer', cell: ({ state }) => <Tag in="states" of={state} /> },
  { id: 'tool', label: 'Tool', cell: ({ tool }) => <Untrusted text={tool} max={50} /> },
  { id: 'agent', label: 'Agent', room: 'wide', cell: ({ agent }) => <Untrusted text={agent} max={40} /> },
  { id: 'by', label: 'By', cell: ({ answeredBy }) => answeredBy ?? <span class="quiet">nobody</span> },
  {
    id: 'why',
    label: 'Why',
    room: 'wide',
    cell: ({ answerReason }) => <Untrusted text={answerReason ?? ''} max={80} />,
  },
]

function Answered(): JSX.Element | null {
  const path = 'approvals?state=answered'
  const answered = usePages<Approval>(path, ['approval'])
  if (answered.rows.length === 0) return null
  return (
    <Section title="Answered">
      <ListTable
        pages={answered}
        what="answered approvals"
        columns={answeredColumns}
        idOf={({ id }) => id}
        hrefOf={({ act }) => to('acts', act)}
        exportPath={path}
        empty=""
      />
    </Section>
  )
}
