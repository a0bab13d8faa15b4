// What the watch is passed of an exchange that ended at the gate.
import { isKept } from '../gate/exchange-act.ts'
import type { SeenExchange } from '../gate/exchange-gate.ts'
import type { PassedExchange, ShownText } from './passed-batch.ts'

/** What a template is shown with stands at the head or the tail of a prompt. Characters. */
const TEXT_HEAD = 480
const TEXT_TAIL = 320

/** What is no answer of a model tells nothing. */
export function isWatched({ act }: SeenExchange): boolean {
  return act.endpoint !== 'models' && act.endpoint !== 'count_tokens' && !isKept(act.endpoint)
}

export function exchangeOf({ caller, act, completion }: SeenExchange): PassedExchange {
  const fields = {
    ts: act.ts,
    id: act.id,
    account: caller.account,
    key: caller.key,
    org: caller.org,
    ip: caller.address,
    asn: caller.asn,
    ua: caller.userAgent,
    ja4: caller.ja4,
    created: caller.created,
    plan: caller.plan,
    payment: caller.payment,
    model: act.model,
    sketched: act.sketch,
    inputTokens: completion.input_tokens,
    outputTokens: completion.output_tokens,
    maxTokens: act.maxTokens,
    temperature: act.temperature,
    n: act.n,
    status: completion.status,
    reasoningSignature: act.reasoningBlocks.at(-1),
  }
  // Absent and undefined are the same to whoever reads an exchange; leaving fields out here would cost every exchange.
  return fields as PassedExchange
}

export function shownOf({ act: { prompt = '' } }: SeenExchange): ShownText {
  const isLong = prompt.length > TEXT_HEAD + TEXT_TAIL
  return isLong
    ? { text: prompt.slice(0, TEXT_HEAD), end: prompt.slice(-TEXT_TAIL) }
    : { text: prompt, end: undefined }
}
