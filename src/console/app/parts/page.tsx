import type { ComponentChildren, JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import type { Resource } from '../api/resource.ts'

/** A screen's head: where one is, what it is called, what can be done. */
export function Page(props: {
  title: string
  trail?: ComponentChildren
  heading?: ComponentChildren
  lead?: ComponentChildren
  actions?: ComponentChildren
  children: ComponentChildren
}): JSX.Element {
  useEffect(() => {
    document.title = `${props.title} · Portcullis`
  }, [props.title])
  return (
    <>
      <div class="head">
        <div class="title">
          {props.trail && <div class="trail">{props.trail}</div>}
          <h1>{props.heading ?? props.title}</h1>
          {props.lead && <p>{props.lead}</p>}
        </div>
        {props.actions && <div class="actions">{props.actions}</div>}
      </div>
      {props.children}
    </>
  )
}

/** What an answer became: on its way, failed and why, or there. */
export function Loaded<T>(props: {
  from: Resource<T>
  what: string
  children: (data: T) => ComponentChildren
}): JSX.Element {
  const { data, failure, reload } = props.from
  if (data === undefined && failure?.status === 404)
    return (
      <Empty title={`There is no such ${props.what}`}>It may have been removed, or the link is wrong.</Empty>
    )
  if (data === undefined && failure)
    return (
      <div class="banner bad-banner" role="alert">
        <span>
          {cap(props.what)} could not be read. {failure.message}
        </span>
        <button type="button" class="button" onClick={reload}>
          Try again
        </button>
      </div>
    )
  if (data === undefined) return <p class="waiting">Reading {props.what}…</p>
  return (
    <>
      {failure && (
        <div class="banner" role="status">
          <span>Could not be read again; this is what was there before. {failure.message}</span>
          <button type="button" class="button" onClick={reload}>
            Try again
          </button>
        </div>
      )}
      {props.children(data)}
    </>
  )
}

/** Nothing here, what that means, and what to do next. */
export function Empty(props: {
  title: string
  children?: ComponentChildren
  command?: string
  actions?: ComponentChildren
}): JSX.Element {
  return (
    <div class="empty">
      <h2>{props.title}</h2>
      {props.children && <p>{props.children}</p>}
      {props.command && <pre>{props.command}</pre>}
      {props.actions && <div class="actions">{props.actions}</div>}
    </div>
  )
}

export function Tabs(props: {
  label: string
  at: string
  tabs: readonly (readonly [id: string, label: string, href: string])[]
}): JSX.Element {
  return (
    <nav class="tabs" aria-label={props.label}>
      {props.tabs.map(([id, label, href]) => (
        <a
          key={id}
          href={href}
          aria-current={id === props.at ? 'page' : undefined}
          ref={id === props.at ? intoView : null}
        >
          {label}
        </a>
      ))}
    </nav>
  )
}

/** On a phone the row of tabs is wider than the screen: the one that is open must be in sight. */
function intoView(tab: HTMLElement | null): void {
  const row = tab?.parentElement
  if (!tab || !row) return
  const end = tab.offsetLeft - row.offsetLeft + tab.offsetWidth
  if (end > row.clientWidth) row.scrollLeft = end - row.clientWidth
}

export function Choices<Id extends string>(props: {
  label: string
  at: Id
  choices: readonly (readonly [id: Id, label: string])[]
  onChoose: (id: Id) => void
}): JSX.Element {
  return (
    <div class="choices" role="group" aria-label={props.label}>
      {props.choices.map(([id, label]) => (
        <button key={id} type="button" aria-pressed={id === props.at} onClick={() => props.onChoose(id)}>
          {label}
        </button>
      ))}
    </div>
  )
}

function cap(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
