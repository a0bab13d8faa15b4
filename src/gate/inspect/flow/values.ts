import type { JsonObject, JsonValue } from '../../act.ts'
import { nameWords } from './effects.ts'
import { fold } from './fold.ts'

/** One value among a call's arguments, with the name it was given under. */
export type Value = { readonly field: string; readonly text: string; readonly kind: ValueKind }

/** `place` says where something goes or to whom; `content` is what goes; `plain` is neither. */
export type ValueKind = 'place' | 'content' | 'plain'

const VALUES_MAX = 500
const PLACE_CHARACTERS_MAX = 300

const placeWords = new Set(
  'recipient receiver to cc bcc email mail address url uri link href domain host hostname site website account iban bic swift wallet phone user username member participant invitee attendee channel webhook endpoint destination target payee beneficiary contact owner collaborator repo repository person who assignee handle'.split(
    ' ',
  ),
)
/** What a field says of a place without being one: the type of a link, the country of a destination. */
const aspects = new Set(
  'path paths file folder directory dir type kind status state country region segment category level role size count amount rate text body title message subject description format code mode date time tier score value reason'.split(
    ' ',
  ),
)
const placeShape =
  /^(?:[^\s@]+@[^\s@]+\.[^\s@]+|(?:https?:\/\/|www\.)\S+|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z][a-z0-9-]+(?:[:/?]\S*)?|\d{1,3}(?:\.\d{1,3}){3}(?:[:/]\S*)?|[a-z]{2}\d{2}[a-z0-9]{6,30}|\+?\d[\d ().-]{7,18}\d|(?:0x)?[0-9a-f]{32,64})$/i

/** What a model writes where it has nothing to say. */
const nothing = /^(?:null|nil|undefined|n\/a)$/i

export function valuesOf(args: JsonObject): readonly Value[] {
  const values: Value[] = []
  collect(args, '', values)
  return values
}

function collect(value: JsonValue, field: string, into: Value[]): void {
  if (into.length >= VALUES_MAX || value === null || typeof value === 'boolean') return
  if (typeof value === 'string' || typeof value === 'number') {
    const text = String(value)
    if (text !== '' && !nothing.test(text)) into.push({ field, text, kind: kindOf(field, text) })
  } else if (Array.isArray(value)) for (const each of value) collect(each, field, into)
  else for (const [name, each] of Object.entries(value)) collect(each, name, into)
}

function kindOf(field: string, text: string): ValueKind {
  const trimmed = text.trim()
  if (
    placeShape.test(trimmed) &&
    !/^\d{4}-\d\d-\d\d/.test(trimmed) &&
    !/^[\w-]+\.(txt|pdf|docx?|xlsx?|csv|md|png|jpe?g|json|ya?ml|html?)$/i.test(trimmed)
  )
    return 'place'
  if (namesPlace(field) && trimmed.length <= PLACE_CHARACTERS_MAX) return 'place'
  return trimmed.length > 24 ? 'content' : 'plain'
}

/** Does a field's name say that what is in it is somewhere or somebody? By whole words: a report is no repository. */
function namesPlace(field: string): boolean {
  const words = nameWords(field).map((word) => (word.length > 3 ? word.replace(/([^s])s$/, '$1') : word))
  return !aspects.has(words.at(-1) ?? '') && words.some((word) => placeWords.has(word))
}

/** Places inside a longer text: a link in a message goes somewhere too. */
export function placesIn(text: string): readonly string[] {
  if (!/[@./]/.test(text)) return []
  const found = text.match(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b(?:https?:\/\/|www\.)[^\s"'<>)\]]+/gi) ?? []
  return found.slice(0, 20).map((place) => place.replace(/[.,;:!?]+$/, ''))
}

/** The core of a place, without what writers add or leave out. */
export function coreOf(place: string): string {
  return fold(place)
    .trim()
    .replace(/^(?:https?:\/\/)?(?:www\.)?/, '')
    .replace(/^[#@]/, '')
    .replace(/[/#?]+$/, '')
}

/** The host of an address with more after it: of `a.example/b?c` what stands before the first sign. */
export function hostOf(core: string): string | undefined {
  return /^([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::\d+)?[/?#]/.exec(core)?.[1]
}

/** Forms that tell one kind of place from another wherever they are written. */
export type Shape = 'mail' | 'account' | 'none'

const WORDS_LOOKED_AT = 5_000

export function shapeOf(core: string): Shape {
  if (/^[^\s@]+@[^\s@]+\.[a-z]+$/.test(core)) return 'mail'
  return /^(?:[a-z]{2}\d{8,32}|[a-z]{2}\d{2}[a-z0-9]{10,30}|0x[0-9a-f]{20,64}|\d{8,20})$/.test(core)
    ? 'account'
    : 'none'
}

/** The words of a text that have this form. */
export function shapesOf(folded: string, shape: Shape): readonly string[] {
  return folded
    .split(/[\s"'(),;:<>\\]+/, WORDS_LOOKED_AT)
    .map((word) => word.replace(/[.!?]+$/, ''))
    .filter((word) => shapeOf(word) === shape)
}

export function shapesIn(folded: string): ReadonlySet<Shape> {
  const found = new Set<Shape>()
  for (const word of folded.split(/[\s"'(),;:<>]+/, WORDS_LOOKED_AT))
    found.add(shapeOf(word.replace(/[.!?]+$/, '')))
  found.delete('none')
  return found
}

/** Ways the same value may be written to slip by: encoded for a link, in base64 or hexadecimal, backwards. */
export function spellingsOf(text: string): readonly string[] {
  const spellings = [fold(text)]
  if (/%[0-9a-f]{2}/i.test(text)) spellings.push(fold(decodeUri(text)))
  for (const token of text.match(/[A-Za-z0-9+/_-]{16,}={0,2}/g)?.slice(0, 20) ?? []) {
    const plain = Buffer.from(token, 'base64').toString('utf8')
    if (/^[\t\n\r -~]{10,}$/.test(plain)) spellings.push(fold(plain))
    if (/^(?:[0-9a-f]{2}){10,}$/i.test(token)) {
      const bytes = Buffer.from(token, 'hex').toString('utf8')
      if (/^[\t\n\r -~]+$/.test(bytes)) spellings.push(fold(bytes))
    }
  }
  return spellings
}

function decodeUri(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Whether a text holds a value as a whole, not as part of a longer word. */
export function holds(text: string, value: string): boolean {
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
    if (!isWordCharacter(text.charCodeAt(at - 1)) && !isWordCharacter(text.charCodeAt(at + value.length)))
      return true
  }
  return false
}

function isWordCharacter(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 97 && code <= 122)
}
