import { signal } from '@preact/signals'

const TICK_MS = 5_000
const now = signal(Date.now())
setInterval(() => {
  now.value = Date.now()
}, TICK_MS)

/** The time, to the few seconds that "3 min ago" needs. */
export function useNow(): number {
  return now.value
}
