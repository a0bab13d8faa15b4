import { vendorSignature } from '../gate/enforce/reasoning-seals.ts'
import type { Endpoint } from '../gate/exchange-act.ts'
import type { ExchangeDecision } from '../gate/exchange-decision.ts'
import { answerEdit } from './json-edit.ts'
import type { ModelDoor } from './model-door.ts'
import { replaced, sealEdit } from './seal-edit.ts'
import type { AnswerEdit } from './upstream/answer-editor.ts'

export type AnswerEditParts = {
  readonly door: ModelDoor
  readonly endpoint: Endpoint
  readonly decision: ExchangeDecision
  /** Nothing says that the answer has to be data. */
  readonly isProse: boolean
  /** Seals a reasoning block for its caller, where blocks are sealed. */
  readonly seal: ((signature: string) => string) | undefined
  readonly canary: (campaign: string) => string
}

const ANSWERING: ReadonlySet<Endpoint> = new Set(['chat.completions', 'responses', 'messages'])

/** What of an answer has to be altered before it goes on. */
export function answerEdits(parts: AnswerEditParts): readonly AnswerEdit[] {
  const { door, endpoint, decision, isProse, seal, canary } = parts
  if (!ANSWERING.has(endpoint)) return []
  const edits: AnswerEdit[] = []
  if (seal && endpoint !== 'chat.completions') edits.push(sealEdit(door, seal))
  if (decision.action !== 'throttle') return edits
  for (const change of decision.changes) {
    if (change.kind === 'veil') edits.push(answerEdit(door.veil))
    if (change.kind === 'mark' && isProse) edits.push(answerEdit(door.mark(canary(change.canary))))
  }
  return edits
}

/** The request as the vendor knows it: its own signatures, in place of the sealed ones. All other bytes stay. */
export function unsealed(body: Buffer, sealed: readonly string[]): Buffer {
  return [...new Set(sealed)].reduce(
    (whole, text) => replaced(whole, `"${text}"`, `"${vendorSignature(text)}"`),
    body,
  )
}
