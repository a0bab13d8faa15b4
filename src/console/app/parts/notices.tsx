import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import { ApiFailure } from '../api/client.ts'

type Notice = {
  readonly id: number
  readonly text: string
  readonly isBad: boolean
  readonly undo: (() => Promise<void>) | undefined
}

const SHOWN_MS = 12_000
const KEPT_MAX = 4

const notices = signal<readonly Notice[]>([])
let last = 0

/** Says what was done, and offers to take it back while it is in sight. */
export function say(text: string, undo?: () => Promise<void>): void {
  add({ id: ++last, text, isBad: false, undo })
}

export function sayFailure(error: unknown): void {
  add({ id: ++last, text: failureText(error), isBad: true, undo: undefined })
}

export function failureText(error: unknown): string {
  return error instanceof ApiFailure ? error.message : 'It was not done: the console met an error of its own.'
}

export function Notices(): JSX.Element {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.value.map((notice) => (
        <div key={notice.id} class="notice">
          <span class={notice.isBad ? 'bad' : undefined}>{notice.text}</span>
          {notice.undo && (
            <button
              type="button"
              class="button"
              onClick={() => {
                dismiss(notice.id)
                notice.undo?.().catch(sayFailure)
              }}
            >
              Undo
            </button>
          )}
          <button type="button" class="button plain" aria-label="Dismiss" onClick={() => dismiss(notice.id)}>
            ✕
          </button>
        </div>
      ))}
    </div>
  )
}

function add(notice: Notice): void {
  notices.value = [...notices.value, notice].slice(-KEPT_MAX)
  setTimeout(() => dismiss(notice.id), SHOWN_MS)
}

function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id)
}
