import type { JSX } from 'preact'
import type { PolicyDetail } from '../../../doors/admin/api/shapes/policies.ts'
import { post } from '../api/client.ts'
import { useJob } from '../api/job.ts'
import { useResource } from '../api/resource.ts'
import { count, percent, some } from '../figures.ts'
import { openReason } from '../parts/dialog.tsx'
import { say } from '../parts/notices.tsx'
import { Loaded, Page, Tabs } from '../parts/page.tsx'
import { Section, Tag, Time } from '../parts/small.tsx'
import { IdLink, Untrusted } from '../parts/untrusted.tsx'
import { Verdicts } from '../parts/verdicts.tsx'
import { follow, parts, to } from '../route.ts'
import { may } from '../session.ts'
import { PolicyEditor } from './policy-editor.tsx'

const SHOWN_MAX = 100

export function PolicyScreen({ id }: { id: string }): JSX.Element {
  const policy = useResource<PolicyDetail>(`policies/${encodeURIComponent(id)}`, ['audit', 'job'])
  const part = parts.value[2] ?? 'text'
  if (part === 'edit' && policy.data) return <PolicyEditor from={policy.data} />
  return (
    <Page
      title="Policy"
      trail={<a href="/policies">Policies</a>}
      heading={
        policy.data && (
          <>
            {policy.data.name} <Tag in="states" of={policy.data.state} />
          </>
        )
      }
      lead={
        policy.data && (
          <>
            {policy.data.author}
            {policy.data.changed > 0 && (
              <>
                , <Time ts={policy.data.changed} />
              </>
            )}
            : <Untrusted text={policy.data.reason} />
          </>
        )
      }
      actions={policy.data && <Actions policy={policy.data} />}
    >
      <Loaded from={policy} what="policy">
        {(data) => (
          <>
            <Tabs
              label="Of this policy"
              at={part}
              tabs={[
                ['text', 'Text', to('policies', id)],
                ['diff', 'Against the active one', to('policies', id, 'diff')],
                ['past', 'On the past', to('policies', id, 'past')],
                ['proof', 'Proof', to('policies', id, 'proof')],
              ]}
            />
            {part === 'diff' && <Diff policy={data} />}
            {part === 'past' && <Past policy={data} onDone={policy.reload} />}
            {part === 'proof' && <ProofPart policy={data} onDone={policy.reload} />}
            {part === 'text' && (
              <pre class="code-view panel" tabIndex={0}>
                {data.text}
              </pre>
            )}
          </>
        )}
      </Loaded>
    </Page>
  )
}

function Actions({ policy }: { policy: PolicyDetail }): JSX.Element | null {
  const { id, state, name } = policy
  if (!may('operator')) return null
  const ask = (verb: 'stage' | 'activate' | 'discard', title: string, what: string): void =>
    openReason({
      title: `${title} ${name}`,
      verb: title,
      isDanger: verb === 'discard',
      children: <p>{what}</p>,
      onDo: async (reason) => {
        await post(`policies/${encodeURIComponent(id)}/${verb}`, { reason })
        say({ stage: 'Staged.', activate: 'Active from the next act on.', discard: 'Discarded.' }[verb])
        if (verb === 'discard') follow('/policies')
      },
    })
  return (
    <>
      <a class="button" href={to('policies', id, 'edit')}>
        Edit a copy
      </a>
      {(state === 'draft' || state === 'staged') && (
        <button
          type="button"
          class="button"
          onClick={() => ask('discard', 'Discard', 'It is kept in the ledger and gone from here.')}
        >
          Discard…
        </button>
      )}
      {state === 'draft' && (
        <button
          type="button"
          class="button main-action"
          onClick={() => ask('stage', 'Stage', 'It waits to be made active, and decides nothing yet.')}
        >
          Stage…
        </button>
      )}
      {(state === 'staged' || state === 'retired' || state === 'built-in') && (
        <button
          type="button"
          class="button main-action"
          onClick={() =>
            ask(
              'activate',
              'Activate',
              'It decides about every act from the next one on. Roll back undoes it.',
            )
          }
        >
          Activate…
        </button>
      )}
    </>
  )
}

