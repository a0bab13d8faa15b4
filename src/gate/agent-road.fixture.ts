import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { parse } from 'valibot'
import { type AgentsConfig, agentsConfig, agentsSchema } from '../config/agents.ts'
import { ApprovalStore } from '../store/embedded/approval-store.ts'
import { Ledger } from '../store/embedded/ledger/ledger.ts'
import { openState } from '../store/embedded/state.ts'
import type { ActId, CallAct, JsonObject, SessionId } from './act.ts'
import type { AgentCaller } from './agent-caller.ts'
import { type LoadedPolicy, loadAgentPolicy } from './agent-policy-file.ts'
import { AgentRoad } from './agent-road.ts'
import { ledgerEntries } from './export-exchanges.ts'
import { Recorder, type RecorderRules } from './record/recorder.ts'
import { clear, type Standing } from './standing.ts'

export const ann: AgentCaller = { tenant: 'default', agent: 'coder', person: 'ann', key: 'k_1' }

let acts = 0
export function call(tool: string, args: JsonObject, session = 's'): CallAct {
  acts++
  return {
    kind: 'call',
    id: `d_${acts}` as ActId,
    session: session as SessionId,
    tool,
    arguments: args,
  }
}

/** A road on a ledger and a state database of its own, with a clock that tests move. */
export class TestRoad implements AsyncDisposable {
  readonly road: AgentRoad
  readonly approvals: ApprovalStore
  standing: Standing = clear
  clock = 1_800_000_000_000
  readonly #ledger: Ledger
  readonly #state: DatabaseSync
  readonly #directory: string
  readonly #agents: AgentsConfig

  private constructor(ledger: Ledger, directory: string, agents: AgentsConfig, rules: RecorderRules) {
    this.#ledger = ledger
    this.#directory = directory
    this.#agents = agents
    this.#state = openState(directory)
    this.approvals = new ApprovalStore(this.#state)
    this.road = AgentRoad.open({
      config: agents,
      policy: loadAgentPolicy(agents.policy, {}, agents.budgets),
      recorder: new Recorder(ledger, rules),
      approvals: this.approvals,
      identify: () => ({ ok: false, error: 'key-unknown' }),
      standingOf: () => this.standing,
      addressOf: () => '127.0.0.1',
      now: () => this.clock,
    })
  }

  static async open(
    agents: Parameters<typeof agentsConfig>[0] | Record<string, unknown> = {},
    rules: Partial<RecorderRules> = {},
  ): Promise<TestRoad> {
    const directory = mkdtempSync(join(tmpdir(), 'road-'))
    const ledger = await Ledger.open({
      directory: join(directory, 'ledger'),
      ringBytes: 1_048_576,
      segmentBytes: 1_048_576,
      retainMs: 0,
      retainBytes: 0,
      checkpointMs: 10_000,
      syncMs: 100,
    })
    const config = agentsConfig(parse(agentsSchema, agents), join(directory, 'x.yaml'), 'enforce')
    return new TestRoad(ledger, directory, config, {
      wait: 'written',
      full: 'closed',
      // Longer than any machine's disk makes a test wait.
      fullWaitMs: 30_000,
      ...rules,
    })
  }

  /** The policy's file was read again. */
  useAgain(policy: LoadedPolicy): void {
    this.road.use(this.#agents, policy)
  }

  get ledgerDirectory(): string {
    return join(this.#directory, 'ledger')
  }

  /** What the ledger holds by now, checkpoints aside. */
  entries(): readonly Readonly<Record<string, unknown>>[] {
    return [...ledgerEntries(this.ledgerDirectory)]
      .map(({ entry }) => entry)
      .filter(({ kind }) => kind !== 'checkpoint')
  }

  /** Ends the ledger early: whatever comes now cannot be recorded. */
  async breakLedger(): Promise<void> {
    await this.#ledger[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ledger[Symbol.asyncDispose]()
    this.#state.close()
    rmSync(this.#directory, { recursive: true, force: true })
  }
}
