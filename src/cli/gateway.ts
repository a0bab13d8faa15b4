import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { AdminDoor } from '../doors/admin/admin-door.ts'
import { DecisionIds } from '../doors/decision-ids.ts'
import { ExchangeDoor } from '../doors/exchange-door.ts'
import { Front, type Handler } from '../doors/front.ts'
import { GateMetrics } from '../doors/gate-metrics.ts'
import { Routes } from '../doors/upstream/routes.ts'
import type { MeasureEntry } from '../gate/entry.ts'
import { ExchangeGate, type SeenExchange } from '../gate/exchange-gate.ts'
import { digestKey, KeyRing } from '../gate/identify/key-ring.ts'
import { Recorder } from '../gate/record/recorder.ts'
import { Standings } from '../gate/standing-book.ts'
import type { Log } from '../kernel/log.ts'
import { KeyStore } from '../store/embedded/key-store.ts'
import { Ledger } from '../store/embedded/ledger/ledger.ts'
import { type Measure, MeasureStore } from '../store/embedded/measure-store.ts'
import { openSecret } from '../store/embedded/secret.ts'
import { dataVersion, openState } from '../store/embedded/state.ts'

export type GatewayParts = {
  readonly log: Log
  readonly now: () => number
  /** The slow loop, if one runs beside the gate. Called for every exchange that ended; must not block. */
  readonly watch?: (seen: SeenExchange) => void
  /** Further doors on the gate's own address (agent doors) and on the console's. */
  readonly doors?: readonly Handler[]
  readonly consoleDoors?: readonly Handler[]
}

/** How often the state database is looked at for what another process wrote: keys, standings. */
const STATE_POLL_MS = 500
/** A ledger that only has to survive the process is synced at ease; one that has to survive the power, at once. */
const SYNC_MS = { written: 100, durable: 5 } as const

/** A running gate: every part wired to its neighbours, and the one order in which they stop. */
export class Gateway implements AsyncDisposable {
  readonly front: Front
  readonly admin: Front | undefined
  readonly ledger: Ledger
  readonly metrics: GateMetrics
  readonly #stop: () => Promise<void>

  private constructor(
    parts: Pick<Gateway, 'front' | 'admin' | 'ledger' | 'metrics'>,
    stop: () => Promise<void>,
  ) {
    this.front = parts.front
    this.admin = parts.admin
    this.ledger = parts.ledger
    this.metrics = parts.metrics
    this.#stop = stop
  }

  static async open(config: Config, parts: GatewayParts): Promise<Gateway> {
    const { log, now } = parts
    await using stack = new AsyncDisposableStack()
    const state = openState(config.store)
    stack.defer(() => state.close())
    const pepper = openSecret(config.store)
    const ledger = stack.use(
      await Ledger.open({
        directory: ledgerDirectory(config),
        ...config.ledger,
        syncMs: SYNC_MS[config.ledger.wait],
      }),
    )
    reportRecovery(ledger, log)
    const keyStore = new KeyStore(state)
    const keys = new KeyRing(pepper, config.keys)
    const measures = new MeasureStore(state)
    const standings = new Standings(measures, config.allow)
    const routes = new Routes(config.upstreams)
    stack.defer(() => routes.destroy())
    const recorder = new Recorder(ledger, config.ledger)
    const gate = new ExchangeGate(config, {
      keys,
      standings,
      recorder,
      routes,
      watch: parts.watch ?? (() => {}),
      now,
    })
    const metrics = new GateMetrics([], (failure) => log('error', 'gate-failed', { failure }))
    const ids = new DecisionIds()
    const exchanges = new ExchangeDoor(config, { gate, routes, ids, metrics, now })
    const admin = new AdminDoor({
      token: config.consoleToken,
      metrics,
      isReady: () => ledger.health === 'well',
    })
    observe(metrics, { ledger, recorder, exchanges, routes, now })

    const refresh = async (): Promise<void> => {
      keys.useStored(usableKeys(keyStore))
      await standings.refresh(now())
      for (const measure of measures.unrecorded()) {
        recorder.note(measureEntry(measure, now()))
        measures.setRecorded(measure)
      }
    }
    await refresh()
    let version = dataVersion(state)
    let refreshing = Promise.resolve()
    const poll = setInterval(() => {
      const current = dataVersion(state)
      if (current === version) return
      version = current
      refreshing = refreshing.then(refresh).catch((error: unknown) => metrics.failed(error))
    }, STATE_POLL_MS)
    stack.defer(() => refreshing)
    stack.defer(() => clearInterval(poll))

    const shared = { limits: config.limits, ids, now }
    const front = await Front.open({
      ...shared,
      address: config.listen,
      handlers: [
        (request, response, path) => exchanges.handle(request, response, path),
        (request, response, path) => admin.health(request, response, path),
        ...(parts.doors ?? []),
      ],
    })
    stack.use(front)
    const adminFront =
      config.console === undefined
        ? undefined
        : stack.use(
            await Front.open({
              ...shared,
              address: config.console,
              handlers: [
                (request, response, path) => admin.handle(request, response, path),
                ...(parts.consoleDoors ?? []),
              ],
            }),
          )
    admin.drainWith(() => front.isDraining)
    const running = stack.move()
    return new Gateway({ front, admin: adminFront, ledger, metrics }, () => running.disposeAsync())
  }

