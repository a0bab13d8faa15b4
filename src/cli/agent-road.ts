import { unwatchFile, watchFile } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { AgentsConfig } from '../config/agents.ts'
import type { Config } from '../config/config.ts'
import { loadAgentPolicy } from '../gate/agent-policy-file.ts'
import { AgentRoad } from '../gate/agent-road.ts'
import type { ExchangeGate } from '../gate/exchange-gate.ts'
import type { Recorder } from '../gate/record/recorder.ts'
import type { StandingBook } from '../gate/standing-book.ts'
import { GateError } from '../kernel/gate-error.ts'
import type { Log } from '../kernel/log.ts'
import { ApprovalStore } from '../store/embedded/approval-store.ts'
import { monitorSystem } from './system-monitor.ts'

type Around = {
  readonly log: Log
  readonly now: () => number
  readonly env: Readonly<Record<string, string | undefined>>
}

type RoadOptions = {
  readonly config: Pick<Config, 'agents'>
  readonly parts: Around
  readonly state: DatabaseSync
  readonly recorder: Recorder
  readonly gate: ExchangeGate
  readonly standings: StandingBook
}

/** Often enough for a person who waits for it, seldom enough to cost nothing. */
const POLICY_POLL_MS = 1_000

/** The road of agents' acts on this deployment's store, with its policy taken up again whenever the file changes. */
export class KeptRoad implements Disposable {
  readonly road: AgentRoad
  readonly #around: Around
  #agents: AgentsConfig
  #file: string
  readonly #reload = (): void => this.#tryReload()

  constructor({ config, parts, state, recorder, gate, standings }: RoadOptions) {
    this.#around = parts
    this.#agents = config.agents
    const policy = loadAgentPolicy(config.agents.policy, parts.env, config.agents.budgets)
    this.#file = policy.file
    this.road = AgentRoad.open({
      config: config.agents,
      policy,
      recorder,
      approvals: new ApprovalStore(state),
      identify: (credentials) => gate.identify(credentials),
      standingOf: (account, now) => standings.standingOf(account, now),
      now: parts.now,
    })
    this.#watch()
    monitorSystem(recorder, parts.log)
  }

  /** Throws when the policy cannot be read; nothing has changed then. */
  use(agents: AgentsConfig): void {
    const policy = loadAgentPolicy(agents.policy, this.#around.env, agents.budgets)
    this.#agents = agents
    this.road.use(agents, policy)
    if (policy.file === this.#file) return
    unwatchFile(this.#file, this.#reload)
    this.#file = policy.file
    this.#watch()
  }

  [Symbol.dispose](): void {
    unwatchFile(this.#file, this.#reload)
  }

  #watch(): void {
    watchFile(this.#file, { interval: POLICY_POLL_MS, persistent: false }, this.#reload)
  }

  #tryReload(): void {
    const { log } = this.#around
    try {
      this.use(this.#agents)
      const { name, version } = this.road.policy
      log('info', 'policy-reloaded', { policy: name, version })
    } catch (error) {
      if (!(error instanceof GateError)) throw error
      log('error', 'reload-refused', { code: error.code, problems: error.message })
    }
  }
}
