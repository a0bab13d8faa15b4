// One of several processes that carry a gate's model exchanges. Started by the primary and told by it what to do; without
// the primary there is no ledger, so it ends with it.
import { loadConfig } from '../../config/read-config.ts'
import { GateError } from '../../kernel/gate-error.ts'
import { type Log, openLog } from '../../kernel/log.ts'
import type { ToPrimary, ToWorker, WorkerStart } from './messages.ts'
import { Outbox } from './outbox.ts'
import { type Packed, packForPrimary, unpackForWorker } from './packed.ts'
import { WorkerGateway } from './worker-gateway.ts'

const outbox = new Outbox<ToPrimary>((messages) => {
  process.send?.(packForPrimary(messages), undefined, undefined, (error) => {
    if (error !== null) process.exit(1)
  })
})
const post = (message: ToPrimary): void => outbox.post(message)
let gateway: WorkerGateway | undefined
let file = ''
let log: Log = openLog(process.stderr, Date.now)

// A terminal's Ctrl-C reaches every process of the group; the primary says when it is time.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.on('disconnect', leave)
process.on('message', (packed: Packed) => {
  for (const message of unpackForWorker(packed)) hear(message)
})

function leave(): void {
  process.exit(1)
}

function hear(message: ToWorker): void {
  if (message.kind === 'start') void start(message)
  else if (message.kind === 'reload') reload()
  else if (message.kind === 'drain') void drain()
  else gateway?.hear(message)
}

async function start(message: WorkerStart): Promise<void> {
  const plain = openLog(process.stderr, Date.now)
  log = (level, event, fields) => plain(level, event, { worker: message.index, ...fields })
  file = message.file
  try {
    gateway = await WorkerGateway.open(loadConfig(file, process.env), message, { log, now: Date.now, post })
    post({ kind: 'ready' })
  } catch (error) {
    const isKnown = error instanceof GateError
    const text = error instanceof Error ? error.message : String(error)
    post({ kind: 'unusable', code: isKnown ? error.code : 'internal', message: text })
  }
}

/** The primary has read the file and found it good. */
function reload(): void {
  try {
    gateway?.use(loadConfig(file, process.env))
  } catch (error) {
    if (!(error instanceof GateError)) throw error
    log('error', 'reload-refused', { code: error.code, problems: error.message })
  }
}

async function drain(): Promise<void> {
  await gateway?.[Symbol.asyncDispose]()
  outbox.flush()
  process.off('disconnect', leave)
  // Sent last, so all before it has left when it has.
  process.send?.([], undefined, undefined, () => process.exit(0))
}
