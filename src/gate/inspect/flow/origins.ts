// Where a value of a call came from: the task, a trusted tool, a result, or an instruction in one.
import { fold } from './fold.ts'
import type { Heard } from './heard.ts'
import { isHost, NAMES_MAX, namesIn } from './judging.ts'
import { isEntry, markPattern } from './records.ts'
import { coreOf, holds, hostOf, placesIn, shapeOf, shapesOf, spellingsOf, type Value } from './values.ts'

export type Origin = 'task' | 'trusted' | 'result' | 'instruction' | 'unknown'

/** Shorter values are in every text. */
export const VALUE_CHARACTERS_MIN = 4

/** The words a value is looked for by. */
export function wordsOf({ kind, text }: Value): string {
  return kind === 'place' ? coreOf(text) : fold(text).trim()
}

/** "Tell Petra", "send Marcus Johnson the results", "to Dana". */
function addresseesIn(task: string): readonly string[] {
  const found = task.matchAll(
    /\b(?:tell|inform|notify|e-?mail|message|text|sms|send|remind|ask|thank|pay|answer|to)\s+(?:my\s+\w+\s+)?(\p{Lu}[\p{Ll}’'-]{2,})/giu,
  )
  return [...found]
    .map(([, name = '']) => name)
    .filter((name) => /^\p{Lu}/u.test(name))
    .map(fold)
}

export class Origins {
  readonly #heard: Heard
  /** Folded words of the user. */
  task = ''
  /** Names in the task, folded. */
  #names: readonly string[] = []

  constructor(heard: Heard) {
    this.#heard = heard
  }

  /** Whom the task has told, sent or given something, folded. */
  #addressees: readonly string[] = []

  /** Is it somebody else's place than of those whom the task has told, and have they one? */
  isOfOthers(value: Value): boolean {
    const words = wordsOf(value)
    return (
      this.#addressees.length > 0 &&
      this.isOnlySaid(value) &&
      !this.#addressees.some((name) => words.includes(name) || this.#heard.isNear(words, name))
    )
  }

  noteNames(task: string): void {
    this.#addressees = [...new Set([...this.#addressees, ...addresseesIn(task)])].slice(-NAMES_MAX)
    this.#names = [...new Set([...this.#names, ...namesIn(task)])].slice(-NAMES_MAX)
  }

  /** Does an instruction that leaves no doubt name it? */
  isPlain({ kind, text }: Value): boolean {
    const { plain } = this.#heard
    if (kind !== 'place') return holds(plain, fold(text).trim())
    const core = coreOf(text)
    return holds(plain, core) || (this.#isHostTold(core) && holds(plain, hostOf(core) ?? core))
  }

  /** Of an address put together by the agent, the host says whose it is: what follows may be what is carried away. */
  #isHostTold(core: string): boolean {
    const host = hostOf(core)
    return (
      host !== undefined &&
      holds(this.#heard.instructions, host) &&
      ![this.task, this.#heard.trusted, this.#heard.results].some((text) => holds(text, host))
    )
  }

  /** The user named it, or a record that names somebody of whom the user spoke holds it. */
  isMeant(value: Value): boolean {
    if (this.of(value) === 'task') return true
    const words = wordsOf(value)
    return (
      words.length >= VALUE_CHARACTERS_MIN &&
      this.isEntry(value) &&
      this.#names.some((name) => words.includes(name) || this.#heard.isNear(words, name))
    )
  }

  isAccountedFor(value: Value): boolean {
    if (value.kind === 'content' || wordsOf(value).length < VALUE_CHARACTERS_MIN) return true
    return this.of(value) === 'task' || this.isEntry(value)
  }

  /** An address on the web that only a text named which nothing in the task led to. */
  isStray(value: Value): boolean {
    const core = wordsOf(value)
    return (
      value.kind === 'place' &&
      isHost(core) &&
      this.of(value) === 'result' &&
      !holds(this.#heard.referred, core)
    )
  }

  /** A sentence in a result has it and no record does. */
  isOnlySaid(value: Value): boolean {
    return this.of(value) === 'result' && !this.isEntry(value)
  }

  /** Only a sentence has it, in a result in which a record holds another place of the kind. */
  isBesideRecord(value: Value): boolean {
    const words = wordsOf(value)
    const shape = shapeOf(words)
    if (shape === 'none' || !this.isOnlySaid(value)) return false
    const text = this.#heard.sources.textOf(words)
    if (text === undefined) return false
    const at = text.indexOf(words)
    const end = text.indexOf('}', at)
    const start = text.lastIndexOf('{', at)
    const record = start < 0 || end < 0 ? '' : text.slice(start, end)
    return shapesOf(record, shape).some((other) => other !== words && isEntry(record, other))
  }

  /** Did a result or the task name the host of an address that nobody gave in this form? */
  isHostFound({ text }: Value): boolean {
    const core = coreOf(text)
    const host = hostOf(`${core}/`)
    return (
      host !== undefined &&
      !this.#carries(core, host) &&
      [this.task, this.#heard.trusted, this.#heard.results].some((said) => holds(said, host))
    )
  }

  /** Does what follows the host hold what the user did not say: values of a query, names with digits? */
  #carries(core: string, host: string): boolean {
    const [path = '', query = ''] = core.slice(host.length).split(/\?(.*)/s)
    const given = query.split('&').flatMap((pair) => (pair.split(/=(.*)/s)[1] ?? '').split(/[^\p{L}\p{N}]+/u))
    const marked = path
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => /\d/.test(word) && word.length > VALUE_CHARACTERS_MIN)
    return [...given, ...marked].some((word) => word.length > 2 && !holds(this.task, word))
  }

  /** Marks of things (`SH-5510`) in the task, folded. */
  get marked(): readonly string[] {
    return this.task.match(markPattern)?.slice(0, NAMES_MAX) ?? []
  }

  isRecorded(words: string): boolean {
    return isEntry(this.#heard.results, words) || isEntry(this.#heard.trusted, words)
  }

  /** Does a result hold it as an entry of its own, and not only in a sentence? */
  isEntry(value: Value): boolean {
    return this.isRecorded(wordsOf(value))
  }

  /** Which tool's words it stands in, for the person who decides. */
  sourceOf({ kind, text }: Value): string {
    const core = kind === 'place' ? coreOf(text) : fold(text).trim()
    const host = kind === 'place' && this.#isHostTold(core) ? hostOf(core) : undefined
    return this.#heard.sources.of(host ?? core)
  }

  of(value: Value): Origin {
    const isPlace = value.kind === 'place'
    const core = isPlace ? coreOf(value.text) : fold(value.text).trim()
    if (core.length < VALUE_CHARACTERS_MIN) return 'unknown'
    if (holds(this.task, core)) return 'task'
    if (holds(this.#heard.trusted, core)) return 'trusted'
    if (holds(this.#heard.results, core)) return 'result'
    if (holds(this.#heard.instructions, core)) return 'instruction'
    if (isPlace && this.#isHostTold(core)) return 'instruction'
    if (!isPlace) {
      for (const spelling of spellingsOf(value.text)) {
        const places = placesIn(spelling).map(coreOf)
        if (
          places.some(
            (place) =>
              holds(this.#heard.instructions, place) &&
              !holds(this.task, place) &&
              !holds(this.#heard.results, place),
          )
        )
          return 'instruction'
      }
    }
    return 'unknown'
  }
}
