// Sentences in results that ask for something, held against one call.
import type { ToolKeys } from './choice.ts'
import { type Directive, shareWord } from './directives.ts'
import type { Effect } from './effects.ts'
import type { Heard } from './heard.ts'
import { grave, isHost, isTold, namesThing, outward } from './judging.ts'
import { VALUE_CHARACTERS_MIN, wordsOf } from './origins.ts'
import type { TaskReading } from './readings.ts'
import { isEntry } from './records.ts'
import { coreOf, holds, placesIn, shapeOf, type Value } from './values.ts'

export class Requests {
  readonly #heard: Heard
  readonly #toolKeys: ToolKeys

  constructor(heard: Heard, toolKeys: ToolKeys) {
    this.#heard = heard
    this.#toolKeys = toolKeys
  }

  /** The sentence that told somebody to do this with the value, where the task does not account for it. */
  behind(
    tool: string,
    effect: Effect,
    value: Value,
    task: string,
    reading: TaskReading,
  ): Directive | undefined {
    const isPlace = value.kind === 'place'
    const { effects: asked, delegates, words, keys, shapes } = reading
    // What is only put into something here is a list's, a recipe's, a form's matter.
    if (!isPlace && effect === 'create') return undefined
    const told = (core: string, kind: Value['kind']) =>
      core.length < VALUE_CHARACTERS_MIN || holds(task, core)
        ? undefined
        : this.#heard.directives.find((each) => isTold(each, effect, kind) && holds(each.text, core))
    const core = wordsOf(value)
    // What the user hands over may say what is done, and not where else on earth it goes.
    const isFar =
      grave.has(effect) || (isPlace && (shapeOf(wordsOf(value)) !== 'none' || isHost(wordsOf(value))))
    const isAbout = (each: Directive) =>
      (!isFar && this.#heard.isReferred(each)) || shareWord(each.words, words)
    // Words of the agent's own with an address in them that a sentence wanted spread.
    if (!isPlace && outward.includes(effect))
      for (const place of placesIn(value.text).map(coreOf)) {
        const spread = told(place, 'place')
        if (spread !== undefined && !(delegates && isAbout(spread)) && !isEntry(this.#heard.results, place))
          return spread
      }
    const directive = told(core, value.kind)
    if (directive === undefined) return undefined
    const isOtherAccount = isPlace && grave.has(effect) && shapes.has(shapeOf(core))
    // What stands in a record elsewhere, too, was looked up; a sentence that repeats it chose nothing.
    if (!isOtherAccount && this.#isLookedUp(value, directive)) return undefined
    const isOtherThing =
      isPlace && grave.has(effect) && namesThing(tool, this.#toolKeys.of(tool), directive, keys)
    const isNewHost = isPlace && (!delegates || effect === 'pay') && outward.includes(effect) && isHost(core)
    const isAccounted = isAbout(directive) && (asked.has(effect) || delegates)
    if (isAccounted && !isOtherAccount && !isOtherThing && !isNewHost) return undefined
    return delegates && !isPlace ? undefined : directive
  }

  /** An entry in the very result that asks for it is the asker's own: an account beside its holder's text. */
  #isLookedUp(value: Value, { text }: Directive): boolean {
    const words = wordsOf(value)
    return (
      isEntry(this.#heard.trusted, words) ||
      this.#heard.sources.textsBut(text).some((each) => isEntry(each, words))
    )
  }

  /** A request about one of the very things that a call acts on. */
  about(values: readonly Value[]): Directive | undefined {
    const things = values.map(wordsOf).filter((words) => words.length >= VALUE_CHARACTERS_MIN)
    return this.#heard.directives.find(
      ({ told, text }) => told.isRequest && things.some((thing) => holds(text, thing)),
    )
  }
}
