// Text that talks to the machine instead of being about something: the mark of an injected instruction.

import { unshownIn } from './hidden.ts'
import { foreignCues, isForeign } from './languages.ts'

export type Span = readonly [start: number, end: number]

/** `isPlain` leaves no doubt by itself. */
export type Cue = { readonly name: string; readonly pattern: RegExp; readonly isPlain?: true }

const assistants =
  '(?:ai(?: (?:assistant|agent|model|system|language model))?|assistant|chat ?bot|bot|language model|llm|large language model|agent|claude|chatgpt|gpt[-\\w.]*|gemini|llama[-\\w. ]{0,6}|mistral|qwen[-\\w.]*|deepseek|copilot|command r\\+?)'

/** Each cue with what it must match and must not is in `cases/`. Text is already lower case, spaces folded. */
export const cues: readonly Cue[] = [
  {
    name: 'addresses-assistant',
    pattern: new RegExp(
      `(?:\\b(?:to you|for you|attention|dear|hey|hi|hello|note (?:to|for)|message (?:to|for)|instructions? (?:to|for)|for|listen)[,:]? (?:the |any |all |every |my )?${assistants}\\b(?=[ ]?[,:.!;\\n]|[ ]+(?:reading|processing|that|who|please|you)|$)|\\b(?:if you are|you are|as) an? (?:ai|assistant|language model|llm|agent)\\b|\\b${assistants} ?(?:, ?|: ?)(?:please|you must|you should|you need|ignore|do|send|execute|call|use|follow)\\b|\\b(?:processed|read|indexed|handled|screened|parsed|summari[sz]ed) (?:automatically|by (?:an? )?(?:ai|automation|automated|software|machine|model|bot|assistant|agent))|\\b(?:screening|indexing|automated|automation|processing|reviewing) (?:software|systems?|agents?|tools?|assistants?) ?(?:[:,]|should|must|shall|will|has to|have to|is to|are to))`,
      'g',
    ),
  },
  {
    name: 'displaces-task',
    isPlain: true,
    pattern:
      /\b(?:ignore|disregard|forget|override|discard) (?:all |any |every |everything |the |your |these |those |my |of )*(?:previous|prior|above|earlier|preceding|original|existing|current) (?:\w+ )?(?:instructions?|tasks?|prompts?|rules?|guidelines|requests?|orders|commands?|messages?|context|directions?)\b/g,
  },
  {
    name: 'displaces-task',
    pattern:
      /\b(?:ignore|disregard|forget|override|discard|skip) (?:all |any |every |everything |the |your |these |those |my |of )*(?:previous|prior|above|earlier|preceding|original|other|existing|current|instructions?|tasks?|prompts?|rules?|guidelines|system)\b/g,
  },
  {
    name: 'displaces-task',
    pattern:
      /\b(?:before you (?:can |could |may )?(?:solve|complete|finish|continue|proceed|start|begin|answer|respond|do|perform|help)|(?:your|the) (?:new|real|actual|true|updated|next|first|only) (?:task|goal|objective|instructions?|priority|mission)|the (?:task|instructions?|request|question) (?:that )?(?:i|the user|you were|you have been|was) (?:gave|given|asked|requested|originally)|(?:original|user(?:'s)?|initial|main|current) (?:task|request|query|instructions?|question|prompt) (?:is|has been|was|cannot|can ?not|requires?|depends|above|now)|after (?:you )?(?:do|did|done|doing|complet\w+|finish\w*|that|this),? you (?:can|may|should|must|will) (?:then )?(?:solve|continue|proceed|complete|finish|answer|go on|resume|return)|(?:in order )?to (?:complete|finish|solve|fulfil\w*|continue with) (?:the|this|your|any) (?:user(?:'s)? )?(?:task|request|query|instructions?))\b/g,
  },
  {
    name: 'poses-as-authority',
    pattern:
      /<\/?(?:information|important|system|instructions?|admin|user|assistant|tool_(?:call|result|output)|function_\w+|im_start|im_end|inst|prompt|task|override|urgent|critical|alert)\b[^>]{0,40}>|\[\/?(?:system|inst|important|instructions?|admin|override|prompt|hidden|assistant)(?: \w+){0,2}\]|<\|[a-z_]+\|>|\b(?:system|developer|admin(?:istrator)?) (?:message|prompt|override|instructions?|notice|note|directive|command|update)\b ?[:\]]|#{2,} ?(?:system|instructions?|new task|response|human|user|assistant)\b|\bthis is an? (?:very )?(?:important|urgent|critical) (?:message|instruction|notice|request|update)\b|(?:^|[.\n] ?)(?:human|user|assistant|system) ?: (?=[a-z])/g,
  },
  {
    name: 'asks-for-silence',
    pattern:
      /\b(?:do not|don't|never|without) (?:tell|telling|inform|informing|mention|mentioning|notify|notifying|reveal|revealing|alert|alerting|ask|asking|show|showing|report|reporting|disclose|disclosing)(?:ing)? (?:this |it |that |anything |about )*(?:to )?(?:the |your )?(?:user|users|human|owner|operator|anyone|them)\b|\b(?:secretly|silently|covertly)\b/g,
  },
  {
    name: 'commands-tools',
    pattern:
      /\b(?:you (?:must|should|need to|have to|are required to|will|are instructed to) (?:now |first |also |immediately |always |then )?(?:call|use|invoke|execute|run|send|transfer|delete|post|forward|email|visit|download|upload|share|create|update|change|remove|invite|add|make|pay|reply|submit|buy|purchase|open)|(?:please |first,? |now,? |then,? )(?:call|invoke|execute|use|run) (?:the |your )?[`'"]?[a-z]+_[a-z_]+|(?:do|perform|execute|complete|carry out) the following (?:first|steps?|actions?|instructions?|tasks?|immediately|now)?)\b/g,
  },
]

/** Characters of an instruction taken in before its first and after its last cue. */
const BEFORE_CHARACTERS = 160
const AFTER_CHARACTERS = 600
/** The same where one mark stands alone, as in many an honest guide: the rest of the guide is not its doing. */
const AFTER_LONE_CHARACTERS = 200
const WINDOWS_MAX = 50

/** A stretch that speaks to the machine; plain when by two marks at least: one alone is in many an honest guide. */
export type Spoken = { readonly at: Span; readonly isPlain: boolean }
export type Suspicion = { readonly spans: readonly Spoken[]; readonly cues: readonly string[] }

/** One place where a text speaks to the machine, with what stands around it. */
export type Mark = {
  readonly from: number
  readonly to: number
  /** How far it reaches when no other mark stands near. */
  readonly loneTo: number
  readonly name: string
  readonly isPlain: boolean
}

/** Where a folded text speaks to the machine, by its words alone. */
export function marksIn(text: string, isOther = isForeign(text)): readonly Mark[] {
  const marks: Mark[] = []
  for (const { name, pattern, isPlain = false } of isOther ? [...cues, ...foreignCues] : cues) {
    pattern.lastIndex = 0
    for (
      let match = pattern.exec(text);
      match !== null && marks.length < WINDOWS_MAX;
      match = pattern.exec(text)
    ) {
      marks.push(markAt(text, name, match.index, match.index + match[0].length, isPlain))
      if (match[0].length === 0) pattern.lastIndex++
    }
  }
  for (const [from, to] of unshownIn(text))
    if (marks.length < WINDOWS_MAX)
      marks.push({ from, to, loneTo: to, name: 'hidden-from-people', isPlain: false })
  return marks
}

/** What those marks come to. Names of tools on offer count as a mark of their own. */
export function suspicionIn(
  text: string,
  toolNames: readonly string[],
  marks: readonly Mark[] = marksIn(text),
): Suspicion {
  const named: Mark[] = []
  for (const name of toolNames) {
    // Only names that no ordinary text holds.
    if (!name.includes('_')) continue
    if (marks.length + named.length >= WINDOWS_MAX) break
    const at = text.indexOf(name.toLowerCase())
    if (at >= 0) named.push(markAt(text, 'names-tool', at, at + name.length, false))
  }
  if (marks.length + named.length === 0) return nothing
  const all = [...marks, ...named]
  const names = new Set(all.map(({ name }) => name))
  // More marks than are counted: nobody knows which stretches are honest, so the whole text speaks.
  if (all.length >= WINDOWS_MAX)
    for (const name of names)
      all.push({ from: 0, to: text.length, loneTo: text.length, name, isPlain: false })
  return { spans: merged(all), cues: [...names] }
}

const nothing: Suspicion = { spans: [], cues: [] }

function markAt(text: string, name: string, start: number, end: number, isPlain: boolean): Mark {
  // An honest sentence right before is not part of it.
  const sentence =
    Math.max(text.lastIndexOf('. ', start), text.lastIndexOf('? ', start), text.lastIndexOf('! ', start)) + 1
  return {
    from: Math.max(sentence, start - BEFORE_CHARACTERS, 0),
    to: wordEnd(text, Math.min(text.length, end + AFTER_CHARACTERS)),
    loneTo: wordEnd(text, Math.min(text.length, end + AFTER_LONE_CHARACTERS)),
    name,
    isPlain,
  }
}

/** Longer ones are cut. */
const WORD_CHARACTERS_MAX = 300

/** No address is cut in two: neither half would be found again. */
function wordEnd(text: string, at: number): number {
  const end = text.indexOf(' ', at)
  return end < 0 ? Math.min(text.length, at + WORD_CHARACTERS_MAX) : Math.min(end, at + WORD_CHARACTERS_MAX)
}

const MARKS_MIN = 2

function merged(spans: readonly Mark[]): Spoken[] {
  const result: { from: number; to: number; loneTo: number; names: Set<string>; isPlain: boolean }[] = []
  for (const { from, to, loneTo, name, isPlain } of [...spans].sort(
    (left, right) => left.from - right.from,
  )) {
    const last = result.at(-1)
    if (last === undefined || from > last.to) {
      result.push({ from, to, loneTo, names: new Set([name]), isPlain })
      continue
    }
    last.to = Math.max(last.to, to)
    last.loneTo = Math.max(last.loneTo, loneTo)
    last.names.add(name)
    last.isPlain ||= isPlain
  }
  return result.map(({ from, to, loneTo, names, isPlain }) => {
    const leavesNoDoubt = isPlain || names.size >= MARKS_MIN
    return { at: [from, leavesNoDoubt ? to : loneTo], isPlain: leavesNoDoubt }
  })
}
