import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import type { CampaignDetail } from '../../../doors/admin/api/shapes/campaigns.ts'
import { Chart } from '../parts/chart.tsx'
import { Section, Time } from '../parts/small.tsx'

const markerColours: Readonly<Record<string, string>> = {
  flagged: '--bad',
  measure: '--accent',
  state: '--accent',
  'model-release': '--good',
  surge: '--warn',
  'hand-over': '--warn',
}
const eventWords: Readonly<Record<string, string>> = {
  first: 'first seen',
  last: 'last seen',
  flagged: 'raised',
  'model-release': 'model release',
  surge: 'surge',
  'hand-over': 'hand-over',
  measure: 'countermeasure',
  state: 'judged',
  change: 'changed',
}
const DAY_MS = 86_400_000

/** Exchanges by day, and what happened when: releases, surges, hand-overs, bans, judgements. */
export function Timeline({ campaign }: { campaign: CampaignDetail }): JSX.Element {
  const { daily, first, timeline } = campaign
  const layers = useMemo(() => [{ label: 'exchanges a day', colour: '--bar', values: daily }], [daily])
  const markers = useMemo(
    () =>
      timeline.flatMap(({ ts, kind }) => (markerColours[kind] ? [{ ts, colour: markerColours[kind] }] : [])),
    [timeline],
  )
  return (
    <Section title="Timeline" note="exchanges a day, UTC">
      <div class="panel padded">
        <Chart
          label="Exchanges a day."
          from={first}
          stepMs={DAY_MS}
          layers={layers}
          markers={markers}
          height={130}
        />
        <ol class="events">
          {timeline.map(({ ts, kind, summary, author }) => (
            <li key={`${ts} ${kind} ${summary}`}>
              <Time ts={ts} />
              <span class="event-kind">
                <i style={{ background: `var(${markerColours[kind] ?? '--line-strong'})` }} />
                {eventWords[kind] ?? kind}
              </span>
              <span>
                {summary}
                {author && <span class="quiet"> · {author}</span>}
              </span>
            </li>
          ))}
        </ol>
      </div>
    </Section>
  )
}
