import type { JsonValue } from '../../gate/act.ts'
import type { Span } from '../../gate/finding.ts'

/** Events that nest deeper were refused before. */
const NESTING_MAX = 64
/** `type: "text"` and its like. */
const TAG = /^[a-z_-]{1,20}$/
const CUT = '[removed by the gate]'

type Leaf = { readonly start: number; readonly text: string }

/** All texts of a tool's answer as one, in their order, each on a line of its own. */
export function responseText(response: JsonValue): string {
  return joined(leavesOf(response))
}

/** The answer in its own shape without the stretches that `responseText` has at these places. */
export function withoutSpans(response: JsonValue, spans: readonly Span[]): JsonValue {
  const leaves = leavesOf(response)
  let next = 0
  const rebuild = (value: JsonValue, depth: number): JsonValue => {
    if (depth > NESTING_MAX) return value
    if (typeof value === 'string') {
      const leaf = leaves[next++]
      return leaf === undefined ? value : cut(leaf, spans)
    }
    if (Array.isArray(value)) return (value as readonly JsonValue[]).map((each) => rebuild(each, depth + 1))
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, rebuild(each, depth + 1)]))
    return value
  }
  return rebuild(response, 0)
}

/**
 * The answer in its own shape with every text replaced: what is left of an answer that must not be read. Tags stay, for an
 * agent drops a replacement of another shape and shows the original.
 */
export function withheld(response: JsonValue, notice: string): JsonValue {
  let isSaid = false
  const empty = (value: JsonValue, depth: number, name = ''): JsonValue => {
    if (typeof value === 'string') {
      if (name === 'type' && TAG.test(value)) return value
      if (isSaid) return ''
      isSaid = true
      return notice
    }
    if (depth > NESTING_MAX) return null
    if (Array.isArray(value)) return (value as readonly JsonValue[]).map((each) => empty(each, depth + 1))
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(
        Object.entries(value).map(([name, each]) => [name, empty(each, depth + 1, name)]),
      )
    return value
  }
  const shape = empty(response, 0)
  return isSaid ? shape : notice
}

function leavesOf(response: JsonValue): readonly Leaf[] {
  const leaves: Leaf[] = []
  let at = 0
  const walk = (value: JsonValue, depth: number): void => {
    if (depth > NESTING_MAX) return
    if (typeof value === 'string') {
      leaves.push({ start: at, text: value })
      at += value.length + 1
    } else if (Array.isArray(value)) for (const each of value as readonly JsonValue[]) walk(each, depth + 1)
    else if (typeof value === 'object' && value !== null)
      for (const each of Object.values(value)) walk(each, depth + 1)
  }
  walk(response, 0)
  return leaves
}

function joined(leaves: readonly Leaf[]): string {
  return leaves.map(({ text }) => text).join('\n')
}

function cut({ start, text }: Leaf, spans: readonly Span[]): string {
  const inside = spans
    .map(([from, to]): Span => [Math.max(0, from - start), Math.min(text.length, to - start)])
    .filter(([from, to]) => from < to)
    .sort(([left], [right]) => left - right)
  let kept = ''
  let at = 0
  for (const [from, to] of inside) {
    if (to <= at) continue
    if (from >= at) kept += `${text.slice(at, from)}${CUT}`
    at = to
  }
  return kept + text.slice(at)
}
