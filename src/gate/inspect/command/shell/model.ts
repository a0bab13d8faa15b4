// What a shell text would do, read without running it: who is invoked, with which words, and where their input
// comes from and output goes to. Detectors look at this and never at the text itself.

import type { Concerns } from '../dispatch.ts'
import type { WindowsStatement } from '../windows/statements.ts'
import { PathIndex } from './path-index.ts'

export type Endpoint =
  | { readonly kind: 'inherited' }
  | { readonly kind: 'pipe' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'socket'; readonly address: string }
  | { readonly kind: 'text'; readonly text: string }

export type Streams = {
  readonly stdin: Endpoint
  readonly stdout: Endpoint
  readonly stderr: Endpoint
}

export type Redirection = {
  readonly direction: 'read' | 'write' | 'append'
  readonly endpoint: Endpoint
}

export type Invocation = {
  /** The last segment of the program's path, as written apart from that. */
  readonly name: string
  /** The program's path as written. */
  readonly path: string
  readonly args: readonly string[]
  /** Which looks may have something to say of this name. */
  readonly concerns: Concerns
  /** What its words have that looks ask for (`wordMark`). */
  readonly marks: number
  /** The directory it runs in, when the text itself says so. */
  readonly cwd: string | undefined
  readonly streams: Streams
  readonly redirections: readonly Redirection[]
  /** Text known to arrive on standard input. */
  readonly input: string | undefined
  readonly pipeline: Pipeline
  readonly stage: number
  /** Runs on another machine or in a container, not here. */
  readonly isElsewhere: boolean
  /** Runs once for each thing found by `find` or `xargs`, so that its words are incomplete. */
  readonly isRepeated: boolean
  /** How the text that held it was hidden; empty when it was in plain sight. */
  readonly decoding: readonly string[]
  readonly order: number
}

/** Stages from left to right; a stage that is a loop or a group holds several invocations. */
export type Pipeline = {
  readonly stages: Invocation[][]
  /** The stage of another pipeline that this one runs inside of. */
  readonly outer: { readonly pipeline: Pipeline; readonly stage: number } | undefined
}

/** A program in another language, handed to its interpreter. */
export type Program = {
  readonly language: string
  readonly code: string
  readonly facts: ProgramFacts
  readonly by: Invocation | undefined
  readonly decoding: readonly string[]
}

/** What a program in another language can do, as far as its tokens show. */
export type ProgramFacts = {
  readonly connects: boolean
  readonly listens: boolean
  readonly runs: boolean
  readonly receives: boolean
  readonly wires: boolean
  readonly namesShell: boolean
  /** Runs text as code: eval and its cousins. */
  readonly evaluates: boolean
  readonly decodes: boolean
  readonly downloads: boolean
  readonly uploads: boolean
  /** Takes what it runs from a web request. */
  readonly servesCommands: boolean
  /** Runs what it fetched, and sends back what that said. */
  readonly obeysFetched: boolean
  readonly dumpsEnvironment: boolean
  /** What it would print, where that follows from its own constants. */
  readonly prints: string
  /** Shell texts it runs, and shell texts that say the same as calls it makes. */
  readonly shellTexts: readonly string[]
}

/** What stands behind a marker in a word: the output of commands that cannot be known without running them. */
export type Origin =
  | { readonly kind: 'output'; readonly pipelines: readonly Pipeline[] }
  | { readonly kind: 'read'; readonly pipeline: Pipeline; readonly stage: number; readonly stdin: Endpoint }

export type FileWrite = {
  readonly path: string
  readonly text: string | undefined
  readonly isAppended: boolean
  readonly by: Invocation | undefined
}

export type Assignment = readonly [name: string, value: string]

export type Reading = {
  readonly invocations: Invocation[]
  readonly paths: PathIndex
  readonly programs: Program[]
  /** The same text as cmd or PowerShell would read it, where it may be theirs. */
  readonly windows: WindowsStatement[]
  readonly origins: Origin[]
  readonly writes: FileWrite[]
  readonly assignments: Assignment[]
  /** Descriptors opened on a socket by `exec`, with no program yet. */
  readonly sockets: string[]
  /** What each function that the text makes would run. */
  readonly functions: { readonly name: string; readonly body: readonly Invocation[] }[]
  /** Commands joined by `&&`: each of `links` has succeeded, by its order, where one after it and before `until` runs. */
  readonly chains: { readonly links: readonly number[]; readonly until: number }[]
  /** Names of functions that call themselves in a pipe or in the background. */
  readonly forkBombs: string[]
  /** A limit was reached: the rest of the text was not read. */
  isTruncated: boolean
}

/** Deep enough for any honest nesting (ssh, sudo, sh -c, eval); deeper is refused as unread. */
export const NESTING_MAX = 10
export const INVOCATIONS_MAX = 1_000
/** Commands visited, words expanded and texts read, all together: loops in loops end here. */
export const STEPS_MAX = 20_000
/** Longer scripts are read to this length and marked truncated. */
export const SCRIPT_CHARACTERS_MAX = 262_144
/** Expanded text is bounded too: a few doublings of a variable would otherwise fill memory. */
export const EXPANSION_CHARACTERS_MAX = 65_536
export const FIELDS_MAX = 4_096

// Private-use characters, so that no honest text contains a marker.
const MARK_OPEN = '\uE000'
const MARK_CLOSE = '\uE001'
const mark = /\uE000(\d+)\uE001/g

export function markerOf(index: number): string {
  return MARK_OPEN + String(index) + MARK_CLOSE
}

export function hasMarker(text: string): boolean {
  return text.includes(MARK_OPEN)
}

/** The origins whose output would stand in this text. */
export function originsIn(text: string, reading: Reading): readonly Origin[] {
  if (!hasMarker(text)) return []
  return [...text.matchAll(mark)].flatMap((match) => reading.origins[Number(match[1])] ?? [])
}

export function newReading(): Reading {
  const invocations: Invocation[] = []
  return {
    invocations,
    paths: new PathIndex(invocations),
    programs: [],
    windows: [],
    origins: [],
    writes: [],
    assignments: [],
    sockets: [],
    functions: [],
    chains: [],
    forkBombs: [],
    isTruncated: false,
  }
}
