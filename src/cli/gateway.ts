import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Config } from '../config/config.ts'
import { configDiff } from '../config/config-diff.ts'
import { consoleFiles } from '../console/console-files.ts'
import { A2aDoor } from '../doors/a2a/a2a-door.ts'
import type { AdminApi } from '../doors/admin/admin-api.ts'
import { AdminDoor } from '../doors/admin/admin-door.ts'
import { Front, type FrontOptions, type Handler } from '../doors/front.ts'
import { HookDoor } from '../doors/hook/hook-door.ts'
import { McpDoor } from '../doors/mcp/mcp-door.ts'
import type { AgentRoad } from '../gate/agent-road.ts'
import { Allowances } from '../gate/enforce/allowances.ts'
import type { ExchangeGateParts, ExchangeWatch } from '../gate/exchange-gate.ts'
import type { ReasoningBindings } from '../gate/inspect/distillation/reasoning-bindings.ts'
import { Recorder } from '../gate/record/recorder.ts'
import type { Log } from '../kernel/log.ts'
import { openCardKey } from '../store/embedded/card-key.ts'
import { Ledger } from '../store/embedded/ledger/ledger.ts'
import { MeasureStore } from '../store/embedded/measure-store.ts'
import { type KeptPrompt, PromptStore } from '../store/embedded/prompt-store.ts'
import { openState } from '../store/embedded/state.ts'
import { TaskOwnerStore } from '../store/embedded/task-owner-store.ts'
import { ToolPinStore } from '../store/embedded/tool-pin-store.ts'
import { KeptRoad } from './agent-road.ts'
import { openConsoleApi } from './console-api.ts'
import { crowdOf } from './crowd.ts'
import { type ExchangeSide, openExchangeSide, reuseExchangeSide } from './exchange-side.ts'
import { gatewayGauges } from './gateway-gauges.ts'
import { keptBindings } from './kept-bindings.ts'
import type { OnlineWatch } from './online-watch.ts'
import { StatePoll } from './state-poll.ts'

export type GatewayParts = {
  readonly log: Log
  readonly now: () => number
  /** The slow loop, if one runs beside the gate. Called for every exchange that ended; must not block. */
  readonly watch?: OnlineWatch
  /** Where policies find what they take from the environment. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Agent doors on the gate's own address, and further doors on the console's. */
  readonly agentDoors?: (road: AgentRoad) => readonly Handler[]
  readonly consoleDoors?: readonly Handler[]
  /** Where other processes of this gate hand on what is no model exchange; the gate's own address is theirs then. */
  readonly inner?: Inner
}

export type Inner = {
  readonly path: string
  /** Says on whose behalf a request comes, or refuses it. Before every other door. */
  readonly admit: Handler
  /** What was taken up from the state database, the others take up too. */
  readonly refreshed: () => void
  readonly inFlight: () => number
}

/** What the processes of one gate have in common, each of which exists once. */
export type Shared = {
  readonly ledger: Ledger
  readonly allowances: Allowances
  readonly reasoning: ReasoningBindings
  /** Which mark the first byte of an answer waits for. */
  readonly wait: Config['ledger']['wait']
  readonly keep: ((prompt: KeptPrompt) => void) | undefined
  readonly metrics: ExchangeSide['metrics']
}

/** A ledger that only has to survive the process is synced at ease; one that has to survive the power, at once. */
const SYNC_MS = { written: 100, durable: 5 } as const

/** What of a configuration is bound once and only changes with a new start. */
const BOUND = [
  'listen',
  'console',
  'consoleToken',
  'store',
  'limits',
  'ledger',
  'watch',
  'telemetry',
  'prompts',
  'mcp',
  'a2a',
] as const

export const noWatch: ExchangeWatch = { sketch: () => undefined, begin: () => {}, see: () => {} }

type Console = { readonly front: Front; readonly api: AdminApi }

type Wired = ExchangeSide & {
  /** The configuration as it is now. */
  readonly live: { config: Config }
  readonly parts: GatewayParts
  readonly state: DatabaseSync
  readonly ledger: Ledger
  readonly recorder: Recorder
  readonly shared: Shared
  readonly kept: KeptRoad
  readonly hook: HookDoor
  readonly admin: AdminDoor
  readonly poll: StatePoll
}

/** A running gate: every part wired to its neighbours, and the one order in which they stop. */
export class Gateway implements AsyncDisposable {
  readonly front: Front
  readonly admin: Front | undefined
  readonly #wired: Wired
  readonly #stack: AsyncDisposableStack
  readonly #console: Console | undefined

