// One agent's session as a sequence diagram: who said what to whom, what the gate did with it, and which labels flow.
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import type { SessionDetail, SessionStep } from '../../../doors/admin/api/shapes/agents.ts'
import { get } from '../api/client.ts'
import { useResource } from '../api/resource.ts'
import { count, momentExact, some } from '../figures.ts'
import { Export } from '../parts/list.tsx'
import { Loaded, Page } from '../parts/page.tsx'
import { Fact, Section, Tag, Time } from '../parts/small.tsx'
import { Untrusted, UntrustedBlock } from '../parts/untrusted.tsx'
import { to } from '../route.ts'
import { ApprovalCard } from './approvals.tsx'

const LANES_MAX = 6

export function SessionScreen({ id }: { id: string }): JSX.Element {
  const session = useResource<SessionDetail>(`sessions/${encodeURIComponent(id)}`, ['acts', 'approval'])
  return (
    <Page
      title="Session"
      trail={<a href="/agents">Agents</a>}
      heading={
        <span class="id">
          <Untrusted text={id} max={100} />
        </span>
      }
    >
      <Loaded from={session} what="session">
        {(data) => (
          <>
            <dl class="facts">
              <Fact name="Agent">
                <Untrusted text={data.agent} max={60} />
              </Fact>
              {data.person && (
                <Fact name="For">
                  <Untrusted text={data.person} max={60} />
                </Fact>
              )}
              <Fact name="Acts">{count(data.acts)}</Fact>
              <Fact name="Asked">{count(data.asked)}</Fact>
              <Fact name="Redacted">{count(data.redacted)}</Fact>
              <Fact name="Denied">{count(data.denied)}</Fact>
              <Fact name="Active (UTC)">
                <Time ts={data.first} /> <small>to</small> <Time ts={data.last} />
              </Fact>
            </dl>
            {data.approvals.some(({ state }) => state === 'waiting') && (
              <Section title="Waiting for a person">
                <div class="approvals">
                  {data.approvals
                    .filter(({ state }) => state === 'waiting')
                    .map((approval) => (
                      <ApprovalCard key={approval.id} approval={approval} />
                    ))}
                </div>
              </Section>
            )}
            <Sequence key={id} session={data} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function Sequence({ session }: { session: SessionDetail }): JSX.Element {
  const earlier = useSignal<readonly SessionStep[]>([])
  const steps = [...earlier.value, ...session.steps]
  const lanes = lanesOf(session, steps)
  const first = steps[0]
  return (
    <Section
      title="Sequence"
      note={`${count(steps.length)} of ${some(session.stepsTotal, 'step')}`}
      aside={<Export path={`acts?session=${encodeURIComponent(session.session)}`} />}
    >
      {steps.length < session.stepsTotal && first && (
        <p class="before">
          <button
            type="button"
            class="button"
            onClick={() => {
              const path = `sessions/${encodeURIComponent(session.session)}?cursor=${first.seq}`
              void get<SessionDetail>(path).then((page) => {
                earlier.value = [...page.steps, ...earlier.value]
              })
            }}
          >
            Earlier steps
          </button>
        </p>
      )}
      <div class="sequence panel" style={{ '--lanes': String(lanes.length) }}>
        <div class="lanes" aria-hidden="true">
          {lanes.map((lane) => (
            <span key={lane}>
              <Untrusted text={lane} max={26} />
            </span>
          ))}
        </div>
        <ol>
          {steps.map((step) => (
            <Step key={step.seq} step={step} lanes={lanes} />
          ))}
        </ol>
      </div>
    </Section>
  )
}

function Step({ step, lanes }: { step: SessionStep; lanes: readonly string[] }): JSX.Element {
  const isOpen = useSignal(false)
  const from = laneOf(step.from, lanes)
  const to_ = laneOf(step.to, lanes)
  const [left, right] = [Math.min(from, to_), Math.max(from, to_)]
  const isHeld = step.action !== 'allow'
  return (
    <li class={`step act-${step.action}`}>
      <time class="quiet small" dateTime={new Date(step.ts).toISOString()} title={momentExact(step.ts)}>
        {new Date(step.ts).toISOString().slice(11, 19)}
      </time>
      <div class="lane-box" style={{ '--left': String(left), '--right': String(right) }}>
        <button type="button" aria-expanded={isOpen.value} onClick={() => (isOpen.value = !isOpen.value)}>
          <span class="unseen">
            {step.from} to {step.to}:{' '}
          </span>
          <span class={arrowClass(from, to_)} aria-hidden="true" />
          <span class="said">
            <b>{step.kind === 'result' ? 'result' : step.kind}</b> <Untrusted text={shortOf(step)} max={90} />
          </span>
          <span class="chips">
            {isHeld && <Tag in="actions" of={step.action} />}
            {step.labels.map((label) => (
              <span key={label} class={labelClass(label)}>
                <Untrusted text={label} max={30} />
              </span>
            ))}
          </span>
        </button>
      </div>
      {isOpen.value && <StepDetail step={step} />}
    </li>
  )
}

function StepDetail({ step }: { step: SessionStep }): JSX.Element {
  return (
    <div class="step-detail">
      {step.text !== undefined && <UntrustedBlock text={step.text} label="What it says" />}
      {step.isCut && <p class="small quiet">Shortened; the ledger has what was kept.</p>}
      {step.findings.map(({ fact, severity, summary }) => (
        <p key={fact + summary}>
          <Tag in="severities" of={severity} /> <Untrusted text={summary} max={300} /> <code>{fact}</code>
        </p>
      ))}
      <p>
        <a href={to('acts', step.id)}>The act, its decision and its proof</a>
        {step.rule && (
          <span class="quiet">
            {' '}
            rule <code>{step.rule}</code>
          </span>
        )}
      </p>
    </div>
  )
}

/** Beyond six columns nobody sees an arrow's ends: the rarest share the last one. */
function lanesOf({ lanes }: SessionDetail, steps: readonly SessionStep[]): readonly string[] {
  if (lanes.length <= LANES_MAX) return lanes
  const uses = new Map<string, number>()
  for (const { from, to: target } of steps)
    for (const lane of [from, target]) uses.set(lane, (uses.get(lane) ?? 0) + 1)
  const kept = new Set(
    [...lanes].sort((a, b) => (uses.get(b) ?? 0) - (uses.get(a) ?? 0)).slice(0, LANES_MAX - 1),
  )
  return [...lanes.filter((lane) => kept.has(lane)), `${lanes.length - kept.size} others`]
}

function laneOf(name: string, lanes: readonly string[]): number {
  const at = lanes.indexOf(name)
  return at >= 0 ? at : lanes.length - 1
}

function arrowClass(from: number, target: number): string {
  if (from === target) return 'arrow self'
  return from < target ? 'arrow right' : 'arrow left'
}

function labelClass(label: string): string {
  if (/secret|untrusted/.test(label)) return 'tag warn'
  return 'tag'
}

function shortOf({ name, text, kind }: SessionStep): string {
  if (kind === 'call' || kind === 'result') return name
  return (text ?? name).split('\n', 1)[0] ?? name
}
