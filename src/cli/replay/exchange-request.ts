// A logged exchange as the request that would have made it: what a proxy in front of the gate would vouch for is in
// headers, what the stand-in upstream is to answer too.
import type { Protocol } from '../../config/config.ts'
import type { Exchange } from '../../watch/exchange.ts'

export type ReplayRequest = {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Header names that `trust.headers` of the gate must name for the replay to be believed. */
export const vouchedHeaders = {
  account: 'x-account',
  org: 'x-org',
  ja4: 'x-ja4',
  payment: 'x-payment',
  asn: 'x-asn',
  plan: 'x-plan',
  created: 'x-created',
  time: 'x-time',
} as const

/** What the stand-in upstream reads: they pass the gate as any header does. */
export const answerHeaders = {
  status: 'x-replay-status',
  input: 'x-replay-input-tokens',
  output: 'x-replay-output-tokens',
} as const

const MAX_TOKENS_DEFAULT = 1_024

export function replayRequest(exchange: Exchange, protocol: Protocol, key: string): ReplayRequest {
  const { account, org, ja4, payment, asn, plan, created, ts } = exchange
  const values: Readonly<Record<string, string | number | undefined>> = {
    'content-type': 'application/json',
    ...(protocol === 'openai'
      ? { authorization: `Bearer ${key}` }
      : { 'x-api-key': key, 'anthropic-version': '2023-06-01' }),
    'x-forwarded-for': exchange.ip,
    'user-agent': exchange.ua,
    [vouchedHeaders.account]: account,
    [vouchedHeaders.org]: org,
    [vouchedHeaders.ja4]: ja4,
    [vouchedHeaders.payment]: payment,
    [vouchedHeaders.asn]: asn,
    [vouchedHeaders.plan]: plan,
    [vouchedHeaders.created]: created,
    [vouchedHeaders.time]: ts,
    [answerHeaders.status]: exchange.status,
    [answerHeaders.input]: exchange.inputTokens,
    [answerHeaders.output]: exchange.outputTokens,
  }
  const headers = Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, headerText(String(value))]],
    ),
  )
  return protocol === 'openai'
    ? { path: '/v1/chat/completions', headers, body: JSON.stringify(chatBody(exchange)) }
    : { path: '/v1/messages', headers, body: JSON.stringify(messagesBody(exchange)) }
}

function chatBody({ model, system, prompt, maxTokens, temperature, n }: Exchange): object {
  const messages = [
    ...(system === undefined ? [] : [{ role: 'system', content: system }]),
    { role: 'user', content: prompt ?? '' },
  ]
  return { model, messages, max_tokens: maxTokens, temperature, n }
}

function messagesBody({
  model,
  system,
  prompt,
  maxTokens,
  temperature,
  reasoningSignature,
}: Exchange): object {
  const thinking =
    reasoningSignature === undefined
      ? []
      : [
          {
            role: 'assistant',
            content: [{ type: 'thinking', thinking: '', signature: reasoningSignature }],
          },
        ]
  const messages = [...thinking, { role: 'user', content: prompt ?? '' }]
  return { model, system, messages, max_tokens: maxTokens ?? MAX_TOKENS_DEFAULT, temperature }
}

/** A log may hold what no header can. */
function headerText(value: string): string {
  return value.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?')
}
