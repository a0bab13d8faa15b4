import {
  type Command,
  type CommandNode,
  type CompoundList,
  type Coproc,
  type Function as FunctionNode,
  type ParsedScript,
  type Pipeline as PipelineNode,
  parse,
  type Statement,
} from 'unbash'
import { isWindowsText, STATEMENTS_MAX, windowsStatements } from '../windows/statements.ts'
import { readCondition } from './conditions.ts'
import { callsItself, startsForever, startsMore } from './fork-bombs.ts'
import { runLater } from './handed.ts'
import { languageOf } from './interpreters.ts'
import {
  type Endpoint,
  INVOCATIONS_MAX,
  type Invocation,
  markerOf,
  NESTING_MAX,
  newReading,
  type Pipeline,
  type Program,
  type ProgramFacts,
  type Reading,
  SCRIPT_CHARACTERS_MAX,
  STEPS_MAX,
} from './model.ts'
import { redirect } from './redirect.ts'
import { runWords } from './run-words.ts'
import {
  deeper,
  detached,
  type FunctionBody,
  inheritedStreams,
  type Place,
  piped,
  type Scope,
  startOf,
  withStandard,
} from './scope.ts'
import { fromAddress, joinedScript, slip, sourceCode, windowsText } from './texts.ts'
import { fieldsOf, textOf, type WordScope } from './words.ts'

/** Reads a program in another language; injected, because languages know nothing of shells. */
export type ReadProgram = (language: string, code: string) => ProgramFacts

/** Texts that no shell could parse are read as programs down to this depth. */
const FOREIGN_DEPTH_MAX = 3
/** Where the ends of a coprocess are put; shells choose 63 and 60 themselves. */
const COPROCESS_DESCRIPTOR = 63
/** A loop over more words than this sees the rest as one. */
const LOOP_PASSES_MAX = 16

/** Reads shell texts: nothing is run, and every limit ends in `isTruncated`. */
export class ScriptReader {
  readonly reading: Reading = newReading()
  readonly #readProgram: ReadProgram
  /** Texts that only became readable by decoding, and how. */
  readonly #decoded: { readonly text: string; readonly how: string }[] = []
  #attachments = 0
  #steps = 0

  constructor(readProgram: ReadProgram) {
    this.#readProgram = readProgram
  }

  /** Reads a text that a shell would run; returns what it would print when that is known. */
  script(text: string, scope: Scope, place: Place): string | undefined {
    if (scope.depth > NESTING_MAX || this.#isSpent(text.length >> 8)) {
      this.reading.isTruncated = true
      return undefined
    }
    if (text.length > SCRIPT_CHARACTERS_MAX) this.reading.isTruncated = true
    // An operator before the first word is a slip that some shells read past.
    const whole = slip.test(text) ? text.replace(slip, '') : text
    const parsed = parse(whole.length > SCRIPT_CHARACTERS_MAX ? whole.slice(0, SCRIPT_CHARACTERS_MAX) : whole)
    if (scope.depth === 0) this.windows(text)
    const address = scope.depth === 0 ? fromAddress(text) : undefined
    if (address !== undefined) this.script(address, deeper(scope), place)
    if (text.includes('\n') && scope.depth <= FOREIGN_DEPTH_MAX) this.#typed(text, scope, place)
    if (text.startsWith('#!')) this.#headed(text, scope, place)
    const joined = joinedScript(text)
    if (joined !== undefined) this.script(joined, deeper(scope), detached(place))
    const isPage = text.trimStart().startsWith('<?') || sourceCode.test(text)
    if (isPage || (parsed.errors !== undefined && parsed.errors.length > 0)) this.#foreign(text, scope, place)
    const hidden =
      this.#decoded.length === 0
        ? []
        : this.#decoded.filter((each) => text.includes(each.text)).map((each) => each.how)
    const inner = hidden.length === 0 ? scope : { ...scope, decoding: [...scope.decoding, ...hidden] }
    return this.statements(parsed.commands, inner, place)
  }

