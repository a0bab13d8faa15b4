import type { Act } from '../../../doors/admin/api/shapes/acts.ts'
import { count, duration } from '../figures.ts'
import { Tag, Time } from '../parts/small.tsx'
import type { Column } from '../parts/table.tsx'
import { Untrusted } from '../parts/untrusted.tsx'
import { to } from '../route.ts'

export const actColumns: readonly Column<Act>[] = [
  {
    id: 'ts',
    label: 'When (UTC)',
    width: '134px',
    cell: ({ id, ts }) => (
      <a href={to('acts', id)}>
        <Time ts={ts} />
      </a>
    ),
  },
  {
    id: 'action',
    label: 'Decision',
    width: '124px',
    cell: ({ action, isEnforced }) => (
      <>
        <Tag in="actions" of={action} />
        {!isEnforced && action !== 'allow' && <span class="quiet small"> observed</span>}
      </>
    ),
  },
  {
    id: 'kind',
    label: 'What',
    width: '16%',
    room: 'wide',
    cell: ({ kind, side }) => (
      <>
        {side === 'refusal' ? 'refused request' : kind}
        <span class="unseen"> ({side})</span>
      </>
    ),
  },
  { id: 'name', label: 'Model or tool', cell: ({ name }) => <Untrusted text={name} max={60} /> },
  {
    id: 'account',
    label: 'Who',
    cell: ({ account, agent }) => (
      <span class="id">
        <Untrusted text={agent ?? account} max={48} />
      </span>
    ),
  },
  {
    id: 'rule',
    label: 'Rule',
    room: 'wide',
    cell: ({ rule }) => (rule === undefined ? <span class="quiet">none</span> : <code>{rule}</code>),
  },
  {
    id: 'tokens',
    label: 'Output tokens',
    width: '124px',
    isNumber: true,
    room: 'widest',
    cell: ({ outputTokens }) => (outputTokens === undefined ? '' : count(outputTokens)),
  },
  {
    id: 'ms',
    label: 'Took',
    width: '88px',
    isNumber: true,
    room: 'widest',
    cell: ({ ms }) => (ms === undefined ? '' : duration(ms)),
  },
]
