import {
  type DoubleQuotedChild,
  forEachChild,
  type ParameterExpansionPart,
  type ParsedScript,
  type SyntaxNode,
  type Word,
  type WordPart,
} from 'unbash'
import { expandBraces } from './braces.ts'
import { EXPANSION_CHARACTERS_MAX, FIELDS_MAX } from './model.ts'

/** What a word needs to know about the shell around it. */
export type WordScope = {
  readonly variables: Map<string, string>
  /** Reads a command substitution; returns its output, or a marker that stands for it. */
  readonly substitute: (script: ParsedScript | undefined, text: string) => string
  /** Reads a process substitution; returns the path it would have. */
  readonly attach: (script: ParsedScript | undefined, direction: '<' | '>') => string
}

/** The fields a word becomes: none for an empty expansion, several after splitting or brace expansion. */
export function fieldsOf(word: Word, scope: WordScope): string[] {
  const parts = word.parts
  if (parts === undefined) return [word.value]
  let done: string[] = []
  let open = ['']
  let isQuoted = false
  for (const part of parts) {
    if (part.type === 'BraceExpansion') {
      open = open.flatMap((prefix) => expandBraces(part.text).map((piece) => prefix + piece))
    } else if (isSplit(part) || isEveryWord(part)) {
      const pieces = elementsOf(part, scope) ?? textOfPart(part, scope).split(separatorOf(scope))
      open = open.map((prefix) => prefix + (pieces[0] ?? ''))
      for (const piece of pieces.slice(1)) {
        done = done.concat(open.filter((field) => field !== ''))
        open = [piece]
      }
    } else {
      if (part.type === 'SingleQuoted' || part.type === 'DoubleQuoted') isQuoted = true
      const text = textOfPart(part, scope)
      open = open.map((prefix) => prefix + text)
    }
    if (done.length + open.length > FIELDS_MAX) break
  }
  return done.concat(open.filter((field) => field !== '' || isQuoted)).map(bounded)
}

/** `"$@"` is as many words as there are. */
function isEveryWord(part: WordPart): boolean {
  if (part.type !== 'DoubleQuoted' || part.parts.length !== 1) return false
  const only = part.parts[0]
  if (only?.type === 'SimpleExpansion') return only.text === '$@'
  return only?.type === 'ParameterExpansion' && (only.parameter === '@' || only.index?.text === '@')
}

/** `"${a[@]}"` of a list that the text made: blanks within its words part nothing. */
function elementsOf(part: WordPart, scope: WordScope): string[] | undefined {
  const only = part.type === 'DoubleQuoted' ? part.parts[0] : undefined
  const isAll =
    only?.type === 'SimpleExpansion' || (only?.type === 'ParameterExpansion' && only.parameter === '@')
  if (!isAll && (only?.type !== 'ParameterExpansion' || only.index === undefined)) return undefined
  if (only?.type === 'ParameterExpansion' && only.operation !== undefined) return undefined
  const name = only?.type === 'ParameterExpansion' && !isAll ? only.parameter : '@'
  const elements: string[] = []
  for (let at = 0; at < FIELDS_MAX; at++) {
    const element = scope.variables.get(`${name}[${at}]`)
    if (element === undefined) break
    elements.push(element)
  }
  return elements.length === 0 ? undefined : elements
}

const blanks = /[ \t\n]+/

/** `IFS=,` splits at commas instead. */
function separatorOf(scope: WordScope): RegExp | string {
  const set = scope.variables.get('IFS')
  return set?.length === 1 && /[^\s\w]/.test(set) ? set : blanks
}

/** The word as one text: how assignments, here-strings and redirection targets see it. */
export function textOf(word: Word, scope: WordScope): string {
  if (word.parts === undefined) return word.value
  return bounded(word.parts.map((part) => textOfPart(part, scope)).join(''))
}

export function textOfParts(parts: readonly WordPart[], scope: WordScope): string {
  return bounded(parts.map((part) => textOfPart(part, scope)).join(''))
}

function bounded(text: string): string {
  return text.length > EXPANSION_CHARACTERS_MAX ? text.slice(0, EXPANSION_CHARACTERS_MAX) : text
}

function isSplit(part: WordPart): boolean {
  return (
    part.type === 'SimpleExpansion' || part.type === 'ParameterExpansion' || part.type === 'CommandExpansion'
  )
}

function textOfPart(part: WordPart | DoubleQuotedChild, scope: WordScope): string {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return part.value
    case 'DoubleQuoted':
    case 'LocaleString':
      return part.parts.map((child) => textOfPart(child, scope)).join('')
    case 'SimpleExpansion':
      return variable(part.text.slice(1), scope) ?? part.text
    case 'ParameterExpansion':
      return parameter(part, scope)
    case 'CommandExpansion':
      return scope.substitute(part.script, part.text)
    case 'ArithmeticExpansion':
      return arithmetic(part, scope)
    case 'ProcessSubstitution':
      return scope.attach(part.script, part.operator)
    default:
      return part.text
  }
}

