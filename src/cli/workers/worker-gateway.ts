import type { Config } from '../../config/config.ts'
import { AdminDoor } from '../../doors/admin/admin-door.ts'
import { Front } from '../../doors/front.ts'
import { handOn } from '../../doors/hand-on.ts'
import { ReasoningBindings } from '../../gate/inspect/distillation/reasoning-bindings.ts'
import { Recorder } from '../../gate/record/recorder.ts'
import type { Log } from '../../kernel/log.ts'
import { openSecret } from '../../store/embedded/secret.ts'
import { openState } from '../../store/embedded/state.ts'
import { crowdOf } from '../crowd.ts'
import { type ExchangeSide, openExchangeSide, reuseExchangeSide } from '../exchange-side.ts'
import { asExchangeKeeper, noWatch } from '../gateway.ts'
import { StatePoll } from '../state-poll.ts'
import { watchSeed } from '../watch-seed.ts'
import type { ToPrimary, ToWorker, WorkerStart } from './messages.ts'
import { RemoteAllowances } from './remote-allowances.ts'
import { RemoteLedger } from './remote-ledger.ts'
import { RemoteWatch } from './remote-watch.ts'

type Parts = {
  readonly log: Log
  readonly now: () => number
  readonly post: (message: ToPrimary) => void
}

const METRICS_MS = 500

/** What one worker serves: model exchanges, and nothing that exists only once. */
export class WorkerGateway implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack
  readonly #side: ExchangeSide
  readonly #ledger: RemoteLedger
  readonly #allowances: RemoteAllowances
  readonly #reasoning: ReasoningBindings
  readonly #poll: StatePoll
  #config: Config
  readonly #share: number

  private constructor(
    parts: {
      readonly side: ExchangeSide
      readonly ledger: RemoteLedger
      readonly allowances: RemoteAllowances
      readonly reasoning: ReasoningBindings
      readonly poll: StatePoll
      readonly config: Config
      readonly share: number
    },
    stack: AsyncDisposableStack,
  ) {
    this.#side = parts.side
    this.#ledger = parts.ledger
    this.#allowances = parts.allowances
    this.#reasoning = parts.reasoning
    this.#poll = parts.poll
    this.#config = parts.config
    this.#share = parts.share
    this.#stack = stack
  }

  static async open(whole: Config, start: WorkerStart, { log, now, post }: Parts): Promise<WorkerGateway> {
    const config = shareOf(whole, start.of)
    await using stack = new AsyncDisposableStack()
    const state = openState(config.store)
    stack.defer(() => state.close())
    const ledger = new RemoteLedger(post, {
      bytesMax: Math.ceil(config.ledger.ringBytes / start.of),
      health: start.health,
    })
    stack.defer(() => ledger.close())
    const recorder = new Recorder(ledger, config.ledger)
    const allowances = new RemoteAllowances(config.rates, post)
    const bound = (digest: string, account: string): void => post({ kind: 'bound', digest, account })
    const reasoning = new ReasoningBindings(openSecret(config.store), { bound })
    const watch = config.watch.enabled ? new RemoteWatch(watchSeed(config.store), post) : noWatch
    const keepsPrompts = config.prompts.key !== undefined
    const keep = asExchangeKeeper(keepsPrompts ? (prompt) => post({ kind: 'keep', ...prompt }) : undefined)
    const around = { log, now, state, recorder, watch, allowances, reasoning, keep }
    const side = openExchangeSide(config, around, stack)
    const { keys, standings, metrics, exchanges, ids } = side
    const failed = (error: unknown): void => metrics.failed(error)
    const also = async (): Promise<void> => {}
    const open = { database: state, keys, standings, recorder: undefined, now, onFailure: failed, also }
    const poll = stack.use(await StatePoll.open(open))
    const tell = (): void => post({ kind: 'metrics', share: metrics.drain(), inFlight: exchanges.inFlight })
    const telling = setInterval(tell, METRICS_MS)
    stack.defer(() => {
      clearInterval(telling)
      tell()
    })
    const admin = new AdminDoor({ token: undefined, metrics, isReady: () => ledger.health === 'well' })
    const { limits } = config
    const front = stack.use(
      await Front.open({
        ...{ address: start.listen, isShared: true, limits, ids, now, models: exchanges },
        crowd: crowdOf(side, { log, now }),
        handlers: [
          (request, response, path) => exchanges.handle(request, response, path),
          (request, response, path) => admin.health(request, response, path),
          handOn({ path: start.innerPath, secret: start.secret }),
        ],
      }),
    )
    admin.drainWith(() => front.isDraining)
    const parts = { side, ledger, allowances, reasoning, poll, config, share: start.of }
    return new WorkerGateway(parts, stack.move())
  }

  hear(message: ToWorker): void {
    if (message.kind === 'safe') this.#ledger.raise(message.records)
    else if (message.kind === 'taken') this.#allowances.taken(message.call, message.beyond)
    else if (message.kind === 'health') this.#ledger.setHealth(message.health)
    else if (message.kind === 'refused') this.#allowances.learnRefusal(message.address, message.at)
    else if (message.kind === 'bound') this.#reasoning.learn(message.digest, message.account)
    else if (message.kind === 'refresh')
      this.#poll.refresh().catch((error: unknown) => this.#side.metrics.failed(error))
  }

  /** What is bound at the start is bound here too; the primary has said in the log what that is. */
  use(whole: Config): void {
    const config = { ...shareOf(whole, this.#share), ...boundOf(this.#config) }
    const hasNewUpstreams = JSON.stringify(this.#config.upstreams) !== JSON.stringify(config.upstreams)
    this.#config = config
    reuseExchangeSide(this.#side, config, hasNewUpstreams)
  }

  /** Lets what is under way end, with its records safe. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync()
  }
}

function boundOf({ limits, ledger, watch, telemetry }: Config): Partial<Config> {
  return { limits, ledger, watch, telemetry }
}

/** Limits of the whole gate, divided: all workers together take no more than one would. */
function shareOf(config: Config, of: number): Config {
  const { bodiesBytesMax, connectionsMax, connectionsPerAddressMax, exchangesMax } = config.limits
  const part = (whole: number): number => Math.ceil(whole / of)
  return {
    ...config,
    limits: {
      ...config.limits,
      bodiesBytesMax: Math.max(part(bodiesBytesMax), config.limits.bodyBytesMax),
      connectionsMax: part(connectionsMax),
      connectionsPerAddressMax: part(connectionsPerAddressMax),
      exchangesMax: part(exchangesMax),
    },
    upstreams: config.upstreams.map((upstream) => ({
      ...upstream,
      connectionsMax: part(upstream.connectionsMax),
    })),
  }
}
