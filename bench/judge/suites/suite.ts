// What the readers of other people's suites share.
import type { TraceRow } from '../score.ts'

export type Step = TraceRow['steps'][number]
/** `key` is what decides about the half: what one half knows must not teach about the other. */
export type Entry = { readonly suite: string; readonly key: string; readonly steps: readonly Step[] } & (
  | { readonly kind: 'attack'; readonly at: number }
  | { readonly kind: 'benign' }
)
export type Read = (path: string) => string
export type Json = Record<string, unknown>
export type Suite = {
  /** A path that only this suite has. */
  readonly has: RegExp
  readonly files: RegExp
  readonly read: (paths: readonly string[], read: Read) => readonly Entry[]
  /** Of the whole suite only totals are read. */
  readonly isUnread?: true
}

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const text = (value: unknown): string => (typeof value === 'string' ? value : '')
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
export const objects = (value: unknown): readonly Json[] => list(value).filter(isObject)
export const lines = (source: string): readonly Json[] =>
  source.split('\n').flatMap((line) => objects([parsed(line)]))

export function parsed(source: string): unknown {
  try {
    return JSON.parse(source)
  } catch {
    return undefined
  }
}

/** A Python literal with single quotes, as far as these suites use them. */
export function pythonObject(source: string): Json {
  const found = parsed(
    source
      .replace(/\bTrue\b/g, 'true')
      .replace(/\bFalse\b/g, 'false')
      .replace(/\bNone\b/g, 'null')
      .replace(/'/g, '"'),
  )
  return isObject(found) ? found : {}
}

/** The result of the call that has waited longest. */
export function answered(waiting: string[], content: unknown): readonly Step[] {
  const tool = waiting.shift()
  return tool === undefined ? [] : [['out', tool, content]]
}

export function spoken(content: unknown): string {
  if (typeof content === 'string') return content
  return objects(content)
    .map((part) => text(part.content) || text(part.text))
    .join('\n')
}
