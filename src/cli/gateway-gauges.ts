import type { ExchangeDoor } from '../doors/exchange-door.ts'
import type { GaugeSource } from '../doors/gate-metrics.ts'
import type { Routes } from '../doors/upstream/routes.ts'
import type { Recorder } from '../gate/record/recorder.ts'
import type { Standings } from '../gate/standing-book.ts'
import type { Ledger } from '../store/embedded/ledger/ledger.ts'

/** What can be read off the gate's parts at any moment. */
export function gatewayGauges(parts: {
  readonly ledger: Ledger
  readonly recorder: Recorder
  readonly exchanges: ExchangeDoor
  readonly standings: Standings
  readonly route: { readonly routes: Routes }
  /** Of other processes of this gate. */
  readonly inFlightElsewhere: (() => number) | undefined
  readonly now: () => number
}): readonly GaugeSource[] {
  const { ledger, recorder, exchanges, standings, route, inFlightElsewhere, now } = parts
  return [
    {
      name: 'portcullis_exchanges_in_flight',
      help: 'Exchanges under way.',
      read: () => [[{}, exchanges.inFlight + (inFlightElsewhere?.() ?? 0)]],
    },
    {
      name: 'portcullis_ledger_well',
      help: 'Whether the ledger can be written.',
      read: () => [[{}, ledger.health === 'well' ? 1 : 0]],
    },
    {
      name: 'portcullis_ledger_misses_total',
      help: 'Acts that the ledger could not take, by what became of them.',
      read: () => [
        [{ outcome: 'unrecorded' }, recorder.counts.unrecorded],
        [{ outcome: 'refused' }, recorder.counts.refused],
      ],
    },
    {
      name: 'portcullis_accounts_under_measures',
      help: 'Accounts that a countermeasure touches.',
      read: () => [[{}, standings.accounts]],
    },
    {
      name: 'portcullis_upstream_up',
      help: 'Whether the breaker lets exchanges through.',
      read: () =>
        route.routes.upstreams.map((upstream) => [
          { upstream: upstream.name },
          upstream.breaker.state(now()) === 'open' ? 0 : 1,
        ]),
    },
  ]
}
