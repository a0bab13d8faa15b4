import type { Severity } from '../../../finding.ts'

/** What a sentence in an instruction file tells an agent to do that no user would want it to. */
export type Direction = { readonly fact: string; readonly severity: Severity; readonly what: string }

/** Longer files are read to this length; an instruction file of a quarter of a megabyte is no instruction file. */
const CHARACTERS_MAX = 262_144
const SENTENCE_CHARACTERS_MAX = 1_000
const SENTENCES_MAX = 20_000

const invisible = /[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\u{e0000}-\u{e01ef}]/gu
/** The sentence forbids what it names. "Never commit without asking" is the opposite of "commit without asking". */
const forbids =
  /\b(?:never|not|don't|do not|must not|should not|cannot|avoid|refuse to|no agent may|stop if)\b/

const people =
  '(?:the |your |any )?(?:user|users|human|humans|operator|developer|developers|owner|person|anyone|anybody|reviewer|maintainers?)'
const secrets =
  '(?:\\.env\\b|env(?:ironment)? (?:variables?|files?|vars?)|secrets?\\b|credentials?\\b|(?:api|access|auth|session|bearer|refresh|github|npm) ?(?:keys?|tokens?)|(?:ssh|private|signing|deploy) keys?|id_(?:rsa|ed25519)|passwords?|passphrases?|cookies|wallets?|seed phrases?|(?:chat|conversation|shell|command|bash) history|(?:the )?(?:full |entire |whole )?(?:conversation|transcript|system prompt|source code|codebase|repository)\\b)'
const places =
  '(?:https?://|\\b(?:[a-z0-9-]+\\.)+(?:com|net|org|io|dev|app|xyz|site|info|cc|ru|me|co|sh|to|link|online|example|test)\\b|[\\w.+-]+@[\\w-]+\\.|\\b\\d{1,3}(?:\\.\\d{1,3}){3}\\b|\\bwebhook\\b|\\bpastebin\\b|\\bgist\\b|\\bexternal (?:server|endpoint|url|host)|\\bremote (?:server|endpoint|host)|\\bour (?:server|endpoint|collector)|\\bdns quer)'

type Pattern = Direction & {
  readonly pattern: RegExp
  /** Said in a sentence that forbids, it is no direction. */
  readonly isNegated: boolean
}

/**
 * Over sentences in lower case. Each needs a verb and what it is done to: the words alone stand in honest files too. The
 * cases in `cases/` are what each must and must not match.
 */
const patterns: readonly Pattern[] = [
  {
    fact: 'instruct.override',
    severity: 'high',
    what: 'sets other instructions aside',
    isNegated: true,
    pattern:
      /\b(?:ignore|disregard|forget|override|overrule|discard|set aside)\s+(?:all|any|every|previous|prior|earlier|above|your|the system|system|safety|security|other|existing|built-in|default|these|those|everything)\b(?:\s+(?:of|the|your|and|or|all|any|other|previous|prior|earlier|existing|safety|security|system|above|built-in|default|content|usage|ethical|restrictive))*\s*(?:instructions?|guidelines?|restrictions?|safeguards?|guardrails?|polic(?:y|ies)|prompts?|safety|limits?|limitations?|constraints?|warnings?|you were told)\b/,
  },
  {
    fact: 'instruct.override',
    severity: 'high',
    what: 'forbids to refuse or to question',
    isNegated: false,
    pattern:
      /\b(?:never|do not|don't|must not|may not|cannot)\s+(?:ever\s+)?(?:refuse|decline|object|question|push back|moralize|lecture|add (?:any )?(?:warnings?|disclaimers?))\b(?!.{0,30}\b(?:to (?:connect|start|compile|build|load)|requests? (?:with|from)|connections?|invalid|inputs?|types?|promises?)\b)/,
  },
  {
    fact: 'instruct.secrecy',
    severity: 'high',
    what: 'has something kept from the user',
    isNegated: false,
    pattern: new RegExp(
      `\\b(?:do not|don't|never|must not|without|avoid|no need to)\\s+(?:ever\\s+)?(?:tell(?:ing)?|inform(?:ing)?|notify(?:ing)?|alert(?:ing)?|warn(?:ing)?)\\s+${people}\\b|\\b(?:do not|don't|never|must not|avoid)\\s+(?:mention(?:ing)?|reveal(?:ing)?|disclos(?:e|ing)|show(?:ing)?|report(?:ing)?|display(?:ing)?|explain(?:ing)?|log(?:ging)?)\\s+(?:this|that|it|these|those|any of this|the (?:above|following|upload|transfer|request|command|change|rule|instruction)s?)\\b.{0,60}\\bto\\s+${people}|\\bhide\\s+(?:this|that|it|these|the \\w+)\\s+from\\s+${people}|\\bwithout\\s+(?:${people}(?:'s)?\\s+(?:knowledge|noticing|knowing|awareness)|leaving (?:a )?trace)`,
    ),
  },
  {
    fact: 'instruct.exfiltrate',
    severity: 'critical',
    what: 'has secrets or the work sent away',
    isNegated: true,
    pattern: new RegExp(
      `\\b(?:send|post|upload|exfiltrate|forward|transmit|e-?mail|copy|push|leak|submit|deliver|sync|curl|include|append|attach|embed|encode)(?:s|es|ing)?\\s+(?:\\S+\\s+){0,6}?${secrets}.{0,120}${places}`,
    ),
  },
  {
    fact: 'instruct.exfiltrate',
    severity: 'critical',
    what: 'has secrets or the work sent away',
    isNegated: true,
    pattern: new RegExp(
      `${places}.{0,80}\\b(?:with|containing|along with|including|carrying|appending)\\s+(?:\\S+\\s+){0,6}?(?:contents? of|values? of|all)\\s+(?:\\S+\\s+){0,4}?${secrets}`,
    ),
  },
  {
    fact: 'instruct.hide-traces',
    severity: 'high',
    what: 'has traces removed',
    isNegated: true,
    pattern:
      /\b(?:clear|delete|wipe|erase|remove|truncate|disable|purge|shred|scrub|cover)(?:ing|s)?\b(?:\s+\S+){0,4}?\s+(?:(?:shell|bash|zsh|command|terminal|powershell) history|history file|audit (?:logs?|trail)|auth\.log|syslog|system logs?|access logs?|event logs?|\/var\/log\S*|traces|tracks|evidence|forensic\w*|histfile)\b|\bunset histfile\b|\bhistory -c\b|\b(?:restore|reset|preserve|fake|spoof|match)(?:ing)?\b.{0,30}\b(?:mtime|timestamps? of (?:the )?(?:modified|changed|touched))/,
  },
  {
    fact: 'instruct.guard-off',
    severity: 'high',
    what: 'has a guard switched off or gone around',
    isNegated: true,
    pattern:
      /\b(?:disable|skip|bypass|turn(?:ing)? off|circumvent|get around|work around|evade|uninstall|kill|defeat)(?:ing|s)?\b(?:\s+\S+){0,4}?\s+(?:(?:security|safety|permission|approval|confirmation|consent)\s+(?:checks?|prompts?|controls?|hooks?|scans?|scanners?|reviews?|gates?|systems?|dialogs?|filters?|restrictions?)|sandbox(?:ing)?|guardrails?|portcullis|the gate|pretooluse|antivirus|edr|audit hooks?)\b|--dangerously-skip-permissions|\bbypasspermissions\b/,
  },
  {
    fact: 'instruct.unasked',
    severity: 'high',
    what: 'has commands run without the user being asked',
    isNegated: true,
    pattern: new RegExp(
      `\\b(?:run|execute|install|approve|accept|push|deploy|delete|apply|invoke)\\b.{0,80}\\b(?:without (?:ever )?(?:asking|confirming|confirmation|approval|permission|review|prompting)(?: (?:for|from|with|by) ${people}| ${people}| for (?:approval|permission|confirmation))?)|\\b(?:always|automatically|silently|blindly)\\s+(?:approve|accept|allow|confirm|grant)\\s+(?:\\S+\\s+){0,3}(?:permissions?|prompts?|tool (?:calls?|uses?)|requests? for|commands?|dialogs?)`,
    ),
  },
  {
    fact: 'instruct.authority',
    severity: 'high',
    what: 'claims a permission that a file cannot give',
    isNegated: true,
    pattern:
      /\b(?:you are|you're|this is|we are|we have|i am|all)\s+(?:\S+\s+){0,4}?(?:authori[sz]ed|permitted|allowed|cleared|licensed|approved)\b.{0,60}\b(?:pen(?:etration)?[- ]?test\w*|bug bount\w+|red[- ]?team\w*|exploit\w*|attack\w*|scan(?:ning)? (?:any|all|the target)|brute[- ]?forc\w*|bypass\w*|compromis\w*|dump\w* (?:credentials|hashes|databases?)|lateral movement)\b/,
  },
]

/** What a text directs an agent to do, each kind once. */
export function directionsIn(text: string): readonly Direction[] {
  const found = new Map<string, Direction>()
  for (const sentence of sentencesOf(text)) {
    for (const { pattern, isNegated, ...direction } of patterns) {
      if (found.has(direction.fact)) continue
      const match = pattern.exec(sentence)
      if (match === null) continue
      if (isNegated && forbids.test(sentence.slice(0, match.index + NEGATION_CHARACTERS))) continue
      if (direction.fact === 'instruct.exfiltrate' && signsIn.test(sentence)) continue
      found.set(direction.fact, direction)
    }
  }
  return [...found.values()]
}

/** "Send the API token in the Authorization header": that is what tokens are for. */
const signsIn = /\b(?:header|authorization:|bearer|basic auth|oauth|log ?in|sign ?in|authenticat\w+)\b/
/** A verb that forbids may stand right at what it forbids. */
const NEGATION_CHARACTERS = 2

function sentencesOf(text: string): readonly string[] {
  const plain = text
    .slice(0, CHARACTERS_MAX)
    .normalize('NFKC')
    .replace(invisible, '')
    .replaceAll('’', "'")
    .toLowerCase()
  return plain
    .split(/(?<=[.!?])\s+|\n\s*(?:[-*+#>|]|\d+[.)]|\n)\s*|\s+[–—]\s+|;\s+/)
    .slice(0, SENTENCES_MAX)
    .map((sentence) =>
      sentence
        .replace(/[*_`"]|\s+/g, (mark) => (/\s/.test(mark) ? ' ' : ''))
        .slice(0, SENTENCE_CHARACTERS_MAX),
    )
}
