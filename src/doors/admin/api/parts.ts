import type { Config } from '../../../config/config.ts'
import type { AgentRoad } from '../../../gate/agent-road.ts'
import type { KeyStore } from '../../../store/embedded/key-store.ts'
import type { LedgerHealth } from '../../../store/embedded/ledger/ledger-end.ts'
import type { MeasureStore } from '../../../store/embedded/measure-store.ts'
import type { AlertStore } from '../alerts/alert-store.ts'
import type { Alerter } from '../alerts/alerter.ts'
import type { Hub } from '../live/hub.ts'
import type { Jobs, Work } from '../live/jobs.ts'
import type { Oidc } from '../people/oidc.ts'
import type { SignIn } from '../people/sign-in.ts'
import type { UserStore } from '../people/user-store.ts'
import type { Doorkeeper, Who } from '../people/who.ts'
import type { Reader } from '../read/reader.ts'
import type { ChangeStore } from '../state/change-store.ts'
import type { PolicyStore } from '../state/policy-store.ts'
import type { ProofMemory } from '../state/proof-memory.ts'
import type { SettingsStore } from '../state/settings-store.ts'
import { ApiProblem } from './problems.ts'
import type { Job } from './shapes/common.ts'
import type { Overview } from './shapes/overview.ts'

/** What the running gate lends the console. */
export type GateParts = {
  readonly config: () => Config
  readonly version: string
  readonly road: AgentRoad
  /** Takes up what was written into the state database. */
  readonly refresh: () => Promise<void>
  readonly ledgerHealth: () => LedgerHealth
  readonly upstreams: () => Overview['upstreams']
  readonly watch: () => { readonly isRunning: boolean; readonly behind: number; readonly missed: number }
  /** Puts a policy file in force, or that of the configuration; throws what is wrong with it. */
  readonly usePolicy: (file: string | undefined) => void
  readonly env: Readonly<Record<string, string | undefined>>
  readonly now: () => number
}

/** Everything the routes work with. */
export type ApiParts = GateParts & {
  readonly reader: Reader
  readonly users: UserStore
  readonly doorkeeper: Doorkeeper
  readonly signIn: SignIn
  readonly settings: SettingsStore
  readonly changes: ChangeStore
  readonly measures: MeasureStore
  readonly keys: KeyStore
  readonly policies: PolicyStore
  readonly lastProof: ProofMemory
  readonly alerts: AlertStore
  readonly alerter: Alerter
  readonly hub: Hub
  readonly jobs: Jobs
  readonly oidc: Oidc
  /** Writes down who does what and why, before it is done. */
  readonly audit: (who: Who, action: string, subject: string, reason: string) => Promise<void>
}

/** After a change: the gate and the reader both know of it before the answer says done. */
export async function settle({ refresh, reader }: Pick<ApiParts, 'refresh' | 'reader'>): Promise<void> {
  await refresh()
  await reader.refresh()
}

export function startJob({ jobs }: ApiParts, who: Who, kind: Job['kind'], work: Work): Job {
  const job = jobs.start(kind, who.name, work)
  if (job === undefined)
    throw new ApiProblem('too-many-tries', 'Too much is running already; wait for it to end.', {
      retryAfterSeconds: 5,
    })
  return job
}