  /** A text that names its interpreter in its first line. */
  #headed(text: string, scope: Scope, place: Place): void {
    const name = /^#!\s*\S*?\/(?:env\s+(?:-S\s+)?)?([\w.-]+)(?:\s|$)/.exec(text)?.[1] ?? ''
    const language = scope.depth > FOREIGN_DEPTH_MAX ? undefined : languageOf(name)
    if (language !== undefined)
      this.program({ language, code: text, by: undefined, decoding: [] }, deeper(scope), place)
  }

  /** An interpreter on a line of its own, and what would be typed into it on the next ones. */
  #typed(text: string, scope: Scope, place: Place): void {
    const match = /^\s*([\w.-]+)[ \t]*\n([\s\S]+)$/.exec(text)
    const language = match === null ? undefined : languageOf(match[1] ?? '')
    if (match !== null && language !== undefined)
      this.program({ language, code: match[2] ?? '', by: undefined, decoding: [] }, deeper(scope), place)
  }

  /** Some doors carry code of other languages as a "command": what no shell could parse is read as a program too. */
  #foreign(text: string, scope: Scope, place: Place): void {
    if (scope.depth > FOREIGN_DEPTH_MAX) return
    const language = text.includes('<?')
      ? 'php'
      : /\$\w+\s*=|New-Object|\biex\b|IEX/.test(text)
        ? 'powershell'
        : 'any'
    this.program({ language, code: text, by: undefined, decoding: [] }, deeper(scope), place)
  }

  /** Reads a program; returns what it would print, as far as that is known. */
  program(program: Omit<Program, 'facts'>, scope: Scope, place: Place): string {
    if (this.reading.programs.length > INVOCATIONS_MAX) return ''
    const hidden = this.#decoded.filter((each) => program.code.includes(each.text)).map((each) => each.how)
    const facts = this.#readProgram(program.language, program.code)
    if (program.language === 'powershell') this.windows(windowsText(program.code))
    this.reading.programs.push({ ...program, facts, decoding: [...scope.decoding, ...hidden] })
    for (const text of facts.shellTexts) this.script(text, deeper(scope), detached(place))
    return facts.prints
  }

  run(words: readonly string[], scope: Scope, place: Place): void {
    runWords(this, words, scope, place, [])
  }

  windows(text: string): void {
    if (this.reading.windows.length < STATEMENTS_MAX && isWindowsText(text))
      this.reading.windows.push(...windowsStatements(text))
  }

  noteDecoded(text: string, how: string): void {
    const trimmed = text.trim()
    if (trimmed.length > 3) this.#decoded.push({ text: trimmed, how })
  }

  statements(list: readonly Statement[], scope: Scope, place: Place): string | undefined {
    let output: string | undefined = ''
    for (const statement of list) {
      const node = statement.command
      const commands = node.type === 'AndOr' ? node.commands : [node]
      const links: number[] | undefined =
        node.type === 'AndOr' && node.operators.every((operator) => operator === '&&') ? [] : undefined
      for (const command of commands) {
        if (command.type === 'Command') links?.push(this.reading.invocations.length)
        const printed =
          command.type === 'Pipeline'
            ? this.#pipeline(command, scope, place)
            : this.node(command, scope, place)
        output = output === undefined || printed === undefined ? undefined : output + printed
      }
      if (links !== undefined) this.reading.chains.push({ links, until: this.reading.invocations.length })
    }
    return output
  }

  #pipeline(node: PipelineNode, scope: Scope, place: Place): string | undefined {
    if (node.commands.length === 1 && node.commands[0]) return this.node(node.commands[0], scope, place)
    const pipeline: Pipeline = {
      stages: node.commands.map(() => []),
      outer: { pipeline: place.pipeline, stage: place.stage },
    }
    let input = place.input
    node.commands.forEach((command, stage) => {
      const isFirst = stage === 0
      const isLast = stage === node.commands.length - 1
      const joinsErrors = node.operators[stage] === '|&'
      const stdout = isLast ? place.streams.stdout : piped
      const stderr = joinsErrors ? piped : place.streams.stderr
      const streams = { stdin: isFirst ? place.streams.stdin : piped, stdout, stderr }
      input = this.node(command, scope, { streams, input, pipeline, stage, redirections: [] })
    })
    return input
  }

  /** Counts work; when the budget is gone, the rest of the text is left unread. */
  #isSpent(cost = 1): boolean {
    this.#steps += cost
    const isSpent = this.#steps > STEPS_MAX || this.reading.invocations.length > INVOCATIONS_MAX
    if (isSpent) this.reading.isTruncated = true
    return isSpent
  }

  node(node: CommandNode | CompoundList, scope: Scope, place: Place): string | undefined {
    if (this.#isSpent()) return undefined
    switch (node.type) {
      case 'Command':
        return this.#command(node, scope, place)
      case 'Redirected': {
        const { place: inner, opened } = redirect(node.redirects, place, scope, this.words(scope, place))
        for (const [descriptor, endpoint] of opened) scope.descriptors.set(descriptor, endpoint)
        return this.node(node.command, scope, inner)
      }
      case 'CompoundList':
        return this.statements(node.commands, scope, place)
      case 'Subshell':
      case 'BraceGroup':
        return this.statements(node.body.commands, scope, place)
      case 'Function':
        this.#define(node, scope, place)
        return ''
      default:
        this.#control(node, scope, place)
        return undefined
    }
  }

  #control(node: CommandNode, scope: Scope, place: Place): void {
    const lists: (CompoundList | undefined)[] = []
    if (node.type === 'If') {
      lists.push(node.clause, node.then, ...node.elif.flatMap((each) => [each.clause, each.then]), node.else)
    } else if (node.type === 'While') {
      if (startsForever(node)) this.reading.forkBombs.push('while')
      lists.push(node.clause, node.body)
    } else if (node.type === 'For' || node.type === 'Select') {
      this.#loop(node.name.text, node.wordlist ?? [], node.body, scope, place)
    } else if (node.type === 'Coproc') this.#coprocess(node, scope, place)
    else if (node.type === 'TestCommand')
      readCondition(node.expression, this.words(scope, place), (text) => {
        this.script(text, deeper(scope), detached(place))
      })
    else if (node.type === 'ArithmeticFor') {
      if (node.test === undefined && startsMore(node.body)) this.reading.forkBombs.push('for')
      lists.push(node.body)
    } else if (node.type === 'Case') lists.push(...node.items.map((item) => item.body))
    for (const list of lists) if (list) this.statements(list.commands, scope, place)
  }

  /** A coprocess is reached through two descriptors, here one file that both sides read and write. */
  #coprocess(node: Coproc, scope: Scope, place: Place): void {
    const end: Endpoint = { kind: 'file', path: `/dev/fd/coproc-${node.name?.value ?? 'COPROC'}` }
    scope.variables.set(node.name?.value ?? 'COPROC', String(COPROCESS_DESCRIPTOR))
    scope.descriptors.set(COPROCESS_DESCRIPTOR, end)
    this.node(node.body, scope, { ...place, streams: { ...place.streams, stdin: end, stdout: end } })
  }

  #loop(
    name: string,
    wordlist: readonly Parameters<typeof fieldsOf>[0][],
    body: CompoundList,
    scope: Scope,
    place: Place,
  ): void {
    const words = wordlist.flatMap((word) => fieldsOf(word, this.words(scope, place)))
    const passes = words.slice(0, LOOP_PASSES_MAX)
    if (words.length > LOOP_PASSES_MAX) passes.push(words.slice(LOOP_PASSES_MAX).join(' '))
    for (const pass of passes) {
      scope.variables.set(name, pass)
      this.statements(body.commands, scope, place)
    }
    if (passes.length === 0) this.statements(body.commands, scope, place)
  }

  #define(node: FunctionNode, scope: Scope, place: Place): void {
    const name = node.name.value
    if (callsItself(node.body, name)) this.reading.forkBombs.push(name)
    scope.functions.set(name, node.body)
    // Read once where it stands: what calls it may come from elsewhere.
    const inner = { ...deeper(scope), functions: new Map(scope.functions) }
    inner.functions.delete(name)
    const from = this.reading.invocations.length
    this.body(node.body, inner, detached(place))
    this.reading.functions.push({ name, body: this.reading.invocations.slice(from) })
  }

  body(body: FunctionBody, scope: Scope, place: Place): string | undefined {
    return this.node(body, scope, place)
  }

  #command(node: Command, scope: Scope, outer: Place): string | undefined {
    const here =
      scope.standard === inheritedStreams ? outer : { ...outer, streams: withStandard(outer, scope) }
    const wordScope = this.words(scope, here)
    const { place, opened } = redirect(node.redirects, here, scope, wordScope)
    // Before a command they hold for that command alone.
    const before: (readonly [name: string, value: string | undefined])[] = []
    for (const each of node.prefix) {
      if (each.type !== 'Assignment') continue
      before.push([each.name, scope.variables.get(each.name)])
      if (each.value.type === 'ArrayValue')
        each.value.elements.forEach((element, index) => {
          scope.variables.set(`${each.name}[${index}]`, textOf(element, wordScope))
        })
      const value =
        each.value.type === 'ArrayValue'
          ? each.value.elements.map((element) => textOf(element, wordScope)).join(' ')
          : textOf(each.value, wordScope)
      this.assign(each.name, each.append ? (scope.variables.get(each.name) ?? '') + value : value, scope)
    }
    const words = node.name === undefined ? [] : fieldsOf(node.name, wordScope)
    this.#isSpent(node.args.length >> 4)
    for (const arg of node.args) {
      if (arg.type === 'Word') {
        if (arg.parts === undefined) words.push(arg.value)
        else words.push(...fieldsOf(arg, wordScope))
      } else {
        const value = arg.value.type === 'ArrayValue' ? '' : textOf(arg.value, wordScope)
        words.push(`${arg.name}=${value}`)
      }
    }
    if (node.name === undefined || node.prefix.length === 0 || words[0] === 'export')
      return runWords(this, words, scope, place, opened)
    const printed = runWords(this, words, scope, place, opened)
    for (const [name, value] of before)
      if (value === undefined) scope.variables.delete(name)
      else scope.variables.set(name, value)
    return printed
  }

  assign(name: string, value: string, scope: Scope): void {
    scope.variables.set(name, value)
    this.reading.assignments.push([name, value])
    const text = runLater(name, value)
    if (text !== undefined) this.script(text, deeper(scope), startOf())
  }

  push(invocation: Omit<Invocation, 'order'>): Invocation {
    const whole = { ...invocation, order: this.reading.invocations.length }
    this.reading.invocations.push(whole)
    invocation.pipeline.stages[invocation.stage]?.push(whole)
    return whole
  }

  /** A marker for text that arrives on standard input. */
  markRead(place: Place): string {
    this.reading.origins.push({
      kind: 'read',
      pipeline: place.pipeline,
      stage: place.stage,
      stdin: place.streams.stdin,
    })
    return markerOf(this.reading.origins.length - 1)
  }

  words(scope: Scope, place: Place): WordScope {
    return {
      variables: scope.variables,
      substitute: (script) => this.#substitute(script, scope, place),
      attach: (script, direction) => this.#attach(script, direction, scope, place.input),
    }
  }

  #substitute(script: ParsedScript | undefined, scope: Scope, place: Place): string {
    if (script === undefined || scope.depth > NESTING_MAX) return ''
    const pipeline: Pipeline = { stages: [[]], outer: undefined }
    const first = this.reading.invocations.length
    const inner: Place = {
      streams: { stdin: place.streams.stdin, stdout: piped, stderr: place.streams.stderr },
      input: undefined,
      pipeline,
      stage: 0,
      redirections: [],
    }
    const output = this.statements(script.commands, deeper(scope), inner)
    if (output !== undefined) return output.replace(/\n+$/, '')
    const pipelines = new Set(this.reading.invocations.slice(first).map((each) => each.pipeline))
    this.reading.origins.push({ kind: 'output', pipelines: [...pipelines] })
    return markerOf(this.reading.origins.length - 1)
  }

  #attach(
    script: ParsedScript | undefined,
    direction: '<' | '>',
    scope: Scope,
    input: string | undefined,
  ): string {
    const path = `/dev/fd/${1000 + this.#attachments++}`
    if (script === undefined || scope.depth > NESTING_MAX) return path
    const end: Endpoint = { kind: 'file', path }
    const streams =
      direction === '<' ? { ...inheritedStreams, stdout: end } : { ...inheritedStreams, stdin: end }
    // What `tee` has read goes there as it is.
    const from = { ...startOf(), streams, input: direction === '>' ? input : undefined }
    const output = this.statements(script.commands, deeper(scope), from)
    if (direction === '<' && output !== undefined) scope.files.set(path, output)
    return path
  }
}
