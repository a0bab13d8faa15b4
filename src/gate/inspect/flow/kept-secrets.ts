// What a file of secrets said, in what goes out later: the file may have been the agent's to read, and its words not to tell.
import { type Finding, severityRank } from '../../finding.ts'
import { secretFile } from '../command/credential-read/secret-files.ts'
import type { Effect } from './effects.ts'
import { fold } from './fold.ts'
import { holds, type Value } from './values.ts'

const PATH_CHARACTERS_MAX = 500
const TEXT_CHARACTERS_MAX = 65_536
const WORDS_MAX = 500
const TOOLS_MAX = 100
const WORD_CHARACTERS_MIN = 8
const words = /[\w+/=.-]{8,200}/g

/** Effects after which somebody else can read it. */
const outward: ReadonlySet<Effect> = new Set([
  'message',
  'publish',
  'share',
  'visit',
  'submit',
  'pay',
  'unknown',
])

export class KeptSecrets {
  /** Tools that were last called for a file of secrets which the task does not name. */
  readonly #readers = new Set<string>()
  readonly #words = new Set<string>()

  noteCall(tool: string, values: readonly Value[], task: string): void {
    const isSecret = values.some(
      ({ text }) =>
        text.length < PATH_CHARACTERS_MAX &&
        secretFile(text) !== undefined &&
        !holds(task, fold(text).trim()),
    )
    if (!isSecret) this.#readers.delete(tool)
    else if (this.#readers.size < TOOLS_MAX) this.#readers.add(tool)
  }

  noteResult(tool: string, text: string): void {
    if (!this.#readers.has(tool)) return
    for (const [word] of text.slice(0, TEXT_CHARACTERS_MAX).matchAll(words)) {
      if (this.#words.size >= WORDS_MAX) return
      // `NAME=value`: what is secret is the value.
      const value = word.replace(/^[A-Z][A-Z0-9_]*=/, '')
      if (isSecretLike(value)) this.#words.add(value)
    }
  }

  inspect(tool: string, effect: Effect, values: readonly Value[]): readonly Finding[] {
    if (this.#words.size === 0 || !outward.has(effect)) return []
    const told = values.find(({ text }) => [...this.#words].some((word) => text.includes(word)))
    if (told === undefined) return []
    return [
      {
        detector: 'flow',
        fact: 'flow.kept-secret',
        severity: 'high',
        summary: `${tool} would tell, in its ${told.field || 'value'}, what a file of secrets said that the task does not name`,
      },
    ]
  }
}

/** Shorter words, and words without a digit or without a letter, are in other texts too. */
function isSecretLike(word: string): boolean {
  return word.length >= WORD_CHARACTERS_MIN && /\d/.test(word) && /[a-z]/i.test(word)
}

/** Files of keys and passwords are nobody's business unless the user named them. */
export function secretPath(tool: string, values: readonly Value[], task: string): readonly Finding[] {
  for (const { text } of values) {
    const secret = text.length < PATH_CHARACTERS_MAX ? secretFile(text) : undefined
    if (secret === undefined || severityRank(secret.severity) < severityRank('high')) continue
    if (holds(task, fold(text).trim())) continue
    const summary = `${tool} touches ${secret.what}, which the task does not name`
    return [{ detector: 'flow', fact: 'flow.secret-path', severity: 'high', summary }]
  }
  return []
}
