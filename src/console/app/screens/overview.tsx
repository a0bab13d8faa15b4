import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useMemo } from 'preact/hooks'
import type { Overview } from '../../../doors/admin/api/shapes/overview.ts'
import { type Resource, useResource } from '../api/resource.ts'
import { count, some } from '../figures.ts'
import { actColumns } from '../lists/acts.tsx'
import { campaignColumns } from '../lists/campaigns.tsx'
import { Chart } from '../parts/chart.tsx'
import { Choices, Empty, Loaded, Page } from '../parts/page.tsx'
import { Section, Tag, Time } from '../parts/small.tsx'
import { Table } from '../parts/table.tsx'
import { query, setQuery, to } from '../route.ts'

const windows = [
  ['1', '1 h'],
  ['24', '24 h'],
  ['168', '7 d'],
] as const

export function OverviewScreen(): JSX.Element {
  const asked = query.value.get('hours')
  const isYoung = useSignal(false)
  const hours = windows.find(([id]) => id === asked)?.[0] ?? (isYoung.value ? '1' : '24')
  const overview: Resource<Overview> = useResource(`overview?hours=${hours}`, [
    'acts',
    'campaigns',
    'approval',
    'measure',
  ])
  // A gate that began within the hour has one column of a day to show, and an hour of them.
  useEffect(() => {
    if (overview.data && asked === null && hours === '24') isYoung.value = beganLately(overview.data)
  }, [overview.data, asked, hours])
  return (
    <Page
      title="Overview"
      actions={
        <Choices label="Window" at={hours} choices={windows} onChoose={(id) => setQuery({ hours: id })} />
      }
    >
      <Loaded from={overview} what="the overview">
        {(data) => (
          <>
            <Waiting overview={data} />
            {isNew(data) ? (
              <>
                <NextSteps overview={data} />
                <Campaigns overview={data} />
              </>
            ) : (
              <>
                {actsOf(data) > 0 && <Now overview={data} />}
                <Campaigns overview={data} />
                {actsOf(data) > 0 && <Notable overview={data} />}
                <NextSteps overview={data} />
              </>
            )}
            <Health overview={data} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

const HOUR_MS = 3_600_000

function beganLately({ chart, now }: Overview): boolean {
  const columns = chart.allowed.map(
    (value, index) => value + (chart.altered[index] ?? 0) + (chart.denied[index] ?? 0),
  )
  const first = columns.findIndex((value) => value > 0)
  return first >= 0 && chart.from + first * chart.stepMs >= now - HOUR_MS
}

/** Nothing crossed the gate in the window, and nothing was found: what to do comes before what there is. */
function isNew(overview: Overview): boolean {
  return actsOf(overview) === 0 && overview.campaigns.top.length === 0
}

function actsOf({ model, agent }: Overview): number {
  return model.acts + agent.acts
}

function NextSteps({ overview }: { overview: Overview }): JSX.Element | null {
  if (overview.nextSteps.length === 0) return null
  return (
    <Section title="Next steps">
      <ol class="steps panel">
        {overview.nextSteps.map(({ title, text, command }) => (
          <li key={title}>
            <h3>{title}</h3>
            <p class="quiet">{text}</p>
            {command && <code class="command">{command}</code>}
          </li>
        ))}
      </ol>
    </Section>
  )
}

/** What a person has to do now comes before what there is to see. */
function Waiting({ overview: { waiting, campaigns, measures } }: { overview: Overview }): JSX.Element | null {
  const items = [
    waiting.approvals > 0 && (
      <a href="/agents">
        <b>{some(waiting.approvals, 'approval')}</b> {waiting.approvals === 1 ? 'waits' : 'wait'} for a person
      </a>
    ),
    waiting.proposals > 0 && (
      <a href="/countermeasures">
        <b>{some(waiting.proposals, 'countermeasure')}</b> {waiting.proposals === 1 ? 'needs' : 'need'} a
        second person
      </a>
    ),
    campaigns.open > 0 && (
      <a href="/campaigns?state=open">
        <b>{some(campaigns.open, 'campaign')}</b> nobody has judged yet
      </a>
    ),
    measures.endingSoon > 0 && (
      <a href="/countermeasures">
        <b>{some(measures.endingSoon, 'countermeasure')}</b> {measures.endingSoon === 1 ? 'ends' : 'end'} soon
      </a>
    ),
  ].filter((item) => item !== false)
  if (items.length === 0) return null
  return (
    <ul class="to-do">
      {items.map((item, index) => (
        <li key={index}>{item}</li>
      ))}
    </ul>
  )
}

function Now({ overview }: { overview: Overview }): JSX.Element {
  const { chart, model, agent, mode } = overview
  const isObserved = mode === 'observe'
  const layers = useMemo(
    () => [
      { label: 'allowed', colour: '--bar', values: chart.allowed },
      { label: 'altered or asked', colour: '--warn', values: chart.altered },
      { label: 'denied', colour: '--bad', values: chart.denied },
    ],
    [chart],
  )
  return (
    <Section title="Through the gate" note="acts, both sides">
      <div class="now">
        <div class="panel padded">
          <Chart
            label="Acts through the gate."
            from={chart.from}
            stepMs={chart.stepMs}
            layers={layers}
            height={170}
          />
        </div>
        <table class="sides">
          <thead>
            <tr>
              <th scope="col">Side</th>
              <th scope="col" class="number">
                Acts
              </th>
              <th scope="col" class="number">
                Allowed
              </th>
              <th scope="col" class="number">
                Altered
              </th>
              <th scope="col" class="number">
                Denied
              </th>
              {isObserved && (
                <th scope="col" class="number" title="Would have been altered or denied, was not">
                  Observed
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            <Side name="Models" href="/acts?side=model" of={model} isObserved={isObserved} />
            <Side name="Agents" href="/acts?side=agent" of={agent} isObserved={isObserved} />
          </tbody>
        </table>
      </div>
    </Section>
  )
}

function Side(props: {
  name: string
  href: string
  of: Overview['model']
  isObserved: boolean
}): JSX.Element {
  const { name, href, of: gate, isObserved } = props
  return (
    <tr>
      <th scope="row">
        <a href={href}>{name}</a>
      </th>
      <td class="number">{count(gate.acts)}</td>
      <td class="number">{count(gate.allowed)}</td>
      <td class="number">{count(gate.altered)}</td>
      <td class={gate.denied > 0 ? 'number bad' : 'number'}>{count(gate.denied)}</td>
      {isObserved && <td class="number">{count(gate.observed)}</td>}
    </tr>
  )
}

function Campaigns({ overview: { campaigns, watch } }: { overview: Overview }): JSX.Element {
  const { open, confirmed, watching, benign, accounts } = campaigns
  const total = open + confirmed + watching + benign
  return (
    <Section
      title="Campaigns"
      note={
        total === 0
          ? undefined
          : `${count(open)} open, ${count(confirmed)} confirmed, ${count(watching)} watched, ${count(benign)} benign · ${some(accounts, 'account')}`
      }
      aside={total > 0 && <a href="/campaigns">All campaigns</a>}
    >
      {campaigns.top.length === 0 ? (
        <Empty title="No campaign">
          {watch.exchanges === 0
            ? 'The watch has seen no exchange yet. It raises a campaign when thousands of exchanges show accounts that act as one.'
            : `The watch looked at ${count(watch.exchanges)} exchanges of ${some(watch.accounts, 'account')} and raised none.`}
        </Empty>
      ) : (
        <Table
          label="The campaigns to look at first"
          columns={campaignColumns}
          rows={campaigns.top}
          idOf={({ id }) => id}
          hrefOf={({ id }) => to('campaigns', id)}
        />
      )}
    </Section>
  )
}

function Notable({ overview: { notable, model, agent } }: { overview: Overview }): JSX.Element {
  // A request without a key that counts, or in no readable form, is refused before it is an act of anybody.
  const refused = notable.length > 0 ? 0 : model.denied + agent.denied
  return (
    <Section
      title="Lately not simply allowed"
      aside={notable.length > 0 && <a href="/acts?action=deny">All denied acts</a>}
    >
      {notable.length === 0 ? (
        <Empty title={refused > 0 ? 'Nothing but refused requests' : 'Nothing was held up'}>
          {refused > 0 ? (
            <a href="/acts?side=refusal">{some(refused, 'request')} had no valid key or could not be read</a>
          ) : (
            'Every act in this window was allowed.'
          )}
        </Empty>
      ) : (
        <Table
          label="Acts that were not simply allowed"
          columns={actColumns}
          rows={notable}
          idOf={({ id }) => id}
          hrefOf={({ id }) => to('acts', id)}
        />
      )}
    </Section>
  )
}

const upstreamLook: Readonly<Record<Overview['upstreams'][number]['state'], string>> = {
  up: 'good',
  down: 'bad',
  unknown: '',
}

function Health({ overview }: { overview: Overview }): JSX.Element {
  const { ledger, upstreams, watch, measures } = overview
  return (
    <Section title="What holds it up">
      <dl class="pairs health">
        <dt>Ledger</dt>
        <dd>
          <Tag in="states" of={ledger.health} /> {some(ledger.entries, 'entry', 'entries')}
          {ledger.behind > 0 && <span class="quiet">, {count(ledger.behind)} not searchable yet</span>}
          {ledger.lastCheckpoint !== undefined && (
            <span class="quiet">
              , last signed <Time ts={ledger.lastCheckpoint} now={overview.now} />
            </span>
          )}
        </dd>
        <dt>Watch</dt>
        <dd>
          {watch.isRunning ? (
            <span class="tag good">running</span>
          ) : (
            <span class="tag">not beside this gate</span>
          )}{' '}
          {count(watch.exchanges)} exchanges of {some(watch.accounts, 'account')}
          {watch.source && <span class="quiet"> from {watch.source}</span>}
          {watch.findingsAt !== undefined && (
            <span class="quiet">
              , found <Time ts={watch.findingsAt} now={overview.now} />
            </span>
          )}
          {watch.missed > 0 && <span class="warn">, {count(watch.missed)} missed</span>}
        </dd>
        <dt>Model servers</dt>
        <dd>
          {upstreams.length === 0 && <span class="quiet">none</span>}
          {upstreams.map(({ name, state }) => (
            <span key={name} class={`tag ${upstreamLook[state]}`}>
              {name} {state === 'unknown' ? 'not asked yet' : state}
            </span>
          ))}
        </dd>
        <dt>Countermeasures</dt>
        <dd>
          {measures.inForce === 0 ? (
            <span class="quiet">none in force</span>
          ) : (
            `${count(measures.inForce)} in force over ${some(measures.accounts, 'account')}`
          )}
        </dd>
      </dl>
    </Section>
  )
}
