import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import type { CampaignDetail } from '../../../doors/admin/api/shapes/campaigns.ts'
import { Chart } from '../parts/chart.tsx'
import { Section, Time } from '../parts/small.tsx'

type Event = CampaignDetail['timeline'][number]
type Kind = { readonly word: string; readonly colour?: string }

const kinds: Readonly<Record<Event['kind'], Kind>> = {
  first: { word: 'first seen' },
  last: { word: 'last seen' },
  flagged: { word: 'raised', colour: '--bad' },
  'model-release': { word: 'model release', colour: '--good' },
  surge: { word: 'surge', colour: '--warn' },
  'hand-over': { word: 'hand-over', colour: '--warn' },
  ban: { word: 'ban', colour: '--bad' },
  measure: { word: 'countermeasure', colour: '--accent' },
  state: { word: 'judged', colour: '--accent' },
  change: { word: 'changed' },
}
const DAY_MS = 86_400_000
/** What was done long after its last exchange is told in the list: the chart is of what it did. */
const AFTERMATH_SHARE = 0.25
const AFTERMATH_DAYS_MIN = 3

/** Exchanges by day, and what happened when: releases, surges, hand-overs, bans, judgements. */
export function Timeline({ campaign }: { campaign: CampaignDetail }): JSX.Element {
  const { daily, first, timeline } = campaign
  const from = Math.floor(first / DAY_MS) * DAY_MS
  const layers = useMemo(
    () => [{ label: 'exchanges a day', colour: '--bar', values: withAftermath(daily, from, timeline) }],
    [daily, from, timeline],
  )
  const numbered = useMemo(() => numbersOf(timeline), [timeline])
  const markers = useMemo(
    () =>
      timeline.flatMap(({ ts, kind }, at) => {
        const { colour } = kinds[kind]
        return colour === undefined ? [] : [{ ts, colour, label: String(numbered[at]) }]
      }),
    [timeline, numbered],
  )
  return (
    <Section title="Timeline" note="exchanges a day, UTC">
      <div class="panel padded">
        <Chart
          label="Exchanges a day."
          from={from}
          stepMs={DAY_MS}
          layers={layers}
          markers={markers}
          height={140}
        />
        <ol class="events">
          {timeline.map((event, at) => (
            <Happened
              key={`${event.ts} ${event.kind} ${event.summary}`}
              event={event}
              number={numbered[at]}
            />
          ))}
        </ol>
      </div>
    </Section>
  )
}

function Happened({ event, number }: { event: Event; number: number | undefined }): JSX.Element {
  const { ts, kind, summary, author } = event
  const { word, colour } = kinds[kind]
  return (
    <li>
      <Time ts={ts} />
      <span class="event-kind">
        <b style={colour && { color: `var(${colour})` }} aria-hidden="true">
          {number}
        </b>
        {word}
      </span>
      <span>
        {summary}
        {author && <span class="quiet"> · {author}</span>}
      </span>
    </li>
  )
}

/** What is marked on the chart, numbered in order of time. */
function numbersOf(timeline: readonly Event[]): readonly (number | undefined)[] {
  let last = 0
  return timeline.map(({ kind }) => (kinds[kind].colour === undefined ? undefined : ++last))
}

/** Days without exchanges after the last one, so that what was done to it then is on the chart. */
function withAftermath(
  daily: readonly number[],
  from: number,
  timeline: readonly Event[],
): readonly number[] {
  const most = Math.max(AFTERMATH_DAYS_MIN, Math.ceil(daily.length * AFTERMATH_SHARE))
  const days = timeline
    .map(({ ts }) => Math.floor((ts - from) / DAY_MS) + 1)
    .filter((day) => day <= daily.length + most)
  return [...daily, ...new Array<number>(Math.max(0, Math.max(0, ...days) - daily.length)).fill(0)]
}
