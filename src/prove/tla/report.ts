import type { Place } from './failure.ts'

export type TraceState = {
  /** `Initial predicate`, or the action taken with its place. */
  readonly action: string
  readonly variables: readonly (readonly [name: string, value: string])[]
}

export type Verdict = 'ok' | 'violated' | 'deadlock' | 'error' | 'unknown'

export type TlaReport = {
  readonly verdict: Verdict
  readonly distinct: number
  readonly generated: number
  readonly depth: number
  /** What was violated, what is wrong with the input, or which limit was hit. */
  readonly reason?: string
  readonly place?: Place
  readonly trace?: readonly TraceState[]
  /** Position in the trace the behaviour returns to, for a violated liveness property. */
  readonly loop?: number
  /** Properties named in the configuration that this run did not check. */
  readonly unchecked?: readonly string[]
}
