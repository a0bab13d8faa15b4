import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import type { Protocol } from '../../config/config.ts'
import type { Exchange } from '../../watch/exchange.ts'
import { replayRequest } from './exchange-request.ts'

export type ReplayOptions = {
  readonly url: URL
  readonly key: string
  readonly protocol: Protocol
  /** Requests under way at once. */
  readonly connections: number
  /** Log time passes so many times faster; 0: as fast as answers come. */
  readonly speed: number
  /** How long a gate that is gone is waited for. */
  readonly patienceMs: number
  readonly signal: AbortSignal
  /** Called once an answer has been read to its end. */
  readonly onAnswer?: (exchange: Exchange, status: number, decision: string | undefined) => void
}

export type Replayed = {
  readonly sent: number
  readonly statuses: Readonly<Record<string, number>>
  /** Requests that were sent again because the connection broke before their answer was whole. */
  readonly resent: number
  readonly seconds: number
}

const RETRY_MS = 100
const ANSWER_MS_MAX = 120_000

/** Sends a log's exchanges in its order, some at once, and again when the gate was gone before it had answered. */
export async function replay(
  exchanges: Iterable<Exchange> | AsyncIterable<Exchange>,
  options: ReplayOptions,
): Promise<Replayed> {
  const { url, connections, speed, signal } = options
  const began = performance.now()
  const client = new Pool(url.origin, { connections, pipelining: 1, headersTimeout: ANSWER_MS_MAX })
  const statuses = new Map<number, number>()
  const under = new Set<Promise<void>>()
  let firstTs: number | undefined
  let sent = 0
  let resent = 0
  let failed: unknown
  try {
    for await (const exchange of exchanges) {
      if (signal.aborted || failed !== undefined) break
      firstTs ??= exchange.ts
      if (speed > 0) await untilDue((exchange.ts - firstTs) / speed - (performance.now() - began), signal)
      sent++
      const asking = ask(client, exchange, options)
        .then(({ status, tries }) => {
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
          resent += tries - 1
        })
        .catch((error: unknown) => {
          failed ??= error
        })
        .finally(() => under.delete(asking))
      under.add(asking)
      // One that is slow does not hold up the others, as it would not have then.
      if (under.size >= connections) await Promise.race(under)
    }
    await Promise.all(under)
  } finally {
    await client.destroy()
  }
  if (failed !== undefined) throw failed
  return {
    sent,
    statuses: Object.fromEntries([...statuses].sort(([left], [right]) => left - right)),
    resent,
    seconds: (performance.now() - began) / 1_000,
  }
}

async function ask(
  client: Pool,
  exchange: Exchange,
  { key, protocol, patienceMs, signal, onAnswer }: ReplayOptions,
): Promise<{ readonly status: number; readonly tries: number }> {
  const { path, headers, body } = replayRequest(exchange, protocol, key)
  let deadline: number | undefined
  for (let tries = 1; ; tries++) {
    try {
      const answer = await client.request({ method: 'POST', path, headers, body, signal })
      await answer.body.dump({ limit: Number.MAX_SAFE_INTEGER })
      const decision = answer.headers['x-portcullis-decision']
      onAnswer?.(exchange, answer.statusCode, typeof decision === 'string' ? decision : undefined)
      return { status: answer.statusCode, tries }
    } catch (error) {
      deadline ??= performance.now() + patienceMs
      if (signal.aborted || performance.now() > deadline) throw error
      await sleep(RETRY_MS, undefined, { signal })
    }
  }
}

async function untilDue(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 1) await sleep(ms, undefined, { signal }).catch(() => {})
}
