import type { Reply } from '../mcp/reply.ts'
import { envelopeText, type RpcId, readMessage } from '../mcp/rpc.ts'
import { type ServerAnswer, ServerGone } from '../mcp/upstream.ts'
import { readJsonText } from '../wire-json.ts'
import { type A2aGuard, a2aError, type Request } from './a2a-guard.ts'
import type { CardDesk } from './card-desk.ts'

type Passing = {
  readonly answer: ServerAnswer
  readonly guard: A2aGuard
  readonly reply: Reply
  readonly request: Request
  readonly cards: CardDesk
  readonly origin: string
}

const extendedCard = /^(?:GetExtendedAgentCard|agent\/getAuthenticatedExtendedCard)$/

/** Passes back what the agent answers, message by message through the guard. */
export async function passAnswer(passing: Passing): Promise<void> {
  const { answer, reply } = passing
  if (answer.status === 401 || answer.status === 403)
    throw new ServerGone('the server refused the credential that the gate holds for it')
  switch (answer.kind) {
    case 'empty':
      throw new ServerGone('the server did not answer')
    case 'message':
      return reply.message(answer.status, await passed(passing, answer.text))
    case 'events':
    case 'values': {
      reply.start('events', answer.status, {})
      for await (const { data, raw, fields } of answer.events) {
        if (data === undefined || data === '') {
          if (raw !== undefined) await reply.event(raw)
          continue
        }
        const text = await passed(passing, data)
        const isGoing =
          text === data && raw !== undefined && reply.passesBytes
            ? await reply.event(raw)
            : await reply.send(text, fields)
        if (!isGoing) return
      }
      reply.response.end()
    }
  }
}

async function passed({ guard, request, cards, origin }: Passing, text: string): Promise<string> {
  const value = readJsonText(text)
  const message = value.ok ? readMessage(value.value) : undefined
  if (!value.ok || !message?.ok || message.value.kind === 'request' || message.value.kind === 'notification')
    throw new ServerGone('the server sent what cannot be read')
  const { id } = request
  const same = envelopeText(text, value.value)
  if (message.value.id !== undefined && !isSame(message.value.id, id))
    throw new ServerGone('the server answered another request')
  if (message.value.kind === 'error') {
    const judged = await guard.answer(message.value.error)
    return 'code' in judged
      ? a2aError(id, judged)
      : written(same, message.value.error, judged.result, id, 'error')
  }
  if (extendedCard.test(request.method)) {
    const card = await cards.ours(message.value.result, origin, 'extended')
    return card.ok ? JSON.stringify({ jsonrpc: '2.0', id, result: card.value }) : a2aError(id, card.error)
  }
  const { result } = message.value
  const judged = await guard.answer(result)
  return 'code' in judged ? a2aError(id, judged) : written(same, result, judged.result, id, 'result')
}

/** The very text that came, unless something in it changed. */
function written(
  text: string,
  before: unknown,
  after: unknown,
  id: RpcId,
  field: 'result' | 'error',
): string {
  return before === after ? text : JSON.stringify({ jsonrpc: '2.0', id, [field]: after })
}

function isSame(left: RpcId, right: RpcId): boolean {
  return left === right
}
