import type { Steps } from '../../../kernel/steps.ts'
import type { Finding } from '../../finding.ts'
import type { Directive } from './directives.ts'
import type { Effect } from './effects.ts'
import { fold, partsOf } from './fold.ts'
import { suspicionIn } from './instructions.ts'
import { isForeign } from './languages.ts'
import type { PartReading, Readings } from './readings.ts'
import { entryLike, fieldLike } from './records.ts'
import { Sources } from './sources.ts'
import { effectsIn } from './task-words.ts'

/** A session remembers this much of what tools returned; the oldest goes first. */
const MEMORY_CHARACTERS_MAX = 524_288
const DIRECTIVES_MAX = 1_000
const REFERRED_CHARACTERS_MAX = 65_536

/** What a session's tools and other agents said, and which of it speaks to the machine. */
export class Heard {
  readonly #readings: Readings
  readonly directives: Directive[] = []
  readonly #referred = new Set<Directive>()
  /** What a word of the task led to. */
  referred = ''
  readonly sources = new Sources()
  /** Folded text: of trusted tools, of others, and the parts that speak to the machine. */
  trusted = ''
  results = ''
  instructions = ''
  /** Of the instructions, those that leave no doubt. */
  plain = ''
  instructionEffects: ReadonlySet<Effect> = new Set()
  /** Something that speaks to the machine does so in another language than English. */
  hasForeignOrder = false
  plainEffects: ReadonlySet<Effect> = new Set()
  /** Of the latest result: it says of itself that it is not to be told. */
  isConfidential = false
  /** Something was longer than is read or remembered, so what nobody is known to have named may stand in it. */
  hasUnread = false
  /** So many sentences told somebody to do something that any place in results may be what one of them named. */
  hasForgotten = false

  constructor(readings: Readings) {
    this.#readings = readings
  }

  noteTrusted(text: string): void {
    for (const part of partsOf(text).parts) this.trusted = remembered(this.trusted, fold(part))
  }

  /** Does it stand in what the user sent the agent to read, by a word of the task? */
  isReferred(directive: Directive): boolean {
    return this.#referred.has(directive)
  }

  /** Do results speak of both within a few lines? */
  isNear(value: string, name: string): boolean {
    return [this.trusted, this.results].some((text) => isNear(text, value, name))
  }

  /** The first record's mark, or value under a field's name, that fits. */
  entryLike(fits: (mark: string) => boolean): string | undefined {
    return entryLike(this.trusted, fits) ?? entryLike(this.results, fits)
  }

  fieldLike(fits: (name: string, value: string) => boolean): string | undefined {
    return fieldLike(this.trusted, fits) ?? fieldLike(this.results, fits)
  }

  /** A long text takes a step for each of its parts. */
  *note(
    text: string,
    source: string,
    tools: readonly string[],
    isReferred = false,
  ): Steps<readonly Finding[]> {
    const { parts, isCut } = partsOf(text)
    const cues = new Set<string>()
    this.isConfidential = false
    for (const part of parts) {
      const reading = this.#readings.part(part)
      this.isConfidential ||= reading.isConfidential
      this.sources.note(source, reading.folded)
      this.#noteDirectives(reading, isReferred)
      if (isReferred) this.referred = `${this.referred} ${reading.folded}`.slice(-REFERRED_CHARACTERS_MAX)
      for (const cue of this.#noteText(reading, tools)) cues.add(cue)
      if (parts.length > 1) yield
    }
    this.hasUnread ||= isCut
    const who = source || 'a tool'
    return [
      ...(isCut
        ? [found('flow.unread', `what ${who} returned is longer than is read; its end was not looked at`)]
        : []),
      ...(cues.size > 0
        ? [
            found(
              'flow.instruction',
              `what ${who} returned speaks to the assistant (${[...cues].join(', ')})`,
            ),
          ]
        : []),
    ]
  }

  #noteDirectives({ directives }: PartReading, isReferred: boolean): void {
    if (isReferred) for (const each of directives.slice(-DIRECTIVES_MAX)) this.#referred.add(each)
    if (this.#referred.size > 2 * DIRECTIVES_MAX) this.#referred.clear()
    // More than are remembered at once: nobody writes so but to make one of them forgotten.
    this.hasForgotten ||= directives.length > DIRECTIVES_MAX
    this.directives.push(...directives.slice(-DIRECTIVES_MAX))
    if (this.directives.length > DIRECTIVES_MAX)
      this.directives.splice(0, this.directives.length - DIRECTIVES_MAX)
  }

  #noteText({ folded: text, marks }: PartReading, tools: readonly string[]): readonly string[] {
    const { spans, cues } = suspicionIn(text, tools, marks)
    let clean = ''
    let at = 0
    let said = ''
    let saidPlainly = ''
    for (const {
      at: [start, end],
      isPlain,
    } of spans) {
      const spoken = text.slice(start, end)
      clean += `${text.slice(at, start)} `
      this.hasUnread ||= this.instructions.length + spoken.length > MEMORY_CHARACTERS_MAX
      this.instructions = remembered(this.instructions, spoken)
      said += ` ${spoken}`
      if (isPlain) {
        this.plain = remembered(this.plain, spoken)
        saidPlainly += ` ${spoken}`
      }
      this.hasForeignOrder ||= isForeign(spoken)
      at = end
    }
    this.results = remembered(this.results, clean + text.slice(at))
    if (spans.length === 0) return []
    // Only what is new is read: what was asked for before stays asked for.
    const effects = effectsIn(said)
    this.instructionEffects = new Set([...this.instructionEffects, ...effects])
    if (saidPlainly !== '')
      this.plainEffects = new Set([
        ...this.plainEffects,
        ...(saidPlainly === said ? effects : effectsIn(saidPlainly)),
      ])
    return cues
  }
}

const NEAR_CHARACTERS = 250
const NEAR_LOOKS_MAX = 50

function isNear(text: string, value: string, name: string): boolean {
  let looks = 0
  for (let at = text.indexOf(value); at >= 0 && looks < NEAR_LOOKS_MAX; at = text.indexOf(value, at + 1)) {
    looks++
    if (text.slice(Math.max(0, at - NEAR_CHARACTERS), at + value.length + NEAR_CHARACTERS).includes(name))
      return true
  }
  return false
}

function remembered(before: string, more: string): string {
  return `${before} ${more}`.slice(-MEMORY_CHARACTERS_MAX)
}

function found(fact: string, summary: string): Finding {
  return { detector: 'flow', fact, severity: 'low', summary }
}
