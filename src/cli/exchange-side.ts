import type { DatabaseSync } from 'node:sqlite'
import type { Config } from '../config/config.ts'
import { DecisionIds } from '../doors/decision-ids.ts'
import { ExchangeDoor } from '../doors/exchange-door.ts'
import { GateMetrics } from '../doors/gate-metrics.ts'
import { SpanExporter } from '../doors/spans.ts'
import { Routes } from '../doors/upstream/routes.ts'
import type { AllowanceBook } from '../gate/enforce/allowances.ts'
import { canaryOf } from '../gate/enforce/canary/canary.ts'
import { ReasoningSeals } from '../gate/enforce/reasoning-seals.ts'
import { ExchangeGate, type ExchangeGateParts, type ExchangeWatch } from '../gate/exchange-gate.ts'
import { KeyRing } from '../gate/identify/key-ring.ts'
import { Tokens } from '../gate/identify/tokens.ts'
import type { ReasoningBindings } from '../gate/inspect/distillation/reasoning-bindings.ts'
import type { Recorder } from '../gate/record/recorder.ts'
import { Standings } from '../gate/standing-book.ts'
import type { Log } from '../kernel/log.ts'
import { MeasureStore } from '../store/embedded/measure-store.ts'
import { openSecret } from '../store/embedded/secret.ts'

export type ExchangeSideParts = {
  readonly log: Log
  readonly now: () => number
  readonly state: DatabaseSync
  readonly recorder: Recorder
  readonly watch: ExchangeWatch
  readonly allowances: AllowanceBook
  readonly reasoning: ReasoningBindings
  readonly keep: ExchangeGateParts['keep']
}

/** All that a process needs to carry model exchanges, wherever its ledger, its watch and its counters are. */
export type ExchangeSide = {
  readonly keys: KeyRing
  readonly standings: Standings
  readonly gate: ExchangeGate
  readonly metrics: GateMetrics
  readonly ids: DecisionIds
  readonly exchanges: ExchangeDoor
  readonly route: { routes: Routes }
}

export function openExchangeSide(
  config: Config,
  parts: ExchangeSideParts,
  stack: AsyncDisposableStack,
): ExchangeSide {
  const { log, now, state, ...around } = parts
  const pepper = openSecret(config.store)
  const keys = new KeyRing(pepper, config.keys)
  const standings = new Standings(new MeasureStore(state), config.allow)
  const route = { routes: new Routes(config.upstreams) }
  stack.defer(() => route.routes.destroy())
  const gate = new ExchangeGate(config, {
    ...around,
    keys,
    tokens: new Tokens(config.identity),
    standings,
    seals: new ReasoningSeals(pepper),
    canary: (campaign) => canaryOf(pepper, campaign).text,
    routes: { serves: (protocol, model, pin) => route.routes.serves(protocol, model, pin) },
    now,
  })
  const metrics = new GateMetrics((failure) => log('error', 'gate-failed', { failure }))
  const ids = new DecisionIds()
  const spans = SpanExporter.open(config.telemetry)
  if (spans) stack.use(spans)
  for (const gauge of spans?.gauges ?? []) metrics.watch(gauge)
  const exchanges = new ExchangeDoor(config, { gate, routes: route.routes, ids, metrics, spans, now })
  return { keys, standings, gate, metrics, ids, exchanges, route }
}

/** Takes a new, checked configuration: exchanges under way end on the upstreams they began on. */
export function reuseExchangeSide(side: ExchangeSide, config: Config, hasNewUpstreams: boolean): void {
  const { keys, standings, gate, exchanges, route } = side
  if (hasNewUpstreams) {
    const old = route.routes
    route.routes = new Routes(config.upstreams)
    void old.close()
  }
  keys.useStatic(config.keys)
  standings.useAllowed(config.allow)
  gate.use(config)
  gate.recorder.use(config.ledger)
  exchanges.use(config, route.routes)
}
