import { signal, useSignal } from '@preact/signals'
import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { failureText } from './notices.tsx'

const opened = signal<(() => JSX.Element) | undefined>(undefined)

/** One dialog at a time, over everything; Escape closes it and the focus goes back to where it was. */
export function openDialog(content: () => JSX.Element): void {
  opened.value = content
}

export function closeDialog(): void {
  opened.value = undefined
}

export function DialogHost(): JSX.Element | null {
  const Content = opened.value
  return Content ? <Content /> : null
}

export function Dialog(props: {
  title: string
  isBroad?: boolean
  children: ComponentChildren
  footer?: ComponentChildren
  onSubmit?: () => void
}): JSX.Element {
  const element = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const before = document.activeElement
    element.current?.showModal()
    return () => {
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  return (
    <dialog
      ref={element}
      class={props.isBroad ? 'broad' : undefined}
      aria-labelledby="dialog-title"
      onClose={closeDialog}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          props.onSubmit?.()
        }}
      >
        <header>
          <h2 id="dialog-title">{props.title}</h2>
          <button type="button" class="button plain" aria-label="Close" onClick={closeDialog}>
            ✕
          </button>
        </header>
        {props.children}
        <footer>{props.footer}</footer>
      </form>
    </dialog>
  )
}

const REASON_MIN = 3
const REASON_MAX = 2_000

/** Asks why, then does it. What changes something always asks: reason and name go into the ledger. */
export function ReasonDialog(props: {
  title: string
  verb: string
  isDanger?: boolean
  isBroad?: boolean
  isReady?: boolean
  /** What the reason is proposed to be; a person may write another. */
  proposed?: string
  children?: ComponentChildren
  onDo: (reason: string) => Promise<void>
}): JSX.Element {
  const reason = useSignal(props.proposed ?? '')
  const failure = useSignal<string | undefined>(undefined)
  const isBusy = useSignal(false)
  const isReady = (props.isReady ?? true) && reason.value.trim().length >= REASON_MIN && !isBusy.value
  const act = (): void => {
    if (!isReady) return
    isBusy.value = true
    failure.value = undefined
    props
      .onDo(reason.value.trim())
      .then(closeDialog)
      .catch((error: unknown) => {
        failure.value = failureText(error)
      })
      .finally(() => {
        isBusy.value = false
      })
  }
  return (
    <Dialog
      title={props.title}
      isBroad={props.isBroad ?? false}
      onSubmit={act}
      footer={
        <>
          <button type="button" class="button" onClick={closeDialog}>
            Cancel
          </button>
          <button
            type="submit"
            class={props.isDanger ? 'button danger' : 'button main-action'}
            disabled={!isReady}
          >
            {props.verb}
          </button>
        </>
      }
    >
      {props.children}
      <label class="field">
        <span>Why (goes into the ledger with your name)</span>
        <textarea
          rows={2}
          maxLength={REASON_MAX}
          placeholder={`${REASON_MIN} characters or more`}
          value={reason.value}
          onInput={(event) => {
            reason.value = event.currentTarget.value
          }}
        />
      </label>
      {failure.value && (
        <p class="bad" role="alert">
          {failure.value}
        </p>
      )}
    </Dialog>
  )
}

export function openReason(props: Parameters<typeof ReasonDialog>[0]): void {
  openDialog(() => <ReasonDialog {...props} />)
}

/** A button that asks why before it does what it says. */
export function ReasonButton({
  look,
  ...dialog
}: Parameters<typeof ReasonDialog>[0] & { readonly look: string }): JSX.Element {
  return (
    <button type="button" class={look} onClick={() => openReason(dialog)}>
      {dialog.verb}…
    </button>
  )
}
