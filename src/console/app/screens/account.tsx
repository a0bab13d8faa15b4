import { useSignal } from '@preact/signals'
import type { ComponentChildren, JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import type { AccountDetail, Act, Prompts } from '../../../doors/admin/api/shapes/acts.ts'
import { useJob } from '../api/job.ts'
import { listPath, usePages } from '../api/pages.ts'
import { useResource } from '../api/resource.ts'
import { count, large, score, some } from '../figures.ts'
import { actColumns } from '../lists/acts.tsx'
import { Chart } from '../parts/chart.tsx'
import { openReason } from '../parts/dialog.tsx'
import { ListTable } from '../parts/list.tsx'
import { Loaded, Page } from '../parts/page.tsx'
import { Fact, Section, Tag, Time } from '../parts/small.tsx'
import { IdLink, Untrusted, UntrustedBlock } from '../parts/untrusted.tsx'
import { objectives } from '../parts/words.ts'
import { to } from '../route.ts'
import { may } from '../session.ts'
import { openMeasure } from './measure-dialog.tsx'

const DAY_MS = 86_400_000

export function AccountScreen({ id }: { id: string }): JSX.Element {
  const account = useResource<AccountDetail>(`accounts/${encodeURIComponent(id)}`, ['measure', 'campaigns'])
  const { data } = account
  return (
    <Page
      title="Account"
      trail={<a href="/accounts">Accounts</a>}
      heading={
        <>
          <span class="id">
            <Untrusted text={id} max={120} />
          </span>{' '}
          {data &&
            (data.isAllowed ? (
              <span class="tag good">always allowed</span>
            ) : (
              <Tag in="standings" of={data.standing} />
            ))}
        </>
      }
      actions={
        may('operator') &&
        data && (
          <button
            type="button"
            class="button main-action"
            onClick={() => openMeasure({ accounts: [id], size: 1 })}
          >
            Countermeasure…
          </button>
        )
      }
    >
      <Loaded from={account} what="account">
        {(found) => (
          <>
            <Facts account={found} />
            <Belongs account={found} />
            <Days account={found} />
            <Seen account={found} />
            <Acts id={id} />
            <PromptsPart id={id} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function Facts({ account }: { account: AccountDetail }): JSX.Element {
  const { acts, denied, outputTokens, tenant, first, last, inFindings } = account
  return (
    <dl class="facts">
      {tenant && <Fact name="Tenant">{tenant}</Fact>}
      <Fact name="Acts through this gate">{count(acts)}</Fact>
      <Fact name="Denied">{count(denied)}</Fact>
      <Fact name="Output tokens">{large(outputTokens)}</Fact>
      {first !== undefined && last !== undefined && (
        <Fact name="Seen (UTC)">
          <Time ts={first} /> <small>to</small> <Time ts={last} />
        </Fact>
      )}
      {inFindings && (
        <Fact name="In the findings">
          {some(inFindings.exchanges, 'exchange')}{' '}
          {inFindings.outputTokens > 0 && <small>{large(inFindings.outputTokens)} tokens of answers</small>}
        </Fact>
      )}
    </dl>
  )
}

function Belongs({ account }: { account: AccountDetail }): JSX.Element {
  const { campaigns, lookalikes, measures, inFindings } = account
  return (
    <Section title="Where it belongs">
      {campaigns.length + lookalikes.length + measures.length === 0 && (
        <p class="quiet">To no campaign and no look-alike, and no countermeasure touched it.</p>
      )}
      <ul class="lines">
        {campaigns.map(({ id, score: how, state, objective }) => (
          <li key={id}>
            Campaign <IdLink at="campaigns" id={id} /> <Tag in="states" of={state} />{' '}
            <span class="quiet">
              score {score(how)}, copies {objectives[objective] ?? objective}
            </span>
          </li>
        ))}
        {lookalikes.map(({ kind, title, summary }) => (
          <li key={kind}>
            Look-alike: {title} <span class="quiet">{summary}</span>
          </li>
        ))}
        {measures.map(({ id, standing, state, reason, author, created }) => (
          <li key={id}>
            <IdLink at="countermeasures" id={id} /> <Tag in="standings" of={standing} />{' '}
            <Tag in="states" of={state} />{' '}
            <span class="quiet">
              <Time ts={created} /> by {author}: <Untrusted text={reason} />
            </span>
          </li>
        ))}
      </ul>
      {inFindings && inFindings.sharedWith.length > 0 && (
        <Named title="Shares with others of the campaign">
          {inFindings.sharedWith.map(({ kind, value, accounts }) => (
            <li key={`${kind} ${value}`}>
              <span>
                <span class="quiet">{kind}</span>{' '}
                <span class="id">
                  <Untrusted text={value} max={60} />
                </span>
              </span>
              <span class="number">{some(accounts, 'account')}</span>
            </li>
          ))}
        </Named>
      )}
    </Section>
  )
}

function Days({ account: { daily, last } }: { account: AccountDetail }): JSX.Element | null {
  const layers = useMemo(() => [{ label: 'acts a day', colour: '--bar', values: daily }], [daily])
  if (!daily.some((value) => value > 0)) return null
  const today = Math.floor((last ?? Date.now()) / DAY_MS) * DAY_MS
  return (
    <Section title="By day" note="acts through this gate, UTC">
      <div class="panel padded">
        <Chart
          label="Acts a day."
          from={today - (daily.length - 1) * DAY_MS}
          stepMs={DAY_MS}
          layers={layers}
          height={110}
        />
      </div>
    </Section>
  )
}

function Seen({ account: { seen, keys } }: { account: AccountDetail }): JSX.Element {
  const groups = [
    ['Models', seen.models],
    ['Addresses', seen.addresses],
    ['Clients', seen.clients],
  ] as const
  return (
    <Section title="Last seen with">
      <div class="columns">
        {groups.map(([title, names]) => (
          <Named key={title} title={title}>
            {names.length === 0 && <li class="quiet">none seen</li>}
            {names.map(({ name, acts }) => (
              <li key={name}>
                <span class="id">
                  <Untrusted text={name} max={60} />
                </span>
                <span class="number">{count(acts)}</span>
              </li>
            ))}
          </Named>
        ))}
        <Named title="Keys">
          {keys.length === 0 && <li class="quiet">none of the store</li>}
          {keys.map(({ id, state, created }) => (
            <li key={id}>
              <span class="id">{id}</span>
              <span>
                <Tag in="states" of={state} /> <Time ts={created} />
              </span>
            </li>
          ))}
        </Named>
      </div>
    </Section>
  )
}

function Named({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  return (
    <div class="named">
      <h3>{title}</h3>
      <ul>{children}</ul>
    </div>
  )
}

function Acts({ id }: { id: string }): JSX.Element {
  const path = listPath('acts', { account: id })
  const pages = usePages<Act>(path, ['acts'])
  return (
    <Section title="Acts">
      <ListTable
        pages={pages}
        what="acts of the account"
        columns={ownActColumns}
        idOf={(act) => act.id}
        hrefOf={(act) => to('acts', act.id)}
        exportPath={path}
        empty={<p class="quiet">None through this gate.</p>}
      />
    </Section>
  )
}

const ownActColumns = actColumns.filter(({ id }) => id !== 'account')

/** What an account wrote is private until somebody asks, says why, and is written down for it. */
function PromptsPart({ id }: { id: string }): JSX.Element {
  const read = useSignal<Prompts | undefined>(undefined)
  const job = useJob<Prompts>((result) => {
    read.value = result
  })
  return (
    <Section title="Prompts" note="the ledger keeps none; they are read from imported logs, if there are any">
      {!may('analyst') ? (
        <p class="quiet">Analysts can read them, with a reason that goes into the ledger.</p>
      ) : read.value === undefined ? (
        <p class="actions">
          <button
            type="button"
            class="button"
            disabled={job.isRunning}
            onClick={() =>
              openReason({
                title: 'Read what this account wrote?',
                verb: 'Read its prompts',
                children: <p>That you read them, and why, goes into the ledger.</p>,
                onDo: (reason) =>
                  job.start(`accounts/${encodeURIComponent(id)}/prompts`, { reason, limit: 10 }),
              })
            }
          >
            Reveal prompts…
          </button>
          {job.isRunning && <span class="quiet">Reading the logs…</span>}
          {job.failure && <span class="bad">{job.failure}</span>}
        </p>
      ) : (
        <Revealed prompts={read.value} />
      )}
    </Section>
  )
}

function Revealed({ prompts: { prompts, source } }: { prompts: Prompts }): JSX.Element {
  if (prompts.length === 0)
    return (
      <p class="quiet">
        The store holds no log in which this account’s prompts stand{source && ` (${source})`}.
      </p>
    )
  return (
    <ol class="prompts" data-prompts>
      {prompts.map(({ id, ts, model, system, prompt }) => (
        <li key={id}>
          <p class="small quiet">
            <Time ts={ts} /> · {model} · <span class="id">{id}</span>
          </p>
          {system !== undefined && <UntrustedBlock text={system} label="System prompt" />}
          <UntrustedBlock text={prompt} label="Prompt" />
        </li>
      ))}
    </ol>
  )
}
