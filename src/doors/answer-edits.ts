import { isOfSummary, vendorSignature } from '../gate/enforce/reasoning-seals.ts'
import type { Endpoint } from '../gate/exchange-act.ts'
import type { ExchangeDecision } from '../gate/exchange-decision.ts'
import { answerEdit } from './json-edit.ts'
import { asRecord } from './json-fields.ts'
import type { ModelDoor } from './model-door.ts'
import { replaced, sealEdit } from './seal-edit.ts'
import type { AnswerEdit } from './upstream/answer-editor.ts'
import type { Summarise } from './upstream/summariser.ts'

export type AnswerEditParts = {
  readonly door: ModelDoor
  readonly endpoint: Endpoint
  readonly decision: ExchangeDecision
  /** Nothing says that the answer has to be data. */
  readonly isProse: boolean
  /** Seals a reasoning block for its caller, where blocks are sealed. */
  readonly seal: ((signature: string) => string) | undefined
  readonly canary: (campaign: string) => string
  readonly summarise: Summarise
}

const ANSWERING: ReadonlySet<Endpoint> = new Set([
  ...(['chat.completions', 'responses', 'messages'] as const),
  ...(['responses.read', 'responses.items', 'responses.cancel'] as const),
])

/** Nothing has to be altered, which is the usual case. */
export const noEdits: readonly AnswerEdit[] = []

/** What of an answer has to be altered before it goes on. */
export function answerEdits(parts: AnswerEditParts): readonly AnswerEdit[] {
  const { door, endpoint, decision, isProse, seal, canary, summarise } = parts
  if (!ANSWERING.has(endpoint)) return []
  const edits: AnswerEdit[] = []
  if (seal && endpoint !== 'chat.completions') edits.push(sealEdit(door, seal))
  if (decision.action !== 'throttle') return edits
  for (const change of decision.changes) {
    // What a list of items has of reasoning stands in no place where a summary is looked for.
    if (endpoint === 'responses.items' && change.kind !== 'mark') edits.push(answerEdit(door.veil))
    else if (change.kind === 'summary') edits.push(answerEdit(door.summarise(summarise)))
    else if (change.kind === 'veil') edits.push(answerEdit(door.veil))
    if (change.kind === 'mark' && isProse) edits.push(answerEdit(door.mark(canary(change.canary))))
  }
  return edits
}

/**
 * The request as the vendor knows it: its own signatures, in place of the sealed ones. All other bytes stay, unless the
 * gate put a summary into a block: then no words are in it.
 */
export function unsealed(body: Buffer, sealed: readonly string[], door: ModelDoor): Buffer {
  const hasSummaries = sealed.some(isOfSummary)
  const request = hasSummaries ? asRecord(JSON.parse(body.toString('utf8'))) : undefined
  const own = request ? Buffer.from(JSON.stringify(door.withoutSummaries(request, isOfSummary))) : body
  return [...new Set(sealed)].reduce(
    (whole, text) => replaced(whole, `"${text}"`, `"${vendorSignature(text)}"`),
    own,
  )
}
