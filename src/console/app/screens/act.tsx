import type { JSX } from 'preact'
import type { ActDetail } from '../../../doors/admin/api/shapes/acts.ts'
import { useResource } from '../api/resource.ts'
import { count, duration, momentExact, score } from '../figures.ts'
import { Findings } from '../parts/findings.tsx'
import { Loaded, Page } from '../parts/page.tsx'
import { Proof } from '../parts/proof.tsx'
import { Pair, Section, Tag } from '../parts/small.tsx'
import { IdLink, Untrusted, UntrustedBlock } from '../parts/untrusted.tsx'

export function ActScreen({ id }: { id: string }): JSX.Element {
  const act = useResource<ActDetail>(`acts/${encodeURIComponent(id)}`, ['approval'])
  return (
    <Page
      title={`Act ${id}`}
      trail={<a href="/acts">Acts</a>}
      heading={
        <>
          <span class="id">
            <Untrusted text={id} max={80} />
          </span>{' '}
          {act.data && <Tag in="actions" of={act.data.action} />}
        </>
      }
    >
      <Loaded from={act} what="act">
        {(data) => (
          <>
            <p class="story">
              {data.story}
              {!data.isEnforced && data.action !== 'allow' && (
                <strong class="warn"> Observed only: the act went on as if allowed.</strong>
              )}
            </p>
            <What act={data} />
            <Section title="Findings">
              <Findings of={data.findings} />
            </Section>
            <Section title="Proof" note="that this decision is in the ledger, unchanged">
              <Proof of={data.proof} />
            </Section>
            <Section title="As it stands in the ledger">
              {data.entries.map(({ seq, kind, entry }) => (
                <div key={seq} class="entry">
                  <p class="small quiet">
                    № {count(seq)} · {kind}
                  </p>
                  <UntrustedBlock text={JSON.stringify(entry, null, 2)} label={`Entry ${seq}`} />
                </div>
              ))}
            </Section>
          </>
        )}
      </Loaded>
    </Page>
  )
}

function What({ act }: { act: ActDetail }): JSX.Element {
  return (
    <dl class="pairs">
      <Pair name="When">{momentExact(act.ts)}</Pair>
      <Pair name={act.side === 'agent' ? 'Tool' : 'Model'}>
        <Untrusted text={act.name} /> <span class="quiet">{act.kind}</span>
      </Pair>
      <Pair name="Account">
        <IdLink at="accounts" id={act.account} />
        {act.standing && (
          <>
            {' '}
            <Tag in="standings" of={act.standing} />
          </>
        )}
      </Pair>
      {act.campaign && (
        <Pair name="Campaign">
          <IdLink at="campaigns" id={act.campaign.id} />{' '}
          <span class="quiet">score {score(act.campaign.score)}</span>
        </Pair>
      )}
      {act.session && (
        <Pair name="Session">
          <IdLink at="agents" id={act.session} />
          {act.agent && (
            <span class="quiet">
              {' '}
              agent <Untrusted text={act.agent} />
            </span>
          )}
        </Pair>
      )}
      <Pair name="Rule">
        {act.rule === undefined ? (
          <span class="quiet">no rule spoke</span>
        ) : (
          <a href={`/acts?rule=${encodeURIComponent(act.rule)}`}>
            <code>{act.rule}</code>
          </a>
        )}
      </Pair>
      <Pair name="Outcome">
        {act.outcome ?? <span class="quiet">under way</span>}
        {act.status !== undefined && <span class="quiet"> HTTP {act.status}</span>}
        {act.ms !== undefined && <span class="quiet"> after {duration(act.ms)}</span>}
      </Pair>
      {act.outputTokens !== undefined && (
        <Pair name="Tokens">
          {count(act.inputTokens ?? 0)} in, {count(act.outputTokens)} out
        </Pair>
      )}
    </dl>
  )
}
