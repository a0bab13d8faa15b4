// The model configuration file, as TLC reads it.
import { type Place, TlaFailure } from './failure.ts'
import { setOf } from './relations.ts'
import { modelOf, textOf } from './shapes.ts'
import type { Value } from './values.ts'

export type Replacement = { readonly name: string; readonly by: string; readonly module: string | undefined }

export type Config = {
  readonly values: ReadonlyMap<string, Value>
  readonly replacements: readonly Replacement[]
  readonly specification: string | undefined
  readonly init: string | undefined
  readonly next: string | undefined
  readonly invariants: readonly string[]
  readonly properties: readonly string[]
  readonly constraints: readonly string[]
  readonly actionConstraints: readonly string[]
  readonly view: string | undefined
  readonly symmetry: readonly string[]
  readonly alias: string | undefined
  readonly postcondition: string | undefined
  /** Undefined when the file says nothing, which means yes. */
  readonly checkDeadlock: boolean | undefined
}

type Token = { readonly text: string; readonly place: Place }

const keywords: Readonly<Record<string, string>> = {
  CONSTANT: 'constants',
  CONSTANTS: 'constants',
  SPECIFICATION: 'specification',
  INIT: 'init',
  NEXT: 'next',
  INVARIANT: 'invariants',
  INVARIANTS: 'invariants',
  PROPERTY: 'properties',
  PROPERTIES: 'properties',
  CONSTRAINT: 'constraints',
  CONSTRAINTS: 'constraints',
  ACTION_CONSTRAINT: 'actionConstraints',
  ACTION_CONSTRAINTS: 'actionConstraints',
  VIEW: 'view',
  SYMMETRY: 'symmetry',
  ALIAS: 'alias',
  POSTCONDITION: 'postcondition',
  CHECK_DEADLOCK: 'checkDeadlock',
  TYPE: 'type',
  TYPE_CONSTRAINT: 'type',
  _PERIODIC: 'type',
  _RL_REWARD: 'type',
}

export function parseConfig(text: string, file: string): Config {
  return new ConfigReader(tokens(text, file), file).read()
}

function tokens(text: string, file: string): Token[] {
  const found: Token[] = []
  let line = 1
  let start = 0
  const pattern = /\\\*[^\n]*|\(\*|\n|"(?:[^"\\\n]|\\.)*"|<-|-?\d+(?![\w])|[\w!]+|[{}[\],=]|[^\s]/gy
  pattern.lastIndex = 0
  while (pattern.lastIndex < text.length) {
    const blank = /[^\S\n]*/y
    blank.lastIndex = pattern.lastIndex
    blank.test(text)
    pattern.lastIndex = blank.lastIndex
    const at = pattern.lastIndex
    const match = pattern.exec(text)
    if (!match) break
    const [token] = match
    if (token === '\n') {
      line++
      start = at + 1
    } else if (token === '(*') {
      const end = commentEnd(text, at)
      const inside = text.slice(at, end)
      const lines = inside.split('\n').length - 1
      if (lines > 0) start = at + inside.lastIndexOf('\n') + 1
      line += lines
      pattern.lastIndex = end
    } else if (!token.startsWith('\\*')) {
      const column = at - start + 1
      found.push({
        text: token,
        place: { module: file, line, column, endLine: line, endColumn: column + token.length - 1 },
      })
    }
  }
  return found
}

function commentEnd(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    if (text.startsWith('(*', at)) depth++
    else if (text.startsWith('*)', at) && --depth === 0) return at + 2
  }
  return text.length
}

class ConfigReader {
  readonly #tokens: readonly Token[]
  readonly #file: string
  #at = 0
  readonly #values = new Map<string, Value>()
  readonly #replacements: Replacement[] = []
  readonly #lists: Record<string, string[]> = {}

  constructor(read: readonly Token[], file: string) {
    this.#tokens = read
    this.#file = file
  }

  read(): Config {
    while (this.#at < this.#tokens.length) this.#section()
    const list = (name: string): string[] => this.#lists[name] ?? []
    const deadlock = list('checkDeadlock').at(-1)
    return {
      values: this.#values,
      replacements: this.#replacements,
      specification: list('specification').at(-1),
      init: list('init').at(-1),
      next: list('next').at(-1),
      invariants: list('invariants'),
      properties: list('properties'),
      constraints: list('constraints'),
      actionConstraints: list('actionConstraints'),
      view: list('view').at(-1),
      symmetry: list('symmetry'),
      alias: list('alias').at(-1),
      postcondition: list('postcondition').at(-1),
      checkDeadlock: deadlock === undefined ? undefined : deadlock === 'TRUE',
    }
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at]?.text
  }

  #fail(message: string): never {
    const token = this.#tokens[Math.min(this.#at, this.#tokens.length - 1)]
    throw new TlaFailure(
      message,
      token?.place ?? { module: this.#file, line: 1, column: 1, endLine: 1, endColumn: 1 },
    )
  }

  #take(): string {
    const token = this.#tokens[this.#at]
    if (!token) this.#fail('The configuration ends too early.')
    this.#at++
    return token.text
  }

  #expect(text: string): void {
    if (this.#peek() !== text) this.#fail(`Expected \`${text}\` but found \`${this.#peek() ?? 'the end'}\`.`)
    this.#at++
  }

  #section(): void {
    const section = keywords[this.#peek() ?? '']
    if (section === undefined) this.#fail(`Expected a keyword but found \`${this.#peek()}\`.`)
    this.#at++
    if (section === 'constants') {
      while (this.#at < this.#tokens.length && !this.#atKeyword()) this.#constant()
      return
    }
    const list = (this.#lists[section] ??= [])
    while (this.#at < this.#tokens.length && !this.#atKeyword()) {
      const name = this.#take()
      if (name !== ',') list.push(name)
    }
  }

  /** A keyword opens a section unless it is being given a value, which makes it a constant's name. */
  #atKeyword(): boolean {
    const next = this.#tokens[this.#at + 1]?.text
    return keywords[this.#peek() ?? ''] !== undefined && next !== '=' && next !== '<-'
  }

  #constant(): void {
    const name = this.#take()
    if (name === ',') return
    if (this.#peek() === '<-') {
      this.#at++
      let module: string | undefined
      if (this.#peek() === '[') {
        this.#at++
        module = this.#take()
        this.#expect(']')
      }
      this.#replacements.push({ name, by: this.#take(), module })
      return
    }
    if (this.#peek() === '(')
      this.#fail('Values of an operator constant, argument by argument, are not supported.')
    this.#expect('=')
    if (this.#peek() === '[') {
      this.#at++
      const module = this.#take()
      this.#expect(']')
      this.#values.set(`${module}!${name}`, this.#value())
      return
    }
    this.#values.set(name, this.#value())
  }

  #value(): Value {
    const text = this.#take()
    if (text === '{') {
      const elements: Value[] = []
      while (this.#peek() !== '}') {
        if (this.#peek() === ',') this.#at++
        else elements.push(this.#value())
      }
      this.#at++
      return setOf(elements)
    }
    if (text.startsWith('"')) return textOf(text.slice(1, -1).replace(/\\(.)/g, '$1'))
    if (text === 'TRUE' || text === 'FALSE') return text === 'TRUE'
    if (/^-?\d+$/.test(text)) return Number(text)
    if (/^\w+$/.test(text)) return modelOf(text)
    this.#at--
    return this.#fail(`Expected a value but found \`${text}\`.`)
  }
}
