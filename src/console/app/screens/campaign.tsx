import type { JSX } from 'preact'
import type { CampaignDetail, CampaignState } from '../../../doors/admin/api/shapes/campaigns.ts'
import { useResource } from '../api/resource.ts'
import { count, duration, large, moment, score, some } from '../figures.ts'
import { Loaded, Page, Tabs } from '../parts/page.tsx'
import { Fact, Section, Tag, Time } from '../parts/small.tsx'
import { objectives } from '../parts/words.ts'
import { to } from '../route.ts'
import { may } from '../session.ts'
import { CampaignAccounts } from './campaign-accounts.tsx'
import { openJudge, openUndoChange } from './campaign-changes.tsx'
import { CampaignGraphPart } from './campaign-graph.tsx'
import { Why } from './campaign-why.tsx'
import { openMeasure } from './measure-dialog.tsx'

const judgements: readonly CampaignState[] = ['confirmed', 'watching', 'benign', 'open']

export function CampaignScreen({ id, part }: { id: string; part: string }): JSX.Element {
  const path = `campaigns/${encodeURIComponent(id)}`
  const campaign = useResource<CampaignDetail>(path, ['campaigns', 'measure'])
  const { data } = campaign
  return (
    <Page
      title={`Campaign ${id}`}
      trail={<a href="/campaigns">Campaigns</a>}
      heading={
        <>
          <span class="id">{id}</span> {data && <Tag in="states" of={data.state} />}
        </>
      }
      actions={data && <Actions campaign={data} />}
    >
      <Loaded from={campaign} what="campaign">
        {(found) => (
          <>
            <Facts campaign={found} />
            <Tabs
              label="Of this campaign"
              at={part}
              tabs={[
                ['why', 'Why', to('campaigns', id)],
                ['graph', 'Graph', to('campaigns', id, 'graph')],
                ['accounts', 'Accounts', to('campaigns', id, 'accounts')],
                ['history', 'History', to('campaigns', id, 'history')],
              ]}
            />
            <Part campaign={found} part={part} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function Part({ campaign, part }: { campaign: CampaignDetail; part: string }): JSX.Element {
  switch (part) {
    case 'graph':
      return <CampaignGraphPart campaign={campaign} />
    case 'accounts':
      return <CampaignAccounts campaign={campaign} />
    case 'history':
      return <History campaign={campaign} />
    default:
      return <Why campaign={campaign} />
  }
}

function Actions({ campaign }: { campaign: CampaignDetail }): JSX.Element {
  const { id, state } = campaign
  return (
    <>
      {may('analyst') &&
        judgements
          .filter((one) => one !== state && (one !== 'open' || state !== 'open'))
          .map((one) => (
            <button key={one} type="button" class="button" onClick={() => openJudge(id, one)}>
              {{ confirmed: 'Confirm', watching: 'Watch', benign: 'Benign', open: 'Reopen' }[one]}
            </button>
          ))}
      {may('operator') && (
        <button
          type="button"
          class="button main-action"
          onClick={() => openMeasure({ campaign: id, accounts: [], size: campaign.accounts })}
        >
          Countermeasure…
        </button>
      )}
    </>
  )
}

function Facts({ campaign }: { campaign: CampaignDetail }): JSX.Element {
  const { accounts, exchanges, outputTokens, first, last, flaggedAt, measured, standing } = campaign
  return (
    <dl class="facts campaign-facts">
      <Fact name="Score">{score(campaign.score)}</Fact>
      <Fact name="Copies">{objectives[campaign.objective] ?? campaign.objective}</Fact>
      <Fact name="Accounts">{count(accounts)}</Fact>
      <Fact name="Exchanges">
        {count(exchanges)} <small>{count(exchanges / Math.max(1, accounts))} an account</small>
      </Fact>
      {outputTokens > 0 && (
        <Fact name="Output tokens">
          <span title={count(outputTokens)}>{large(outputTokens)}</span>
        </Fact>
      )}
      <Fact name="Active (UTC)">
        {moment(first)} <small>to</small> {moment(last)}
      </Fact>
      <Fact name="Raised after">{duration(flaggedAt - first)}</Fact>
      <Fact name="Held">
        {measured === 0 ? (
          <span class="quiet">nobody</span>
        ) : (
          <>
            <Tag in="standings" of={standing ?? 'watched'} />{' '}
            <small>
              {count(measured)} of {count(accounts)}
            </small>
          </>
        )}
      </Fact>
    </dl>
  )
}

function History({ campaign }: { campaign: CampaignDetail }): JSX.Element {
  const { changes, measures, merged, splitFrom } = campaign
  return (
    <>
      {(merged.length > 0 || splitFrom) && (
        <p>
          {merged.length > 0 && `Merged into it: ${merged.join(', ')}. `}
          {splitFrom && (
            <>
              Split from <a href={to('campaigns', splitFrom)}>{splitFrom}</a>.
            </>
          )}
        </p>
      )}
      <Section title="What people did to it">
        {changes.length === 0 ? (
          <p class="quiet">
            Nothing yet. Judging, merging and splitting stand here with their reasons, and can be undone.
          </p>
        ) : (
          <ol class="panel changes">
            {changes.map(({ id, ts, summary, author, reason, undone, undoneBy }) => (
              <li key={id}>
                <Time ts={ts} />
                <div>
                  <p>
                    <strong>{summary}</strong> <span class="quiet">by {author}</span>
                  </p>
                  <p class="quiet">{reason}</p>
                </div>
                {undone === undefined ? (
                  may('analyst') && (
                    <button type="button" class="button" onClick={() => openUndoChange(id, summary)}>
                      Undo
                    </button>
                  )
                ) : (
                  <span class="tag">
                    undone {moment(undone)} by {undoneBy}
                  </span>
                )}
              </li>
            ))}
          </ol>
        )}
      </Section>
      <Section title="Countermeasures">
        {measures.length === 0 ? (
          <p class="quiet">None has touched it.</p>
        ) : (
          <ol class="panel changes">
            {measures.map(({ id, standing, state, accounts, created }) => (
              <li key={id}>
                <Time ts={created} />
                <div>
                  <a href={to('countermeasures', id)}>
                    <span class="id">{id}</span>
                  </a>{' '}
                  <Tag in="standings" of={standing} /> <span class="quiet">{some(accounts, 'account')}</span>
                </div>
                <Tag in="states" of={state} />
              </li>
            ))}
          </ol>
        )}
      </Section>
    </>
  )
}
