// What is said to a person about a mistake in the configuration: what it has to be, and what was probably meant.
import type * as v from 'valibot'
import type { YAMLError } from 'yaml'
import { nearestWord } from './nearest-word.ts'

const kinds: Readonly<Record<string, string>> = {
  Array: 'a list, such as [one, two]',
  Object: 'a section with fields of its own',
  string: 'text; a number goes into quotes',
  number: 'a number, without a unit',
  boolean: 'true or false',
}

export function expectation(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'regex' || issue.type === 'check' || issue.type === 'url')
    return `must be ${issue.message}`
  if (issue.type === 'picklist' || issue.type === 'literal') return `must be ${oneOf(issue.expected ?? '')}`
  const known = kinds[issue.expected ?? '']
  if (known !== undefined) return `must be ${known}`
  const bound = issue.expected?.replace(/^>=/, 'at least ').replace(/^<=/, 'at most ') ?? 'valid'
  if (!issue.type.includes('length')) return `must be ${bound}`
  return `must be ${bound} ${Array.isArray(issue.input) ? 'in number' : 'characters long'}`
}

/** `("openai" | "anthropic")` as a person writes it. */
function oneOf(expected: string): string {
  const words = expected.replaceAll(/["()]/g, '').split(' | ')
  const last = words.pop() ?? ''
  return words.length === 0 ? last : `${words.join(', ')} or ${last}`
}

const hints: Readonly<Record<string, string>> = {
  MULTILINE_IMPLICIT_KEY: 'a line that is no field: behind its colon there has to be a space',
  BAD_ALIAS: 'a text that begins with * or & goes into quotes',
  BAD_SCALAR_START: 'a text that begins with this character goes into quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a text with a colon and a space in it goes into quotes',
  TAB_AS_INDENT: 'a tab; lines are indented with spaces',
  DUPLICATE_KEY: 'this field is there twice',
  MULTIPLE_DOCS: 'a second document begins here; there has to be one',
  MISSING_CHAR: 'a quotation mark or bracket is not closed before this',
  BAD_INDENT: 'this is not indented like its neighbours, or a bracket is not closed before this',
}

export function malformed({ code, message }: YAMLError): string {
  return hints[code] ?? (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '')
}

/** What is said of a field, the last of `path`, that a strict object of the schema does not know. */
export function unknownField(schema: unknown, path: readonly (string | number)[]): string {
  const known = fieldsAt(schema, path.slice(0, -1))
  const near = nearestWord(String(path.at(-1) ?? ''), known)
  return `there is no such field. ${near ? `Did you mean ${near}?` : `There are ${known.join(', ')}.`}`
}

/** The names a strict object knows, found by walking the schema along a path. */
function fieldsAt(root: unknown, path: readonly (string | number)[]): readonly string[] {
  let schema = root
  for (const step of path) schema = childOf(unwrap(schema), step)
  const own = unwrap(schema)
  return hasEntries(own) ? Object.keys(own.entries) : []
}

function childOf(schema: unknown, step: string | number): unknown {
  if (hasEntries(schema)) return schema.entries[String(step)]
  return typeof schema === 'object' && schema !== null && 'item' in schema ? schema.item : undefined
}

function unwrap(schema: unknown): unknown {
  let inner = schema
  while (typeof inner === 'object' && inner !== null && 'wrapped' in inner) inner = inner.wrapped
  return inner
}

function hasEntries(schema: unknown): schema is { entries: Record<string, unknown> } {
  return typeof schema === 'object' && schema !== null && 'entries' in schema
}
