import { concernsOf, marksOf } from '../dispatch.ts'
import { builtFrom, escapesIn } from './escapes.ts'
import { fileText, listOf, noteTouched, readBuried, runFile, touching } from './files.ts'
import { givenTo } from './given.ts'
import { readBuilt, readHanded, readOptions } from './handed-on.ts'
import { inlineOf, isShell, languageOf, shellWords } from './interpreters.ts'
import { noteWrites, runCron } from './later.ts'
import { sourcesOf } from './lineage.ts'
import { type Endpoint, hasMarker, type Invocation } from './model.ts'
import { nestedIn } from './nested.ts'
import { outputOf } from './output.ts'
import type { ScriptReader } from './reader.ts'
import { endpointOf } from './redirect.ts'
import { deeper, type Place, type Scope, setPositionals, startOf } from './scope.ts'
import { programName, unwrap } from './wrappers.ts'

/** Wrappers around wrappers: `sudo env nohup nice …`. */
const WRAPPERS_MAX = 12
/** Words that are moved by `shift`. */
const WORDS_MAX = 64

type Opened = readonly (readonly [descriptor: number, endpoint: Endpoint])[]

/** What happens when a shell runs these words here. Returns what would be printed, when that is known. */
export function runWords(
  reader: ScriptReader,
  written: readonly string[],
  scope: Scope,
  place: Place,
  opened: Opened,
): string | undefined {
  let words = written
  let inner = scope
  for (let layer = 0; layer < WRAPPERS_MAX; layer++) {
    const unwrapped = unwrap(words, inner.variables)
    if (unwrapped === undefined) break
    const outer = pushInvocation(reader, words, inner, place)
    if (words.length > unwrapped.words.length + 2) readOptions(reader, outer, unwrapped.words.length, inner)
    if (unwrapped.isElsewhere) inner = { ...inner, isElsewhere: true }
    if (unwrapped.isShellText) return reader.script(unwrapped.words.join(' '), deeper(inner), place)
    words = unwrapped.words
  }
  const first = words[0]
  if (first === undefined) {
    if (place.redirections.length > 0) pushInvocation(reader, [''], inner, place)
    noteWrites(reader, undefined, '', scope, place)
    // `$(<file)` is what the file holds.
    const source = place.redirections.find((each) => each.direction === 'read')?.endpoint
    return source === undefined ? '' : source.kind === 'file' ? scope.files.get(source.path) : undefined
  }
  const body = inner.functions.get(first)
  if (body !== undefined && scope.depth < 8) {
    const positionals = new Map(inner.variables)
    setPositionals(positionals, words.slice(1))
    const called = { ...deeper(inner), variables: positionals, functions: new Map(inner.functions) }
    called.functions.delete(first)
    return reader.body(body, called, place)
  }
  const invocation = pushInvocation(reader, words, inner, place)
  const printed = execute(reader, invocation, inner, place, opened)
  noteWrites(reader, invocation, printed, scope, place)
  // What went into a file is not printed; a process substitution is read by whoever holds its path.
  return place.redirections.some((each) => each.endpoint === place.streams.stdout) ? '' : printed
}

function pushInvocation(
  reader: ScriptReader,
  words: readonly string[],
  scope: Scope,
  place: Place,
): Invocation {
  const path = words[0] ?? ''
  const name = programName(path)
  const args = words.slice(1)
  return reader.push({
    name,
    concerns: concernsOf(name),
    path,
    args,
    marks: marksOf(args),
    cwd: scope.variables.get('PWD'),
    streams: place.streams,
    redirections: place.redirections,
    input: place.input,
    pipeline: place.pipeline,
    stage: place.stage,
    isElsewhere: scope.isElsewhere,
    isRepeated: scope.isRepeated,
    decoding: scope.decoding,
  })
}

