import type { DatabaseSync } from 'node:sqlite'
import type { Config } from '../config/config.ts'
import { AdminApi } from '../doors/admin/admin-api.ts'
import type { GateMetrics } from '../doors/gate-metrics.ts'
import type { Routes } from '../doors/upstream/routes.ts'
import type { Recorder } from '../gate/record/recorder.ts'
import type { Ledger } from '../store/embedded/ledger/ledger.ts'
import type { KeptRoad } from './agent-road.ts'
import type { OnlineWatch } from './online-watch.ts'
import { version } from './version.ts'

export type ConsoleAround = {
  /** As it is now: it may be read again while the gate runs. */
  readonly live: { readonly config: Config }
  readonly state: DatabaseSync
  readonly ledger: Ledger
  readonly recorder: Recorder
  readonly kept: KeptRoad
  readonly route: { readonly routes: Routes }
  readonly metrics: GateMetrics
  readonly watch: OnlineWatch | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly refresh: () => Promise<void>
  readonly now: () => number
}

/** The admin API over the parts of a running gate. */
export async function openConsoleApi(around: ConsoleAround): Promise<AdminApi> {
  const { live, state, ledger, recorder, kept, route, metrics, watch, env, refresh, now } = around
  const api = await AdminApi.open({
    ...{ state, recorder, env, refresh, now },
    config: () => live.config,
    version: version(),
    road: kept.road,
    ledgerHealth: () => ledger.health,
    upstreams: () => route.routes.upstreams.map(({ name, breaker }) => ({ name, state: breaker.health })),
    watch: () => ({ isRunning: watch !== undefined, ...(watch?.counts ?? { behind: 0, missed: 0 }) }),
    usePolicy: (file) => {
      const { agents } = live.config
      kept.use({ ...agents, policy: file ?? agents.policy })
    },
    failed: (error) => metrics.failed(error),
  })
  metrics.watch(api.gauge)
  return api
}
