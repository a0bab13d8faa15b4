import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import type { CampaignDetail, CampaignGraph } from '../../../doors/admin/api/shapes/campaigns.ts'
import { useResource } from '../api/resource.ts'
import { count, some } from '../figures.ts'
import { type Chosen, Graph } from '../graph/graph.tsx'
import { Empty, Loaded } from '../parts/page.tsx'
import { IdLink, Untrusted } from '../parts/untrusted.tsx'
import { may } from '../session.ts'
import { openSplit } from './campaign-changes.tsx'

const LISTED_MAX = 60

export function CampaignGraphPart({ campaign }: { campaign: CampaignDetail }): JSX.Element {
  const graph = useResource<CampaignGraph>(`campaigns/${encodeURIComponent(campaign.id)}/graph`)
  return (
    <Loaded from={graph} what="graph">
      {(data) => <Shown campaign={campaign} graph={data} />}
    </Loaded>
  )
}

function Shown({ campaign, graph }: { campaign: CampaignDetail; graph: CampaignGraph }): JSX.Element {
  const chosen = useSignal<Chosen>({})
  const { shown, total, nodes, nodesTotal, communities } = graph
  if (total === 0) return <Empty title="No account to draw">The findings name none for this campaign.</Empty>
  const label = `${some(shown, 'account')} in ${some(communities.length, 'community', 'communities')} around ${count(nodes.length)} shared things. Arrow keys move, plus and minus zoom, 0 shows the whole. The lists beside it say the same.`
  return (
    <div class="graph-part">
      <div>
        <Graph graph={graph} label={label} chosen={chosen} />
        <p class="table-foot" aria-live="polite">
          <span>
            <b>
              {count(shown)} of {count(total)}
            </b>{' '}
            accounts ·{' '}
            <b>
              {count(nodes.length)} of {count(nodesTotal)}
            </b>{' '}
            shared things
          </span>
          <Picked graph={graph} chosen={chosen.value} />
        </p>
        {!graph.hasLinks && (
          <p class="quiet small">
            These findings were saved without who shares what, so accounts stand alone. The next hunt saves
            it.
          </p>
        )}
      </div>
      <aside class="graph-lists">
        <section aria-labelledby="communities">
          <header>
            <h2 id="communities">Communities</h2>
            {may('analyst') && communities.length > 1 && communities.some(({ accounts }) => accounts > 1) && (
              <button type="button" class="button" onClick={() => openSplit(campaign, graph)}>
                Split…
              </button>
            )}
          </header>
          <ul>
            {communities.slice(0, LISTED_MAX).map(({ label: name, accounts }, index) => (
              <li key={index}>
                <button
                  type="button"
                  aria-pressed={chosen.value.community === index}
                  onClick={() =>
                    (chosen.value = chosen.value.community === index ? {} : { community: index })
                  }
                >
                  <i style={{ background: `var(--community-${(index % 6) + 1})` }} />
                  <span>{name}</span>
                  <span class="number">{count(accounts)}</span>
                </button>
              </li>
            ))}
          </ul>
          <More shown={Math.min(LISTED_MAX, communities.length)} of={communities.length} />
        </section>
        <section aria-labelledby="shared-things">
          <header>
            <h2 id="shared-things">Shared things</h2>
          </header>
          <ul>
            {nodes.slice(0, LISTED_MAX).map(({ kind, value, shared }, index) => (
              <li key={`${kind} ${value}`}>
                <button
                  type="button"
                  aria-pressed={chosen.value.node === index}
                  onClick={() => (chosen.value = chosen.value.node === index ? {} : { node: index })}
                >
                  <i class="square" />
                  <span>
                    <span class="quiet">{kind}</span>{' '}
                    <span class="id">
                      <Untrusted text={value} max={40} />
                    </span>
                  </span>
                  <span class="number">{count(shared)}</span>
                </button>
              </li>
            ))}
          </ul>
          <More shown={Math.min(LISTED_MAX, nodes.length)} of={nodesTotal} />
        </section>
      </aside>
    </div>
  )
}

function More({ shown, of: total }: { shown: number; of: number }): JSX.Element {
  return (
    <p class="small quiet">
      {count(shown)} of {count(total)}
    </p>
  )
}

function Picked({ graph, chosen }: { graph: CampaignGraph; chosen: Chosen }): JSX.Element | null {
  const { account, node } = chosen
  if (account !== undefined) {
    const name = graph.names[account] ?? ''
    const group = graph.communities[graph.community[account] ?? -1]
    return (
      <span>
        <IdLink at="accounts" id={name} max={60} /> {some(graph.exchanges[account] ?? 0, 'exchange')}
        {group && `, ${group.label}`}
      </span>
    )
  }
  const thing = node === undefined ? undefined : graph.nodes[node]
  if (thing === undefined) return null
  return (
    <span>
      {thing.kind} <Untrusted text={thing.value} max={60} />: {count(thing.accounts.length)} of{' '}
      {some(thing.shared, 'account')} linked
    </span>
  )
}