function execute(
  reader: ScriptReader,
  invocation: Invocation,
  scope: Scope,
  place: Place,
  opened: Opened,
): string | undefined {
  const { name, args } = invocation
  const builtin = Object.hasOwn(builtins, name) ? builtins[name] : undefined
  if (builtin !== undefined) return builtin({ reader, invocation, scope, place, opened })
  if (isShell(name)) return runShell(reader, args, scope, place, opened)
  const language = languageOf(name)
  const said = language === undefined ? '' : runLanguage(reader, language, invocation, scope, place)
  if (touching.has(name)) noteTouched(reader, invocation, scope, place)
  const written = scope.files.get(invocation.path)
  if (written !== undefined) runFile(reader, written, invocation, scope, place)
  let handedOut: string | undefined
  const listed = name === 'xargs' || name === 'gxargs' ? listOf(args, scope) : undefined
  for (const nested of nestedIn(listed === undefined ? invocation : { ...invocation, input: listed })) {
    const repeated = { ...deeper(scope), isRepeated: scope.isRepeated || nested.isRepeated }
    if (scope.depth > 8) break
    if (nested.kind === 'text') reader.script(nested.text, repeated, { ...place, input: undefined })
    else {
      const printed = runWords(reader, nested.words, repeated, { ...place, input: undefined }, [])
      if (name === 'xargs' && place.input !== undefined) handedOut = printed
    }
  }
  if (scope.depth < 8) {
    const within = { ...place, input: undefined }
    for (const text of escapesIn(name, args, place.input)) reader.script(text, deeper(scope), within)
    if (scope.files.size > 0)
      for (const text of builtFrom(name, args, (path) => scope.files.get(path)))
        reader.script(text, deeper(scope), within)
  }
  if (scope.depth < 5) {
    readHanded(reader, invocation, scope, place)
    if (scope.files.size > 0) readBuilt(reader, invocation, scope)
  }
  if (handedOut !== undefined) return handedOut
  const produced =
    said === ''
      ? outputOf(name, args, place.input, (path) => scope.files.get(path))
      : { text: said, decoding: language ?? '' }
  if (produced?.decoding !== undefined) reader.noteDecoded(produced.text, produced.decoding)
  return produced?.text
}

/** `<&8`, where that was opened on a text. */
const handedBy = ({ input, streams }: Place, readsStdin: boolean): string | undefined =>
  readsStdin && input === undefined && streams.stdin.kind === 'text' ? streams.stdin.text : undefined

function runShell(
  reader: ScriptReader,
  args: readonly string[],
  scope: Scope,
  place: Place,
  opened: Opened,
): string | undefined {
  const words = shellWords(args)
  const inner = deeper(scope)
  const { positionals } = words
  if (positionals.length > 0) {
    if (words.script !== undefined) inner.variables.set('0', positionals[0] ?? '')
    setPositionals(inner.variables, words.script === undefined ? positionals : positionals.slice(1))
    inner.variables.set('@', positionals.join(' '))
  }
  if (words.script !== undefined) {
    if (hasMarker(words.script)) readBuried(reader, sourcesOf(words.script, reader.reading), inner)
    return reader.script(words.script, inner, { ...place, redirections: [] })
  }
  const known =
    words.file === undefined ? handedBy(place, words.readsStdin) : fileText(words.file, scope, opened)
  if (known !== undefined) return reader.script(known, inner, { ...place, input: undefined })
  if (words.readsStdin && place.input !== undefined)
    return reader.script(place.input, inner, { ...place, input: undefined, redirections: [] })
  if (words.readsStdin) readBuried(reader, place.pipeline.stages.slice(0, place.stage).flat(), inner)
  return undefined
}

function runLanguage(
  reader: ScriptReader,
  language: string,
  invocation: Invocation,
  scope: Scope,
  place: Place,
): string {
  const { inline, files } = inlineOf(language, invocation.args)
  const program = (code: string) =>
    reader.program({ language, code, by: invocation, decoding: scope.decoding }, deeper(scope), place)
  // `pwsh FILE`: what is no option is a file before it is code.
  let said = inline.map((each) => program(scope.files.get(each.code.trim()) ?? each.code)).join('')
  for (const { code } of inline) {
    const facts = reader.reading.programs.at(-1)?.facts
    if (facts?.runs !== true && facts?.evaluates !== true) break
    for (const text of givenTo(language, code, invocation.args, scope.variables, place.input))
      reader.script(text, deeper(scope), { ...place, input: undefined })
  }
  for (const file of files) {
    const text = scope.files.get(file)
    if (text !== undefined) said += program(text)
    // After the database, sqlite takes commands as words.
    else if (language === 'sqlite' && file.startsWith('.')) said += program(file)
  }
  const readsStdin =
    inline.length === 0 &&
    files.every(
      (file) =>
        file === '-' || file === '/dev/stdin' || (file === 'run' && /^(go|v|zig|deno|bun)$/.test(language)),
    )
  if ((readsStdin || language === 'sqlite' || language === 'c') && place.input !== undefined)
    said += program(place.input)
  return said
}

