// Give accounts a standing: choose, see whom it would touch, say why, do it. Undo is offered at once.
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import type { Done } from '../../../doors/admin/api/shapes/common.ts'
import type { Measure, MeasurePreview } from '../../../doors/admin/api/shapes/measures.ts'
import { get, post } from '../api/client.ts'
import { count, duration, some } from '../figures.ts'
import { openDialog, ReasonDialog } from '../parts/dialog.tsx'
import { ChoiceField, InputField } from '../parts/fields.tsx'
import { failureText, say } from '../parts/notices.tsx'
import { Tag } from '../parts/small.tsx'
import { Untrusted } from '../parts/untrusted.tsx'

export type MeasureTarget = {
  readonly campaign?: string
  readonly accounts: readonly string[]
  /** How many accounts are meant. */
  readonly size: number
}

type Kind = {
  readonly id: string
  readonly label: string
  readonly does: string
  readonly parameter?: {
    readonly name: string
    readonly label: string
    readonly value: string
    readonly isText?: true
  }
  /** Answers are altered: it needs an end, and a second person. */
  readonly alters?: true
}

const kinds: readonly Kind[] = [
  { id: 'watched', label: 'Watched', does: 'noted, and not held up' },
  {
    id: 'slowed',
    label: 'Slowed',
    does: 'every answer waits',
    parameter: { name: 'delayMs', label: 'Delay of each answer (ms)', value: '4000' },
  },
  {
    id: 'limited',
    label: 'Limited',
    does: 'so many requests a minute',
    parameter: { name: 'requestsPerMinute', label: 'Requests a minute', value: '10' },
  },
  {
    id: 'summarised',
    label: 'Summarised',
    does: 'a summary in place of the reasoning; two people say so',
    alters: true,
  },
  { id: 'veiled', label: 'Veiled', does: 'answers without the reasoning; two people say so', alters: true },
  {
    id: 'capped',
    label: 'Capped',
    does: 'short answers',
    parameter: { name: 'maxTokens', label: 'Tokens an answer', value: '256' },
  },
  {
    id: 'lesser',
    label: 'Lesser model',
    does: 'another model answers',
    parameter: { name: 'model', label: 'Model instead', value: '', isText: true },
  },
  { id: 'marked', label: 'Marked', does: 'answers carry a canary; two people say so', alters: true },
  { id: 'verify', label: 'Verify', does: 'refused until the owner is verified' },
  { id: 'quarantined', label: 'Quarantined', does: 'refused' },
]

const HOUR_MS = 3_600_000
/** How long in ms; 0 is without an end. */
const spans: readonly { readonly value: number; readonly label: string }[] = [
  { value: HOUR_MS, label: '1 hour' },
  { value: 24 * HOUR_MS, label: '24 hours' },
  { value: 168 * HOUR_MS, label: '7 days' },
  { value: 720 * HOUR_MS, label: '30 days' },
  { value: 0, label: 'until undone' },
]

export function openMeasure(target: MeasureTarget): void {
  openDialog(() => <MeasureDialog target={target} />)
}

const SETTLED_MS = 150

