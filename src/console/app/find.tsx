import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Account, Act } from '../../doors/admin/api/shapes/acts.ts'
import type { CampaignSummary } from '../../doors/admin/api/shapes/campaigns.ts'
import type { List } from '../../doors/admin/api/shapes/common.ts'
import { get } from './api/client.ts'
import { count, some } from './figures.ts'
import { Untrusted } from './parts/untrusted.tsx'
import { follow, to } from './route.ts'

type Hit = { readonly href: string; readonly kind: string; readonly name: string; readonly note: string }

const TYPING_MS = 180
const HITS_EACH = 4

/** One search over everything that has a page. */
export function Find(): JSX.Element {
  const text = useSignal('')
  const hits = useSignal<readonly Hit[] | undefined>(undefined)
  const at = useSignal(0)
  const input = useRef<HTMLInputElement>(null)
  const asked = text.value.trim()
  useEffect(() => {
    hits.value = undefined
    at.value = 0
    if (asked === '') return
    const abort = new AbortController()
    const timer = setTimeout(() => {
      hitsFor(asked, abort.signal).then(
        (found) => {
          hits.value = found
        },
        () => {
          if (!abort.signal.aborted) hits.value = []
        },
      )
    }, TYPING_MS)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [asked])
  const close = (): void => {
    text.value = ''
    input.current?.blur()
  }
  const open = (hit: Hit | undefined): void => {
    if (hit === undefined) return
    close()
    follow(hit.href)
  }
  const onKey = (event: KeyboardEvent): void => {
    const last = (hits.value?.length ?? 0) - 1
    if (event.key === 'Escape') close()
    else if (event.key === 'ArrowDown') at.value = Math.min(last, at.value + 1)
    else if (event.key === 'ArrowUp') at.value = Math.max(0, at.value - 1)
    else if (event.key === 'Enter') open(hits.value?.[at.value])
    else return
    event.preventDefault()
  }
  const isOpen = asked !== ''
  return (
    <div class="find">
      <input
        ref={input}
        id="find"
        type="text"
        role="combobox"
        aria-label="Search campaigns, accounts and acts"
        aria-expanded={isOpen}
        aria-controls="hits"
        aria-activedescendant={hits.value?.[at.value] ? `hit-${at.value}` : undefined}
        autoComplete="off"
        spellcheck={false}
        placeholder="Search"
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value
        }}
        onKeyDown={onKey}
      />
      {!isOpen && <kbd aria-hidden="true">/</kbd>}
      <Hits isOpen={isOpen} hits={hits.value} at={at.value} onOpen={open} />
    </div>
  )
}

function Hits(props: {
  isOpen: boolean
  hits: readonly Hit[] | undefined
  at: number
  onOpen: (hit: Hit) => void
}): JSX.Element {
  const { isOpen, hits, at, onOpen } = props
  return (
    <div class="hits" hidden={!isOpen}>
      {hits === undefined && <p class="waiting">Searching…</p>}
      {hits?.length === 0 && <p class="waiting">Nothing has that in its name.</p>}
      <ul id="hits" role="listbox" aria-label="Found">
        {hits?.map((hit, index) => (
          <li
            key={hit.href}
            id={`hit-${index}`}
            role="option"
            aria-selected={index === at}
            onClick={() => onOpen(hit)}
          >
            <span class="quiet small">{hit.kind}</span>
            <span class="id">
              <Untrusted text={hit.name} max={60} />
            </span>
            <span class="quiet small">{hit.note}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

async function hitsFor(text: string, signal: AbortSignal): Promise<readonly Hit[]> {
  const query = `q=${encodeURIComponent(text)}&limit=${HITS_EACH}`
  const [campaigns, accounts, acts] = await Promise.all([
    get<List<CampaignSummary>>(`campaigns?${query}`, signal),
    get<List<Account>>(`accounts?${query}`, signal),
    get<List<Act>>(`acts?${query}`, signal),
  ])
  return [
    ...campaigns.items.map(({ id, accounts: size }) => ({
      href: to('campaigns', id),
      kind: 'campaign',
      name: id,
      note: some(size, 'account'),
    })),
    ...accounts.items.map(({ account, acts: seen }) => ({
      href: to('accounts', account),
      kind: 'account',
      name: account,
      note: `${count(seen)} acts`,
    })),
    ...acts.items.map(({ id, name, action }) => ({
      href: to('acts', id),
      kind: 'act',
      name: id,
      note: `${name} · ${action}`,
    })),
  ]
}
