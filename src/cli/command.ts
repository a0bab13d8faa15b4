import type { Readable, Writable } from 'node:stream'
import type { ParseArgsOptionsConfig } from 'node:util'

/** What a command may touch: everything from outside the function comes in here, so that tests can replace it. */
export type Console = {
  readonly stdin: Readable
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly signal: AbortSignal
  readonly now: () => number
}

export type CommandOption = ParseArgsOptionsConfig[string] & {
  /** One line for `--help`. */
  readonly summary: string
  /** Shown as `--name VALUE`. */
  readonly value?: string
  /** It is on unless `--no-name` says otherwise, which is what `--help` shows. */
  readonly isOnByDefault?: true
}

export type ParsedOptions = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>

export type Command = {
  /** `portcullis NAME USAGE` */
  readonly usage: string
  /** A paragraph or two: what it does, what it reads, what it writes, its exit codes. */
  readonly description: string
  readonly options: Readonly<Record<string, CommandOption>>
  /** How many words it takes beside its options. */
  readonly wordsMax: number
  readonly examples: readonly (readonly [command: string, meaning: string])[]
  readonly run: (
    positionals: readonly string[],
    options: ParsedOptions,
    console: Console,
    /** Of the words those that stood behind `--`. */
    behindDashes?: readonly string[],
  ) => Promise<ExitCode>
}

/** 0 done, 1 the answer is bad news (violated, findings), 2 unusable input or usage, 3 unknown, 70 our own bug. */
export type ExitCode = 0 | 1 | 2 | 3 | 70 | PassedOn

/** The exit code of a program that a command ran for its user. */
export type PassedOn = number & { readonly brand: 'PassedOn' }

export function passedOn(code: number): PassedOn {
  return code as PassedOn
}

export type CommandEntry = {
  /** The heading it stands under in `--help`. */
  readonly group: string
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<Command>
}
