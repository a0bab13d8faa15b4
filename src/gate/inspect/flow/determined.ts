// Whether the user, or a record, settles what a call is about: an amount, a thing, a name. A value that only a sentence in a
// result has, where a record or the task has another for the same, or which the sentence hangs on somebody's authority, is
// the sentence's own choice, although the task calls for what the call does.
import type { Finding } from '../../finding.ts'
import { sharesKey } from './choice.ts'
import type { Directive } from './directives.ts'
import { type Effect, nameWords } from './effects.ts'
import { fold } from './fold.ts'
import type { Heard } from './heard.ts'
import { looking } from './judging.ts'
import { keysOf } from './keys.ts'
import { type Origins, wordsOf } from './origins.ts'
import type { TaskReading } from './readings.ts'
import { called } from './sources.ts'
import { holds, type Value } from './values.ts'

const VALUE_CHARACTERS_MAX = 80
const WORD_CHARACTERS_MIN = 4
const DIGITS_MIN = 3

/** A call and what is known of its session. */
type Case = {
  readonly tool: string
  readonly effect: Effect
  readonly heard: Heard
  readonly origins: Origins
  readonly asked: TaskReading
}

/** Told where a sentence settles a value that something better settles otherwise. */
export function settledOtherwise(call: Case, values: readonly Value[]): readonly Finding[] {
  const { tool, effect, heard, origins } = call
  if (heard.directives.length === 0 || origins.task === '' || looking.has(effect)) return []
  for (const value of values) {
    if (value.text.length > VALUE_CHARACTERS_MAX || saysHow(value.field)) continue
    const spellings = spellingsOfValue(value)
    const [core = ''] = spellings
    if (core === '' || spellings.some((each) => holds(origins.task, each))) continue
    const said = sayingOf(heard.directives, spellings, effect)
    if (said === undefined && (markOf(core) === undefined || origins.of(value) !== 'result')) continue
    if (spellings.some((each) => origins.isRecorded(each))) continue
    const text = said?.text.trim() ?? core
    // What the tool itself answered, as a refusal that says what would do, is its own word.
    if (heard.sources.fromOf(text) === tool) continue
    const why = whyOther(call, value, spellings, said)
    if (why === undefined) continue
    const name = called({ ...value, kind: 'plain' })
    const summary = `${tool} takes ${name} from a sentence in ${heard.sources.of(text)}; ${why}`
    return [{ detector: 'flow', fact: 'flow.other-value', severity: 'medium', summary }]
  }
  return []
}

/** The sentence that has the value: one that steers, if any does. */
function sayingOf(
  directives: readonly Directive[],
  spellings: readonly string[],
  effect: Effect,
): Directive | undefined {
  let first: Directive | undefined
  for (const each of directives) {
    if (!spellings.some((word) => each.text.includes(word) && holds(each.text, word))) continue
    if (isSteering(each, effect)) return each
    first ??= each
  }
  return first
}

function whyOther(
  call: Case,
  value: Value,
  spellings: readonly string[],
  said: Directive | undefined,
): string | undefined {
  const { effect, heard, asked } = call
  const field =
    said !== undefined && isSteering(said, effect) ? fieldChosen(effect, value, said, asked) : undefined
  if (field !== undefined) return `the task does not speak of ${field}`
  const rival = rivalOf(call, value, spellings, said?.isClaim ?? false)
  if (rival !== undefined) return `the task or a record has "${rival}"`
  const isHandedOver = said !== undefined && asked.delegates && heard.isReferred(said)
  return said?.isClaim && !isHandedOver ? 'it speaks for somebody whom the task does not name' : undefined
}

/** What is set is the sentence's choice, too: it names the field, and the task does not. */
function fieldChosen(
  effect: Effect,
  { field }: Value,
  said: Directive,
  asked: TaskReading,
): string | undefined {
  if (effect !== 'change' && effect !== 'unknown') return undefined
  if (asked.delegates && !said.isClaim) return undefined
  const words = nameWords(field).filter((word) => word.length > WORD_CHARACTERS_MIN)
  if (words.length === 0) return undefined
  const keys = keysOf(words.join(' '))
  const isIn = (texts: ReadonlySet<string>) => [...keys].every((key) => texts.has(key))
  return isIn(said.keys) && !sharesKey(keys, asked.keys) ? words.join(' ') : undefined
}

