// Some of the demo's exchanges, sent once more through the gate that stays up: so that its ledger and its screens show
// accounts that the findings name. A stand-in answers them; no model is asked.

import type { Exchange } from '../../watch/exchange.ts'
import { openInput } from '../../watch/intake/input.ts'
import type { Report } from '../../watch/report.ts'
import { vouchedHeaders } from '../replay/exchange-request.ts'
import { replay } from '../replay/replaying.ts'

const CAMPAIGNS_MAX = 6
const ACCOUNTS_A_CAMPAIGN = 8
const OTHERS_MAX = 40
const EXCHANGES_MAX = 400
/** They take about so long, so that whoever opens the console sees them come. */
const SPREAD_MS = 30_000
const CONNECTIONS = 4
const PATIENCE_MS = 5_000

/** What the gate has to believe of this process for accounts and addresses to be those of the log; not the time. */
export const demoTrust = `trust:
  hops: 1
  proxies: ["127.0.0.1"]
  headers: { ${Object.entries(vouchedHeaders)
    .filter(([field]) => field !== 'time')
    .map(([field, header]) => `${field}: ${header}`)
    .join(', ')} }
`

export async function sendRecorded(
  log: string,
  { campaigns }: Pick<Report, 'campaigns'>,
  to: { readonly url: URL; readonly key: string; readonly signal: AbortSignal },
): Promise<void> {
  const attackers = new Set(
    campaigns.slice(0, CAMPAIGNS_MAX).flatMap(({ accounts }) => accounts.slice(0, ACCOUNTS_A_CAMPAIGN)),
  )
  const exchanges = await chosen(log, attackers)
  const [first, last] = [exchanges[0]?.ts ?? 0, exchanges.at(-1)?.ts ?? 0]
  await replay(exchanges, {
    ...to,
    protocol: 'openai',
    connections: CONNECTIONS,
    speed: Math.max(1, Math.ceil((last - first) / SPREAD_MS)),
    patienceMs: PATIENCE_MS,
  })
}

/** Exchanges of those accounts, and of the first others that come. */
async function chosen(log: string, attackers: ReadonlySet<string>): Promise<readonly Exchange[]> {
  const taken: Exchange[] = []
  const others = new Set<string>()
  const input = await openInput(log)
  try {
    for await (const piece of input.pieces()) {
      if (piece.kind !== 'block') continue
      for (const reading of input.read(piece)) {
        if (reading.kind !== 'exchange') continue
        const { account } = reading.exchange
        if (!attackers.has(account) && !others.has(account) && others.size >= OTHERS_MAX) continue
        if (!attackers.has(account)) others.add(account)
        taken.push(reading.exchange)
        if (taken.length >= EXCHANGES_MAX) return taken
      }
    }
    return taken
  } finally {
    await input.close()
  }
}
