// Values as TLC prints them.
import { type Callable, Interval, Model, Text, TlaSet, type Value } from './values.ts'

const INTERVAL_LISTED_MAX = 7

export function show(value: Value): string {
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE'
  if (value instanceof Text) return `"${value.text.replace(/["\\]/g, (found) => `\\${found}`)}"`
  if (value instanceof Model) return value.name
  if (value instanceof TlaSet) return showSet(value)
  return showFn(value)
}

function showSet(set: TlaSet): string {
  if (!set.isFinite) return set.describe()
  if (set instanceof Interval && set.size >= INTERVAL_LISTED_MAX) return set.describe()
  return `{${set.listed().elements.map(show).join(', ')}}`
}

function showFn(callable: Callable): string {
  const fn = callable.force()
  const { shape, values } = fn
  if (shape.isTuple) return values.length === 0 ? '<<>>' : `<<${values.map(show).join(', ')}>>`
  if (shape.isRecord && shape.keys.every((key) => isName((key as Text).text))) {
    return `[${shape.keys.map((key, at) => `${(key as Text).text} |-> ${show(values[at] as Value)}`).join(', ')}]`
  }
  return `(${shape.keys.map((key, at) => `${show(key)} :> ${show(values[at] as Value)}`).join(' @@ ')})`
}

function isName(text: string): boolean {
  return /^[A-Za-z0-9_]*[A-Za-z][A-Za-z0-9_]*$/.test(text)
}