type BuiltinCall = {
  readonly reader: ScriptReader
  readonly invocation: Invocation
  readonly scope: Scope
  readonly place: Place
  readonly opened: Opened
}

const declare = ({ reader, invocation, scope }: BuiltinCall): string => {
  for (const arg of invocation.args) {
    const match = /^([A-Za-z_]\w*)\+?=(.*)$/s.exec(arg)
    // A name for a name holds what that one holds.
    const value = invocation.args.includes('-n') ? (scope.variables.get(match?.[2] ?? '') ?? '') : match?.[2]
    if (match) reader.assign(match[1] ?? '', value ?? '', scope)
  }
  return ''
}

const source = ({ reader, invocation, scope, place }: BuiltinCall): undefined => {
  const file = invocation.args[0] ?? ''
  const opened = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(file)?.[1]
  const end = opened === undefined || opened === '0' ? undefined : scope.descriptors.get(Number(opened))
  const direct = endpointOf(file)
  const writers = file.startsWith('/dev/fd/') && !scope.files.has(file)
  if (end?.kind === 'socket' || direct.kind === 'socket' || writers)
    runWords(
      reader,
      ['bash'],
      deeper(scope),
      { ...place, streams: { ...place.streams, stdin: end ?? direct } },
      [],
    )
  const known =
    end?.kind === 'text'
      ? end.text
      : /^\/dev\/(stdin|fd\/0)$/.test(file)
        ? place.input
        : scope.files.get(file)
  if (known !== undefined) reader.script(known, deeper(scope), { ...place, input: undefined })
  return undefined
}

/** `cd / && rm -rf *` is about the root. */
function changeDirectory({ invocation, scope }: BuiltinCall): string {
  const target = invocation.args.find((arg) => !/^-./.test(arg)) ?? '~'
  const before = scope.variables.get('PWD')
  const isRelative = !/^[/~$]/.test(target)
  scope.variables.set('PWD', isRelative && before !== undefined ? `${before}/${target}` : target)
  return ''
}

/** `read -u 3`, `mapfile -u $fd`: what was put there when it was opened. */
function descriptorRead(args: readonly string[], scope: Scope): Endpoint | undefined {
  const at = args.findIndex((arg) => /^-[a-zA-Z]*u\d*$/.test(arg))
  const written = at < 0 ? '' : (/\d+$/.exec(args[at] ?? '')?.[0] ?? args[at + 1] ?? '')
  return written === '' ? undefined : scope.descriptors.get(Number(written))
}

/** What `read` and its like take in: known text, or a marker for what will come. */
function readIn({
  reader,
  invocation,
  scope,
  place,
}: BuiltinCall): readonly [text: string | undefined, mark?: string] {
  const end = descriptorRead(invocation.args, scope)
  const text = end?.kind === 'text' ? end.text : place.input
  if (text !== undefined) return [text]
  const from = end === undefined ? place : { ...place, streams: { ...place.streams, stdin: end } }
  return [undefined, reader.markRead(from)]
}

/** All lines into one name: which of them is used cannot be told. */
function readLines(call: BuiltinCall): string {
  const name = call.invocation.args.findLast((arg) => /^[A-Za-z_]\w*$/.test(arg)) ?? 'MAPFILE'
  const [text, mark] = readIn(call)
  call.scope.variables.set(name, text ?? mark ?? '')
  return ''
}

