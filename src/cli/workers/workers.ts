import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Address, Config } from '../../config/config.ts'
import { notListenable } from '../../doors/front.ts'
import { admitInner } from '../../doors/hand-on.ts'
import { GateError } from '../../kernel/gate-error.ts'
import type { Log } from '../../kernel/log.ts'
import { moduleUrl } from '../../kernel/module-url.ts'
import type { Inner, Shared } from '../gateway.ts'
import type { OnlineWatch } from '../online-watch.ts'
import type { ToWorker } from './messages.ts'
import { Outbox } from './outbox.ts'
import { type Packed, packForWorker, unpackForPrimary } from './packed.ts'
import { WorkerEnd } from './worker-end.ts'

export type WorkersOptions = {
  readonly file: string
  readonly count: number
  readonly log: Log
  readonly now: () => number
}

const HEALTH_MS = 250
/** A worker that ends at once is not started again at once. */
const RESTART_MS_MIN = 100
const RESTART_MS_MAX = 10_000
/** It has worked: the next end is a new one. */
const SETTLED_MS = 30_000
/** Beyond what the doors may take to drain. */
const DRAIN_MARGIN_MS = 5_000

/** Processes that share the gate's address and carry its model exchanges; what exists once stays in this one. */
export class Workers implements AsyncDisposable {
  readonly inner: Inner
  readonly #options: WorkersOptions
  readonly #secret: string
  readonly #folder: string
  readonly #ends = new Map<ChildProcess, WorkerEnd>()
  #shared: Shared | undefined
  #watch: OnlineWatch | undefined
  #drainMs = 0
  #address: Address | undefined
  #health: Shared['ledger']['health'] = 'well'
  #looking: NodeJS.Timeout | undefined
  #isUp = false
  #isEnding = false

  constructor(options: WorkersOptions) {
    this.#options = options
    this.#secret = randomBytes(32).toString('base64url')
    // Made for its owner only, so nobody else can connect to what is in it.
    this.#folder = mkdtempSync(join(tmpdir(), 'portcullis-'))
    this.inner = {
      path: join(this.#folder, 'inner'),
      admit: admitInner(this.#secret),
      refreshed: () => this.#tell({ kind: 'refresh' }),
      inFlight: () => [...this.#ends.values()].reduce((sum, { inFlight }) => sum + inFlight, 0),
    }
  }

  /** Starts them beside a gate that is ready; resolves when all of them listen. */
  async start(config: Config, shared: Shared, watch: OnlineWatch | undefined): Promise<void> {
    this.#shared = shared
    this.#watch = watch
    this.#drainMs = config.limits.drainMs
    this.#address = await freeAddress(config.listen)
    this.#looking = setInterval(() => this.#look(), HEALTH_MS)
    const indexes = Array.from({ length: this.#options.count }, (_, index) => index + 1)
    await Promise.all(indexes.map((index) => this.#fork(index, RESTART_MS_MIN)))
    this.#isUp = true
  }

  /** Where the workers listen. */
  get address(): Address {
    return this.#address ?? { host: '', port: 0 }
  }

  get connections(): number {
    return this.inner.inFlight()
  }

  reload(): void {
    this.#tell({ kind: 'reload' })
  }

  /** Lets what is under way end; the ledger takes the last records meanwhile. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true
    clearInterval(this.#looking)
    const ended = [...this.#ends.keys()].map((worker) => once(worker, 'exit'))
    this.#tell({ kind: 'drain' })
    const late = setTimeout(() => {
      for (const worker of this.#ends.keys()) worker.kill('SIGKILL')
    }, this.#drainMs + DRAIN_MARGIN_MS)
    await Promise.all(ended)
    clearTimeout(late)
  }

  /** Behind everything that may still be connected in it. */
  removeFolder(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #tell(message: ToWorker): void {
    for (const end of this.#ends.values()) end.post(message)
  }

  #look(): void {
    const health = this.#shared?.ledger.health ?? 'failed'
    if (health === this.#health) return
    this.#health = health
    this.#tell({ kind: 'health', health })
  }

  /** Starts one worker; resolves when it listens, and throws when it cannot. */
  async #fork(index: number, restartMs: number): Promise<void> {
    const shared = this.#shared
    if (shared === undefined) throw new Error('workers are started with what they share')
    const worker = fork(exec, [], { serialization: 'advanced' })
    const started = performance.now()
    const outbox = new Outbox<ToWorker>((messages) => {
      if (worker.connected) worker.send([...packForWorker(messages)], () => {})
    })
    const end = new WorkerEnd({
      shared,
      watch: this.#watch,
      post: (message) => outbox.post(message),
      others: (message) => {
        for (const other of this.#ends.values()) if (other !== end) other.post(message)
      },
    })
    this.#ends.set(worker, end)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    worker.on('message', (given) => {
      const messages = unpackForPrimary(given as unknown as Packed)
      for (const message of messages) {
        if (message.kind === 'ready') {
          this.#options.log('info', 'worker-up', { worker: index, pid: worker.pid })
          resolve()
        }
        if (message.kind === 'unusable') {
          reject(new GateError('listen-failed', `A worker cannot serve: ${message.message}`))
          worker.kill('SIGKILL')
        }
      }
      end.hear(messages)
    })
    worker.once('exit', (code, signal) => {
      reject(new GateError('listen-failed', 'A worker ended before it served.'))
      void this.#ended(worker, end, { index, code, signal, restartMs, livedMs: performance.now() - started })
    })
    const { file, count: of } = this.#options
    const inner = { innerPath: this.inner.path, secret: this.#secret, health: shared.ledger.health }
    end.post({ kind: 'start', file, index, of, listen: this.address, ...inner })
    end.teach()
    await promise
  }

  async #ended(
    worker: ChildProcess,
    end: WorkerEnd,
    how: {
      readonly index: number
      readonly code: number | null
      readonly signal: string | null
      readonly restartMs: number
      readonly livedMs: number
    },
  ): Promise<void> {
    this.#ends.delete(worker)
    const interrupted = end.leave(this.#options.now())
    if (this.#isEnding) return
    const { index, code, signal, livedMs } = how
    const restartMs = livedMs > SETTLED_MS ? RESTART_MS_MIN : how.restartMs
    this.#options.log('error', 'worker-died', {
      ...{ worker: index, code: code ?? undefined, signal: signal ?? undefined, interrupted },
    })
    if (!this.#isUp) return
    await sleep(restartMs, undefined, { ref: false })
    if (this.#isEnding) return
    // One that cannot start is told of by its end, and tried again.
    this.#fork(index, Math.min(restartMs * 2, RESTART_MS_MAX)).catch(() => {})
  }
}

const exec = fileURLToPath(moduleUrl('./gate-worker', import.meta.url))

/**
 * Workers share their address, and so would a stranger's gate on the same one: whether it is free shows only when it is
 * asked for alone.
 */
async function freeAddress({ host, port }: Address): Promise<Address> {
  const server = createServer()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', (cause: NodeJS.ErrnoException) =>
    reject(new GateError('listen-failed', notListenable(`${host}:${port}`, cause), { cause })),
  )
  server.listen(port, host, resolve)
  await promise
  const bound = server.address()
  const free = bound === null || typeof bound === 'string' ? port : bound.port
  server.close()
  await once(server, 'close')
  return { host, port: free }
}
