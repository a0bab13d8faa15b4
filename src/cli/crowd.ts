import type { Crowd } from '../doors/http/connection-shares.ts'
import type { Log } from '../kernel/log.ts'
import type { ExchangeSide } from './exchange-side.ts'

/** Whoever opens too many connections goes on opening them. */
const SAID_AGAIN_MS = 60_000

/** What the front asks and tells of connections: each one turned away is counted, and said in the log once a minute. */
export function crowdOf(
  { gate, metrics }: Pick<ExchangeSide, 'gate' | 'metrics'>,
  { log, now }: { readonly log: Log; readonly now: () => number },
): Crowd {
  let said = Number.NEGATIVE_INFINITY
  return {
    isProxy: (address) => gate.isProxy(address),
    refused: (rule, address) => {
      metrics.refused(rule)
      if (now() - said < SAID_AGAIN_MS) return
      said = now()
      log('warn', 'connections-refused', { rule, address })
    },
  }
}
