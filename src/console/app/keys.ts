// Keys that work on every screen, and none while somebody is typing.
import { entries } from './entries.ts'
import { openHelp } from './help.tsx'
import { follow } from './route.ts'

/** After g, until the next key, however long somebody looks for it. */
let isGoing = false

export function startKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    const { target, key } = event
    if (target instanceof HTMLElement && target.closest('input, textarea, select, dialog')) return
    if (act(key)) event.preventDefault()
  })
}

function act(key: string): boolean {
  const entry = isGoing ? entries.find((one) => one.key === key) : undefined
  isGoing = false
  if (entry) {
    follow(`/${entry.id}`)
    return true
  }
  switch (key) {
    case '?':
      openHelp()
      return true
    case '/':
      document.getElementById('find')?.focus()
      return true
    case 'g':
      isGoing = true
      return true
    case 'j':
    case 'k':
      return enterList(key)
    case 'u':
      history.back()
      return true
    default:
      return false
  }
}

/** From anywhere on a screen, j goes into its first list. */
function enterList(key: 'j' | 'k'): boolean {
  const list = document.querySelector<HTMLElement>('[data-list]')
  if (!list || document.activeElement === list) return false
  list.focus()
  list.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
  return true
}
