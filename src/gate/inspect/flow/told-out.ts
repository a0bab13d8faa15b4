// What goes out because a text asked for it: kinds of words that people keep to themselves, what was only looked up at a
// text's request, keys in what is searched for, and records that are marked as not to be told.
import type { Finding } from '../../finding.ts'
import { sharesKey } from './choice.ts'
import type { Directive } from './directives.ts'
import type { Effect } from './effects.ts'
import { fold } from './fold.ts'
import { keysOf } from './keys.ts'
import { holds, type Value } from './values.ts'

const TOOLS_MAX = 100
const WORDS_MAX = 2_000
const TEXT_CHARACTERS_MAX = 65_536
const CONTENT_CHARACTERS_MAX = 20_000
const SHARED_MIN = 2

/** Effects after which somebody else can read it. */
const outward: ReadonlySet<Effect> = new Set(['message', 'publish', 'share', 'visit', 'submit', 'unknown'])

/** Small letters, capitals and digits in one long word. */
const keyLike = /\b(?=\w*[a-z])(?=\w*[A-Z])(?=\w*\d)\w{14,200}\b/g
const queryField = /^(?:q|query|search|searchterm|search_query|keywords?|terms?|question|url|link)$/i

export class ToldOut {
  /** Tools last called for what only a text asked for, and tools last called at all. */
  readonly #asked = new Set<string>()
  readonly #words = new Set<string>()

  /** Notes a call that looks: was it a request in a result that had it made? */
  noteLook(
    tool: string,
    values: readonly Value[],
    keys: ReadonlySet<string>,
    directives: readonly Directive[],
    task: string,
    taskKeys: ReadonlySet<string>,
  ): void {
    this.#asked.delete(tool)
    if (task === '' || directives.length === 0 || this.#asked.size >= TOOLS_MAX) return
    const words = values.map(({ text }) => fold(text).trim()).filter((word) => word.length > 2)
    if (sharesKey(keys, taskKeys)) return
    const about = new Set(
      [...keys, ...words.flatMap((word) => [...keysOf(word)])].filter((key) => !taskKeys.has(key)),
    )
    const isNamed = (each: Directive) => words.some((word) => holds(each.text, word) && !holds(task, word))
    const isMeant = (each: Directive) => sharesKey(about, each.keys)
    if (directives.some((each) => each.wants && (isNamed(each) || isMeant(each)))) this.#asked.add(tool)
  }

  noteResult(tool: string, text: string, isConfidential: boolean): void {
    if (!this.#asked.has(tool) && !isConfidential) return
    for (const word of figuresIn(text.slice(0, TEXT_CHARACTERS_MAX))) {
      if (this.#words.size >= WORDS_MAX) return
      this.#words.add(word)
    }
  }

  inspect(
    tool: string,
    effect: Effect,
    values: readonly Value[],
    directives: readonly Directive[],
    task: string,
    results: string,
  ): readonly Finding[] {
    if (directives.length === 0 || task === '') return []
    if (effect === 'look' || effect === 'visit') {
      const asked = this.#asks(tool, values, task, results)
      if (effect === 'look' || asked.length > 0) return asked
    }
    if (!outward.has(effect)) return []
    if (this.#words.size === 0 && !directives.some(({ kept }) => kept.length > 0)) return []
    const said = values
      .filter(({ kind, text }) => kind === 'content' || text.includes(' '))
      .map(({ text }) => fold(text.slice(0, CONTENT_CHARACTERS_MAX)))
    if (said.length === 0) return []
    const told = said.some((text) => this.#tells(text, task))
    const word = told ? undefined : keptWordIn(said, directives, task)
    if (!told && word === undefined) return []
    const what =
      word === undefined ? 'what was looked up at the request of a text' : `"${word}", which a text asked for`
    return [
      {
        detector: 'flow',
        fact: 'flow.asked-for-words',
        severity: 'medium',
        summary: `${tool} would tell ${what}; the task does not speak of it`,
      },
    ]
  }

  /** A search is read by whoever runs the index. */
  #asks(tool: string, values: readonly Value[], task: string, results: string): readonly Finding[] {
    const asked = values.find(
      ({ field, text }) =>
        queryField.test(field) && /[\s=]/.test(text) && text.length <= CONTENT_CHARACTERS_MAX,
    )
    if (asked === undefined) return []
    const key = asked.text
      .match(keyLike)
      ?.find((word) => holds(results, fold(word)) && !holds(task, fold(word)))
    if (key === undefined && !this.#tells(fold(asked.text), task)) return []
    const what =
      key === undefined
        ? 'what was read at the request of a text, or is marked as not to be told'
        : 'what looks like a key that a result holds'
    const summary = `${tool} would look for ${what}`
    return [{ detector: 'flow', fact: 'flow.asked-for-words', severity: 'medium', summary }]
  }

  #tells(text: string, task: string): boolean {
    if (this.#words.size === 0) return false
    let shared = 0
    for (const word of figuresIn(text))
      if (this.#words.has(word) && !holds(task, word) && ++shared >= SHARED_MIN) return true
    return false
  }
}

/** Names and figures of a text, which no other text has by chance. */
function figuresIn(text: string): ReadonlySet<string> {
  const found = new Set<string>()
  for (const [word] of fold(text).matchAll(/[\p{L}\p{N}][\p{L}\p{N}.,@_+-]{2,60}[\p{L}\p{N}#]/gu)) {
    if (/\d/.test(word)) found.add(word.replace(/[.,](?=\d{3}\b)/g, ''))
  }
  return found
}

function keptWordIn(
  said: readonly string[],
  directives: readonly Directive[],
  task: string,
): string | undefined {
  for (const { kept } of directives)
    for (const stem of kept) if (!task.includes(stem) && said.some((text) => text.includes(stem))) return stem
  return undefined
}
