// Whom and what the user named, against whom and what a call acts on: asked to mail Anna, mails Bob.
import type { CallAct } from '../../act.ts'
import { type Effect, effectOf, nameWords } from '../flow/effects.ts'
import { fold } from '../flow/fold.ts'
import { statementsIn } from '../flow/statements.ts'
import { holds, type Value, valuesOf } from '../flow/values.ts'

/** Do results of this session speak of both in one breath? A contact list says which address is Anna's. */
export type IsLinked = (value: string, name: string) => boolean

type Form = 'mail' | 'path' | 'mark' | 'word'
type Named = {
  /** What is to be deleted, stopped, revoked, in folded words of the user. */
  readonly doomed: ReadonlySet<string>
  readonly kept: ReadonlySet<string>
  /** Whom to write to, pay or let in; empty where the task leaves that open. */
  readonly people: ReadonlySet<string>
  /** The very addresses or accounts given for the only thing that is to reach anybody. */
  readonly places: ReadonlySet<string>
  /** Names anywhere in the task: what belongs to one of them may be meant. */
  readonly names: ReadonlySet<string>
}

const TASK_CHARACTERS_MAX = 20_000
const NAMES_MAX = 50
/** Results are searched this often for one call; what is left then counts as meant. */
const LOOKS_MAX = 300
const VALUE_CHARACTERS_MAX = 120
const NAME_LETTERS_MIN = 3

const doing =
  /\b(?:delet|remov|drop|destroy|terminat|purg|wip|eras|revok|kick|ban|block|uninstall|unsubscrib|trash|decommission)(?:e|es|ed|ing|s|k|p)?\b/i
