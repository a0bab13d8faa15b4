import { isDeepStrictEqual } from 'node:util'
import {
  applyEdits,
  findNodeAtLocation,
  getNodeValue,
  modify,
  type Node,
  type ParseError,
  parseTree,
} from 'jsonc-parser'
import { failure, type Result, success } from '../../kernel/result.ts'
import type { Edit, Json } from './agent-plans.ts'

/** What was done to a settings file, so that it can be undone in a file that has changed since. */
export type DoneEdit = Edit & {
  /** With `set`: what stood there before. */
  readonly before?: Json
}

const INDENT_DEFAULT = '  '

/** Puts entries in, a line each, and leaves every other byte as it is. Entries that are there already stay. */
export function withEdits(
  text: string,
  edits: readonly Edit[],
): Result<{ readonly text: string; readonly done: readonly DoneEdit[] }, 'not-an-object'> {
  if (!isObjectText(text)) return failure('not-an-object')
  let now = text.trim() === '' ? '{}\n' : text
  const done: DoneEdit[] = []
  for (const edit of edits) {
    const current = valueAt(now, edit.path)
    const isThere =
      edit.kind === 'set'
        ? isDeepStrictEqual(current, edit.value)
        : Array.isArray(current) && current.some((each) => isDeepStrictEqual(each, edit.value))
    if (isThere) continue
    const changed = edit.kind === 'set' ? withValue(now, edit.path, edit.value) : withElement(now, edit)
    if (changed === undefined) return failure('not-an-object')
    now = changed
    done.push(edit.kind === 'append' || current === undefined ? edit : { ...edit, before: current })
  }
  return success({ text: now, done })
}

/** Takes only what `withEdits` put in out again, and lists and objects that are empty without it. */
export function withoutEdits(text: string, done: readonly DoneEdit[]): string {
  let now = text
  for (const edit of [...done].reverse()) {
    const current = valueAt(now, edit.path)
    if (edit.kind === 'set') {
      if (!isDeepStrictEqual(current, edit.value)) continue
      now =
        edit.before === undefined ? without(now, edit.path) : (withValue(now, edit.path, edit.before) ?? now)
    } else {
      const at = Array.isArray(current)
        ? current.findIndex((each) => isDeepStrictEqual(each, edit.value))
        : -1
      if (at < 0) continue
      now = without(now, Array.isArray(current) && current.length === 1 ? edit.path : [...edit.path, at])
    }
    now = withoutEmpty(now, edit.path.slice(0, -1))
  }
  return now
}

export function isObjectText(text: string): boolean {
  if (text.trim() === '') return true
  const errors: ParseError[] = []
  const root = parseTree(text, errors, { allowTrailingComma: true })
  return errors.length === 0 && root?.type === 'object'
}

function nodeAt(text: string, path: readonly string[]): Node | undefined {
  const root = parseTree(text, [], { allowTrailingComma: true })
  return root === undefined ? undefined : findNodeAtLocation(root, [...path])
}

function valueAt(text: string, path: readonly string[]): Json | undefined {
  const node = nodeAt(text, path)
  // The parser's objects have no prototype, so that they equal nothing.
  return node === undefined ? undefined : (JSON.parse(JSON.stringify(getNodeValue(node))) as Json)
}

function withElement(text: string, { path, value }: Edit): string | undefined {
  const list = nodeAt(text, path)
  if (list === undefined) return withValue(text, path, [value])
  return list.type === 'array' ? inserted(text, list, spaced(value), path.length) : undefined
}

/** Objects on the way that are missing are made. */
function withValue(text: string, path: readonly string[], value: Json): string | undefined {
  const there = nodeAt(text, path)
  if (there !== undefined)
    return text.slice(0, there.offset) + spaced(value) + text.slice(there.offset + there.length)
  const above = path.slice(0, -1)
  const parent = nodeAt(text, above)
  if (parent === undefined) {
    const made = withValue(text, above, {})
    return made === undefined ? undefined : withValue(made, path, value)
  }
  if (parent.type !== 'object') return undefined
  return inserted(text, parent, `${JSON.stringify(path.at(-1))}: ${spaced(value)}`, above.length)
}

/** One more member at the end of an object or a list, on a line of its own. */
function inserted(text: string, into: Node, member: string, depth: number): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  const indent = /\n([ \t]+)\S/.exec(text)?.[1] ?? INDENT_DEFAULT
  const last = into.children?.at(-1)
  if (last !== undefined) {
    const end = last.offset + last.length
    return `${text.slice(0, end)},${eol}${indent.repeat(depth + 1)}${member}${text.slice(end)}`
  }
  const inside = `${eol}${indent.repeat(depth + 1)}${member}${eol}${indent.repeat(depth)}`
  return text.slice(0, into.offset + 1) + inside + text.slice(into.offset + into.length - 1)
}

function without(text: string, path: readonly (string | number)[]): string {
  return applyEdits(text, modify(text, [...path], undefined, {}))
}

function withoutEmpty(text: string, path: readonly string[]): string {
  if (path.length === 0) return text
  const value = valueAt(text, path)
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0
  return isEmpty ? withoutEmpty(without(text, path), path.slice(0, -1)) : text
}

/** JSON on one line, with spaces where a person would put them. */
function spaced(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(spaced).join(', ')}]`
  const members = Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${spaced(each)}`)
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}
