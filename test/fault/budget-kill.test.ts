import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PUBLIC_FILE, readPublicKey } from '../../src/store/embedded/ledger/signing.ts'
import { verifyLedger } from '../../src/store/embedded/ledger/verify.ts'
import { readEntries } from '../e2e/running-gate.ts'
import { type StartedGate, startGate } from './started-gate.ts'

const KILLS = 3
const PIECE = 1_000
const AGENT_PIECES = 20
const PLACE_PIECES = 12

test(`an agent whose gate is killed ${KILLS} times carries no more away than one budget`, {
  timeout: 300_000,
}, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'budget-kill-'))
  const file = join(directory, 'portcullis.yaml')
  writeFileSync(
    file,
    `listen: 127.0.0.1:0
mode: enforce
upstreams: [{ name: none, protocol: openai, url: "http://127.0.0.1:9/v1" }]
watch: { enabled: false }
agents:
  mode: enforce
  policy: ./volume.yaml
  budgets:
    session: { bytesSent: 0 }
    agent: { bytesSent: ${AGENT_PIECES * PIECE} }
    destination: { bytesSent: ${PLACE_PIECES * PIECE} }
`,
  )
  writeFileSync(
    join(directory, 'volume.yaml'),
    'name: volume\ndetectors: [volume]\nrules: [{ name: full, facts: [volume.*], severity: high, action: deny }]\n',
  )
  let serial = 0
  const send = async (gate: StartedGate, place: string): Promise<string> => {
    serial++
    const answer = await fetch(`${gate.url}/hook`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        // A session of its own each time: what counts is the agent's.
        ...{
          session_id: `s${serial}`,
          hook_event_name: 'PreToolUse',
          cwd: '/tmp',
          tool_use_id: `t${serial}`,
        },
        tool_name: 'mcp__store__look_up',
        tool_input: { source: `https://${place}/`, body: `${serial} `.padEnd(PIECE - 40, 'x') },
      }),
    })
    return await answer.text()
  }
  const isStopped = (said: string): boolean => said.includes('"permissionDecision":"deny"')
  try {
    let passed = 0
    let stopped = ''
    for (let round = 0; round <= KILLS; round++) {
      const gate = await startGate(file)
      const share = Math.ceil(PLACE_PIECES / KILLS)
      for (let count = 0; count < share && stopped === ''; count++) {
        const said = await send(gate, 'drop.example')
        if (isStopped(said)) stopped = said
        else passed++
      }
      if (round < KILLS) {
        await gate.kill()
        continue
      }
      // The place is full. Another place has room as long as the agent's own budget has.
      expect(stopped).toContain('rule full')
      for (let count = 0; count < AGENT_PIECES; count++)
        if (!isStopped(await send(gate, `h${count}.example`))) passed++
      await gate.stop()
    }
    const ledger = join(directory, 'portcullis-data', 'ledger')
    const entries = readEntries(ledger)
    const facts = entries.flatMap(({ facts }) => (Array.isArray(facts) ? facts : []))
    const high = new Set(facts.filter(({ severity }) => severity === 'high').map(({ fact }) => fact))
    expect([...high].sort()).toEqual(['volume.agent-bytes-sent', 'volume.destination-bytes-sent'])
    expect(passed).toBeGreaterThanOrEqual(AGENT_PIECES - 2)
    expect(passed).toBeLessThanOrEqual(AGENT_PIECES)
    expect(verifyLedger(ledger, readPublicKey(join(ledger, PUBLIC_FILE)))).toMatchObject({ holds: true })
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})
