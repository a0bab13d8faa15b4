import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Job } from '../../../doors/admin/api/shapes/common.ts'
import { failureText } from '../parts/notices.tsx'
import { get, post } from './client.ts'

const LOOK_MS = 400

export type Running<Result> = {
  readonly isRunning: boolean
  readonly progress: number | undefined
  readonly result: Result | undefined
  readonly failure: string | undefined
  readonly start: (path: string, body?: unknown) => Promise<void>
}

/** Work that takes longer than a request: asked for once, then looked at until it is done. */
export function useJob<Result>(onDone?: (result: Result) => void): Running<Result> {
  const job = useSignal<Job | undefined>(undefined)
  const failure = useSignal<string | undefined>(undefined)
  const { id, state } = job.value ?? {}
  useEffect(() => {
    if (id === undefined || state !== 'running') return
    const timer = setInterval(() => {
      get<Job>(`jobs/${encodeURIComponent(id)}`).then(take, fail)
    }, LOOK_MS)
    return () => clearInterval(timer)
  }, [id, state])
  const take = (next: Job): void => {
    const isNews = job.peek()?.state !== next.state
    job.value = next
    if (next.state === 'done' && isNews) onDone?.(next.result as Result)
    if (next.state === 'failed') failure.value = next.failure ?? 'It failed and did not say why.'
  }
  const fail = (error: unknown): void => {
    failure.value = failureText(error)
    job.value = undefined
  }
  return {
    isRunning: state === 'running',
    progress: job.value?.progress,
    result: state === 'done' ? (job.value?.result as Result) : undefined,
    failure: failure.value,
    start: async (path, body = {}) => {
      failure.value = undefined
      job.value = undefined
      const begun = await post<Job>(path, body)
      job.value = { ...begun, state: 'running' }
      take(begun)
    },
  }
}
