import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { ApiFailure, get } from './client.ts'
import { onNews, type Topic } from './live.ts'

export type Resource<T> = {
  readonly data: T | undefined
  readonly failure: ApiFailure | undefined
  /** Nothing to show yet. */
  readonly isWaiting: boolean
  readonly reload: () => void
}

/** Going back shows at once what was there, while it is read anew. */
const CACHE_MAX = 60
const cache = new Map<string, unknown>()
/** News comes in bursts; a screen follows them at a reader's pace. */
const NEWS_WAIT_MS = 700

/** What a path of the API answers, kept current by the events that name one of the topics. */
export function useResource<T>(path: string | undefined, topics: readonly Topic[] = []): Resource<T> {
  const data = useSignal<T | undefined>(path === undefined ? undefined : (cache.get(path) as T | undefined))
  const failure = useSignal<ApiFailure | undefined>(undefined)
  const turn = useSignal(0)
  const names = topics.join()
  useEffect(() => {
    if (path === undefined) return
    const abort = new AbortController()
    const known = cache.get(path) as T | undefined
    if (known !== undefined || turn.peek() === 0) data.value = known
    void read(path, abort.signal, data, failure)
    return () => abort.abort()
  }, [path, turn.value])
  useEffect(() => {
    if (path === undefined || topics.length === 0) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = onNews(topics, () => {
      timer ??= setTimeout(() => {
        timer = undefined
        turn.value++
      }, NEWS_WAIT_MS)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [path, names])
  return {
    data: data.value,
    failure: failure.value,
    isWaiting: data.value === undefined && failure.value === undefined,
    reload: () => turn.value++,
  }
}

async function read<T>(
  path: string,
  signal: AbortSignal,
  data: Signal<T | undefined>,
  failure: Signal<ApiFailure | undefined>,
): Promise<void> {
  try {
    const answer = await get<T>(path, signal)
    if (signal.aborted) return
    remember(path, answer)
    data.value = answer
    failure.value = undefined
  } catch (error) {
    if (signal.aborted) return
    failure.value =
      error instanceof ApiFailure ? error : new ApiFailure(0, 'unknown', 'The answer could not be read.')
  }
}

function remember(path: string, answer: unknown): void {
  cache.delete(path)
  cache.set(path, answer)
  const oldest = cache.keys().next().value
  if (cache.size > CACHE_MAX && oldest !== undefined) cache.delete(oldest)
}
