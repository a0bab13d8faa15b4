import { effect, signal } from '@preact/signals'
import type { JSX } from 'preact'
import { ApiFailure } from '../api/client.ts'
import { path } from '../route.ts'

type Notice = {
  readonly id: number
  readonly text: string
  readonly isBad: boolean
  readonly undo: (() => Promise<void>) | undefined
  readonly said: number
}

const SHOWN_MS = 12_000
const KEPT_MAX = 4

const notices = signal<readonly Notice[]>([])
let last = 0

/** Says what was done. An offer to take it back stays as long as the screen it was made on: nobody is hurried. */
export function say(text: string, undo?: () => Promise<void>): void {
  add({ text, isBad: false, undo })
}

export function sayFailure(error: unknown): void {
  add({ text: failureText(error), isBad: true, undo: undefined })
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

function add(notice: Omit<Notice, 'id' | 'said'>): void {
  const id = ++last
  notices.value = [...notices.value, { ...notice, id, said: Date.now() }].slice(-KEPT_MAX)
  if (notice.undo === undefined) setTimeout(() => dismiss(id), SHOWN_MS)
}

// What is done and followed by another screen is still offered there.
effect(() => {
  path.value
  const now = Date.now()
  notices.value = notices.peek().filter(({ undo, said }) => undo === undefined || now - said < SHOWN_MS)
})

function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id)
}
