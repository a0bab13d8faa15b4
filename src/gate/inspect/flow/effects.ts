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
      'get list read search find lookup fetch show check query describe count retrieve view calculate verify compare is has select load head stat inspect watch monitor track ping summarize translate grep locate status diff explain analyze validate preview test current think reason reflect calc compute convert',
    ),
    ...words('visit', 'browse visit navigate open crawl scrape goto click'),
    ...words(
      'message',
      'send email mail message reply forward notify sms text dm contact tell answer respond chat call',
    ),
    ...words(
      'publish',
      'post publish tweet repost retweet comment announce review rate broadcast release deploy push merge pr star fork',
    ),
    ...words(
      'pay',
      'pay transfer purchase buy order checkout refund donate withdraw deposit charge wire invest trade sell bid tip top',
    ),
    ...words('share', 'share invite grant permit allow transferownership collaborate'),
    ...words(
      'delete',
      'delete remove cancel drop clear purge erase destroy unsubscribe revoke close trash uninstall kick leave prune truncate wipe',
    ),
    ...words(
      'create',
      'create add append write insert new make save schedule book reserve register subscribe upload import copy clone generate enroll apply put store',
    ),
    ...words(
      'change',
      'update modify edit set change rename move reschedule replace reset adjust toggle enable disable mark archive block ban assign isolate lock unlock arm disarm label',
    ),
    ...words('download', 'download export pull'),
    ...words('submit', 'submit input fill type enter login signin authenticate'),
    ...words('execute', 'run execute exec eval install invoke start launch spawn shell command'),
  }),
)

const nouns: readonly (readonly [noun: RegExp, effect: Effect, unlessLooking: boolean])[] = [
  [
    /^(money|payment|fund|funds|transaction|transactions|invoice|bill|card|wallet|crypto|bitcoin|purchase|order|checkout|subscription|credit|payout|iban|payee|bank)s?$/,
    'pay',
    true,
  ],
  [/^(permissions?|roles?|access|collaborators?|members?|privileges?|admins?)$/, 'share', true],
  [/^(password|passwd|credential|credentials|token|key|ssh|2fa|mfa|otp|pin|secret)$/, 'identity', true],
  [/^(webpage|website|url|web|page|link|site|http)$/, 'visit', false],
]

function words(effect: Effect, list: string): Record<string, Effect> {
  return Object.fromEntries(list.split(' ').map((word) => [word, effect]))
}

export function nameWords(name: string): readonly string[] {
  if (/^[a-z]+$/.test(name)) return [name]
  if (/^[a-z0-9_]+$/.test(name)) return name.split('_').filter((word) => word !== '')
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
  const byName = withNouns(named(parts) ?? verb ?? kindOfReport(parts), parts)
  if (byName !== 'look' && byName !== 'unknown') return byName
  const annotations = tool?.annotations ?? {}
  if (annotations.destructiveHint === true && annotations.readOnlyHint !== true) return 'delete'
  if (byName === 'look') return byName
  return annotations.readOnlyHint === true ? 'look' : fromDescription(tool)
}

const making = /^(?:create|add|make|new|write|put|compose)$/
const made: ReadonlyMap<string, Effect> = new Map([
  ...['post', 'tweet', 'comment', 'announcement', 'review', 'release'].map(
    (word) => [word, 'publish'] as const,
  ),
  ...['message', 'email', 'mail', 'sms', 'reply', 'notification'].map((word) => [word, 'message'] as const),
])

/** `git_log`, `order_history`: a name without a verb that ends in what is only read. */
function kindOfReport(parts: readonly string[]): Effect {
  return parts.length > 1 &&
    /^(?:logs?|history|status|info|details|summary|statistics|stats)$/.test(parts.at(-1) ?? '')
    ? 'look'
    : 'unknown'
}

/** What is transferred and is no money. */
const handedOver: ReadonlyMap<string, Effect> = new Map([
  ...['human', 'humans', 'agent', 'agents', 'operator', 'call', 'chat'].map(
    (word) => [word, 'message'] as const,
  ),
  ...['ownership', 'owner', 'rights'].map((word) => [word, 'share'] as const),
  ...['file', 'files', 'ticket', 'patient', 'data', 'task'].map((word) => [word, 'change'] as const),
])

/** To create a post is to post. */
function named(parts: readonly string[]): Effect | undefined {
  if (parts[0] === 'transfer')
    return parts
      .slice(1)
      .map((word) => handedOver.get(word))
      .find((effect) => effect !== undefined)
  return making.test(parts[0] ?? '') ? made.get(parts.at(-1) ?? '') : undefined
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