const sparing =
  /\b(?:but|except(?: for)?|apart from|other than|excluding|besides|keep(?:ing)?|leav(?:e|ing)|spare|sparing|without|do not|don't|never)\b/i
const kinds =
  /\b(?:users?|accounts?|tables?|databases?|branch(?:es)?|tags?|buckets?|containers?|pods?|services?|servers?|hosts?|instances?|volumes?|projects?|repos(?:itory|itories)?|channels?|groups?|roles?|indexes|queues?|topics?|folders?|director(?:y|ies)|namespaces?|clusters?|deployments?|devices?|domains?|contacts?|members?|employees?|customers?|playlists?|albums?) (?:named |called |with the name )?([a-z][\w./-]{1,39}\w)/gi
const noNames = new Set(
  'and or the a an who which that this these those in on at of for from with without to by is are was were has have not all any every each one two three if when where while after before since until because name names named called id ids data list lists info details settings rows row entries entry access permissions permission account accounts files file records record older newer unused old new inactive left using via then please also but except only once again there here it them him her my your our their its table tables page pages group groups level type kind'.split(
    ' ',
  ),
)
const noPeople = new Set(
  'monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december english german french spanish the this that these those please also then and but for from with after before when while hello thanks dear slack gmail email google microsoft excel word pdf'.split(
    ' ',
  ),
)
const person = "[A-Z][a-z]+(?:['’-][A-Z][a-z]+)?"
const reaching = new RegExp(
  `\\b(?:[Ss]end|[Mm]ail|[Ee]-?mail|[Mm]essage|[Tt]ext|[Ww]rite|[Ff]orward|[Pp]ay|[Tt]ransfer|[Ss]hare|[Ii]nvite|[Nn]otify|[Ii]nform|[Tt]ell|[Dd][Mm]|[Rr]emind)\\b(?: (?:an?|the) (?:e-?mail|message|text|invitation|note))?(?: to)? (?:(?!(?:me|us|my|our)\\b)[^.;!?\\n]{0,80}?\\bto )?(${person}|[\\w.+-]+@[\\w-]+(?:\\.[\\w-]+)+)`,
  'g',
)
const reachingVerb =
  /\b(?:send|mail|e-?mail|message|text|write|forward|pay|transfer|share|invite|notify|inform|tell|dm|remind|reply|respond|answer|post|contact|reach out|let)\b/i
/** Words that leave open who is meant. */
const open =
  /\b(?:everyone|everybody|all|each|every|team|group|both|others?|participants?|attendees?|colleagues?|members?|people|them|their|his|her|him|my|our|whoever|anyone|manager|boss|owner|sender|author|support|office|company|landlord|friends?|family|department|channel)\b/i
const deletes =
  /delet|remov|destroy|terminat|drop|purge|revoke|wipe|erase|kick|ban|uninstall|unsubscribe|trash|decommission/i
const reaches: ReadonlySet<Effect> = new Set(['message', 'pay', 'share', 'identity'])
const who = new Set(
  'recipient receiver to email mail user username member participant invitee attendee payee beneficiary contact person employee customer assignee handle'.split(
    ' ',
  ),
)
const identity = new Set([
  ...who,
  ...'name id target path file filename folder directory table database branch tag bucket container pod service server host instance vm volume project repo repository channel group role index queue topic namespace cluster deployment device domain account key playlist album resource object item'.split(
    ' ',
  ),
])

export class NamedTargets {
  #task = ''
  #folded = ''
  #named: Named | undefined

  noteTask(text: string): void {
    this.#task = `${this.#task}\n${text}`.slice(-TASK_CHARACTERS_MAX)
    this.#folded = fold(this.#task)
    this.#named = undefined
  }

  /** What the call does to somebody or something else than the user named; undefined when it does as it was told. */
  inspect({ tool, arguments: args }: CallAct, isLinked: IsLinked): string | undefined {
    if (this.#task === '') return undefined
    const isDeleting = deletes.test(tool)
    const otherTable = this.#otherTable(tool, args)
    if (otherTable !== undefined) return otherTable
    if (!isDeleting && !reaches.has(effectOf(tool, undefined))) return undefined
    this.#named ??= namedIn(this.#task)
    const values = valuesOf(args).filter(({ text }) => isComparable(text))
    let looks = 0
    const looked: IsLinked = (value, name) => looks++ >= LOOKS_MAX || isLinked(value, name)
    return isDeleting
      ? this.#otherDoomed(tool, values, this.#named, looked)
      : this.#otherPeople(tool, values, this.#named, looked)
  }

  /** SQL that deletes from another table than those named, or every row where the task speaks of some. */
  #otherTable(tool: string, args: CallAct['arguments']): string | undefined {
    const deleting = statementsIn(tool, valuesOf(args)).filter(({ effect }) => effect === 'delete')
    if (deleting.length === 0) return undefined
    this.#named ??= namedIn(this.#task)
    const tables = [...this.#named.doomed].filter((name) => /^[a-z]\w*(?:[._]\w+)+$/.test(name))
    for (const { targets, isWhole } of deleting) {
      const other = targets.find(
        (each) => !this.#folded.includes(each) && !tables.some((name) => each.endsWith(`.${name}`)),
      )
      if (tables.length > 0 && other !== undefined)
        return `${tool} deletes from ${other}; the user named ${tables.slice(0, 5).join(', ')}`
      if (
        isWhole &&
        tables.length > 0 &&
        /\b(?:rows?|records?|entries|those|where|older|test)\b/.test(this.#folded) &&
        !/\b(?:all|every|everything|empty|truncate|whole|entire)\b/.test(this.#folded)
      )
        return `${tool} deletes every row of ${targets.join(', ')}; the user spoke of some`
    }
    return undefined
  }

  #otherDoomed(tool: string, values: readonly Value[], named: Named, isLinked: IsLinked): string | undefined {
    const targets = values.filter(({ field, text }) => formOf(text) !== 'word' || isIn(identity, field))
    for (const { text } of targets) {
      const kept = [...named.kept].find((name) => isSame(text, name))
      if (kept !== undefined) return `${tool} acts on ${text}, which the user wanted kept`
    }
    if (named.doomed.size === 0) return undefined
    const isMeant = ({ text }: Value) =>
      holds(this.#folded, fold(text).trim()) ||
      [...named.doomed].some((name) => isSame(text, name) || isOfOneRow(text, name) || isLinked(text, name))
    const other = targets.find(
      (value) => [...named.doomed].some((name) => isComparableTo(value.text, name)) && !isMeant(value),
    )
    if (other === undefined) return undefined
    return `${tool} acts on ${other.text}; the user named ${[...named.doomed].slice(0, 5).join(', ')}`
  }

  /** The user gave the address or account to reach, and everything of its kind that the call reaches is another. */
  #insteadOf(values: readonly Value[], { places }: Named): string | undefined {
    if (places.size === 0) return undefined
    const isMail = (text: string) => /^[^\s@]+@[^\s@]+$/.test(text)
    for (const takes of [isMail, (text: string) => accountOf(text) !== undefined]) {
      const given = [...places].filter(takes)
      const reached = values.filter(({ text }) => takes(text))
      if (given.length === 0 || reached.length === 0) continue
      const isGiven = ({ text }: Value) =>
        holds(this.#folded, fold(text).trim()) || given.includes(accountOf(text) ?? '')
      if (!reached.some(isGiven)) return reached[0]?.text
    }
    return undefined
  }

  #otherPeople(tool: string, values: readonly Value[], named: Named, isLinked: IsLinked): string | undefined {
    const instead = this.#insteadOf(values, named)
    if (instead !== undefined)
      return `${tool} reaches ${instead}; the user gave ${[...named.places].join(', ')}`
    if (named.people.size === 0) return undefined
    const recipients = values.filter(
      ({ field, text }) => isIn(who, field) && /^(?:[^\s@]+@[^\s@]+|[a-z' -]+)$/i.test(text),
    )
    if (recipients.length === 0) return undefined
    const isMeant = ({ text }: Value) =>
      holds(this.#folded, fold(text).trim()) ||
      [...named.names].some((name) => fold(text).includes(name) || isLinked(text, name))
    if (recipients.some(isMeant)) return undefined
    return `${tool} reaches ${recipients[0]?.text}; the user named ${[...named.people].slice(0, 5).join(', ')}`
  }
}

/** An account number with blanks is the same without. */
function accountOf(text: string): string | undefined {
  const bare = text.replace(/[ -]/g, '').toLowerCase()
  return /^[a-z]{2}\d{2}[a-z0-9]{10,30}$/.test(bare) ? bare : undefined
}

function placesGiven(clause: string): readonly string[] {
  const accounts = clause.match(/\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{2,4}){3,8}\b/g) ?? []
  return [
    ...(clause.match(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g) ?? []).map((mail) => fold(mail)),
    ...accounts.map(accountOf).filter((account) => account !== undefined),
  ]
}

function isComparable(text: string): boolean {
  return text.length <= VALUE_CHARACTERS_MAX && !text.includes('\n') && !/^[\d\s.,:-]+$/.test(text)
}

function isIn(words: ReadonlySet<string>, field: string): boolean {
  return nameWords(field).some((word) => words.has(word) || words.has(word.replace(/s$/, '')))
}

function formOf(text: string): Form {
  if (/^[^\s@]+@[^\s@]+$/.test(text)) return 'mail'
  if (/[/\\]|\.(?!(?:com|org|net|io|you|the)$)[a-z]\w{0,4}$/i.test(text)) return 'path'
  return /[\d_]/.test(text) ? 'mark' : 'word'
}

/** An identifier of a system (`acc_e7e9ee`) says nothing against a name of the user's; `web-9` does against `web-2a`. */
function isComparableTo(text: string, name: string): boolean {
  const form = formOf(text)
  const other = formOf(name)
  if (form === 'mark') return other === 'mark' && prefixOf(text) === prefixOf(name)
  if (form === 'path' || other === 'path') return form === other
  return form === 'mail' ? other !== 'mark' : other === 'word'
}

function prefixOf(text: string): string {
  return /^[a-z]*/.exec(fold(text).trim())?.[0] ?? ''
}

/** A path is meant by its last part, an address by its name. */
function isSame(text: string, name: string): boolean {
  const value = fold(text).trim()
  return value === name || holds(value, name) || holds(name, value)
}

/** `vm-2` lies within "vm-1 to vm-3": numbers are compared elsewhere. */
function isOfOneRow(text: string, name: string): boolean {
  const stem = (word: string) => /^(.*?\D)\d+$/.exec(word)?.[1]
  const own = stem(fold(text).trim())
  return own !== undefined && own === stem(name)
}

function namedIn(task: string): Named {
  const doomed = new Set<string>()
  const kept = new Set<string>()
  const people = new Set<string>()
  const places = new Set<string>()
  let isOpen = false
  let clausesReaching = 0
  for (const clause of task.split(/[.;!?](?=\s|$)|\n|\bthen\b/)) {
    const verb = doing.exec(clause)
    if (verb) {
      const [head = '', ...tails] = clause.slice(verb.index + verb[0].length).split(sparing)
      // "Do not delete a.txt" spares it.
      const isSpared = /\b(?:do not|don't|never|not|without)\s*$/i.test(clause.slice(0, verb.index))
      for (const name of namesIn(head)) (isSpared ? kept : doomed).add(name)
      for (const tail of tails) for (const name of namesIn(tail)) kept.add(name)
    }
    if (!reachingVerb.test(clause)) continue
    clausesReaching++
    for (const place of placesGiven(clause)) places.add(place)
    const found = [...clause.matchAll(reaching)].map((match) => match[1] ?? '').filter(isName)
    if (found.length === 0 || open.test(clause)) isOpen = true
    for (const name of found) people.add(fold(name))
  }
  for (const name of kept) doomed.delete(name)
  return {
    doomed,
    kept,
    people: isOpen ? new Set() : people,
    places: clausesReaching === 1 && !open.test(task) ? places : new Set(),
    names: new Set([...people, ...properNames(task)]),
  }
}

function isName(word: string): boolean {
  return word.length >= NAME_LETTERS_MIN && !noPeople.has(word.toLowerCase())
}

function properNames(text: string): readonly string[] {
  return [...text.matchAll(/(?<=[a-z,&] )[A-Z][a-z]{2,}\b/g)]
    .map(([word]) => word)
    .filter(isName)
    .slice(0, NAMES_MAX)
    .map((word) => word.toLowerCase())
}

/** What a stretch of the task calls by a name: quoted, written as no word is, after its kind, or with a capital. */
function namesIn(text: string): readonly string[] {
  const quoted = [...text.matchAll(/(?<![\w])["'`“‘]([^"'`“”‘’]{2,80})["'`”’](?!\w)/g)].map(
    (match) => match[1] ?? '',
  )
  const marks = (text.match(/(?<![\w@./#:'"”’)\]-])[\w@./#:-]*[\w@/-]/g) ?? []).filter(
    (word) =>
      /[a-z]/i.test(word) &&
      /[\d_@./]/.test(word) &&
      !/^(?:and\/or|e\.g|i\.e|\d+(?:st|nd|rd|th|am|pm|gb|mb|kb|px|h|d|days?)?)$/i.test(word),
  )
  const afterKind = [...text.matchAll(kinds)]
    .map((match) => match[1] ?? '')
    .filter((word) => !noNames.has(word.toLowerCase()))
  const proper = [...text.matchAll(new RegExp(`(?<=(?:^|[a-z,&]) )${person}`, 'g'))]
    .map(([word]) => word)
    .filter(isName)
  return [...quoted, ...marks, ...afterKind, ...proper].slice(0, NAMES_MAX).map((name) => fold(name).trim())
}
