import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { ledgerEntries } from '../../src/gate/export-exchanges.ts'
import { Ledger } from '../../src/store/embedded/ledger/ledger.ts'
import { PUBLIC_FILE, readPublicKey } from '../../src/store/embedded/ledger/signing.ts'
import { verifyLedger } from '../../src/store/embedded/ledger/verify.ts'

/** `PORTCULLIS_SLOW=1 npx vitest run test/fault` kills fifty times. */
const KILLS = process.env.PORTCULLIS_SLOW ? 50 : 5
const child = fileURLToPath(new URL('./ledger-child.ts', import.meta.url))

test(`${KILLS} kills at any moment lose nothing that was acknowledged`, { timeout: 300_000 }, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'ledger-kill-'))
  const acknowledged: string[] = []
  try {
    for (let round = 0; round < KILLS; round++) {
      const mark = round % 2 === 0 ? 'written' : 'durable'
      acknowledged.push(...(await writeUntilKilled(directory, mark, round)))
    }
    await using ledger = await Ledger.open({
      directory,
      ringBytes: 1024 * 1024,
      segmentBytes: 2 * 1024 * 1024,
      retainMs: 0,
      retainBytes: 0,
      checkpointMs: 50,
      syncMs: 5,
    })
    expect(ledger.health).toBe('well')
    const kept = new Set<unknown>()
    for (const { entry } of ledgerEntries(directory)) if (entry.kind === 'exchange') kept.add(entry.id)
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([])
    // Each life has to get somewhere, or a kill proves nothing; how far is up to the machine.
    expect(acknowledged.length).toBeGreaterThan(KILLS)
    const verification = verifyLedger(directory, readPublicKey(join(directory, PUBLIC_FILE)))
    expect(verification).toMatchObject({ holds: true, open: 0, problems: [] })
    const torn = readdirSync(directory).filter((name) => name.startsWith('torn-')).length
    console.info(
      `${KILLS} kills: ${acknowledged.length} waits acknowledged, 0 lost, ${kept.size} intents, ${torn} torn tails cut`,
    )
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})

/** What the child said was safe before it died. Lines it could not finish saying do not count. */
async function writeUntilKilled(directory: string, mark: string, round: number): Promise<string[]> {
  const process_ = spawn(process.execPath, [child, directory, mark, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  process_.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  await once(process_.stdout, 'data')
  // Spread over the writer's whole cycle: between two writes, inside one, before and after a sync or a rotation.
  await new Promise((done) => setTimeout(done, (round * 37) % 211))
  process_.kill('SIGKILL')
  await once(process_, 'close')
  return text
    .slice(0, text.lastIndexOf('\n'))
    .split('\n')
    .map((index) => `${round}:${index}`)
}