/** A field that says how, in what form or in whose words, and not to what or how much. */
function saysHow(field: string): boolean {
  return /(?:^|[_-])(?:type|kind|format|mode|status|state|priority|category|language|subject|title|content|text|body|message|note|notes|comment|reason|description)$/i.test(
    field,
  )
}

function isSteering({ told, isClaim }: Directive, effect: Effect): boolean {
  return (
    isClaim || told.isRequest || told.effects.has(effect) || (effect === 'unknown' && told.effects.size > 0)
  )
}

/** `2900` may be written 2,900 or 2900.00. */
function spellingsOfValue(value: Value): readonly string[] {
  const core = wordsOf(value)
  if (!/^-?\d+(?:\.\d+)?$/.test(core)) return core.length < WORD_CHARACTERS_MIN ? [] : [core]
  // A figure of one or two digits stands in many a sentence.
  if (core.length < DIGITS_MIN && kindOf(value.field) === undefined) return []
  const [whole = '', part] = core.split('.')
  const parted = whole.replace(/\B(?=(?:\d{3})+$)/g, ',')
  const cents = part === undefined ? '00' : part.padEnd(2, '0')
  return [core, `${whole}.${cents}`, parted, `${parted}.${cents}`]
}

function rivalOf(
  { effect, heard, origins, asked }: Case,
  value: Value,
  spellings: readonly string[],
  isClaim: boolean,
): string | undefined {
  const core = spellings[0] ?? ''
  const mark = markOf(core)
  if (mark !== undefined) {
    const isLike = (other: string) =>
      other !== core &&
      (markOf(other) === mark || core.startsWith(`${other}-`) || other.startsWith(`${core}-`))
    const named = origins.marked.find(isLike)
    if (named !== undefined || (asked.delegates && !isClaim)) return named
    return heard.entryLike(isLike)
  }
  const kind = kindOf(value.field)
  if (/^-?[\d.]+$/.test(core))
    return kind === undefined
      ? undefined
      : heard.fieldLike(
          (name, other) => kindOf(name) === kind && /^-?\d[\d.]*$/.test(other) && !spellings.includes(other),
        )
  if (effect === 'change' || !nameWords(value.field).some((word) => parties.test(word))) return undefined
  const field = fold(value.field)
  return heard.fieldLike(
    (name, other) =>
      name === field && other.length <= VALUE_CHARACTERS_MAX && !/[:;]/.test(other) && !core.includes(other),
  )
}

/** The form of a mark of things: `CL-4410` and `CL-99` are of one kind. A number alone is of none. */
export function markOf(word: string): string | undefined {
  if (!/^(?=.*\d)(?=.*[a-z])[a-z0-9]+(?:[-_/][a-z0-9]+){1,4}$/.test(word) || /^\d{4}-\d\d/.test(word))
    return undefined
  return word.replace(/\d+/g, '9')
}

const kinds: readonly (readonly [kind: string, words: RegExp])[] = [
  [
    'money',
    /^(?:amount|total|price|sum|due|cost|fee|salary|balance|claimed|paid|value|budget|rent|bill|deposit|wage|premium|charge)$/,
  ],
  ['count', /^(?:quantity|qty|count|seats|units|number|nights|items|pieces|copies|tickets|entitled|days)$/],
  ['share', /^(?:discount|percent|percentage|rate|interest)$/],
  [
    'level',
    /^(?:celsius|temperature|degrees|level|brightness|volume|limit|quota|threshold|speed|dosage|minutes|hours)$/,
  ],
  ['score', /^(?:points|grade|score|rating|marks|stars)$/],
]

/** With whom or where something is done. */
const parties =
  /^(?:employee|customer|patient|student|tenant|holder|owner|payee|beneficiary|recipient|vendor|supplier|client|member|user|name|shop|store|pharmacy|hotel|account|provider|consignee|candidate|guest|driver|doctor)$/

function kindOf(field: string): string | undefined {
  const parts = nameWords(field)
  return kinds.find(([, words]) => parts.some((part) => words.test(part)))?.[0]
}
