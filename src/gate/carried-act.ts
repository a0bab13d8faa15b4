import { unreachable } from '../kernel/unreachable.ts'
import type { JsonValue, JudgedAct } from './act.ts'
import { canonicalJson, digestOf } from './canonical.ts'

/** What one act carries, at most, in UTF-16 units of its canonical form. */
const ACT_CHARACTERS_MAX = 16 * 1_048_576
/** Deeper arguments than this are refused: nothing honest nests so far, and whoever reads them must not overflow. */
const NESTING_MAX = 100
const TOOL_CHARACTERS_MAX = 256

/** What an act carries, measured before anything else looks at it. */
export type Carried =
  | {
      readonly kind: 'read'
      readonly digest: string
      /** What the digest is over. */
      readonly text: string
      readonly characters: number
    }
  | { readonly kind: 'unreadable'; readonly reason: string; readonly characters: number }

/** Measures before anything else looks: what is too large or too deep is not looked at by anything else. */
export function carriedBy(act: JudgedAct): Carried {
  const value = actJson(act)
  const characters = weightOf(value, NESTING_MAX)
  if (characters === undefined)
    return { kind: 'unreadable', reason: `nested deeper than ${NESTING_MAX}`, characters: 0 }
  if (characters > ACT_CHARACTERS_MAX)
    return { kind: 'unreadable', reason: `longer than ${ACT_CHARACTERS_MAX} characters`, characters }
  const text = canonicalJson(value)
  return { kind: 'read', digest: digestOf(text), text, characters }
}

function actJson(act: JudgedAct): JsonValue {
  switch (act.kind) {
    case 'call':
      return { tool: act.tool, arguments: act.arguments }
    case 'result':
      return { tool: act.tool, text: act.text }
    case 'command':
      return { command: act.command, cwd: act.cwd }
    case 'message':
      return { from: act.from, to: act.to, text: act.text }
    case 'write':
      return { path: act.path, text: act.text }
    default:
      return unreachable(act)
  }
}

/** Nothing when it is nested too deep. */
function weightOf(value: JsonValue, depth: number): number | undefined {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 1
  if (depth === 0) return undefined
  let sum = 0
  for (const [name, inner] of Object.entries(value)) {
    const weight = weightOf(inner, depth - 1)
    if (weight === undefined) return undefined
    sum += weight + name.length
  }
  return sum
}

export function toolOf(act: JudgedAct): string | undefined {
  const name = act.kind === 'call' || act.kind === 'result' ? act.tool : act.kind === 'message' ? act.to : ''
  return name === '' ? undefined : name.slice(0, TOOL_CHARACTERS_MAX)
}
