import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { vouchedHeaders } from '../../src/cli/replay/exchange-request.ts'
import { replay } from '../../src/cli/replay/replaying.ts'
import { StandIn } from '../../src/cli/replay/stand-in.ts'
import { watchSeed } from '../../src/cli/watch-seed.ts'
import { ledgerEntries, ledgerExchanges } from '../../src/gate/export-exchanges.ts'
import { PUBLIC_FILE, readPublicKey } from '../../src/store/embedded/ledger/signing.ts'
import { verifyLedger } from '../../src/store/embedded/ledger/verify.ts'
import { hunt } from '../../src/watch/hunt.ts'
import { REST_MS } from '../../src/watch/live-order.ts'
import { scenarios } from '../../src/watch/traffic/scenarios.ts'
import { trafficOf } from '../../src/watch/traffic/traffic.ts'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const KILL_AFTER = 5_000

test('a replay raises its campaigns as hunt does on the record of it, with a kill -9 in the middle', {
  timeout: 300_000,
}, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'replay-kill-'))
  const port = await freePort()
  await using standIn = await StandIn.open({ host: '127.0.0.1', port: 0 })
  const file = join(directory, 'portcullis.yaml')
  const headers = Object.entries(vouchedHeaders).map(([field, name]) => `${field}: ${name}`)
  writeFileSync(
    file,
    `listen: 127.0.0.1:${port}
store: ./data
upstreams:
  - { name: stand-in, protocol: openai, url: "${standIn.url}", breaker: { failures: 100000 } }
keys:
  - { key: sk-replay, account: nobody }
trust:
  hops: 1
  proxies: ["127.0.0.1"]
  headers: { ${headers.join(', ')} }
watch: { standing: quarantined, scoreMin: 0.5 }
`,
  )
  const traffic = trafficOf(scenarios.tiny, 11)
  const acknowledged = new Set<string>()
  const refusedAccounts = new Set<string>()
  let gate = await startGate(file)
  let restarted: Promise<StartedGate> | undefined
  try {
    const replayed = await replay(traffic, {
      url: new URL(`http://127.0.0.1:${port}`),
      key: 'sk-replay',
      protocol: 'openai',
      connections: 16,
      speed: 0,
      patienceMs: 60_000,
      signal: AbortSignal.timeout(200_000),
      onAnswer: ({ account }, status, decision) => {
        acknowledged.add(decision ?? '')
        if (status === 403) refusedAccounts.add(account)
        if (acknowledged.size !== KILL_AFTER) return
        gate.process.kill('SIGKILL')
        restarted = once(gate.process, 'exit').then(() => startGate(file))
      },
    })
    const before = gate
    gate = (await restarted) ?? gate
    expect(gate).not.toBe(before)
    expect(replayed.resent).toBeGreaterThan(0)
    // What has just ended still rests before the watch looks at it.
    await sleep(2 * REST_MS)
    gate.process.kill('SIGTERM')
    await once(gate.process, 'exit')

    const ledger = join(directory, 'data', 'ledger')
    expect(verifyLedger(ledger, readPublicKey(join(ledger, PUBLIC_FILE)))).toMatchObject({
      holds: true,
      open: 0,
    })
    const completed = new Set<unknown>()
    for (const { entry } of ledgerEntries(ledger)) if (entry.kind === 'completion') completed.add(entry.id)
    expect([...acknowledged].filter((id) => !completed.has(id))).toEqual([])
    expect(acknowledged.size).toBe(replayed.sent)

    const hunted = new Map<string, number>()
    const exported = function* (): Generator<Buffer> {
      for (const exchange of ledgerExchanges(ledger)) yield Buffer.from(`${JSON.stringify(exchange)}\n`)
    }
    const { report } = await hunt(['-'], {
      stdin: Readable.from(exported()),
      seed: watchSeed(join(directory, 'data')),
      workers: 1,
      onSweep: (raised, at) => {
        for (const { id, flaggedAt } of raised) if (at < lastTs(traffic)) hunted.set(id, flaggedAt)
      },
    })
    const online = new Map([...before.raised, ...gate.raised])
    expect(online.size).toBeGreaterThan(0)
    expect(online).toEqual(hunted)

    const guilty = [...refusedAccounts].filter(
      (account) => typeof traffic.truth.get(account)?.campaign === 'string',
    )
    expect(guilty.length).toBeGreaterThan(20)
    expect(guilty.length / refusedAccounts.size).toBeGreaterThan(0.9)
    console.info(
      `${replayed.sent} exchanges replayed, ${replayed.resent} sent again after the kill, ${acknowledged.size} acknowledged and all on record; ${online.size} campaigns raised when hunt raises them (${report.campaigns.length} at the end), ${refusedAccounts.size} accounts refused, ${guilty.length} of them guilty`,
    )
  } finally {
    gate.process.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  }
})

function lastTs(traffic: Iterable<{ readonly ts: number }>): number {
  latest ??= Math.max(...Array.from(traffic, ({ ts }) => ts))
  return latest
}
let latest: number | undefined

type StartedGate = {
  readonly process: ChildProcess
  /** When each campaign was raised first, in log time. */
  readonly raised: Map<string, number>
}

async function startGate(file: string): Promise<StartedGate> {
  const gate = spawn(process.execPath, [main, 'up', '--config', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const raised = new Map<string, number>()
  let log = ''
  const { promise, resolve } = Promise.withResolvers<void>()
  gate.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString()
    const lines = log.split('\n')
    log = lines.pop() ?? ''
    for (const line of lines) {
      const { event, campaign, flaggedAt } = JSON.parse(line) as Record<string, unknown>
      if (event === 'up') resolve()
      if (event === 'campaign-raised') raised.set(String(campaign), Number(flaggedAt))
    }
  })
  await Promise.race([promise, once(gate, 'exit').then(() => Promise.reject(new Error(log)))])
  return { process: gate, raised }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  return address !== null && typeof address === 'object' ? address.port : 0
}
