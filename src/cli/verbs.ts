import type { DatabaseSync } from 'node:sqlite'
import { nearestWord } from '../config/nearest-word.ts'
import { GateError } from '../kernel/gate-error.ts'
import { openState } from '../store/embedded/state.ts'
import type { Console, ExitCode, ParsedOptions } from './command.ts'
import { existingStore, storePath } from './store-option.ts'

// Commands whose first word says what to do with the state of a store: `keys list`, `users add ann`.

/** What a verb works on. */
export type StoreWork = {
  readonly store: string
  readonly state: DatabaseSync
  readonly options: ParsedOptions
  readonly console: Console
}

export type Verb = {
  readonly run: (work: StoreWork, subject: string | undefined) => ExitCode | Promise<ExitCode>
  /** Only what puts something into a store may make one: elsewhere a mistyped path would answer with nothing. */
  readonly mayMakeStore?: true
}

export async function runVerb(
  verbs: Readonly<Record<string, Verb>>,
  [word, subject]: readonly string[],
  options: ParsedOptions,
  console: Console,
): Promise<ExitCode> {
  const verb = verbNamed(verbs, word)
  const store = verb.mayMakeStore ? storePath(options, console) : existingStore(options, console)
  using state = openState(store)
  return await verb.run({ store, state, options, console }, subject)
}

export function verbNamed<Each>(verbs: Readonly<Record<string, Each>>, word: string | undefined): Each {
  const verb = word !== undefined && Object.hasOwn(verbs, word) ? verbs[word] : undefined
  if (verb !== undefined) return verb
  const names = Object.keys(verbs)
  const near = word === undefined ? undefined : nearestWord(word, names)
  const hint = near === undefined ? '' : ` Did you mean ${near}?`
  throw new GateError('usage', `Say ${names.slice(0, -1).join(', ')} or ${names.at(-1)}.${hint}`)
}

/** One answer, for a program or for a person. */
export function answer(
  { options, console }: Pick<StoreWork, 'options' | 'console'>,
  result: unknown,
  text: string,
): ExitCode {
  console.stdout.write(options.json ? `${JSON.stringify(result)}\n` : `${text}\n`)
  return 0
}

/** A list, one line an item; that it is empty is said beside standard output, which stays empty. */
export function answerList<Item>(
  { options, console }: Pick<StoreWork, 'options' | 'console'>,
  items: readonly Item[],
  line: (item: Item) => string,
  empty: string,
): ExitCode {
  if (options.json) console.stdout.write(`${JSON.stringify(items)}\n`)
  else if (items.length === 0) console.stderr.write(`${empty}\n`)
  else for (const item of items) console.stdout.write(`${line(item)}\n`)
  return 0
}

/** The word after the verb, where there has to be one. */
export function neededSubject(subject: string | undefined, what: string, list: string): string {
  if (subject === undefined || subject === '')
    throw new GateError('usage', `Say which ${what}. \`portcullis ${list}\` shows them.`)
  return subject
}
