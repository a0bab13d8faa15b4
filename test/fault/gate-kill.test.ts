import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ledgerEntries } from '../../src/gate/export-exchanges.ts'
import { PUBLIC_FILE, readPublicKey } from '../../src/store/embedded/ledger/signing.ts'
import { verifyLedger } from '../../src/store/embedded/ledger/verify.ts'
import { MockUpstream } from '../e2e/mock-upstream.ts'
import { startGate } from './started-gate.ts'

const KILLS = process.env.PORTCULLIS_SLOW ? 20 : 3
const CLIENTS = 16
const ENDED_A_ROUND = 20

test(`a gate killed ${KILLS} times under load has every answer on record that a client has seen`, {
  timeout: 300_000,
}, async () => {
  await using mock = await MockUpstream.open()
  const directory = mkdtempSync(join(tmpdir(), 'gate-kill-'))
  const file = join(directory, 'portcullis.yaml')
  writeFileSync(
    file,
    `listen: 127.0.0.1:0\nupstreams:\n  - { name: m, protocol: openai, url: "${mock.url}" }\nkeys:\n  - { key: sk-test-key, account: a }\n`,
  )
  const begun = new Set<string>()
  const ended = new Set<string>()
  try {
    for (let round = 0; round < KILLS; round++) {
      const gate = await startGate(file)
      const clients = Array.from({ length: CLIENTS }, (_, index) =>
        askOn(gate.url, index % 2 === 0, begun, ended),
      )
      const enough = ended.size + ENDED_A_ROUND
      await expect.poll(() => ended.size, { timeout: 60_000, interval: 10 }).toBeGreaterThanOrEqual(enough)
      // Not where the poll happens to look: anywhere in the life of an exchange.
      await new Promise((done) => setTimeout(done, (round * 7) % 23))
      await gate.kill()
      await Promise.all(clients)
    }
    const last = await startGate(file)
    await last.stop()
    const ledger = join(directory, 'portcullis-data', 'ledger')
    const intents = new Set<unknown>()
    const completions = new Set<unknown>()
    for (const { entry } of ledgerEntries(ledger)) {
      if (entry.kind === 'exchange') intents.add(entry.id)
      if (entry.kind === 'completion') completions.add(entry.id)
    }
    expect([...begun].filter((id) => !intents.has(id))).toEqual([])
    expect([...ended].filter((id) => !completions.has(id))).toEqual([])
    expect(ended.size).toBeGreaterThanOrEqual(KILLS * ENDED_A_ROUND)
    expect(verifyLedger(ledger, readPublicKey(join(ledger, PUBLIC_FILE)))).toMatchObject({
      holds: true,
      open: 0,
    })
    console.info(`${KILLS} kills: ${begun.size} answers begun, ${ended.size} ended, none missing on record`)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})

/** Asks until the gate is gone. A first byte is proof of an intent; an end is proof of a completion. */
async function askOn(url: string, stream: boolean, begun: Set<string>, ended: Set<string>): Promise<void> {
  const body = JSON.stringify({ model: 'gpt-mock', stream, messages: [{ role: 'user', content: 'Hi' }] })
  for (;;) {
    try {
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        body,
        headers: { authorization: 'Bearer sk-test-key' },
      })
      const id = response.headers.get('x-portcullis-decision') ?? ''
      begun.add(id)
      const text = await response.text()
      if (response.status === 200 && (!stream || text.endsWith('data: [DONE]\n\n'))) ended.add(id)
    } catch {
      return
    }
  }
}
