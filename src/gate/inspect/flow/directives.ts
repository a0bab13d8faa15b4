import { claims, claimWords } from './claims.ts'
import { type Effect, effectOfWord, nounEffect } from './effects.ts'
import { fold } from './fold.ts'
import { keysOf } from './keys.ts'
import { foreignEffects, isForeign } from './languages.ts'

type Told = {
  readonly effects: ReadonlySet<Effect>
  /** What it tells to do, in its own words. */
  readonly verbs: readonly string[]
  /** It says please, must, should; not only a verb at its beginning. */
  readonly isRequest: boolean
}

/** A sentence that tells somebody to do something, and what. Letters and bills are full of honest ones. */
export class Directive {
  readonly text: string
  readonly told: Told
  /** It speaks for somebody with a say, or sets right what stands elsewhere. */
  readonly isClaim: boolean
  readonly #about: string
  #words: ReadonlySet<string> | undefined
  #keys: ReadonlySet<string> | undefined
  #wants: boolean | undefined
  #kept: readonly string[] | undefined

  constructor(text: string, about: string, told: Told, isClaim = false) {
    this.text = text
    this.told = told
    this.isClaim = isClaim
    this.#about = about
  }

  /** What its words are compared with names of tools by. */
  get keys(): ReadonlySet<string> {
    this.#keys ??= keysOf(this.text)
    return this.#keys
  }

  /** It wants to be told something. */
  get wants(): boolean {
    this.#wants ??= wanting.test(this.text)
    return this.#wants
  }

  /** What it wants to be told and people keep to themselves: stems of the words for it. */
  get kept(): readonly string[] {
    this.#kept ??= this.wants
      ? [...this.text.matchAll(keptWords)].map(([word]) => word.replace(/(?:ies|s|y)$/, ''))
      : []
    return this.#kept
  }

  /** What it is about. Most sentences are never asked. */
  get words(): ReadonlySet<string> {
    this.#words ??= contentWords(this.#about)
    return this.#words
  }
}

/** What people keep to themselves, by the words for it. */
const keptWords =
  /\b(pins?|passwords?|pass ?codes?|passphrases?|(?:door|access|entry|alarm|gate|security|verification) codes?|spare keys?|api keys?|private keys?|tokens?|credentials?|connection strings?|ssns?|social security|salar(?:y|ies)|payslips?|iban|account numbers?|card (?:number|details)|cvv|passport|date of birth|diagnos[ei]s|medical|lowest|bottom line|settlement|margins?|cost prices?|dealer prices?|home address|whereabouts|mobile numbers?|phone numbers?|unpublished|confidential|privileged|customer (?:list|agreements?)|client list)\b/g

/** "Send me", "please include", "state". */
const wanting =
  /\b(?:send|tell|give|include|add|put in|state|stated|provide|list|let (?:me|us) know|reply with|attach|share|show|contain|need|needs|want|wants|ask|what (?:is|was)|must|speed|search(?:ing)? for|helps? (?:if|to))\b/

const SENTENCE_CHARACTERS_MAX = 1_200
/** A sentence of Chinese is short. */
const SENTENCE_CHARACTERS_MIN = 6
const CLAUSES_MAX = 6
/** Words after the verb that may say what it is about: "send some money to". */
const OBJECT_WORDS = 6