  private constructor(wired: Wired, front: Front, console: Console | undefined, stack: AsyncDisposableStack) {
    this.#wired = wired
    this.#console = console
    this.front = front
    this.admin = console?.front
    this.#stack = stack
  }

  static async open(config: Config, parts: GatewayParts): Promise<Gateway> {
    await using stack = new AsyncDisposableStack()
    const wired = await wire(config, parts, stack)
    const { admin, exchanges, ids } = wired
    const shared = { limits: config.limits, ids, now: parts.now }
    const mcp = stack.use(openMcp(config, parts, wired))
    const a2a = stack.use(openA2a(config, parts, wired))
    const console =
      config.console && (await openConsole({ ...shared, address: config.console }, wired, parts, stack))
    const front = stack.use(
      await Front.open({
        ...shared,
        address: parts.inner ?? config.listen,
        crowd: crowdOf(wired, parts),
        ...(parts.inner ? {} : { models: exchanges }),
        handlers: [
          ...(parts.inner ? [parts.inner.admit] : []),
          (request, response, path) => exchanges.handle(request, response, path),
          (request, response, path) => admin.health(request, response, path),
          (request, response, path) => wired.hook.handle(request, response, path),
          (request, response, path) => mcp.handle(request, response, path),
          (request, response, path) => a2a.handle(request, response, path),
          ...(parts.agentDoors?.(wired.kept.road) ?? []),
        ],
      }),
    )
    stack.defer(() => mcp.drain())
    admin.drainWith(() => front.isDraining)
    const gateway = new Gateway(wired, front, console, stack.move())
    parts.watch?.actOn({
      measures: gateway.measures,
      refresh: () => gateway.refresh(),
      ledger: {
        directory: ledgerDirectory(config),
        before: wired.ledger.recovery.head.nextSeq,
        nextRef: () => wired.ledger.nextRef,
        written: (timeoutMs) => wired.ledger.written(timeoutMs),
      },
    })
    for (const gauge of parts.watch?.gauges ?? []) wired.metrics.watch(gauge)
    return gateway
  }

  get recovery(): Ledger['recovery'] {
    return this.#wired.ledger.recovery
  }

  get shared(): Shared {
    return this.#wired.shared
  }

  get metrics(): ExchangeSide['metrics'] {
    return this.#wired.metrics
  }

  /** The road of agents' acts, for doors and the console. */
  get road(): AgentRoad {
    return this.#wired.kept.road
  }

  /** Whether a request to the console's address may do what only operators may. */
  get adminDoor(): AdminDoor {
    return this.#wired.admin
  }

