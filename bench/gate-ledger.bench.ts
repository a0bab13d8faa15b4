// How fast the ledger takes entries of 1.6 kB, how long one waits, and how fast it recovers.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Ledger } from '../src/store/embedded/ledger/ledger.ts'
import { recover } from '../src/store/embedded/ledger/recover.ts'
import { PUBLIC_FILE, readPublicKey } from '../src/store/embedded/ledger/signing.ts'
import { verifyLedger } from '../src/store/embedded/ledger/verify.ts'
import { say } from './figure.ts'

const command = 'node bench/gate-ledger.bench.ts'
const SECONDS = 4
const GIB = 1024 ** 3
const WAIT_EVERY = 100
const entry = JSON.stringify({ kind: 'exchange', filler: 'x'.repeat(1_570) })

const directory = mkdtempSync(join(tmpdir(), 'bench-ledger-'))
try {
  const ledger = await Ledger.open({
    directory,
    ringBytes: 8 * 1024 * 1024,
    segmentBytes: 128 * 1024 * 1024,
    retainMs: 0,
    retainBytes: 0,
    checkpointMs: 10_000,
    syncMs: 5,
  })
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const waits: number[] = []
  const pending: Promise<void>[] = []
  const started = performance.now()
  let appended = 0
  while (performance.now() - started < SECONDS * 1_000) {
    const position = ledger.append('note', 0, entry)
    if (position === undefined) {
      await ledger.room(1_000)
      continue
    }
    appended++
    if (appended % WAIT_EVERY === 0) {
      const from = performance.now()
      pending.push(
        ledger.reached('durable', position, 60_000).then(() => void waits.push(performance.now() - from)),
      )
      await new Promise(setImmediate)
    }
  }
  await Promise.all(pending)
  const seconds = (performance.now() - started) / 1_000
  delay.disable()
  await ledger[Symbol.asyncDispose]()
  waits.sort((left, right) => left - right)
  say({
    name: 'ledger, durable entries of 1.6 kB',
    figure: Math.round(appended / seconds).toLocaleString('en'),
    unit: 'a second',
    command,
  })
  say({
    name: 'ledger, until an entry is durable under that load, p50',
    figure: (waits[waits.length >> 1] ?? 0).toFixed(1),
    unit: 'ms',
    command,
  })
  say({
    name: 'ledger, event-loop delay p99 under that load',
    figure: (delay.percentile(99) / 1e6).toFixed(1),
    unit: 'ms',
    command,
  })

  const recovering = performance.now()
  const { scannedBytes } = recover(directory)
  const recoverSeconds = (performance.now() - recovering) / 1_000
  say({
    name: 'ledger, recovery',
    figure: ((recoverSeconds * GIB) / scannedBytes).toFixed(2),
    unit: 's a GiB',
    command,
  })
  const verifying = performance.now()
  const { holds, bytes } = verifyLedger(directory, readPublicKey(join(directory, PUBLIC_FILE)))
  if (!holds) throw new Error('the ledger does not hold')
  const verifySeconds = (performance.now() - verifying) / 1_000
  say({
    name: 'ledger, verification with every hash and signature',
    figure: ((verifySeconds * GIB) / bytes).toFixed(2),
    unit: 's a GiB',
    command,
  })
} finally {
  rmSync(directory, { recursive: true, force: true })
}
