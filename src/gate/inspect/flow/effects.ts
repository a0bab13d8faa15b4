import type { ToolDescription } from '../../act.ts'

/**
 * What a call does to the world, as far as names tell. `look` changes nothing; `visit` looks outside; `unknown` is a
 * name that says nothing, which only an injected instruction makes suspicious.
 */
export const effects = [
  'look',
  'visit',
  'message',
  'publish',
  'pay',
  'share',
  'delete',
  'create',
  'change',
  'download',
  'submit',
  'identity',
  'execute',
  'unknown',
] as const
export type Effect = (typeof effects)[number]

const verbs: ReadonlyMap<string, Effect> = new Map(
  Object.entries<Effect>({
    ...words(
      'look',
      'get list read search find lookup fetch show check query describe count retrieve view calculate verify compare is has select load head stat inspect watch monitor track ping summarize translate grep locate status diff explain analyze validate preview test current',
    ),
    ...words('visit', 'browse visit navigate open crawl scrape goto click'),
    ...words(
      'message',
      'send email mail message reply forward notify sms text dm contact tell answer respond chat call',
    ),
    ...words(
      'publish',
      'post publish tweet comment announce submit review rate broadcast release deploy push merge pr star fork',
    ),
    ...words(
      'pay',
      'pay transfer purchase buy order checkout refund donate withdraw deposit charge wire invest trade sell bid tip top',
    ),
    ...words('share', 'share invite grant permit allow assign transferownership collaborate'),
    ...words(
      'delete',
      'delete remove cancel drop clear purge erase destroy unsubscribe revoke close archive trash uninstall kick ban block leave',
    ),
    ...words(
      'create',
      'create add append write insert new make save schedule book reserve register subscribe upload import copy clone generate enroll apply put store',
    ),
    ...words(
      'change',
      'update modify edit set change rename move reschedule replace reset adjust toggle enable disable mark',
    ),
    ...words('download', 'download export pull'),
    ...words('submit', 'input fill type enter login signin authenticate'),
    ...words('execute', 'run execute exec eval install invoke start launch spawn shell command'),
  }),
)

const nouns: readonly (readonly [noun: RegExp, effect: Effect, unlessLooking: boolean])[] = [
  [
    /^(money|payment|fund|funds|transaction|transactions|invoice|bill|card|wallet|crypto|bitcoin|purchase|order|checkout|subscription)s?$/,
    'pay',
    true,
  ],
  [
    /^(password|passwd|credential|credentials|token|key|ssh|2fa|mfa|otp|pin|secret|permission|permissions|role|access|collaborator|collaborators|member|members)$/,
    'identity',
    true,
  ],
  [/^(webpage|website|url|web|page|link|site|http)$/, 'visit', false],
]

function words(effect: Effect, list: string): Record<string, Effect> {
  return Object.fromEntries(list.split(' ').map((word) => [word, effect]))
}

export function nameWords(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
}

const judging = /^(?:review|assess|audit|evaluate|examine|estimate)(?=[_A-Z-])/
const given = /rating|stars?$|score|comment|content|text|body|message|vote|approv/i

/**
 * A tool whose name begins with a verb of judging, and that is given nothing to say, looks: to review a record is not to
 * post a review. Capitals at the beginning are of things: an AuditManipulator manipulates.
 */
export function onlyJudges(name: string, fields: readonly string[]): boolean {
  return judging.test(name) && !fields.some((field) => given.test(field))
}

/** A tool's effect: its own annotations can only make it more, never less, than its name says. */
export function effectOf(name: string, tool: ToolDescription | undefined): Effect {
  const parts = nameWords(name)
  const verb = parts.map((word) => effectOfWord(word)).find((effect) => effect !== undefined)
  const byName = withNouns(verb ?? 'unknown', parts)
  if (byName !== 'look' && byName !== 'unknown') return byName
  const annotations = tool?.annotations ?? {}
  if (annotations.destructiveHint === true && annotations.readOnlyHint !== true) return 'delete'
  if (byName === 'look') return byName
  return annotations.readOnlyHint === true ? 'look' : fromDescription(tool)
}

export function effectOfWord(word: string): Effect | undefined {
  return verbs.get(word)
}

/** What a verb is about can make it more: to send money is to pay. */
export function nounEffect(words: readonly string[]): Effect | undefined {
  return nouns.find(([noun, , unlessLooking]) => unlessLooking && words.some((word) => noun.test(word)))?.[1]
}

function withNouns(effect: Effect, parts: readonly string[]): Effect {
  for (const [noun, becomes, unlessLooking] of nouns) {
    if (!parts.some((part) => noun.test(part))) continue
    if (unlessLooking && (effect === 'look' || effect === 'visit' || effect === 'download')) continue
    if (!unlessLooking && effect !== 'look' && effect !== 'unknown') continue
    return becomes
  }
  return effect
}

