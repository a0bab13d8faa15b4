import { handedMarks } from '../shell-marks.ts'
import { buriedIn, mayBury } from './buried.ts'
import { isShell, languageOf } from './interpreters.ts'
import type { Endpoint, Invocation } from './model.ts'
import type { ScriptReader } from './reader.ts'
import { deeper, type Place, type Scope, setPositionals, startOf } from './scope.ts'
import { programName } from './wrappers.ts'

// Files that the text itself wrote, copied or made to be run, and what runs out of them.

const TEXTS_MAX = 4

type Opened = readonly (readonly [descriptor: number, endpoint: Endpoint])[]

/** Copies a file, or changes what may be done with it. */
export const touching = new Set(['cp', 'ln', 'mv', 'install', 'rsync', 'hash', 'chmod'])

export function noteTouched(reader: ScriptReader, invocation: Invocation, scope: Scope, place: Place): void {
  const { name, args } = invocation
  if (name !== 'chmod') {
    if (name !== 'hash' || args[0] === '-p') noteCopy(args, scope, place)
    return
  }
  for (const arg of args) {
    const text = scope.files.get(arg)
    // Made to be run, by whom and when is not said.
    if (text !== undefined && handedMarks.test(text)) runFile(reader, text, invocation, scope, startOf())
  }
}

/** A program by another name: `cp /bin/nc /tmp/x`, `ln -s "$(command -v nc)" x`. */
function noteCopy(args: readonly string[], scope: Scope, place: Place): void {
  const [from, to, more] = args.filter(
    (arg, index) => !arg.startsWith('-') && !/^-[mogt]$/.test(args[index - 1] ?? ''),
  )
  if (from === undefined || to === undefined || more !== undefined) return
  const text = from === '/dev/stdin' ? place.input : scope.files.get(from)
  const name = programName(from)
  if (text !== undefined) scope.files.set(to, text)
  else if (isNetcatName.test(name) || isShell(name) || languageOf(name) !== undefined)
    scope.files.set(to, `${from} "$@"`)
}

const isNetcatName = /^(?:nc|ncat|netcat|socat|nc\.traditional|nc\.openbsd)$/

/** `xargs -a FILE`: its list, where the text made that. */
export function listOf(args: readonly string[], scope: Scope): string | undefined {
  const at = args.findIndex((arg) => arg === '-a' || arg.startsWith('--arg-file'))
  const path = /=(.+)$/.exec(args[at] ?? '')?.[1] ?? args[at + 1]
  return at < 0 || path === undefined ? undefined : scope.files.get(path)
}

/** A file that the text wrote, or a descriptor opened on a text: `/dev/fd/9`. */
export function fileText(path: string, scope: Scope, opened: Opened): string | undefined {
  const known = scope.files.get(path)
  if (known !== undefined || !path.startsWith('/dev/fd/')) return known
  const descriptor = Number(path.slice('/dev/fd/'.length))
  const end = opened.find(([each]) => each === descriptor)?.[1] ?? scope.descriptors.get(descriptor)
  return end?.kind === 'text' ? end.text : undefined
}

/** What these programs were given is in another writing, and comes out of them as a command. */
export function readBuried(reader: ScriptReader, sources: readonly Invocation[], scope: Scope): void {
  // What is hidden in a text that was hidden is not looked for again.
  if (sources.length === 0 || scope.decoding.length > 0) return
  const texts = sources.flatMap(({ args, input }) => (input === undefined ? args : [...args, input]))
  // Said by `awk 'BEGIN{print ARGV[1]}' TEXT` and its like, as it stands.
  for (const text of texts.filter((each) => /\s/.test(each) && handedMarks.test(each)).slice(0, TEXTS_MAX))
    reader.script(text, scope, startOf())
  if (!texts.some(mayBury)) return
  for (const text of buriedIn(texts)) {
    reader.noteDecoded(text, 'another writing')
    reader.script(text, scope, startOf())
  }
}

/** A file this text wrote is run: by its first line, or as a shell script. */
export function runFile(
  reader: ScriptReader,
  text: string,
  invocation: Invocation,
  scope: Scope,
  place: Place,
): void {
  const shebang = /^#!\s*(\S+)(?:\s+(\S+))?/.exec(text)
  const interpreter = programName(shebang?.[1] ?? 'sh')
  const language = languageOf(interpreter === 'env' ? (shebang?.[2] ?? 'sh') : interpreter)
  if (language !== undefined)
    reader.program({ language, code: text, by: invocation, decoding: scope.decoding }, deeper(scope), place)
  else {
    const inner = deeper(scope)
    setPositionals(inner.variables, invocation.args)
    reader.script(text, inner, { ...place, input: undefined })
  }
}
