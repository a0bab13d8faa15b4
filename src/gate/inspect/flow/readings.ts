// What is read out of a text and hangs on nothing else: tasks, pages and listings come again, in one session and the next.
import { Remembered } from '../../../kernel/remembered.ts'
import { contentWords, type Directive, directivesIn } from './directives.ts'
import type { Effect } from './effects.ts'
import { fold } from './fold.ts'
import { concealed } from './hidden.ts'
import { type Named, placesNamed } from './inner-places.ts'
import { type Mark, marksIn } from './instructions.ts'
import { keysOf } from './keys.ts'
import { isForeign } from './languages.ts'
import { delegates, effectsIn } from './task-words.ts'
import { type Shape, shapesIn } from './values.ts'

/** At most some 16 MB of texts and four times that of what was read in them. */
const resultLimits = { entriesMax: 1_024, charactersMax: 4_096 }
const taskLimits = { entriesMax: 512, charactersMax: 4_096 }

/** A result as long as is folded at once, or shorter. */
export type PartReading = {
  readonly folded: string
  readonly directives: readonly Directive[]
  readonly marks: readonly Mark[]
  /** It says of itself that it is not to be told. */
  readonly isConfidential: boolean
}

/** What the user asked, in folded words. */
export type TaskReading = {
  readonly effects: ReadonlySet<Effect>
  readonly delegates: boolean
  readonly words: ReadonlySet<string>
  readonly keys: ReadonlySet<string>
  /** Words that begin a clause, where an order says what to do. */
  readonly leads: ReadonlySet<string>
  /** Kinds of places that the task names: who is named must not become another. */
  readonly shapes: ReadonlySet<Shape>
}

export class Readings {
  readonly #parts = new Remembered<PartReading>(resultLimits)
  readonly #places = new Remembered<Named>(resultLimits)
  readonly #tasks = new Remembered<TaskReading>(taskLimits)

  part(text: string): PartReading {
    return this.#parts.of(text, readPart)
  }

  places(text: string): Named {
    return this.#places.of(text, placesNamed)
  }

  task(folded: string): TaskReading {
    return this.#tasks.of(folded, readTask)
  }
}

const confidential =
  /\b(?:confidential|privileged|internal only|not for (?:distribution|release)|do not (?:share|disclose|forward)|restricted|does not wish contact|unpublished)\b|"(?:restricted|private|internal)": ?true/

function readPart(text: string): PartReading {
  const secrets = concealed(text)
  if (secrets.length === 0) {
    const folded = fold(text)
    const isOther = isForeign(folded)
    return {
      folded,
      directives: directivesIn(text, isOther),
      marks: marksIn(folded, isOther),
      isConfidential: confidential.test(folded),
    }
  }
  // What had to be decoded is read with the rest, and marked: nobody hides what is meant for people.
  const open = fold(text)
  const folded = `${open} . ${fold(secrets.join(' . '))}`
  const mark = {
    from: open.length,
    to: folded.length,
    loneTo: folded.length,
    name: 'encoded-text',
    isPlain: false,
  }
  return {
    folded,
    directives: directivesIn(`${text}\n\n${secrets.join('\n\n')}`),
    marks: [...marksIn(folded), mark],
    isConfidential: confidential.test(folded),
  }
}

const lead = /(?:^ ?|[.,;:!?] |\b(?:and|then|to|please|also|or|you) )([a-z]{4,})\b/g

export function readTask(folded: string): TaskReading {
  return {
    effects: effectsIn(folded),
    delegates: delegates(folded),
    words: contentWords(folded),
    keys: keysOf(folded),
    leads: new Set([...folded.matchAll(lead)].map((match) => match[1] ?? '')),
    shapes: shapesIn(folded),
  }
}