function Diff({ policy: { diff, state } }: { policy: PolicyDetail }): JSX.Element {
  const changed = diff.filter(({ mark }) => mark !== ' ').length
  if (changed === 0)
    return (
      <p class="quiet">
        {state === 'active' ? 'This is the active policy.' : 'The same as the active policy.'}
      </p>
    )
  return (
    <pre class="code-view panel diff" tabIndex={0}>
      {diff.map(({ mark, line }, index) => (
        <span key={index} class={mark === '+' ? 'added' : mark === '-' ? 'gone' : undefined}>
          {mark} {line}
        </span>
      ))}
    </pre>
  )
}

function Past({ policy, onDone }: { policy: PolicyDetail; onDone: () => void }): JSX.Element {
  const job = useJob(onDone)
  const { backtest } = policy
  return (
    <>
      <p class="actions">
        {may('analyst') && (
          <button
            type="button"
            class="button main-action"
            disabled={job.isRunning}
            onClick={() => void job.start(`policies/${encodeURIComponent(policy.id)}/backtest`)}
          >
            {backtest ? 'Try it on the past again' : 'Try it on the past'}
          </button>
        )}
        {job.isRunning && (
          <span class="quiet">
            Judging the past again… {job.progress !== undefined && percent(job.progress)}
          </span>
        )}
        {job.failure && <span class="bad">{job.failure}</span>}
      </p>
      {backtest === undefined ? (
        <p class="quiet">
          Every act the ledger keeps is judged again by this policy, and nothing happens to anybody.
        </p>
      ) : (
        <>
          <p class="story">
            Over {some(backtest.acts, 'act')} in {some(backtest.sessions, 'session')} it would have stopped{' '}
            <b>{count(backtest.stopped)}</b>, asked about <b>{count(backtest.asked)}</b> and redacted{' '}
            <b>{count(backtest.redacted)}</b>; <b>{count(backtest.good)}</b> of them good, for a person
            approved them or nobody ever objected.{' '}
            <span class="quiet">
              Run <Time ts={backtest.ran} />.
            </span>
          </p>
          <Section
            title="What it would decide otherwise"
            note={`${count(Math.min(SHOWN_MAX, backtest.changes.length))} of ${count(backtest.changesTotal)}`}
          >
            {backtest.changes.length === 0 ? (
              <p class="quiet">Nothing.</p>
            ) : (
              <div class="table-scroll">
                <table>
                  <thead>
                    <tr>
                      <th scope="col">Act</th>
                      <th scope="col">Tool</th>
                      <th scope="col">Was</th>
                      <th scope="col">Would be</th>
                      <th scope="col" class="wide-only">
                        Rule
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {backtest.changes.slice(0, SHOWN_MAX).map(({ act, tool, was, now, rule }) => (
                      <tr key={act}>
                        <td>
                          <IdLink at="acts" id={act} max={40} />
                        </td>
                        <td>
                          <Untrusted text={tool} max={40} />
                        </td>
                        <td>
                          <Tag in="actions" of={was} />
                        </td>
                        <td>
                          <Tag in="actions" of={now} />
                        </td>
                        <td class="wide-only">{rule && <code>{rule}</code>}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
          </Section>
        </>
      )}
    </>
  )
}

function ProofPart({ policy, onDone }: { policy: PolicyDetail; onDone: () => void }): JSX.Element {
  const job = useJob(onDone)
  return (
    <>
      <p class="actions">
        {may('analyst') && (
          <button
            type="button"
            class="button main-action"
            disabled={job.isRunning}
            onClick={() => void job.start(`policies/${encodeURIComponent(policy.id)}/prove`)}
          >
            {policy.proof ? 'Prove it again' : 'Prove it'}
          </button>
        )}
        {job.isRunning && <span class="quiet">Looking at every state it can come to…</span>}
        {job.failure && <span class="bad">{job.failure}</span>}
      </p>
      {policy.proof ? (
        <Verdicts proof={policy.proof} />
      ) : (
        <p class="quiet">
          The policy’s own table is checked in every state it can reach: not samples of it. What does not hold
          comes with the steps that lead there.
        </p>
      )}
    </>
  )
}
