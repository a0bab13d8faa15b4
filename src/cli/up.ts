import { once } from 'node:events'
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Address, Config } from '../config/config.ts'
import { loadConfig } from '../config/read-config.ts'
import { GateError } from '../kernel/gate-error.ts'
import { type Log, openLog } from '../kernel/log.ts'
import type { Command, Console } from './command.ts'
import { Gateway } from './gateway.ts'
import { OnlineWatch } from './online-watch.ts'
import { watchSeed } from './watch-seed.ts'
import { Workers } from './workers/workers.ts'

export const up: Command = {
  usage: '[--config FILE] [--workers N]',
  description:
    'Serves the model doors, the agent doors and the console as the configuration says, until it is told to stop.\nStopping drains: what is under way may finish. Log lines go to standard error as JSON; on a terminal the addresses are said too.',
  options: {
    config: { type: 'string', value: 'FILE', summary: 'the configuration (default: portcullis.yaml)' },
    workers: {
      type: 'string',
      value: 'N',
      summary: 'processes that share the address and carry model exchanges (default: 1)',
    },
  },
  examples: [
    ['portcullis up', 'serve what portcullis.yaml says'],
    ['portcullis up --config /etc/portcullis.yaml', 'the same from elsewhere'],
    [
      'portcullis up --workers 8',
      'the same on eight cores, with one ledger, one watch and one set of budgets',
    ],
  ],
  wordsMax: 0,
  run: async (_positionals, options, console) => {
    const file = resolve(console.cwd, typeof options.config === 'string' ? options.config : 'portcullis.yaml')
    const stamp = stampOf(file)
    const config = loadConfig(file, console.env)
    const log = openLog(console.stderr, console.now)
    const { now, env } = console
    await using stack = new AsyncDisposableStack()
    const count = workerCount(options.workers)
    const workers = count > 1 ? new Workers({ file, count, log, now }) : undefined
    stack.defer(() => workers?.removeFolder())
    const watch = await openWatch(config, log, now)
    if (watch) stack.use(watch)
    const inner = workers?.inner
    const gateway = stack.use(
      await Gateway.open(config, { log, now, env, ...(watch && { watch }), ...(inner && { inner }) }),
    )
    if (workers) await stack.use(workers).start(config, gateway.shared, watch)
    const { admin } = gateway
    const { address } = workers ?? gateway.front
    log('info', 'up', {
      listen: `${address.host}:${address.port}`,
      console: admin ? `${admin.address.host}:${admin.address.port}` : undefined,
      mode: config.mode,
      workers: workers && count,
    })
    if (console.stdout.isTTY) console.stdout.write(greeting(config.mode, address, admin?.address))
    const stopReloading = reloadOnChange({ file, stamp }, console, log, (next) => {
      const taken = gateway.use(next)
      workers?.reload()
      return taken
    })
    if (!console.signal.aborted) await once(console.signal, 'abort')
    stopReloading()
    log('info', 'draining', { connections: (workers ?? gateway.front).connections })
    await stack.disposeAsync()
    log('info', 'down')
    return 0
  },
}

/** For whoever typed the command; a program reads the log line. */
function greeting(mode: string, gate: Address, admin: Address | undefined): string {
  const lines = [
    `The gate is up, in ${mode} mode, and stays up until Ctrl-C.`,
    ...(admin === undefined ? [] : [`  console  http://${admin.host}:${admin.port}/`]),
    `  models   http://${gate.host}:${gate.port}/v1`,
  ]
  return `${lines.join('\n')}\n`
}

const WORKERS_MAX = 64

function workerCount(given: unknown): number {
  if (given === undefined) return 1
  const count = Number(given)
  if (Number.isInteger(count) && count >= 1 && count <= WORKERS_MAX) return count
  throw new GateError('usage', `--workers takes a number from 1 to ${WORKERS_MAX}.`)
}

async function openWatch(config: Config, log: Log, now: () => number): Promise<OnlineWatch | undefined> {
  if (!config.watch.enabled) return undefined
  return await OnlineWatch.open({
    store: config.store,
    seed: watchSeed(config.store),
    config: config.watch,
    log,
    now,
  })
}

/** Often enough for a person who waits for it, seldom enough to cost nothing. */
const RELOAD_POLL_MS = 1_000

/** A changed file, or SIGHUP, is read and checked first; a file with errors changes nothing. */
function reloadOnChange(
  { file, stamp }: { readonly file: string; readonly stamp: string },
  console: Console,
  log: Log,
  use: Gateway['use'],
): () => void {
  const reload = (): void => {
    try {
      const { changed, waiting, diff } = use(loadConfig(file, console.env))
      if (changed.length > 0)
        log('info', 'reloaded', {
          changed: changed.join(', '),
          diff: diff.join('; '),
          needsRestart: waiting.join(', ') || undefined,
        })
    } catch (error) {
      if (!(error instanceof GateError)) throw error
      log('error', 'reload-refused', { code: error.code, problems: error.message })
    }
  }
  // From the state of the file before it was read: a change while the gate still starts is one too.
  let seen = stamp
  const look = (): void => {
    const now = stampOf(file)
    if (now === seen) return
    seen = now
    reload()
  }
  const timer = setInterval(look, RELOAD_POLL_MS)
  process.on('SIGHUP', reload)
  return () => {
    clearInterval(timer)
    process.off('SIGHUP', reload)
  }
}

/** Another one whenever the file is written, replaced or taken away. */
function stampOf(file: string): string {
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true })
    return [ino, size, mtimeNs, ctimeNs].join(' ')
  } catch {
    return ''
  }
}