/** A sum is left as written, but what it runs on the way is read. */
function arithmetic(node: SyntaxNode, scope: WordScope): string {
  forEachChild(node, (child) => {
    if (child.type === 'CommandExpansion' || child.type === 'ArithmeticCommandExpansion')
      scope.substitute(child.script, child.text)
    else arithmetic(child, scope)
  })
  return 'text' in node ? node.text : ''
}

/** What these hold unless the text says otherwise. */
const usualVariables: ReadonlyMap<string, string> = new Map([
  ['IFS', ' '],
  ['HOME', '~'],
  ['PWD', '.'],
  ['SHELL', '/bin/bash'],
  ['BASH', '/bin/bash'],
])

/** A glued `$@` or an unset positional is an old trick to break up a word: it expands to nothing. */
function variable(name: string, scope: WordScope): string | undefined {
  const value = scope.variables.get(name) ?? usualVariables.get(name)
  if (value !== undefined) return value
  return name === '@' || name === '*' ? '' : undefined
}

function parameter(part: ParameterExpansionPart, scope: WordScope): string {
  const name = part.parameter
  const index = part.index === undefined ? undefined : textOf(part.index, scope)
  let value =
    (index === undefined ? undefined : scope.variables.get(`${name}[${index}]`)) ?? variable(name, scope)
  if (part.prefix === '!') value = value === undefined ? undefined : variable(value, scope)
  if (part.prefix === '#') return value === undefined ? part.text : String(value.length)
  const operation = part.operation
  if (operation === undefined) return value ?? part.text
  switch (operation.type) {
    case 'Default': {
      if (operation.operator.endsWith('+')) return value === undefined ? '' : textOf(operation.operand, scope)
      if (operation.operator.endsWith('?')) return value ?? part.text
      const fallback = value ?? textOf(operation.operand, scope)
      if (operation.operator.endsWith('=')) scope.variables.set(name, fallback)
      return fallback
    }
    case 'Slice': {
      const offset = Number(textOf(operation.offset, scope))
      const length = operation.length === undefined ? undefined : Number(textOf(operation.length, scope))
      // `${HOME:0:1}` and `${PATH:0:1}` are a slash wherever they run.
      if (offset === 0 && length === 1 && /^(HOME|PWD|PATH|SHELL|OLDPWD)$/.test(name)) return '/'
      if (value === undefined || !Number.isInteger(offset)) return value ?? part.text
      if (index === '@') {
        const all = value.split(' ')
        return all.slice(offset, length === undefined ? undefined : offset + length).join(' ')
      }
      const start = offset < 0 ? Math.max(0, value.length + offset) : offset
      return value.slice(start, length === undefined ? undefined : length < 0 ? length : start + length)
    }
    case 'Replace': {
      if (value === undefined) return part.text
      const pattern = textOf(operation.pattern, scope)
      const replacement = textOf(operation.replacement, scope)
      if (pattern === '' || /[*?[]/.test(pattern)) return value
      return operation.operator === '//'
        ? value.replaceAll(pattern, () => replacement)
        : value.replace(pattern, () => replacement)
    }
    case 'CaseModification': {
      if (value === undefined) return part.text
      const isUpper = operation.operator.startsWith('^')
      if (operation.operator.length === 2) return isUpper ? value.toUpperCase() : value.toLowerCase()
      const first = value.slice(0, 1)
      return (isUpper ? first.toUpperCase() : first.toLowerCase()) + value.slice(1)
    }
    case 'Transform':
      return value === undefined ? part.text : part.text.endsWith('@E}') ? asWritten(value) : value
    case 'Remove': {
      if (value === undefined) return part.text
      const affix = textOf(operation.operand, scope)
      if (operation.operator.startsWith('#'))
        return value.startsWith(affix) ? value.slice(affix.length) : value
      return value.endsWith(affix) && affix !== '' ? value.slice(0, -affix.length) : value
    }
    default:
      return value ?? part.text
  }
}

/** `${v@E}`: numbers of letters, and signs by their escapes. */
const asWritten = (text: string) =>
  text.replace(/\\(?:x([0-9a-f]{1,2})|0?([0-7]{1,3}))/gi, (_, hex: string | undefined, octal = '0') =>
    String.fromCharCode(hex === undefined ? Number.parseInt(octal, 8) & 255 : Number.parseInt(hex, 16)),
  )
