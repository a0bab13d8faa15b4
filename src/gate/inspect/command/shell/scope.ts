import type { CompoundCommand, CompoundList, Redirected } from 'unbash'
import type { Endpoint, Pipeline, Redirection, Streams } from './model.ts'

export type FunctionBody = CompoundCommand | Redirected | CompoundList

/** What the shell knows while a text is read: it changes as the text goes on. */
export type Scope = {
  readonly variables: Map<string, string>
  readonly descriptors: Map<number, Endpoint>
  /** Text of the files that this text itself wrote. */
  readonly files: Map<string, string>
  readonly functions: Map<string, FunctionBody>
  /** Set by `exec` with redirections only. */
  standard: Streams
  readonly depth: number
  readonly decoding: readonly string[]
  readonly isElsewhere: boolean
  readonly isRepeated: boolean
}

/** Where one command stands: its streams and its place in a pipeline. */
export type Place = {
  readonly streams: Streams
  readonly input: string | undefined
  readonly pipeline: Pipeline
  readonly stage: number
  readonly redirections: readonly Redirection[]
}

export const inherited: Endpoint = { kind: 'inherited' }
export const piped: Endpoint = { kind: 'pipe' }
export const inheritedStreams: Streams = { stdin: inherited, stdout: inherited, stderr: inherited }

export function newScope(): Scope {
  return {
    variables: new Map(),
    descriptors: new Map(),
    files: new Map(),
    functions: new Map(),
    standard: inheritedStreams,
    depth: 0,
    decoding: [],
    isElsewhere: false,
    isRepeated: false,
  }
}

export function startOf(): Place {
  return {
    streams: inheritedStreams,
    input: undefined,
    pipeline: { stages: [[]], outer: undefined },
    stage: 0,
    redirections: [],
  }
}

export function deeper(scope: Scope): Scope {
  return { ...scope, depth: scope.depth + 1 }
}

/** What a script or a function is called with: each word by its number, all as one text, and all as a list. */
export function setPositionals(variables: Map<string, string>, words: readonly string[]): void {
  words.forEach((word, index) => {
    variables.set(String(index + 1), word)
    variables.set(`@[${index}]`, word)
  })
  variables.delete(`@[${words.length}]`)
  variables.set('@', words.join(' '))
}

/** The same streams, but no known input: it was already used. */
export function detached(place: Place): Place {
  return place.input === undefined ? place : { ...place, input: undefined }
}

export function withStandard(place: Place, scope: Scope): Place['streams'] {
  const { stdin, stdout, stderr } = place.streams
  return {
    stdin: stdin.kind === 'inherited' ? scope.standard.stdin : stdin,
    stdout: stdout.kind === 'inherited' ? scope.standard.stdout : stdout,
    stderr: stderr.kind === 'inherited' ? scope.standard.stderr : stderr,
  }
}