/** Whom it would touch, or why that is not known; asked once what is chosen has stood still. */
function usePreview(what: object): { preview: MeasurePreview | string | undefined; isCurrent: boolean } {
  const last = useSignal<{ key: string; of: MeasurePreview | string } | undefined>(undefined)
  const key = JSON.stringify(what)
  useEffect(() => {
    let isOver = false
    const take = (of: MeasurePreview | string): void => {
      if (!isOver) last.value = { key, of }
    }
    const timer = setTimeout(() => {
      post<MeasurePreview>('measures/preview', what).then(take, (error) => take(failureText(error)))
    }, SETTLED_MS)
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [key])
  return { preview: last.value?.of, isCurrent: last.value?.key === key }
}

function MeasureDialog({ target }: { target: MeasureTarget }): JSX.Element {
  const kind = useSignal<Kind>(kinds[1] ?? { id: 'slowed', label: 'Slowed', does: '' })
  const value = useSignal(kind.value.parameter?.value ?? '')
  const lifeMs = useSignal(24 * HOUR_MS)
  const { parameter } = kind.value
  const parameters =
    parameter === undefined ? {} : { [parameter.name]: parameter.isText ? value.value : Number(value.value) }
  const what = { standing: kind.value.id, parameters, accounts: target.accounts, ...campaignOf(target) }
  // What is applied is what was previewed: while another preview is on its way, nothing is.
  const { preview, isCurrent } = usePreview(what)
  const forMs = lifeMs.value === 0 ? undefined : lifeMs.value
  const seen = typeof preview === 'object' ? preview : undefined
  return (
    <ReasonDialog
      title={target.campaign ? `Countermeasure against ${target.campaign}` : 'Countermeasure'}
      verb={
        seen?.needsSecondPerson
          ? 'Propose to a second person'
          : `Apply to ${some(seen?.touched ?? target.size, 'account')}`
      }
      isBroad
      isReady={isCurrent && seen !== undefined}
      proposed={target.campaign ? `campaign ${target.campaign}` : ''}
      onDo={async (reason) => {
        const done = await post<Done>('measures', {
          ...what,
          reason,
          ...(forMs === undefined ? {} : { forMs }),
        })
        const made = await get<Measure>(`measures/${encodeURIComponent(done.id)}`)
        const text =
          made.state === 'proposed'
            ? `Proposed: it takes effect once a second person approves ${made.id}.`
            : `${some(made.accounts, 'account')} ${kind.value.label.toLowerCase()}${forMs === undefined ? '' : ` for ${duration(forMs)}`}.`
        say(text, async () => {
          await post(`measures/${encodeURIComponent(done.id)}/undo`, { reason: 'undone at once' })
          say('Undone. The accounts are as they were.')
        })
      }}
    >
      <fieldset class="kinds">
        <legend class="quiet small">Standing, from mild to severe</legend>
        {kinds.map((one) => (
          <label key={one.id}>
            <input
              type="radio"
              name="standing"
              checked={one.id === kind.value.id}
              onChange={() => {
                kind.value = one
                value.value = one.parameter?.value ?? ''
                if (one.alters && lifeMs.value === 0) lifeMs.value = 24 * HOUR_MS
              }}
            />
            <span>{one.label}</span>
            <span class="quiet small">{one.does}</span>
          </label>
        ))}
      </fieldset>
      <div class="fields">
        {parameter && (
          <InputField
            label={parameter.label}
            {...(parameter.isText ? {} : { type: 'number', min: 1 })}
            value={value.value}
            onValue={(text) => (value.value = text)}
          />
        )}
        <ChoiceField
          label="Ends after"
          value={lifeMs.value}
          choices={kind.value.alters ? spans.filter(({ value: ms }) => ms > 0) : spans}
          onValue={(chosen) => (lifeMs.value = chosen)}
        />
      </div>
      <PreviewPart preview={preview} />
    </ReasonDialog>
  )
}

function campaignOf({ campaign }: MeasureTarget): { campaign?: string } {
  return campaign === undefined ? {} : { campaign }
}

const BUSIEST_SHOWN = 5

function PreviewPart({ preview }: { preview: MeasurePreview | string | undefined }): JSX.Element {
  if (preview === undefined) return <p class="waiting">Looking whom it would touch…</p>
  if (typeof preview === 'string')
    return (
      <p class="bad" role="alert">
        {preview}
      </p>
    )
  const { lastDay, accounts, spared, sparedTotal, alreadyUnderMeasures } = preview
  return (
    <div class="preview" data-preview>
      <p>
        <strong>{preview.effect}</strong>
      </p>
      <dl class="facts">
        <div>
          <dt>Touches</dt>
          <dd>{some(preview.touched, 'account')}</dd>
        </div>
        <div>
          <dt>In the last day they sent</dt>
          <dd>
            {some(lastDay.exchanges, 'exchange')}{' '}
            <small>from {some(lastDay.activeAccounts, 'account')}</small>
          </dd>
        </div>
        <div>
          <dt>Spared by the allow-list</dt>
          <dd>{count(sparedTotal)}</dd>
        </div>
        <div>
          <dt>Under another already</dt>
          <dd>{count(alreadyUnderMeasures)}</dd>
        </div>
      </dl>
      {spared.length > 0 && (
        <p class="small quiet">
          Spared: <Untrusted text={spared.slice(0, BUSIEST_SHOWN).join(', ')} />
        </p>
      )}
      {accounts.length > 0 && (
        <p class="small quiet">
          Busiest:{' '}
          {accounts.slice(0, BUSIEST_SHOWN).map(({ account, exchanges, standing }) => (
            <span key={account} class="busiest">
              <span class="id">
                <Untrusted text={account} max={40} />
              </span>{' '}
              {count(exchanges)} <Tag in="standings" of={standing} />
            </span>
          ))}
        </p>
      )}
      {!preview.isEnforced && (
        <p class="warn">
          The gate is in observe mode: it is recorded what would happen, and nobody is held up.
        </p>
      )}
      {preview.needsSecondPerson && (
        <p class="warn">A second person has to approve it before it takes effect.</p>
      )}
    </div>
  )
}