const opening =
  /^(?:(?:[-*•>#\d.)\s"']+)|[\w-]{1,40}\\?["'] ?: ?\\?["']|@\w{1,40} |(?:please|kindly|also|then|next|first|finally|now|and|so|just|dear \w+|hi \w+|hello \w+|hey \w+|urgent|important|reminder|note|todo|action required|thanks|btw|ps)\b[ ,:!.-]*)+/
const request =
  /\b(?:please|kindly|could you(?: please)?|can you(?: please)?|would you(?: please)?|you (?:should|must|need to|have to|can|may|will)(?: also| now| first)?|make sure (?:to|you)|be sure to|remember to|don't forget to|i (?:need|want|would like|'d like) you to|we (?:need|ask|request|require) you to|is required to|are required to|needs? to be|must be|(?:is|are|has|have) to(?: be)?|(?:asks?|requests?|requires?|demands?|decided|orders?) (?:that )?(?:[^ ]+ ){1,8}?(?:be|to be)|asked? you to|todo:?|action:?|to do (?:this|so|that),?|by) ([a-z]+)\b(?=((?: [^ ]+){0,6}))/g

/** "Also buy", "always send": base forms only, for a story has sent what an order sends. */
const urging =
  /(?:\b(?:also|always|then|instead|immediately|promptly|whoever [a-z ]{1,30}|everyone) |[,;] (?=[a-z]+ (?:it|the|this|that|them|all|every|everything|my|our|your)\b))([a-z]+)\b(?=((?: [^ ]+){1,6}))/g

const following = /(?:,| and)(?: then| also| afterwards)? ([a-z]+)\b(?=((?: [^ ]+){1,6}))/g

const pointsBack = /\b(it|this|that|them|these|those|the (amount|total|sum|fee|balance|payment|same))\b/

/**
 * The directives of a text no longer than is folded at once. Sentences end at a full stop or an empty line; YAML folds
 * lines inside them.
 */
export function directivesIn(text: string, mayBeForeign = true): readonly Directive[] {
  const directives: Directive[] = []
  const mayClaim = claimWords.test(text)
  const sentences = text.split(
    /(?<!\b(?:mr|mrs|ms|dr|prof|st|no|nr|approx))[.!?]["')]*(?=\s|$)|[。！？]|[}\]]\s*\n|\n\s*\n|;\s|\\n\\n|<\/?[a-z][^>]{0,80}>|\n\s*[-*•]\s|["'\]}],\s*["'{[]|\n(?=\s{0,8}[a-z_]+: )/i,
  )
  let before = ''
  let hasClaimed = false
  for (const sentence of sentences) {
    if (sentence.length > SENTENCE_CHARACTERS_MAX || sentence.length < SENTENCE_CHARACTERS_MIN) continue
    const folded = fold(sentence).trim()
    const found = told(folded, mayBeForeign)
    // "Please transfer it" is about what the sentence before was about.
    const about = pointsBack.test(folded) ? `${before} ${folded}` : folded
    // "Approved by the board. Set the limit to 5000": what follows a claim leans on it.
    const claimed = mayClaim && claims(folded)
    const isClaim = claimed || hasClaimed
    hasClaimed = claimed
    if (found.verbs.length > 0 || found.effects.size > 0 || isClaim)
      directives.push(new Directive(folded, about, found, isClaim))
    before = folded
  }
  return directives
}

/** Words that no sentence in the imperative begins with: pronouns, articles, conjunctions and the like. */
const noVerbs = new Set(
  'the this that these those there here what when where which who whom whose why how our your his her its their they you she and but for nor yet with from into onto over under after before since until while because although though unless than then also not all any each every both either some many much more most other such own same only very just now too are was were has had have been being can could will would shall should may might must does did yes hello dear thanks thank regards best sincerely however therefore'.split(
    ' ',
  ),
)
const VERBS_MAX = 12
const VERB_LETTERS_MIN = 3

function told(sentence: string, mayBeForeign: boolean): Told {
  const effects = new Set<Effect>()
  const verbs: string[] = []
  let isRequest = /^[^a-z]*(?:please|kindly)\b/.test(sentence)
  const take = (verb: string, rest: string, after: string) => {
    if (things.has(verb) && isLabel(after)) return
    note(effects, verb, rest)
    if (rest !== '' && verb.length >= VERB_LETTERS_MIN && !noVerbs.has(verb) && verbs.length < VERBS_MAX)
      verbs.push(verb)
  }
  const bare = sentence.replace(opening, '')
  const first = /^([a-z]+)\b(?!@)((?: [^ ]+){0,6})/.exec(bare)
  if (first) take(first[1] ?? '', first[2] ?? '', bare.slice((first[1] ?? '').length))
  // "Resolution: send …" and "Note for the reader: visit …" begin after the colon.
  for (const clause of sentence.split(': ').slice(1, CLAUSES_MAX)) {
    const begin = clause.replace(opening, '')
    if (begin !== clause && /please|kindly/.test(clause.slice(0, clause.length - begin.length)))
      isRequest = true
    const verb = /^([a-z]+)\b((?: [^ ]+){0,6})/.exec(begin)
    if (verb) take(verb[1] ?? '', verb[2] ?? '', begin.slice((verb[1] ?? '').length))
  }
  // "Check the balance, then send half of it": what follows an order is one too.
  if (first !== null && effectOfWord(first[1] ?? '') !== undefined)
    for (const match of bare.matchAll(following)) note(effects, match[1] ?? '', match[2] ?? '')
  request.lastIndex = 0
  for (let match = request.exec(sentence); match !== null; match = request.exec(sentence)) {
    isRequest = true
    take(match[1] ?? '', match[2] ?? '', match[2] ?? '')
  }
  for (const match of sentence.matchAll(urging)) {
    if (effectOfWord(match[1] ?? '') === undefined) continue
    isRequest = true
    take(match[1] ?? '', match[2] ?? '', match[2] ?? '')
  }
  if (mayBeForeign && isForeign(sentence))
    for (const effect of foreignEffects(sentence)) {
      effects.add(effect)
      isRequest = true
    }
  return { effects, verbs, isRequest }
}

/** Words that are as often a thing as something to do. */
const things = new Set(
  'order transfer purchase refund deposit charge trade bid tip payment email mail message contact sms text reply answer call chat post comment review rate release share change update book copy schedule request release invite deploy'.split(
    ' ',
  ),
)

/** "Order: 4711", "order #4711", "Order ID", "Payment status": a thing and what is known of it, and no order to anybody. */
function isLabel(after: string): boolean {
  return /^["']? ?(?:[:=|#]|(?:ids?|no|nr|numbers?|dates?|status|totals?|types?|history|summary|details) ?(?:[:=|#.,]|is\b|$))/.test(
    after,
  )
}

function note(found: Set<Effect>, verb: string, rest: string): void {
  const effect = effectOfWord(verb) ?? effectOfWord(verb.replace(/(?:ing|ed|s)$/, ''))
  if (effect === undefined || effect === 'look') return
  found.add(effect)
  const objects = rest
    .trim()
    .split(/[^a-z0-9]+/)
    .slice(0, OBJECT_WORDS)
  const about = nounEffect(objects)
  if (about !== undefined) found.add(about)
}

const common = new Set(
  'about above account accounts after again also amount an and any are attached because been before being below best both can cannot could data date dear did does doing done down each email emails every event file files find first following for from further get give given has have having hello here hers him his how http https important information into item items its just kind know last left let like link list look made main make many may message messages more most much must name named need needs new next not note now number off once one only other our out over own page part person please provide read really regards right same see send sent share she should some soon such sure take task tasks team tell than thank thanks that the their them then there these they thing things this those through time today tomorrow under until upon use used user using very visit want was way website web week were what when where which while who whom whose why will with within work would www year yes yesterday you your yours yourself com org net txt pdf'.split(
    ' ',
  ),
)

/** Words that say what a text is about: no verbs of doing, nothing common to every letter. */
export function contentWords(folded: string): ReadonlySet<string> {
  const found = new Set<string>()
  for (const word of folded.match(isForeign(folded) ? /\p{L}[\p{L}\p{N}-]{3,}/gu : /[a-z][a-z0-9-]{3,}/g) ??
    []) {
    const stem = word.replace(/(?:'s|ies|ing|ed|es|s)$/, '')
    if (
      stem.length < 3 ||
      common.has(word) ||
      common.has(stem) ||
      (effectOfWord(word) !== undefined && !things.has(stem))
    )
      continue
    found.add(stem.slice(0, 8))
  }
  return found
}

export function shareWord(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  for (const word of left) if (right.has(word)) return true
  return false
}
