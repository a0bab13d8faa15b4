import { type Directive, shareWord } from './directives.ts'
import { type Effect, effectOfWord, nameWords } from './effects.ts'
import { KEY_LETTERS_MIN, keyOf } from './keys.ts'

/** Words of a tool's name that say nothing about what it is for. */
const empty = new Set(
  'the and for all any from with into onto via api app tool tools manager service system function action actions item items data info information details get set new user users my me your this that these by of to in on at or is a an it'.split(
    ' ',
  ),
)

const TOOLS_KEPT = 2_000

/** What a tool's name says it is for, as keys: the words that are not empty. */
export class ToolKeys {
  readonly #kept = new Map<string, ReadonlySet<string>>()

  of(tool: string): ReadonlySet<string> {
    const kept = this.#kept.get(tool)
    if (kept !== undefined) return kept
    const words = nameWords(tool).filter((word) => word.length >= KEY_LETTERS_MIN && !empty.has(word))
    const keys = new Set(words.map(keyOf))
    if (this.#kept.size < TOOLS_KEPT) this.#kept.set(tool, keys)
    return keys
  }
}

export function sharesKey(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  for (const key of left) if (right.has(key)) return true
  return false
}

/** The word of a tool's name that says what it does, and not that it only looks. */
export function doingKey(tool: string): string | undefined {
  const word = nameWords(tool).find((each) => (effectOfWord(each) ?? 'look') !== 'look')
  return word === undefined ? undefined : keyOf(word)
}

/** A sentence about the user's own matter is its own master with this many words that the task does not have. */
const FOREIGN_WORDS_MIN = 3

/**
 * Does a sentence tell somebody to do what this tool does? By its verb; or, where a tool's name has no verb, by what the
 * sentence is about and the task is not.
 */
export function asksFor(
  directive: Directive,
  effect: Effect,
  tool: ReadonlySet<string>,
  task: ReadonlySet<string>,
  taskWords: ReadonlySet<string>,
): boolean {
  const { told } = directive
  if (effect !== 'unknown')
    return told.effects.has(effect) || told.verbs.some((verb) => isForeign(keyOf(verb), tool, task))
  const about = directive.keys
  const foreign = [...about].filter((key) => isForeign(key, tool, task)).length
  const isOwn = () => [...directive.words].filter((word) => !taskWords.has(word)).length >= FOREIGN_WORDS_MIN
  if (told.isRequest && sharesKey(tool, task) && shareWord(directive.words, taskWords) && !isOwn())
    return false
  return told.isRequest ? foreign > 0 : told.verbs.some((verb) => isForeign(keyOf(verb), tool, task))
}

function isForeign(key: string, tool: ReadonlySet<string>, task: ReadonlySet<string>): boolean {
  return tool.has(key) && !task.has(key)
}
