import type { JSX } from 'preact'
import type { Act } from '../../../doors/admin/api/shapes/acts.ts'
import { listPath, usePages } from '../api/pages.ts'
import { actColumns } from '../lists/acts.tsx'
import { ListTable } from '../parts/list.tsx'
import { Choices, Empty, Page } from '../parts/page.tsx'
import { query, setQuery, to } from '../route.ts'

const sides = [
  ['', 'Both sides'],
  ['model', 'Models'],
  ['agent', 'Agents'],
  ['refusal', 'Refused requests'],
] as const
const actions = [
  ['', 'All'],
  ['allow', 'Allowed'],
  ['throttle', 'Throttled'],
  ['redact', 'Redacted'],
  ['ask', 'Asked'],
  ['deny', 'Denied'],
] as const

export function ActsScreen(): JSX.Element {
  const given = query.value
  const filters = Object.fromEntries(
    ['side', 'action', 'account', 'session', 'rule', 'q'].map((name) => [name, given.get(name) ?? undefined]),
  )
  const path = listPath('acts', filters)
  const pages = usePages<Act>(path, ['acts'])
  const side = sides.find(([id]) => id === filters.side)?.[0] ?? ''
  const action = actions.find(([id]) => id === filters.action)?.[0] ?? ''
  const isFiltered = Object.values(filters).some((value) => value !== undefined)
  return (
    <Page
      title="Acts"
      lead="Everything that crossed the gate, newest first: exchanges with models, and what agents did."
    >
      <div class="filters">
        <Choices label="Side" at={side} choices={sides} onChoose={(id) => setQuery({ side: id })} />
        <Choices label="Decision" at={action} choices={actions} onChoose={(id) => setQuery({ action: id })} />
        <input
          type="search"
          aria-label="Acts with this in id, model, tool or rule"
          placeholder="Filter"
          value={filters.q ?? ''}
          onChange={(event) => setQuery({ q: event.currentTarget.value.trim() })}
        />
        {['account', 'session', 'rule'].map(
          (name) =>
            filters[name] && (
              <button key={name} type="button" class="button" onClick={() => setQuery({ [name]: undefined })}>
                {name} {filters[name]} ✕
              </button>
            ),
        )}
      </div>
      <ListTable
        pages={pages}
        what="acts"
        columns={actColumns}
        idOf={(act) => `${act.seq}`}
        hrefOf={(act) => to('acts', act.id)}
        exportPath={path}
        empty={
          isFiltered ? (
            <Empty title="No act fits this filter" />
          ) : (
            <Empty
              title="Nothing has crossed the gate yet"
              command={
                'curl GATE/v1/chat/completions -H "authorization: Bearer KEY" -H "content-type: application/json" -d \'{"model":"any","messages":[{"role":"user","content":"hello"}]}\''
              }
            >
              Point a client at the gate; its acts appear here as they happen. GATE is where models are
              served, as Settings say, and KEY one of its keys.
            </Empty>
          )
        }
      />
    </Page>
  )
}
