import { type Fields, numberIn, textIn } from './entry-fields.ts'

export type Note = {
  readonly kind: string
  readonly subject: string
  readonly author: string | undefined
  readonly summary: string
}

const SUMMARY_CHARACTERS_MAX = 300

/** An entry that is no act, as one line for a person. */
export function noteOf(fields: Fields): Note {
  const kind = textIn(fields, 'kind') ?? 'unknown'
  const author = textIn(fields, 'author')
  const reason = textIn(fields, 'reason') ?? ''
  const note = (subject: string | undefined, summary: string): Note => ({
    kind,
    subject: subject ?? '',
    author,
    summary: summary.slice(0, SUMMARY_CHARACTERS_MAX),
  })
  switch (kind) {
    case 'measure': {
      const accounts = numberIn(fields, 'accounts') ?? 0
      const change = textIn(fields, 'change') ?? 'changed'
      return note(
        textIn(fields, 'measure'),
        `${textIn(fields, 'standing') ?? 'a measure'} ${change} for ${accounts} accounts: ${reason}`,
      )
    }
    case 'audit':
      return note(textIn(fields, 'subject'), `${textIn(fields, 'action') ?? ''}: ${reason}`)
    case 'approval':
      return note(
        textIn(fields, 'ticket'),
        `${textIn(fields, 'answer') ?? 'answered'} ${textIn(fields, 'tool') ?? ''} of ${textIn(fields, 'agent') ?? ''}: ${reason}`,
      )
    case 'model':
      return note(textIn(fields, 'hash'), 'the system model that the policy is checked against')
    case 'checkpoint':
      return note(textIn(fields, 'key'), `signed checkpoint after entry ${numberIn(fields, 'seq') ?? 0}`)
    case 'interrupted':
      return note('', 'an act that a stop of the gate cut off')
    default:
      return note(textIn(fields, 'subject') ?? textIn(fields, 'session'), reason === '' ? kind : reason)
  }
}
