import { computed, signal } from '@preact/signals'
import type { LiveEvent } from '../../../doors/admin/api/shapes/overview.ts'
import { apiUrl } from './client.ts'

export type Topic = Exclude<LiveEvent['kind'], 'hello' | 'resync'>

const topics: readonly Topic[] = ['acts', 'campaigns', 'approval', 'measure', 'audit', 'job', 'alert']
/** The server says something at least every fifteen seconds; two silences are a lost connection. */
const SILENCE_MS = 35_000
const RETRY_MS_FIRST = 1_000
const RETRY_MS_MAX = 15_000

type Listener = { readonly topics: readonly Topic[]; readonly tell: (event: LiveEvent | undefined) => void }

const listeners = new Set<Listener>()
const heardAt = signal<number | undefined>(undefined)
const isOpen = signal(false)
let source: EventSource | undefined
let retryMs = RETRY_MS_FIRST
let watchdog: ReturnType<typeof setTimeout> | undefined

/** `connecting` only until the first word; a view that was live and is not any more is stale, and says since when. */
export const liveness = computed<'connecting' | 'live' | 'stale'>(() => {
  if (isOpen.value) return 'live'
  return heardAt.value === undefined ? 'connecting' : 'stale'
})
export const lastHeard = computed(() => heardAt.value)

/** Calls back on events of these topics, and with nothing when events may have been missed. Returns how to stop. */
export function onNews(wanted: readonly Topic[], tell: Listener['tell']): () => void {
  const listener = { topics: wanted, tell }
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function startLive(): void {
  stopLive()
  const opened = new EventSource(apiUrl('events'))
  source = opened
  opened.onopen = () => hear()
  opened.onmessage = ({ data }) => read(data)
  for (const name of [...topics, 'hello', 'resync', 'ping'])
    opened.addEventListener(name, (event) => {
      if (event instanceof MessageEvent) read(event.data)
    })
  opened.onerror = () => {
    lose()
    // A closed source has given up (a refusal, a proxy's page); a gate that restarts is worth asking again.
    if (opened.readyState === EventSource.CLOSED) retry()
  }
}

export function stopLive(): void {
  source?.close()
  source = undefined
  clearTimeout(watchdog)
  isOpen.value = false
}

function hear(): void {
  retryMs = RETRY_MS_FIRST
  heardAt.value = Date.now()
  isOpen.value = true
  clearTimeout(watchdog)
  watchdog = setTimeout(() => {
    lose()
    retry()
  }, SILENCE_MS)
}

function lose(): void {
  isOpen.value = false
  clearTimeout(watchdog)
}

function retry(): void {
  const failed = source
  failed?.close()
  setTimeout(() => {
    if (source === failed && failed !== undefined) startLive()
  }, retryMs)
  retryMs = Math.min(retryMs * 2, RETRY_MS_MAX)
}

function read(data: unknown): void {
  const wasLost = !isOpen.peek() && heardAt.peek() !== undefined
  hear()
  if (wasLost) tellAll(undefined)
  if (typeof data !== 'string' || !data.startsWith('{')) return
  const event = JSON.parse(data) as LiveEvent
  if (event.kind === 'resync') tellAll(undefined)
  else if (event.kind !== 'hello') tellAll(event)
}

function tellAll(event: LiveEvent | undefined): void {
  for (const listener of [...listeners])
    if (event === undefined || listener.topics.some((topic) => topic === event.kind)) listener.tell(event)
}
