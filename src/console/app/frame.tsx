import { useSignal } from '@preact/signals'
import type { ComponentChildren, JSX } from 'preact'
import type { Overview } from '../../doors/admin/api/shapes/overview.ts'
import { lastHeard, liveness } from './api/live.ts'
import { useResource } from './api/resource.ts'
import { entries } from './entries.ts'
import { count, relative } from './figures.ts'
import { Find } from './find.tsx'
import { openHelp } from './help.tsx'
import { DialogHost } from './parts/dialog.tsx'
import { Notices } from './parts/notices.tsx'
import { useNow } from './parts/now.ts'
import { parts } from './route.ts'
import { me, signOut } from './session.ts'
import { nextTheme, theme } from './theme.ts'

export function Frame({ children }: { children: ComponentChildren }): JSX.Element {
  const isOpen = useSignal(false)
  return (
    <div class="frame">
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="top">
        <a class="brand" href="/">
          <img src="/console/icon.svg" width={18} height={18} alt="" />
          Portcullis
        </a>
        <div class="bar">
          <button
            type="button"
            class="button menu-button"
            aria-expanded={isOpen.value}
            aria-controls="nav"
            onClick={() => {
              isOpen.value = !isOpen.value
            }}
          >
            Menu
          </button>
          <Find />
          <span class="fill" />
          <Liveness />
          <Mode />
          <span class="wide person">
            <Person />
          </span>
        </div>
      </header>
      <Nav isOpen={isOpen.value} onFollow={() => (isOpen.value = false)} />
      <main id="main" class="main" tabIndex={-1}>
        <Stale />
        {children}
      </main>
      <Notices />
      <DialogHost />
    </div>
  )
}

function Nav({ isOpen, onFollow }: { isOpen: boolean; onFollow: () => void }): JSX.Element {
  const overview = useResource<Overview>('overview?hours=24', ['campaigns', 'approval', 'measure'])
  const here = parts.value[0] ?? ''
  return (
    <nav id="nav" class={isOpen ? 'nav open' : 'nav'} aria-label="Screens">
      <ul>
        {entries.map(({ id, label, waiting, begins }) => {
          const waits = overview.data && waiting ? waiting(overview.data) : 0
          return (
            <li key={id} class={begins ? 'group' : undefined}>
              <a href={`/${id}`} aria-current={id === here ? 'page' : undefined} onClick={onFollow}>
                {label}
                {waits > 0 && (
                  <span class={id === 'campaigns' ? 'count' : 'count urgent'}>
                    {count(waits)}
                    <span class="unseen"> {id === 'campaigns' ? 'open' : 'waiting'}</span>
                  </span>
                )}
              </a>
            </li>
          )
        })}
      </ul>
      <div class="narrow-only">
        <Person />
      </div>
    </nav>
  )
}

function Liveness(): JSX.Element {
  const state = liveness.value
  const text = { connecting: 'connecting', live: 'live', stale: 'stale' }[state]
  return (
    <span class={state === 'live' ? 'live' : 'live stale'} role="status">
      {text}
    </span>
  )
}

/** A view that is not kept current any more must not look as if it were. */
function Stale(): JSX.Element | null {
  const now = useNow()
  const heard = lastHeard.value
  if (liveness.value !== 'stale' || heard === undefined) return null
  return (
    <div class="banner" role="alert">
      <span>
        <strong>This view is stale.</strong> The gate was last heard {relative(heard, now)}; what is shown is
        from then. Trying to reach it again.
      </span>
      <button type="button" class="button" onClick={() => location.reload()}>
        Reload
      </button>
    </div>
  )
}

function Mode(): JSX.Element | null {
  if (me.value === undefined) return null
  return me.value.mode === 'observe' ? (
    <span class="tag warn" title="Decisions are made and recorded, and nothing is held up.">
      observe mode
    </span>
  ) : (
    <span class="tag good" title="Decisions are carried out.">
      enforcing
    </span>
  )
}

function Person(): JSX.Element {
  const who = me.value
  return (
    <>
      <button type="button" class="button plain" onClick={nextTheme} title="Colours: system, light or dark">
        {{ system: '◐', light: '☀', dark: '☾' }[theme.value]}
        <span class="unseen">Colours: {theme.value}</span>
      </button>
      <button type="button" class="button plain" onClick={openHelp} title="Keys and words (?)">
        ?<span class="unseen"> Help</span>
      </button>
      {who && (
        <span class="nowrap" title={`Signed in as ${who.role}`}>
          {who.name} <span class="quiet">{who.role}</span>
        </span>
      )}
      {who && who.via !== 'open' && (
        <button type="button" class="button plain" onClick={() => void signOut()}>
          Sign out
        </button>
      )}
    </>
  )
}
