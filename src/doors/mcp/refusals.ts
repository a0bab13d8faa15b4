import type { ActId, JsonObject } from '../../gate/act.ts'
import type { Passage } from '../../gate/agent-road.ts'
import { errorMessage, gateCodes, type RpcId, resultMessage } from './rpc.ts'

/** Why the gate does not let something go on, in words that say what and which rule, never how it was seen. */
export type Stop = { readonly code: number; readonly text: string; readonly data: JsonObject }

const MARK = 'portcullis/decision'

export function stopOf({ id, decision, ticket }: Passage, what: string): Stop {
  const rule = decision.action === 'allow' ? 'default' : decision.rule
  if (decision.action === 'ask' && ticket !== undefined)
    return {
      code: gateCodes.approval,
      text: `${what} needs a person's approval (rule ${rule}, ticket ${ticket.id}, decision ${id}). Once ticket ${ticket.id} is approved, the same call passes once.`,
      data: { decision: id, rule, action: 'ask', ticket: ticket.id, expires: ticket.expires },
    }
  return {
    code: gateCodes.denied,
    text: `${what} was refused by the gate (rule ${rule}, decision ${id}). It was not carried out.`,
    data: { decision: id, rule, action: 'deny' },
  }
}

export function failureStop(id: ActId | string, code: number, text: string): Stop {
  return { code, text: `${text} (decision ${id})`, data: { decision: id } }
}

/**
 * A tool's own error is what clients show to the model, which can then do without; a JSON-RPC error ends the turn in
 * several of them. Other methods have no such result.
 */
export function refuse(id: RpcId, method: string, stop: Stop, isModern: boolean): string {
  if (method !== 'tools/call') return errorMessage(id, stop.code, stop.text, stop.data)
  return resultMessage(id, {
    ...(isModern ? { resultType: 'complete' } : {}),
    content: [{ type: 'text', text: stop.text }],
    isError: true,
    _meta: { [MARK]: stop.data },
  })
}

/** What a server gets when the gate does not pass its question on. */
export function refuseServer(id: RpcId, method: string, stop: Stop): string {
  if (method === 'elicitation/create')
    return resultMessage(id, { action: 'decline', _meta: { [MARK]: stop.data } })
  return errorMessage(id, stop.code, stop.text, stop.data)
}
