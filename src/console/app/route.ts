import { computed, signal } from '@preact/signals'

// Every screen is a path, so that it can be linked to, reloaded and gone back to.

export type Place = { readonly path: string; readonly query: string }

const place = signal<Place>({ path: location.pathname, query: location.search })

export const path = computed(() => place.value.path)
export const query = computed(() => new URLSearchParams(place.value.query))
/** The path's parts, decoded: `/campaigns/c_1` is `['campaigns', 'c_1']`. */
export const parts = computed(() => path.value.split('/').filter(Boolean).map(decoded))

export function follow(target: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') history.pushState(null, '', target)
  else history.replaceState(null, '', target)
  read()
  if (how === 'push') {
    scrollTo(0, 0)
    // Where a page would have loaded anew, a screen reader starts at its top.
    document.getElementById('main')?.focus({ preventScroll: true })
  }
}

/** One parameter of the place, kept in the address so that a filtered list can be sent to somebody. */
export function setQuery(changes: Readonly<Record<string, string | undefined>>): void {
  const next = new URLSearchParams(place.peek().query)
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') next.delete(name)
    else next.set(name, value)
  }
  const text = next.toString()
  follow(place.peek().path + (text === '' ? '' : `?${text}`), 'replace')
}

/** Links of our own change the screen; all others are the browser's. */
export function startRouting(): void {
  addEventListener('popstate', read)
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey)
      return
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (!link || link.target || link.hasAttribute('download')) return
    const url = new URL(link.href)
    if (url.origin !== location.origin || url.pathname.startsWith('/api/') || url.hash !== '') return
    event.preventDefault()
    follow(url.pathname + url.search)
  })
}

export function to(...steps: readonly string[]): string {
  return `/${steps.map(encodeURIComponent).join('/')}`
}

function read(): void {
  place.value = { path: location.pathname, query: location.search }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
