import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { List } from '../../../doors/admin/api/shapes/common.ts'
import { ApiFailure, get } from './client.ts'
import type { Topic } from './live.ts'
import { type Resource, useResource } from './resource.ts'

export type Pages<T> = {
  readonly resource: Resource<List<T>>
  readonly rows: readonly T[]
  readonly total: number
  readonly totalIsExact: boolean
  /** Unset when all of it is here. */
  readonly more: (() => void) | undefined
}

/** A list that is read page by page as far as somebody scrolls. Filters are part of the path. */
export function usePages<T>(path: string, topics: readonly Topic[] = [], limit = 100): Pages<T> {
  const first = joined(path, `limit=${limit}`)
  const resource = useResource<List<T>>(first, topics)
  const further = useSignal<{ path: string; rows: readonly T[]; next: string | undefined } | undefined>(
    undefined,
  )
  const isBusy = useSignal(false)
  useEffect(() => {
    further.value = undefined
  }, [path])
  const { data } = resource
  const own = further.value?.path === path ? further.value : undefined
  const next = own ? own.next : data?.next
  const more = (): void => {
    if (isBusy.peek() || next === undefined) return
    isBusy.value = true
    get<List<T>>(joined(path, `limit=${limit * 5}&cursor=${encodeURIComponent(next)}`))
      .then((page) => {
        further.value = { path, rows: [...(own?.rows ?? []), ...page.items], next: page.next }
      })
      .catch((error: unknown) => {
        // The next scroll asks again.
        if (!(error instanceof ApiFailure)) throw error
      })
      .finally(() => {
        isBusy.value = false
      })
  }
  return {
    resource,
    rows: own ? [...(data?.items ?? []), ...own.rows] : (data?.items ?? []),
    total: data?.total ?? 0,
    totalIsExact: data?.totalIsExact ?? true,
    more: next === undefined ? undefined : more,
  }
}

/** A path with its filters: what is unset or empty is left out. */
export function listPath(path: string, filters: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(filters)) if (value) query.set(name, value)
  const text = query.toString()
  return text === '' ? path : `${path}?${text}`
}

export function joined(path: string, more: string): string {
  return path + (path.includes('?') ? '&' : '?') + more
}