/** A name that stands for a command; what it would open is read where it is given. */
function alias({ reader, invocation, scope }: BuiltinCall): string {
  for (const arg of invocation.args) {
    const [, name = '', text] = /^([\w.-]+)=(.+)$/s.exec(arg) ?? []
    if (text === undefined) continue
    if (/\/dev\/(?:tcp|udp)\/|\b(?:nc|ncat|netcat|socat)\b/.test(text))
      reader.script(text, deeper(scope), startOf())
    // One that stands for its own program with an option more changes little.
    else if (scope.depth < 4 && !text.trimStart().startsWith(name)) scope.files.set(name, `${text} "$@"`)
  }
  return ''
}

const builtins: Readonly<Record<string, (call: BuiltinCall) => string | undefined>> = {
  '.': source,
  export: declare,
  declare,
  local: declare,
  readonly: declare,
  typeset: declare,
  exec: ({ reader, scope, place, opened }) => {
    scope.standard = place.streams
    for (const [descriptor, endpoint] of opened) {
      scope.descriptors.set(descriptor, endpoint)
      if (endpoint.kind === 'socket') reader.reading.sockets.push(endpoint.address)
    }
    return ''
  },
  cd: changeDirectory,
  pushd: changeDirectory,
  pwd: ({ scope }) => scope.variables.get('PWD') ?? '.',
  eval: ({ reader, invocation, scope, place }) => {
    const text = invocation.args.join(' ')
    if (hasMarker(text)) readBuried(reader, sourcesOf(text, reader.reading), deeper(scope))
    return reader.script(text, deeper(scope), place)
  },
  source,
  read: (call) => {
    const names = call.invocation.args.filter((arg) => /^[A-Za-z_]\w*$/.test(arg))
    const [text, mark] = readIn(call)
    const isWhole = call.invocation.args.some(
      (arg, at, all) => arg === '' && /^-\w*d$/.test(all[at - 1] ?? ''),
    )
    const line = (isWhole ? text : text?.split('\n')[0]) ?? mark ?? ''
    for (const name of names.length > 0 ? names : ['REPLY']) call.scope.variables.set(name, line)
    return ''
  },
  ztcp: ({ reader, invocation, scope }) => {
    const address = invocation.args.filter((arg) => !arg.startsWith('-')).join(':')
    scope.variables.set('REPLY', '59')
    scope.descriptors.set(59, { kind: 'socket', address })
    reader.reading.sockets.push(address)
    return ''
  },
  mapfile: readLines,
  readarray: readLines,
  alias,
  set: ({ invocation, scope }) => {
    if (invocation.args[0] === '--') setPositionals(scope.variables, invocation.args.slice(1))
    return ''
  },
  shift: ({ invocation, scope }) => {
    const words: string[] = []
    for (let at = 0; at < WORDS_MAX; at++) {
      const word = scope.variables.get(`@[${at}]`)
      if (word === undefined) break
      words.push(word)
    }
    scope.variables.delete(String(words.length))
    setPositionals(scope.variables, words.slice(Number(invocation.args[0] ?? 1)))
    return ''
  },
  trap: ({ reader, invocation, scope }) => {
    const [code = '', signal] = invocation.args
    if (signal !== undefined && !code.startsWith('-')) reader.script(code, deeper(scope), startOf())
    return ''
  },
  crontab: ({ reader, invocation, scope, place }) => {
    if (invocation.args.includes('-') || invocation.args.length === 0) {
      const before = place.pipeline.stages[place.stage - 1] ?? []
      const said = before.map(
        (each) => outputOf(each.name, each.args, undefined, () => undefined)?.text ?? '',
      )
      runCron(reader, place.input ?? said.join('\n'), scope)
    }
    return undefined
  },
  printf: ({ reader, invocation, scope, place }) => {
    const isVariable = invocation.args[0] === '-v'
    const args = isVariable ? invocation.args.slice(2) : invocation.args
    const produced = outputOf('printf', args, place.input, () => undefined)
    if (produced?.decoding !== undefined) reader.noteDecoded(produced.text, produced.decoding)
    if (!isVariable) return produced?.text
    if (produced !== undefined) reader.assign(invocation.args[1] ?? '', produced.text, scope)
    return ''
  },
}
