// What a task calls for, in the user's words: effects, and whether it hands the choice of them to a text.
import type { Effect } from './effects.ts'
import { foreignEffects, handsOver, isForeign } from './languages.ts'

const taskTerms: readonly (readonly [effect: Effect, term: RegExp])[] = [
  ['visit', /\b(visit|browse|website|webpage|site|page|link|url|www|http\w*|online|article|blog|look up)\b/],
  [
    'message',
    /\b(send\w*|repl(?:y|ies)|respond\w*|write (?:an?|the|to|back|them|him|her)|forward\w*|(?:notify|inform)(?! me\b| us\b)|let (?!me\b|us\b)(?:[\w']+ ){1,6}know|contact|dm|direct message|remind|congratulat\w*|messaging|mailing|in touch|to each|invit\w*|escalat\w*|apologi[sz]\w*|introduc\w*|enquir\w*|follow up)\b|(?:^|[.,;:?!] ?|\b(?:and|then|to|please|also|or|you) )(?:e-?mail|message|text|mail|write|thank|(?:tell|ask|answer|confirm)(?! me\b| us\b))\b/,
  ],
  [
    'publish',
    /\b(post|publish|tweet|comment|announce|channel|submit|review|rate|release|deploy|roll\w* (?:\w+ )?out|launch|ship|push|merge|pull request|pr\b|star|fork|reply|issue)\b/,
  ],
  [
    'pay',
    /\b(pay\w*|transfer\w*|send money|money|bill|rent|purchase|buy|order\w*|refund\w*|donat\w*|transaction\w*|subscription|split|top up|deposit|withdraw|cost|price|invoice|checkout|gift|owe\w*|amount|standing order|reimburse\w*|cart|shop\w*|fee|spen[dt]|settle|compensat\w*|voucher|salary|payroll)\b|[$€£]\s?\d|\b(?:send|give|wire|move) [^.]{0,24}\b\d+/,
  ],
  [
    'share',
    /\b(share|sharing|invit\w*|grant|give \w+ access|add \w+( \w+)* to|permission\w*|collaborat\w*|participant\w*|access|roles?|admins?|members?|onboard\w*|offboard\w*|rights?|privileg\w*|owner\w*)\b/,
  ],
  [
    'delete',
    /\b(delet\w*|remov\w*|cancel\w*|clear|clean|erase|drop|unsubscrib\w*|clos(?:e|ed|ing)|get rid|discard|revoke|purg\w*|prun\w*|wip(?:e|ed|ing)|decommission\w*|offboard\w*)\b/,
  ],
  [
    'create',
    /\b(creat\w*|add\w*|append|writ\w*|insert|new|make|save|schedul\w*|book\w*|reserv\w*|regist\w*|subscrib\w*|upload|copy|event|calendar|appointment|meeting|set up|put|list|generat\w*|sign up|enrol\w*|join|plan|organi[sz]e|invit\w*|meet|draft|prepare|import\w*|enter|record|log|compile|file|fill)\b/,
  ],
  [
    'change',
    /\b(updat\w*|modif\w*|edit\w*|set|chang\w*|renam\w*|mov\w*|reschedul\w*|replac\w*|reset|adjust\w*|fix|correct|increase|decrease|mark|rebook\w*|re-?rout\w*|redirect\w*|reassign\w*|restart\w*|reboot\w*|renew\w*|refill\w*|roll(?:ed)? ?back|revert\w*|restor\w*|upgrad\w*|migrat\w*|switch\w*|swap\w*|convert\w*|extend\w*|postpon\w*|turn (?:on|off|up|down)|dim|lower|raise|flag|tag|label|tidy|archiv\w*|triage|reconcile|scale|rotat\w*|roll\w* (?:\w+ )?out|assign\w*|merge|apply|block|isolate|contain|secure|lock|arm|configure|prepare|healthy|work through|sort out|off|open|unlock\w*|disabl\w*|enabl\w*|disarm\w*|stop|pause|mute)\b/,
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
  [
    'execute',
    /\b(run|execut\w*|install|script|command|program|launch|start|deploy|build|test|rerun|fix|restart)\b/,
  ],
]

/** A question wants an answer: what it is about is not to be done, and nothing is handed over by it. */
const question =
  /(?:^|[.!?;,]\s|\band\s)\s*(?:what|which|who|whose|when|where|why|how)\b(?:(?!\band\b)[^.?!,;])*/gi

/** Effects that words of a text call for. */
export function effectsIn(text: string): ReadonlySet<Effect> {
  const lower = text.toLowerCase().trim().replace(question, '. ')
  const found = new Set<Effect>(['look'])
  for (const [effect, term] of taskTerms) if (term.test(lower)) found.add(effect)
  if (isForeign(lower)) for (const effect of foreignEffects(lower)) found.add(effect)
  return found
}

const handedOver =
  /\b(to-?dos?|tasks?|actions? (?:specified|described|listed|mentioned|requested|needed|required)|instructions?|(?<!next )steps|homework|requests?|asked|asks|according to|(?:as|are|is) (?:described|specified|outlined|listed|instructed|mentioned)|follow|whatever|checklist|chores|errands|assignment|solve|complete|achieve|handle|take care|runbook|playbook|action items)\b/i

/** "Do what the policy says" hands over; "summarise what the wiki says" does not. */
const saidElsewhere =
  /\b(\w+) (?:me )?(?:as|what(?:ever)?|how|the way|everything|that) (?:(?!and\b)[\w'.@#-]+ ){1,8}(?:says?|said|wants?|needs?|wrote|describ\w+|recommend\w*|suggest\w*|tells?|told|requires?|demands?|proposes?|advises?|specif\w+|mention\w*|outlin\w*|instruct\w*|lists?|calls? for)\b/gi
const onlyTelling =
  /^(?:summari[sz]e|read|tell|find|check|explain|show|list|look|see|report|compare|quote|translate|know|understand|remember|about|of|out|on|at|is|and|to)$/i

/** The user hands the choice of actions to a text: a list of tasks, a letter, a page. */
export function delegates(task: string): boolean {
  const told = task.replace(question, ' ')
  for (const [all, before = ''] of told.matchAll(saidElsewhere)) {
    // "The filter that it needs" is one thing, which is the text's to name; what is done with it is the user's.
    const isThing =
      /^\S+ (?:me )?that /i.test(all) && !/s$|^(?:everything|anything|all|whatever)$/i.test(before)
    if (!isThing && !onlyTelling.test(before)) return true
  }
  return handedOver.test(told) || (isForeign(task) && handsOver(task))
}