  /** Drains the doors, then ends upstream connections, then closes the ledger with a signed checkpoint. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop()
  }
}

export function ledgerDirectory(config: Pick<Config, 'store'>): string {
  return join(config.store, 'ledger')
}

/** Kept apart so that the command line makes the same digest as the gate. */
export function keyDigest(store: string, key: string): string {
  return digestKey(openSecret(store), key)
}

function measureEntry(measure: Measure, ts: number): MeasureEntry {
  const { undone, undoneBy, author, reason, standing, accounts, id } = measure
  return {
    kind: 'measure',
    ts,
    measure: id,
    change: undone === undefined ? 'applied' : 'undone',
    author: undoneBy ?? author,
    reason,
    standing,
    accounts,
  }
}

function usableKeys(store: KeyStore) {
  return store.list().filter(({ revoked }) => revoked === undefined)
}

function reportRecovery({ recovery }: Ledger, log: Log): void {
  const { torn, open } = recovery
  if (torn) log('warn', 'ledger-repaired', { segment: torn.segment, bytes: torn.bytes, keptAs: torn.keptAs })
  if (open.length > 0) log('warn', 'ledger-interrupted', { exchanges: open.length })
}

function observe(
  metrics: GateMetrics,
  parts: {
    readonly ledger: Ledger
    readonly recorder: Recorder
    readonly exchanges: ExchangeDoor
    readonly routes: Routes
    readonly now: () => number
  },
): void {
  const { ledger, recorder, exchanges, routes, now } = parts
  metrics.watch({
    name: 'portcullis_exchanges_in_flight',
    help: 'Exchanges under way.',
    read: () => [[{}, exchanges.inFlight]],
  })
  metrics.watch({
    name: 'portcullis_ledger_well',
    help: 'Whether the ledger can be written.',
    read: () => [[{}, ledger.health === 'well' ? 1 : 0]],
  })
  metrics.watch({
    name: 'portcullis_ledger_misses_total',
    help: 'Acts that the ledger could not take, by what became of them.',
    read: () => [
      [{ outcome: 'unrecorded' }, recorder.counts.unrecorded],
      [{ outcome: 'refused' }, recorder.counts.refused],
    ],
  })
  metrics.watch({
    name: 'portcullis_upstream_up',
    help: 'Whether the breaker lets exchanges through.',
    read: () =>
      routes.upstreams.map((upstream) => [
        { upstream: upstream.name },
        upstream.breaker.state(now()) === 'open' ? 0 : 1,
      ]),
  })
}
