import type { Act, ActDetail } from '../api/shapes/acts.ts'
import { type Fields, listIn, objectIn, textIn } from './entry-fields.ts'

const did: Readonly<Record<Act['action'], string>> = {
  allow: 'let pass',
  throttle: 'slowed or limited',
  redact: 'let pass with parts cut out',
  ask: 'held for a person to approve',
  deny: 'refused',
}
const would: Readonly<Record<Act['action'], string>> = {
  allow: 'let it pass',
  throttle: 'slowed or limited it',
  redact: 'cut parts out of it',
  ask: 'asked a person',
  deny: 'refused it',
}

/** The decision on an act in a sentence or two. */
export function actStory(act: Act, findings: ActDetail['findings']): string {
  const what =
    act.side === 'model'
      ? `${act.account} asked ${act.name} (${act.kind})`
      : act.side === 'agent'
        ? `${act.account} wanted to ${verbs[act.kind] ?? act.kind} ${act.name}`
        : `A request from ${act.name} came without standing as an act`
  const decided = act.isEnforced
    ? `It was ${did[act.action]}`
    : `It was let pass, because the gate only observes; enforcing would have ${would[act.action]}`
  const by = act.rule === undefined ? '' : ` by the rule ${act.rule}`
  const standing = act.standing === undefined ? '' : ` The account was ${act.standing} at the time.`
  const found = findings.length === 0 ? '' : ` ${findings.map(({ summary }) => summary).join('; ')}.`
  return `${what}. ${decided}${by}.${standing}${found}`
}

const verbs: Readonly<Record<string, string>> = {
  call: 'call',
  result: 'take in a result of',
  command: 'run a',
  message: 'send a message to',
  write: 'make a',
}

/** What the ledger keeps of what was found: facts, not texts. */
export function findingsIn(entry: Fields): ActDetail['findings'] {
  return listIn(entry, 'facts').flatMap((each) => {
    if (typeof each !== 'object' || each === null) return []
    const fields = each as Fields
    const fact = textIn(fields, 'fact')
    const severity = severities.find((name) => name === textIn(fields, 'severity'))
    if (fact === undefined || severity === undefined) return []
    return [
      {
        detector: textIn(fields, 'detector') ?? '',
        fact,
        severity,
        summary: textIn(fields, 'summary') ?? fact,
      },
    ]
  })
}

const severities = ['info', 'low', 'medium', 'high', 'critical'] as const

export function ticketIn(entry: Fields): string | undefined {
  return textIn(objectIn(entry, 'decision'), 'ticket')
}