  /** Countermeasures: for the slow loop, which acts in this process. */
  get measures(): MeasureStore {
    return new MeasureStore(this.#wired.state)
  }

  /** Takes up what this process wrote into the state database. */
  async refresh(): Promise<void> {
    await this.#wired.poll.refresh()
  }

  /**
   * Takes a new, checked configuration without dropping an exchange: those under way end on the upstreams they began
   * on. Returns what changed and what of it waits for the next start.
   */
  use(config: Config): {
    readonly changed: readonly string[]
    readonly waiting: readonly string[]
    /** Field by field, without texts that may be secrets. */
    readonly diff: readonly string[]
  } {
    // First, because it reads a file that may be wrong, and then nothing must have changed.
    this.#wired.kept.use(config.agents, config.keys)
    const { live } = this.#wired
    const before = live.config
    const changed = changedSections(before, config)
    const waiting = changed.filter((section) => BOUND.some((bound) => bound === section))
    live.config = { ...config, ...Object.fromEntries(BOUND.map((section) => [section, before[section]])) }
    reuseExchangeSide(this.#wired, live.config, changed.includes('upstreams'))
    this.#wired.hook.use(config.hook)
    this.#console?.api.useConfig()
    return { changed, waiting, diff: configDiff(before, config) }
  }

  /** Drains the doors, then ends upstream connections, then closes the ledger with a signed checkpoint. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync()
  }
}

function openA2a(config: Config, { now }: GatewayParts, { kept, state, ids, metrics }: Wired): A2aDoor {
  return new A2aDoor(config, {
    road: kept.road,
    pins: new ToolPinStore(state),
    owners: new TaskOwnerStore(state),
    cardKey: openCardKey(config.store),
    ids,
    now,
    onFailure: (error) => metrics.failed(error),
  })
}

function openMcp(config: Config, { log, now }: GatewayParts, { kept, state, ids, metrics }: Wired): McpDoor {
  const onFailure = (error: unknown): void => metrics.failed(error)
  const stores = { pins: new ToolPinStore(state), owners: new TaskOwnerStore(state) }
  return new McpDoor(config, { road: kept.road, ...stores, ids, now, log, onFailure })
}

/** What people see and do. Streams of events end before its connections are waited for. */
async function openConsole(
  options: Omit<FrontOptions, 'handlers'>,
  wired: Wired,
  parts: GatewayParts,
  stack: AsyncDisposableStack,
): Promise<Console> {
  const { admin, poll } = wired
  const { watch, env, now } = parts
  const api = stack.use(await openConsoleApi({ ...wired, watch, env, now, refresh: () => poll.refresh() }))
  const handlers: Handler[] = [
    (request, response, path) => admin.handle(request, response, path),
    (request, response, path) => api.handle(request, response, path),
    ...(parts.consoleDoors ?? []),
    consoleFiles(),
  ]
  const front = stack.use(await Front.open({ ...options, handlers }))
  stack.defer(() => api.endStreams())
  return { front, api }
}

async function wire(config: Config, parts: GatewayParts, stack: AsyncDisposableStack): Promise<Wired> {
  const { log, now } = parts
  const state = openState(config.store)
  stack.defer(() => state.close())
  const ledger = stack.use(
    await Ledger.open({
      directory: ledgerDirectory(config),
      ...config.ledger,
      syncMs: SYNC_MS[config.ledger.wait],
      onHealth: (health, code) => log(health === 'well' ? 'info' : 'error', `ledger-${health}`, { code }),
    }),
  )
  reportRecovery(ledger, log)
  const recorder = new Recorder(ledger, config.ledger)
  const shared = {
    ledger,
    allowances: new Allowances(config.rates),
    reasoning: keptBindings(config.store, stack, (error) => side.metrics.failed(error)),
    wait: config.ledger.wait,
    keep: keeper(config, stack),
  }
  const watch = parts.watch ?? noWatch
  const keep = asExchangeKeeper(shared.keep)
  const side: ExchangeSide = openExchangeSide(
    config,
    { log, now, state, recorder, watch, ...shared, keep },
    stack,
  )
  const { keys, standings, gate, metrics, ids } = side
  const kept = stack.use(
    new KeptRoad({
      ...{ config, parts, state, recorder, gate, standings },
      ledger: ledgerDirectory(config),
    }),
  )
  const failed = (error: unknown) => metrics.failed(error)
  const hook = stack.use(new HookDoor(config.hook, { road: kept.road, ids, now, failed }))
  metrics.watch(hook.gauge)
  const poll = stack.use(
    await StatePoll.open({
      database: state,
      keys,
      standings,
      recorder,
      now,
      onFailure: (error) => metrics.failed(error),
      also: async () => {
        await kept.refresh()
        parts.inner?.refreshed()
      },
    }),
  )
  const admin = new AdminDoor({
    token: config.consoleToken,
    metrics,
    isReady: () => ledger.health === 'well',
  })
  for (const gauge of gatewayGauges({
    ...side,
    ledger,
    recorder,
    inFlightElsewhere: parts.inner?.inFlight,
    now,
  }))
    metrics.watch(gauge)
  return {
    ...side,
    ...{ live: { config }, parts, state, ledger, recorder, kept, hook, admin, poll },
    shared: { ...shared, metrics },
  }
}

/** Keeps prompts where the configuration has a key for them. */
function keeper({ store, prompts: { key, days } }: Config, stack: AsyncDisposableStack): Shared['keep'] {
  if (key === undefined) return undefined
  const kept = stack.use(PromptStore.open(store, { key, days }))
  return (prompt) => kept.keep(prompt)
}

export function asExchangeKeeper(keep: Shared['keep']): ExchangeGateParts['keep'] {
  return keep && (({ account }, { id, ts, system, prompt }) => keep({ id, ts, account, system, prompt }))
}

export function ledgerDirectory(config: Pick<Config, 'store'>): string {
  return join(config.store, 'ledger')
}

function reportRecovery({ recovery }: Ledger, log: Log): void {
  const { torn, open } = recovery
  if (torn) log('warn', 'ledger-repaired', { segment: torn.segment, bytes: torn.bytes, keptAs: torn.keptAs })
  if (open.length > 0) log('warn', 'ledger-interrupted', { exchanges: open.length })
}

/** Names only: what changed in a section may be a secret. */
function changedSections(before: Config, after: Config): readonly string[] {
  const sections = Object.keys(after) as (keyof Config)[]
  return sections.filter((section) => JSON.stringify(before[section]) !== JSON.stringify(after[section]))
}