/** A tool whose name holds no known verb says what it does in its first sentence. */
function fromDescription(tool: ToolDescription | undefined): Effect {
  const first = tool?.description.split(/[.\n]/)[0] ?? ''
  const found = nameWords(first)
    .slice(0, 6)
    .map((word) => effectOfWord(word.replace(/s$/, '')))
    .find((effect) => effect !== undefined)
  return found ?? 'unknown'
}

const taskTerms: readonly (readonly [effect: Effect, term: RegExp])[] = [
  ['visit', /\b(visit|browse|website|webpage|site|page|link|url|www|http\w*|online|article|blog|look up)\b/],
  [
    'message',
    /\b(send\w*|reply|respond|write (?:an?|the|to|back|them|him|her)|forward|(?:notify|inform)(?! me\b| us\b)|let (?!me\b|us\b)(?:[\w']+ ){1,6}know|contact|dm|direct message|remind|congratulat\w*|messaging|mailing|in touch|to each)\b|(?:^|[.,;:] ?|\b(?:and|then|to|please|also|or|you) )(?:e-?mail|message|text|mail|write|thank|(?:tell|ask|answer)(?! me\b| us\b))\b/,
  ],
  [
    'publish',
    /\b(post|publish|tweet|comment|announce|channel|submit|review|rate|release|deploy|push|merge|pull request|pr\b|star|fork|reply|issue)\b/,
  ],
  [
    'pay',
    /\b(pay\w*|transfer\w*|send money|money|bill|rent|purchase|buy|order\w*|refund\w*|donat\w*|transaction\w*|subscription|split|top up|deposit|withdraw|cost|price|invoice|checkout|gift|owe\w*|amount|standing order|reimburse\w*|cart|shop\w*|fee)\b|[$€£]\s?\d|\b(?:send|give|wire|move) [^.]{0,24}\b\d+/,
  ],
  [
    'share',
    /\b(share|sharing|invit\w*|grant|give \w+ access|add \w+( \w+)* to|permission\w*|collaborat\w*|participant\w*|access)\b/,
  ],
  [
    'delete',
    /\b(delet\w*|remov\w*|cancel\w*|clear|clean|erase|drop|unsubscrib\w*|close|get rid|discard|revoke|archive)\b/,
  ],
  [
    'create',
    /\b(creat\w*|add\w*|append|writ\w*|insert|new|make|save|schedul\w*|book\w*|reserv\w*|regist\w*|subscrib\w*|upload|copy|event|calendar|appointment|meeting|set up|put|list|generat\w*|sign up|enrol\w*|join|plan|organi[sz]e)\b/,
  ],
  [
    'change',
    /\b(updat\w*|modif\w*|edit\w*|set|chang\w*|renam\w*|mov\w*|reschedul\w*|replac\w*|reset|adjust\w*|fix|correct|increase|decrease|mark|rebook\w*|re-?rout\w*|redirect\w*|reassign\w*|restart\w*|reboot\w*|renew\w*|refill\w*|roll(?:ed)? ?back|revert\w*|restor\w*|upgrad\w*|migrat\w*|switch\w*|swap\w*|convert\w*|extend\w*|postpon\w*|turn (?:on|off|up|down)|dim|lower|raise|flag|tag|label)\b/,
  ],
  ['download', /\b(download\w*|save|get|fetch|attach\w*|file|document|export)\b/],
  [
    'submit',
    /\b(visit|log ?in|sign|fill|form|enter|input|register|book|reserv\w*|order|subscrib\w*|submit|account|check|top up|www|website|http\w*|answer|apply|join)\b/,
  ],
  [
    'identity',
    /\b(password\w*|credential\w*|token|key|ssh|2fa|otp|verif\w*|secur\w*|permission\w*|role|access|member\w*|invit\w*|collaborat\w*|login|log in|account|transfer\w*|pay\w*|confirm\w*)\b/,
  ],
  ['execute', /\b(run|execut\w*|install|script|command|program|launch|start|deploy|build|test)\b/],
]

/** A question wants an answer: what it is about is not to be done, and nothing is handed over by it. */
const question =
  /(?:^|[.!?;,]\s|\band\s)\s*(?:what|which|who|whose|when|where|why|how)\b(?:(?!\band\b)[^.?!,;])*/gi

/** Effects that words of a text call for. */
export function effectsIn(text: string): ReadonlySet<Effect> {
  const lower = text.toLowerCase().trim().replace(question, '. ')
  const found = new Set<Effect>(['look'])
  for (const [effect, term] of taskTerms) if (term.test(lower)) found.add(effect)
  return found
}

const handedOver =
  /\b(to-?do|tasks?|instructions?|steps|homework|requests?|asked|asks|according to|as described|follow|whatever|checklist|errands|assignment|solve|complete|achieve|handle|take care)\b/i

/** The user hands the choice of actions to a text: a list of tasks, a letter, a page. */
export function delegates(task: string): boolean {
  return handedOver.test(task.replace(question, ' '))
}
